import { onBeforeUnmount, watch, type Ref } from "vue";

const EDGE = 8;

export interface Anchoring {
  /** Pixels between the two. */
  gap?: number;
  align?: "start" | "end" | "centre";
  matchWidth?: boolean;
}

/** Keep a box beside its anchor for as long as it is open, on the side where there is room. */
export function useAnchored(
  box: Ref<HTMLElement | null>,
  anchor: () => HTMLElement | null,
  options: () => Anchoring = () => ({}),
): void {
  let frame = 0;
  let above: boolean | null = null;

  function place(): void {
    const element = box.value;
    const beside = anchor()?.getBoundingClientRect();
    if (!element || !beside) return;
    const { gap = 4, align = "start", matchWidth = false } = options();
    if (matchWidth) element.style.minWidth = `${Math.round(beside.width)}px`;
    const { offsetWidth: width, offsetHeight: height } = element;
    const below = innerHeight - beside.bottom - gap - EDGE;
    const over = beside.top - gap - EDGE;
    // it stays on its side while it still fits there: a box that grows does not jump
    if (above === null || (above ? over : below) < height) above = below < height && over > below;
    const wanted = { start: beside.left, end: beside.right - width, centre: beside.left + (beside.width - width) / 2 }[align];
    const left = Math.max(EDGE, Math.min(wanted, innerWidth - width - EDGE));
    const top = above ? Math.max(EDGE, beside.top - gap - height) : Math.max(EDGE, Math.min(beside.bottom + gap, innerHeight - height - EDGE));
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    element.style.visibility = "visible";
  }
  function follow(): void {
    place();
    frame = requestAnimationFrame(follow);
  }
  const stop = (): void => cancelAnimationFrame(frame);

  watch(
    box,
    (element) => {
      stop();
      above = null;
      if (element) follow();
    },
    { flush: "post" },
  );
  onBeforeUnmount(stop);
}
