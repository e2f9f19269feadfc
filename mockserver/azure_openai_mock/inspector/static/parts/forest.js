// Trees of turns laid out as pictures: depth to the right, branches below one another.

export const NODE = { width: 196, height: 62, across: 44, down: 12 };

/** The trees of nodes `{id, parent, conversation}` that come in order of their making: `[{root, places, width, height}]`, the newest first.
 * `places` are `{node, parent, x, y}`. Turns of a conversation without a parent follow the turn before them in it.
 */
export function forest(nodes) {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const children = new Map();
  const roots = [];
  const last = new Map(); // conversation -> its newest turn
  const parents = new Map();
  for (const node of nodes) {
    const before = node.parent ?? (node.conversation ? last.get(node.conversation) : null);
    if (node.conversation) last.set(node.conversation, node.id);
    if (before && known.has(before)) {
      parents.set(node.id, before);
      children.set(before, [...(children.get(before) ?? []), node.id]);
    } else roots.push(node.id);
  }
  return roots.map((root) => laidOut(root, known, children, parents)).reverse();
}

/** Leaves get lines of their own from the top, every other turn stands beside its first child. Without recursion: chains may be long. */
function laidOut(root, known, children, parents) {
  const places = new Map();
  const stack = [[root, 0]];
  let line = 0;
  let deepest = 0;
  while (stack.length) {
    const [id, depth] = stack.pop();
    const below = children.get(id) ?? [];
    places.set(id, { node: known.get(id), parent: parents.get(id) ?? null, depth, line });
    deepest = Math.max(deepest, depth);
    if (!below.length) line += 1;
    for (const child of [...below].reverse()) stack.push([child, depth + 1]);
  }
  const all = [...places.values()].map(({ node, parent, depth, line: at }) => ({
    node,
    parent: parent && places.get(parent),
    x: depth * (NODE.width + NODE.across),
    y: at * (NODE.height + NODE.down),
  }));
  for (const place of all) if (place.parent) place.parent = { x: place.parent.depth * (NODE.width + NODE.across), y: place.parent.line * (NODE.height + NODE.down), id: place.parent.node.id };
  return { root: known.get(root), places: all, width: (deepest + 1) * (NODE.width + NODE.across) - NODE.across, height: line * (NODE.height + NODE.down) - NODE.down };
}
