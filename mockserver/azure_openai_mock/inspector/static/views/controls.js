// Controls: profile and region, rules, faults, rate limits, scopes.
// See app.js for what a view gives and gets.

import { h } from "../dom.js";

export function view(context) {
  return { element: h("section", { class: "empty" }, "Not drawn yet.") };
}
