// A JSON value as a tree that opens and closes. Branches are drawn when they are first opened, long texts and lists in portions, so that
// a huge body costs what is looked at.

import { h } from "../dom.js";
import { numberOf } from "./format.js";

const TEXT = 500; // signs of a text that are shown at first,
const MORE_TEXT = 20_000; // and more at a time
const ENTRIES = 100; // entries of a list or object at a time
const OPEN = 12; // entries that a branch may have to be open from the start

/** The tree. Branches above `depth` are open from the start, unless they are long. */
export function tree(value, { depth = 2, label } = {}) {
  return h("div", { class: "tree", role: "group", "aria-label": label ?? "JSON" }, entry(null, value, depth, true));
}

function entry(key, value, depth, first = false) {
  if (value === null || typeof value !== "object") return h("div", { class: "leaf" }, name(key), leaf(value));
  const entries = Object.entries(value);
  const list = Array.isArray(value);
  if (!entries.length) return h("div", { class: "leaf" }, name(key), h("span", { class: "faint" }, list ? "[]" : "{}"));
  const open = depth > 0 && (first || entries.length <= OPEN);
  const inside = h("div", { class: "inside" });
  const fill = () => inside.childNodes.length || portion(inside, entries, 0, list, depth - 1);
  if (open) fill();
  return h("details", { class: "branch", open, ontoggle: fill }, h("summary", {}, name(key), h("span", { class: "faint" }, hint(value, list, entries))), inside);
}

function portion(inside, entries, from, list, depth) {
  const to = Math.min(from + ENTRIES, entries.length);
  for (const [key, value] of entries.slice(from, to)) inside.append(entry(list ? Number(key) : key, value, depth));
  if (to === entries.length) return;
  const more = h("button", { class: "more", type: "button" }, `${numberOf(entries.length - to)} more`);
  more.addEventListener("click", () => {
    more.remove();
    portion(inside, entries, to, list, depth);
  });
  inside.append(more);
}

function name(key) {
  if (key === null) return null;
  return h("span", { class: typeof key === "number" ? "index" : "key" }, `${key}: `);
}

/** What a closed branch holds, in few words: its type, role or name, and how much. */
function hint(value, list, entries) {
  if (list) return `[${numberOf(entries.length)}]`;
  const told = ["type", "role", "name", "id"].map((key) => value[key]).filter((word) => typeof word === "string" && word.length < 60);
  return `{${told.slice(0, 2).join(" · ") || numberOf(entries.length)}}`;
}

function leaf(value) {
  if (typeof value === "string") return text(value);
  return h("span", { class: value === null ? "null" : typeof value }, String(value));
}

function text(value) {
  const shown = h("span", { class: "string" }, value.length > TEXT ? value.slice(0, TEXT) : value);
  return value.length > TEXT ? [shown, moreOf(shown, value, TEXT)] : shown;
}

function moreOf(shown, value, from) {
  const left = value.length - from;
  const more = h("button", { class: "more", type: "button" }, `${numberOf(left)} more characters`);
  more.addEventListener("click", () => {
    const to = Math.min(from + MORE_TEXT, value.length);
    shown.textContent = value.slice(0, to);
    if (to < value.length) more.replaceWith(moreOf(shown, value, to));
    else more.remove();
  });
  return more;
}
