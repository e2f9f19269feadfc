// One request in full: what was asked, what was answered and when, why, and how to do it again.

import { fill, h } from "../dom.js";
import { cards, responseOf } from "../parts/answer.js";
import { copyable } from "../parts/clipboard.js";
import { curl, python, rule, test } from "../parts/copies.js";
import { countOf, moodOf, momentOf, numberOf, sizeOf, spanOf, tokensOf } from "../parts/format.js";
import { tabs } from "../parts/tabs.js";
import { timeline } from "../parts/timeline.js";
import { tree } from "../parts/tree.js";
import { why } from "../parts/why.js";

let lastTab = "request"; // the tab that was looked at stays when another request is opened

/** `context.path` holds the request's id; `context.close()` leads back to the list. */
export function view(context) {
  const [id] = context.path;
  const element = h("article", { class: "request" }, h("p", { class: "empty" }, "…"));
  let entry = null;
  let refused = false;

  return {
    element,
    async update() {
      if (refused || (entry && isOver(entry))) return;
      const found = await context.api.get(`requests/${encodeURIComponent(id)}`).catch((error) => error);
      if (found instanceof Error) {
        refused = found.status === 404;
        if (!refused) throw found;
        fill(element, bar(context), h("p", { class: "empty" }, "The journal of this scope has no such request, or no longer."));
        return;
      }
      if (entry && JSON.stringify(found) === JSON.stringify(entry)) return;
      entry = found;
      fill(element, bar(context), head(entry), pages(entry, context));
    },
  };
}

const isOver = (entry) => entry.ms !== null || entry.answer === null;

function bar(context) {
  const back = h("button", { type: "button", class: "close", "aria-label": "Close (Esc)", title: "Close (Esc)", onclick: () => context.close() }, "✕");
  return h("div", { class: "detail-bar" }, back);
}

function head(entry) {
  const { answer } = entry;
  const status = h("span", { class: `chip ${moodOf(entry.status)}` }, entry.status ?? "no answer");
  const end = answer?.end && answer.end !== "whole" ? h("span", { class: "chip bad" }, { cut: "cut", reset: "reset", left: "client left" }[answer.end]) : null;
  const facts = [
    ["Operation", entry.operation],
    ["Model", entry.model],
    ["Turn", entry.turn],
    ["Rules", entry.rules.join(", ")],
    ["Faults", entry.faults.join(", ")],
    ["Tokens", tokensOf(entry.tokens).long],
    ["Took", spanOf(entry.ms)],
    ["At", momentOf(entry.at)],
    ["Profile", [entry.profile, entry.region].filter(Boolean).join(", ")],
    ["Response", entry.response_id && h("code", {}, entry.response_id, entry.stored ? "" : " (no longer kept)")],
    ["Request id", h("code", {}, entry.id)],
  ].filter(([, value]) => value);
  return h(
    "header",
    { class: "request-head" },
    h("h2", { tabindex: "-1" }, status, " ", h("span", { class: "mono" }, `${entry.method} ${entry.path}${entry.query ? `?${entry.query}` : ""}`), " ", end),
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    entry.hints.map((hint) => h("p", { class: "hint" }, hint)),
  );
}

function pages(entry, context) {
  const { answer } = entry;
  const list = [
    { name: "request", title: "Request", draw: () => asked(entry) },
    { name: "answer", title: "Answer", draw: () => answered(entry) },
    ...(answer?.events ? [{ name: "stream", title: `Stream (${numberOf(answer.events.length)})`, draw: () => timeline(answer) }] : []),
    { name: "why", title: "Why", draw: () => why(entry) },
    { name: "copy", title: "Copy as", draw: () => copies(entry, context) },
  ];
  return tabs("One request", list, lastTab, (name) => (lastTab = name));
}

function asked(entry) {
  const body = entry.body !== null ? tree(entry.body, { depth: 3, label: "Request body" }) : h("p", { class: "faint" }, unkept(entry));
  return [section("Body", body), section("Headers", h("p", { class: "faint" }, "Credentials are never kept."), headers(Object.entries(entry.headers)))];
}

const unkept = (entry) => (entry.body_bytes ? `A body of ${sizeOf(entry.body_bytes)}, of which only the size is kept.` : "None.");

const UNHEARD = "Several processes answer here, so what left is not recorded: a stream has no timeline, and of an answer what the store keeps is told.";

function answered(entry) {
  const { answer, stored } = entry;
  if (answer === null) return [h("p", { class: "faint" }, UNHEARD), stored ? items(entry) : null];
  if (answer.status === null) return h("p", { class: "faint" }, answer.end ? "Nothing was answered." : "Nothing has been answered yet.");
  return [items(entry), section("Body", bodyOf(answer)), section("Headers", headers(answer.headers))];
}

function items(entry) {
  const heard = responseOf(entry);
  if (!heard) return null;
  const { response, whole } = heard;
  const told = [response.status, response.incomplete_details?.reason, response.error?.code].filter(Boolean).join(" · ");
  return section(
    "Items",
    h("p", { class: "faint" }, `${whole ? told : "As far as the stream told it"} · ${countOf(heard.items.length, "item")}`),
    response.error?.message ? h("p", { class: "hint" }, String(response.error.message)) : null,
    cards(heard.items),
  );
}

function bodyOf(answer) {
  if (answer.events) return h("p", { class: "faint" }, `${countOf(answer.events.length, "event")}, ${sizeOf(answer.bytes)}: see Stream.`);
  if (answer.body !== undefined) return tree(answer.body, { depth: 2, label: "Answer body" });
  if (!answer.bytes) return h("p", { class: "faint" }, "Empty.");
  if (!answer.bytes_kept) return h("p", { class: "faint" }, `${sizeOf(answer.bytes)}, no longer kept: newer requests needed the room.`);
  return [h("p", { class: "faint" }, `${sizeOf(answer.bytes)} that are no JSON`), h("pre", { class: "code", tabindex: "0" }, answer.text.slice(0, 20_000))];
}

function headers(pairs) {
  const rows = pairs.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)));
  return h("table", { class: "headers" }, h("tbody", {}, rows));
}

function copies(entry, context) {
  const { origin } = location;
  const note = entry.body === null && entry.body_bytes ? "without the body, which was too large to keep" : "";
  return [
    h("p", { class: "faint" }, "The key is read from ", h("code", {}, "$AZURE_OPENAI_API_KEY"), ": it was never kept."),
    copyable("curl", curl(entry, origin), context, note),
    copyable("Python", python(entry, origin), context, note),
    copyable("Rule", rule(entry), context, "gives the same question the same answer"),
    copyable("Test", test(entry), context, "for pytest"),
  ];
}

function section(title, ...content) {
  return h("section", { class: "block" }, h("h3", {}, title), content);
}
