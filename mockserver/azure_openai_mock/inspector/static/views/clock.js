// The clock: now, what expires next, and buttons that advance it.
// See app.js for what a view gives and gets.

import { h } from "../dom.js";

export function view(context) {
  return { element: h("section", { class: "empty" }, "Not drawn yet.") };
}
