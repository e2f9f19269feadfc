// Chains: each conversation as a tree of turns, with branches, expired and deleted nodes, and tokens per turn.
// See app.js for what a view gives and gets.

import { h } from "../dom.js";

export function view(context) {
  return { element: h("section", { class: "empty" }, "Not drawn yet.") };
}
