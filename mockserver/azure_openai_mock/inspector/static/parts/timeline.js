// A stream as a timeline: a strip of what came when, and below it every event with its time, gaps between them, and how it ended.

import { h, svg } from "../dom.js";
import { countOf, sizeOf, spanOf } from "./format.js";
import { tree } from "./tree.js";

const LEAST_GAP = 50; // milliseconds of silence that are worth a line,
const GAP_SHARE = 0.04; // if they are this share of the whole, too
const RUN = 3; // as many events of one kind in a row become one line that opens
const LINES = 300; // lines at a time
const WIDTH = 1000;
const MOST_MARKS = 2000;

const ENDS = {
  whole: ["good", "finished properly"],
  cut: ["bad", "cut: the connection closed before the end"],
  reset: ["bad", "reset: the connection was broken"],
  left: ["warn", "the client left before the end"],
};

/** The timeline of an answer that has `events`. */
export function timeline(answer) {
  const rows = lined(answer.events);
  const last = answer.end_ms ?? answer.events.at(-1)?.at_ms ?? 0;
  const [mood, told] = answer.end ? ENDS[answer.end] : ["", "still open"];
  const facts = [countOf(answer.events.length, "event"), sizeOf(answer.bytes), `head after ${spanOf(answer.began_ms)}`, `${told} after ${spanOf(last)}`];
  const list = h("ol", { class: "events" });
  portion(list, rows, 0);
  const left = answer.bytes - answer.bytes_kept;
  const kept = answer.events.length ? `The first ${sizeOf(answer.bytes_kept)} were kept.` : "The events are no longer kept: newer requests needed the room.";
  return h(
    "div",
    { class: "timeline" },
    h("p", { class: "faint" }, facts.join(" · ")),
    strip(answer, rows, last),
    list,
    left > 0 ? h("p", { class: "event-end warn" }, kept) : null,
    h("p", { class: `event-end ${mood}`, "data-end": answer.end ?? "open" }, `${told} `, h("span", { class: "faint" }, answer.end ? `at ${spanOf(last)}` : "")),
  );
}

/** Lines `{gap}`, `{event}`, `{run: [events]}` and `{missing}`, in order. */
function lined(events) {
  const long = Math.max(LEAST_GAP, ((events.at(-1)?.at_ms ?? 0) - (events[0]?.at_ms ?? 0)) * GAP_SHARE);
  const rows = [];
  let run = [];
  let number = null;
  const flush = () => {
    if (run.length >= RUN) rows.push({ run });
    else rows.push(...run.map((event) => ({ event })));
    run = [];
  };
  events.forEach((event, index) => {
    const before = events[index - 1];
    const silence = before ? event.at_ms - before.at_ms : 0;
    const here = event.data?.sequence_number;
    const wrong = typeof here === "number" && number !== null && here !== number + 1;
    if (silence >= long || wrong || (run.length && run[0].type !== event.type)) flush();
    if (silence >= long) rows.push({ gap: silence, from: before.at_ms, to: event.at_ms });
    if (wrong) rows.push({ missing: here > number + 1 ? `${countOf(here - number - 1, "number")} left out` : `number ${here} after ${number}` });
    if (typeof here === "number") number = here;
    if (event.data === undefined || event.broken) {
      flush();
      rows.push({ event });
    } else run.push(event);
  });
  flush();
  return rows;
}

