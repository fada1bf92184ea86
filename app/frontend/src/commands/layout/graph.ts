/** A graph as the layout sees it: boxes and what leads from one to another, at which height. */

export interface Block {
  id: string;
  width: number;
  height: number;
}

export interface Link {
  from: string;
  to: string;
  /** Where the wire leaves and arrives, below the top of each block. */
  out: number;
  into: number;
}

export interface Placed {
  x: number;
  y: number;
}

/** Blocks and links with what the algorithms ask of them many times. */
export interface Net {
  blocks: readonly Block[];
  incoming: ReadonlyMap<string, readonly Link[]>;
  outgoing: ReadonlyMap<string, readonly Link[]>;
}

/** The net without the links that close a circle; a link from a block to itself is none. */
export function netOf(blocks: readonly Block[], links: readonly Link[]): Net {
  const known = new Set(blocks.map((block) => block.id));
  const kept = acyclic(blocks, links.filter((link) => link.from !== link.to && known.has(link.from) && known.has(link.to)));
  return { blocks, incoming: grouped(blocks, kept, "to"), outgoing: grouped(blocks, kept, "from") };
}

function grouped(blocks: readonly Block[], links: readonly Link[], by: "from" | "to"): Map<string, Link[]> {
  const found = new Map<string, Link[]>(blocks.map((block) => [block.id, []]));
  for (const link of links) found.get(link[by])?.push(link);
  return found;
}

/** Depth first without recursion; a link back to a block that is still open is left out. */
function acyclic(blocks: readonly Block[], links: readonly Link[]): Link[] {
  const outgoing = grouped(blocks, links, "from");
  const state = new Map<string, "open" | "done">();
  const dropped = new Set<Link>();
  for (const block of blocks) {
    if (state.has(block.id)) continue;
    const stack = [{ id: block.id, next: 0 }];
    state.set(block.id, "open");
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const link = outgoing.get(top.id)?.[top.next++];
      if (!link) {
        state.set(top.id, "done");
        stack.pop();
      } else if (state.get(link.to) === "open") dropped.add(link);
      else if (!state.has(link.to)) {
        state.set(link.to, "open");
        stack.push({ id: link.to, next: 0 });
      }
    }
  }
  return links.filter((link) => !dropped.has(link));
}

/** The blocks so that each stands after all that leads to it. */
export function inOrder(net: Net): string[] {
  const left = new Map(net.blocks.map((block) => [block.id, net.incoming.get(block.id)?.length ?? 0]));
  const queue = net.blocks.filter((block) => !left.get(block.id)).map((block) => block.id);
  for (const id of queue)
    for (const link of net.outgoing.get(id) ?? []) {
      const count = (left.get(link.to) ?? 1) - 1;
      left.set(link.to, count);
      if (!count) queue.push(link.to);
    }
  return queue;
}

/** The parts that no wire joins, the largest first, each in the order of the blocks. */
export function partsOf(blocks: readonly Block[], links: readonly Link[]): Block[][] {
  const root = new Map(blocks.map((block) => [block.id, block.id]));
  const find = (id: string): string => {
    let at = id;
    for (let up = root.get(at) ?? at; up !== at; up = root.get(at) ?? at) {
      root.set(at, root.get(up) ?? up);
      at = up;
    }
    return at;
  };
  for (const link of links) if (root.has(link.from) && root.has(link.to)) root.set(find(link.from), find(link.to));
  const parts = new Map<string, Block[]>();
  for (const block of blocks) {
    const key = find(block.id);
    const part = parts.get(key);
    if (part) part.push(block);
    else parts.set(key, [block]);
  }
  return [...parts.values()].sort((one, other) => other.length - one.length);
}
