import type { InjectionKey } from "vue";

/** A popover that is open: a press in one that was opened from it is no press outside. */
export interface OpenPopover {
  readonly inner: Set<OpenPopover>;
  holds(target: Node): boolean;
}

export const popoverKey: InjectionKey<OpenPopover> = Symbol("popover");
