// The answer of one request as items: those of its body, or those that its stream had told by its end.

import { h } from "../dom.js";
import { countOf } from "./format.js";
import { tree } from "./tree.js";

const LAST = new Set(["response.completed", "response.incomplete", "response.failed"]);

/** `{response, items, whole}` of what was answered; null where that is no response. `whole`: the answer's last word is in it. */
export function responseOf(entry) {
  const { answer, stored } = entry;
  if (answer?.events) return heard(answer.events);
  const body = answer ? answer.body : stored;
  return body?.object === "response" ? { response: body, items: body.output ?? [], whole: true } : null;
}

/** What a client knows that has heard these events. */
function heard(events) {
  let response = null;
  const items = [];
  for (const { type, data } of events) {
    if (!data || typeof data !== "object") continue;
    if (LAST.has(type) && data.response) return { response: data.response, items: data.response.output ?? [], whole: true };
    if (data.response) response = data.response;
    if (data.item) items[data.output_index ?? items.length] = data.item;
    if (typeof data.delta === "string" && items[data.output_index]) add(items, data);
  }
  return response ? { response, items: items.filter(Boolean), whole: false } : null;
}

function add(items, { type, output_index: index, delta }) {
  const item = items[index];
  if (type === "response.function_call_arguments.delta") items[index] = { ...item, arguments: (item.arguments ?? "") + delta };
  else if (type === "response.custom_tool_call_input.delta") items[index] = { ...item, input: (item.input ?? "") + delta };
  else if (type === "response.output_text.delta" || type === "response.refusal.delta") {
    const [part] = item.content?.length ? item.content : [{ type: "output_text" }];
    items[index] = { ...item, content: [{ ...part, text: (part.text ?? "") + delta }] };
  } else if (type === "response.reasoning_summary_text.delta") {
    items[index] = { ...item, summary: [{ type: "summary_text", text: (item.summary?.[0]?.text ?? "") + delta }] };
  }
}

/** The items as cards. */
export function cards(items) {
  if (!items.length) return h("p", { class: "faint" }, "No items.");
  return h("ol", { class: "cards" }, items.map((item) => h("li", { class: "card" }, head(item), said(item), whole(item))));
}

function head(item) {
  const about = item.name ?? item.role ?? item.action?.type;
  return h(
    "div",
    { class: "row" },
    h("span", { class: "chip accent" }, String(item.type ?? "?")),
    about ? h("strong", { class: "mono" }, String(about)) : null,
    item.status && item.status !== "completed" ? h("span", { class: "chip warn" }, String(item.status)) : null,
    h("span", { class: "gap" }),
    item.id ? h("code", { class: "faint clip" }, String(item.id)) : null,
  );
}

/** What the item says, where that is plain: text, a refusal, a tool's arguments. */
function said(item) {
  const texts = [];
  for (const part of [...list(item.content), ...list(item.summary)]) {
    const text = part?.text ?? part?.refusal;
    if (typeof text === "string" && text) texts.push(h("p", { class: "said" }, part.refusal ? h("span", { class: "chip warn" }, "refusal") : null, clipped(text)));
    if (part?.annotations?.length) texts.push(h("p", { class: "faint" }, countOf(part.annotations.length, "annotation")));
  }
  const given = item.arguments ?? item.input ?? item.code;
  if (typeof given === "string" && given) texts.push(h("pre", { class: "code" }, clipped(pretty(given))));
  return texts;
}

const list = (value) => (Array.isArray(value) ? value : []);
const clipped = (text) => (text.length > 8000 ? `${text.slice(0, 8000)}… ${countOf(text.length - 8000, "more character")} in the tree` : text);

function pretty(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}

function whole(item) {
  const body = h("div", {});
  const draw = () => body.childNodes.length || body.append(tree(item, { depth: 1, label: "Item" }));
  return h("details", { class: "whole", ontoggle: draw }, h("summary", {}, "all fields"), body);
}