function strip(answer, rows, last) {
  const end = Math.max(last, 0.001);
  const x = (ms) => (Math.min(ms, end) / end) * (WIDTH - 4) + 2;
  const step = Math.ceil(answer.events.length / MOST_MARKS) || 1;
  const gaps = rows.filter((row) => row.gap).map((row) => svg("rect", { class: "strip-gap", x: x(row.from), y: 6, width: Math.max(1, x(row.to) - x(row.from)), height: 20 }));
  const marks = answer.events
    .filter((_, index) => index % step === 0)
    .map((event) => svg("rect", { class: `strip-mark ${familyOf(event)}`, x: x(event.at_ms) - 1, y: 6, width: 2, height: 20 }));
  const stop = answer.end && answer.end !== "whole" ? svg("rect", { class: "strip-stop", x: x(last) - 2, y: 0, width: 4, height: 32 }) : null;
  const about = `Timeline of ${countOf(answer.events.length, "event")} in ${spanOf(last)}, ${countOf(gaps.length, "gap")}`;
  return h(
    "figure",
    { class: "strip" },
    svg("svg", { viewBox: `0 0 ${WIDTH} 32`, preserveAspectRatio: "none", role: "img", "aria-label": about }, gaps, marks, stop),
    h("figcaption", { class: "strip-scale", "aria-hidden": "true" }, h("span", {}, "0"), h("span", {}, spanOf(last / 2)), h("span", {}, spanOf(last))),
  );
}

function familyOf(event) {
  const type = event.type ?? "";
  if (event.data === undefined || type === "error" || type === "response.failed") return "bad";
  if (type.endsWith(".delta")) return "delta";
  return /^response\.[a-z_]+$/.test(type) ? "state" : "part";
}

function portion(list, rows, from) {
  const to = Math.min(from + LINES, rows.length);
  for (const row of rows.slice(from, to)) list.append(line(row));
  if (to === rows.length) return;
  const more = h("button", { type: "button", class: "more" }, `${countOf(rows.length - to, "more line")}`);
  const item = h("li", {}, more);
  more.addEventListener("click", () => {
    item.remove();
    portion(list, rows, to);
  });
  list.append(item);
}

function line(row) {
  if (row.gap) return h("li", { class: "event-gap", "data-gap": Math.round(row.gap) }, `${spanOf(row.gap)} of silence`);
  if (row.missing) return h("li", { class: "event-gap bad", "data-missing": true }, `sequence numbers: ${row.missing}`);
  return h("li", {}, row.run ? runOf(row.run) : one(row.event));
}

function runOf(run) {
  const [first, last] = [run[0], run.at(-1)];
  const text = run.map((event) => (typeof event.data?.delta === "string" ? event.data.delta : "")).join("");
  const inside = h("ol", { class: "events inner" });
  const draw = () => inside.childNodes.length || portion(inside, run.map((event) => ({ event })), 0);
  return h("details", { class: "event", ontoggle: draw }, summary(first, `${run.length} × ${first.type}`, clip(text), last.at_ms), inside);
}

function one(event) {
  const inside = h("div", { class: "event-body" });
  const draw = () => {
    if (inside.childNodes.length) return;
    inside.append(event.data === undefined ? h("pre", { class: "code" }, event.raw) : tree(event.data, { depth: 2, label: event.type ?? "Event" }));
  };
  const title = event.broken ? `${event.type ?? "frame"} (broken off)` : (event.type ?? (event.raw?.startsWith(":") ? "comment" : "no event"));
  return h("details", { class: "event", ontoggle: draw }, summary(event, title, tellOf(event)), inside);
}

function summary(event, title, text, until) {
  const number = event.data?.sequence_number;
  const range = until !== undefined && until !== event.at_ms ? h("span", { class: "event-until" }, ` – ${spanOf(until)}`) : null;
  return h(
    "summary",
    {},
    h("span", { class: "event-time" }, spanOf(event.at_ms), range),
    h("span", { class: "event-number" }, number ?? ""),
    h("span", { class: `event-type ${familyOf(event)}` }, title),
    h("span", { class: "event-text faint" }, text),
  );
}

/** What an event says, in few words. */
function tellOf({ data, raw }) {
  if (data === undefined) return clip(raw ?? "");
  if (!data || typeof data !== "object") return clip(String(data));
  const item = data.item ?? data.part;
  const text = data.delta ?? data.text ?? data.arguments ?? data.error?.message ?? data.message ?? data.response?.status ?? item?.name ?? item?.type;
  return typeof text === "string" ? clip(text) : "";
}

const clip = (text) => (text.length > 160 ? `${text.slice(0, 160)}…` : text);
