// Chains: each conversation as a tree of turns, with branches, what expired or was deleted, and tokens. From a turn: replay, fork, delete.

import { fill, h, svg } from "../dom.js";
import { NODE, forest } from "../parts/forest.js";
import { countOf, momentOf, numberOf } from "../parts/format.js";

const TREES = 30; // trees that are drawn at first, and more at a time
const STATES = { stored: "good", expired: "warn", deleted: "bad", "not stored": "" };

export function view(context) {
  let drawn = ""; // what was drawn last, so that nothing is drawn twice
  let nodes = new Map();
  let chosen = null;
  let trees = TREES;

  const list = h("div", { class: "forest" });
  const side = h("aside", { class: "detail slim", "aria-label": "One turn", hidden: true });
  const element = h("div", { class: "split" }, h("section", { class: "list chains", "aria-label": "Conversations" }, list), side);

  async function update() {
    const answer = await context.api.get("chains");
    const seen = JSON.stringify(answer);
    if (seen === drawn) return;
    drawn = seen;
    nodes = new Map(answer.data.map((node) => [node.id, node]));
    draw(answer);
  }

  function draw({ data, more }) {
    const focused = document.activeElement?.dataset?.id;
    const all = forest(data);
    fill(
      list,
      all.length ? null : h("p", { class: "empty" }, "No conversations yet in scope ", h("strong", {}, context.api.scope), "."),
      all.slice(0, trees).map(treeOf),
      all.length > trees ? h("button", { type: "button", class: "more", onclick: () => ((trees += TREES), draw({ data, more })) }, `${numberOf(all.length - trees)} older conversations`) : null,
      more ? h("p", { class: "faint" }, "Older responses are not drawn.") : null,
    );
    if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
    choose(chosen && nodes.has(chosen) ? chosen : null);
  }

  function treeOf({ root, places, width, height }) {
    const tokens = places.reduce((sum, { node }) => sum + (node.input_tokens ?? 0), 0);
    const edges = places.filter((place) => place.parent).map(({ parent, x, y }) => edge(parent, x, y));
    const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, edges);
    const canvas = h("div", { class: "canvas", onkeydown: walk }, picture, places.map(nodeOf));
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const about = [countOf(places.length, "turn"), `${numberOf(tokens)} tokens counted as input`, root.conversation].filter(Boolean).join(" · ");
    return h("section", { class: "tree-of-turns", "aria-label": `Conversation: ${root.asked ?? root.id}` }, h("h2", {}, root.asked ?? root.id, " ", h("span", { class: "faint" }, about)), h("div", { class: "wide" }, canvas));
  }

  function edge(parent, x, y) {
    const [fromX, fromY, toY] = [parent.x + NODE.width, parent.y + NODE.height / 2, y + NODE.height / 2];
    const middle = x - NODE.across / 2;
    return svg("path", { class: "edge", d: `M ${fromX} ${fromY} C ${middle} ${fromY}, ${middle} ${toY}, ${x} ${toY}` });
  }

  function nodeOf({ node, parent, x, y }) {
    const tokens = `${numberOf(node.input_tokens ?? 0)} → ${numberOf(node.output_tokens ?? 0)}`;
    const word = node.state !== "stored" ? node.state : node.status === "completed" ? "" : node.status;
    const button = h(
      "button",
      { type: "button", class: `turn ${node.state.replace(" ", "-")}`, "aria-pressed": "false", "data-id": node.id, "data-parent": parent?.id ?? "", "data-state": node.state, onclick: () => choose(node.id) },
      h("span", { class: "turn-asked" }, node.asked ?? (node.sent ? h("i", {}, node.sent) : "…")),
      h("span", { class: "turn-said" }, node.said ?? ""),
      h("span", { class: "turn-facts" }, word ? h("b", {}, word, " · ") : null, `turn ${node.turn ?? "?"} · ${tokens} tokens`),
    );
    button.style.left = `${x}px`;
    button.style.top = `${y}px`;
    return button;
  }

  /** Arrows: to the turn before, the first that follows, and the siblings. */
  function walk(event) {
    const here = document.activeElement;
    const all = [...event.currentTarget.querySelectorAll(".turn")];
    if (!all.includes(here)) return;
    const siblings = all.filter((each) => each.dataset.parent === here.dataset.parent);
    const at = siblings.indexOf(here);
    const to = {
      ArrowLeft: () => all.find((each) => each.dataset.id === here.dataset.parent),
      ArrowRight: () => all.find((each) => each.dataset.parent === here.dataset.id),
      ArrowUp: () => siblings[at - 1],
      ArrowDown: () => siblings[at + 1],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    to()?.focus();
  }

  function choose(id) {
    chosen = id;
    for (const button of list.querySelectorAll(".turn")) button.setAttribute("aria-pressed", String(button.dataset.id === id));
    const node = id && nodes.get(id);
    side.hidden = !node;
    element.classList.toggle("open", Boolean(node));
    fill(side, node ? detail(node) : null);
    if (node) list.querySelector(".turn[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function detail(node) {
    const facts = [
      ["Turn", node.turn],
      ["Model", node.model],
      ["Status", node.status],
      ["Tokens", `${numberOf(node.input_tokens ?? 0)} in, ${numberOf(node.output_tokens ?? 0)} out`],
      ["Made", momentOf(node.created_at)],
      ["Expires", node.expires_at === null ? null : momentOf(node.expires_at)],
      ["Conversation", node.conversation],
      ["Response", h("code", {}, node.id)],
      ["Follows", node.parent && h("code", {}, node.parent)],
    ].filter(([, value]) => value);
    const told = h("p", { class: "hint", hidden: true, role: "status" });
    const name = h("input", { type: "text", value: `${context.api.scope}-fork`.slice(0, 100), "aria-label": "Scope to fork into" });
    const stored = node.state === "stored";
    return [
      h("div", { class: "detail-bar" }, h("button", { type: "button", class: "close", "aria-label": "Close (Esc)", onclick: () => choose(null) }, "✕")),
      h(
        "div",
        { class: "request-head" },
        h("h2", {}, h("span", { class: `chip ${STATES[node.state]}` }, node.state), " ", node.asked ?? node.sent ?? node.id),
        node.said ? h("p", { class: "said" }, node.said) : null,
        h("dl", { class: "facts" }, facts.map(([title, value]) => h("div", {}, h("dt", {}, title), h("dd", {}, value)))),
        told,
        h(
          "div",
          { class: "row" },
          h("button", { type: "button", disabled: !node.request, onclick: () => act(told, () => replay(node)) }, "Replay"),
          h("button", { type: "button", class: "danger", disabled: !stored, onclick: () => act(told, () => remove(node)) }, "Delete"),
          node.request ? h("a", { href: `#/requests/${encodeURIComponent(node.request)}` }, "Show the request") : h("span", { class: "faint" }, "The journal does not have its request."),
        ),
        h("form", { class: "row", onsubmit: (event) => (event.preventDefault(), act(told, () => fork(node, name.value))) }, h("label", { class: "row" }, "Fork into scope", name), h("button", { type: "submit", disabled: !stored }, "Fork")),
      ),
    ];
  }

  async function act(told, work) {
    try {
      const result = await work();
      fill(told, result);
    } catch (error) {
      fill(told, error.message);
    }
    told.hidden = false;
    const text = told.textContent;
    context.say(text);
    await update();
    const now = side.querySelector(".hint");
    if (now && now !== told) {
      fill(now, text);
      now.hidden = false;
    }
  }

  async function replay(node) {
    const { method, path, query, body } = await context.api.get(`requests/${encodeURIComponent(node.request)}`);
    if (body === null) throw new Error("The request's body is no longer kept.");
    const [status, answer] = await context.api.service(method, query ? `${path}?${query}` : path, { ...body, stream: false });
    return status === 200 ? `Replayed as ${answer.id}` : `Refused with ${status}: ${answer?.error?.message ?? ""}`;
  }

  async function remove(node) {
    await context.api.ask("DELETE", `responses/${encodeURIComponent(node.id)}`);
    return "Deleted: its id is gone, what follows it keeps its context.";
  }

  async function fork(node, scope) {
    const { rows } = await context.api.ask("POST", "fork", { scope, at: node.id });
    return [`Forked with ${countOf(rows, "row")}: `, h("a", { href: `?${new URLSearchParams({ scope })}#/chains` }, `look at scope ${scope}`)];
  }

  return {
    element,
    update,
    key(event) {
      if (event.key !== "Escape" || !chosen) return false;
      const { activeElement } = document;
      const id = chosen;
      choose(null);
      if (!list.contains(activeElement)) list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.focus();
      return true;
    },
  };
}
