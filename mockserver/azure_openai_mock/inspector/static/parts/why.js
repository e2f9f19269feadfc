// Why a rule matched or did not: every rule of the scope, judged again for one request, the closest first.

import { h } from "../dom.js";
import { countOf } from "./format.js";

/** The rules beside one request's facts. */
export function why(entry) {
  const rules = entry.rules_now;
  const used = rules.filter((rule) => rule.used_here);
  const closest = used.length ? null : rules.find((rule) => rule.failed.length);
  const order = [...used, ...rules.filter((rule) => !rule.used_here)];
  return h(
    "div",
    { class: "why" },
    h("p", {}, verdict(entry, rules, used)),
    entry.body === null && entry.body_bytes ? h("p", { class: "chip warn" }, "The request's body is not kept: conditions on it cannot be judged here.") : null,
    rules.length ? h("p", { class: "faint" }, "Judged by the rules as they stand now.") : null,
    h("ol", { class: "cards" }, order.map((rule) => card(rule, rule === closest))),
  );
}

function verdict(entry, rules, used) {
  if (used.length) return `${countOf(used.length, "rule")} had a part in this answer: ${used.map((rule) => rule.name ?? rule.id).join(", ")}.`;
  if (entry.rules.length) return `${entry.rules.join(", ")} had a part in this answer, and is no longer there.`;
  if (entry.status >= 400 && !entry.faults.length) return "No rule had a part in this answer: the request was refused by the service's own checks.";
  if (!rules.length) return "This scope has no rules: the offline model answered.";
  return "No rule had a part in this answer.";
}

function card(rule, closest) {
  const [mood, word] = stateOf(rule);
  return h(
    "li",
    { class: "card", "data-rule": rule.id },
    h(
      "div",
      { class: "row" },
      h("span", { class: `chip ${mood}` }, word),
      h("strong", {}, rule.name ?? rule.id),
      rule.name ? h("code", { class: "faint" }, rule.id) : null,
      closest ? h("span", { class: "chip accent" }, "closest") : null,
    ),
    rule.failed.length ? table(rule.failed) : null,
  );
}

function stateOf(rule) {
  if (rule.used_here) return ["good", "used"];
  if (rule.failed.length) return ["bad", `${countOf(rule.failed.length, "condition")} failed`];
  if (rule.spent) return ["warn", "spent"];
  return ["warn", "holds, was not used"];
}

function table(failed) {
  const head = h("tr", {}, ["Condition", "Expected", "Found"].map((title) => h("th", { scope: "col" }, title)));
  const rows = failed.map(({ condition, expected, found }) =>
    h("tr", {}, h("td", {}, h("code", {}, condition)), h("td", {}, h("code", {}, shown(expected))), h("td", {}, found === null ? h("span", { class: "faint" }, "nothing") : h("code", {}, shown(found)))),
  );
  return h("table", { class: "failed" }, h("thead", {}, head), h("tbody", {}, rows));
}

function shown(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
