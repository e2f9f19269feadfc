// The live list of requests, and beside it one of them in full. Only the lines in sight are in the page, however many there are.

import { fill, h } from "../dom.js";
import { matcher } from "../parts/filter.js";
import { countOf, moodOf, numberOf, spanOf, timeOf, tokensOf } from "../parts/format.js";
import { view as one } from "./request.js";

const ROW = 28; // pixels, as in style.css
const AROUND = 10; // lines drawn above and below those in sight
const MOST = 20_000; // lines kept here; the server keeps fewer
const SAY_EVERY = 4000; // milliseconds between what a screen reader is told of new requests

const COLUMNS = [
  ["time", "Time", (row) => timeOf(row.at)],
  ["status", "Status", statusOf],
  ["method", "Method", (row) => row.method],
  ["operation", "Operation", (row) => row.operation ?? row.path],
  ["model", "Model", (row) => row.model ?? ""],
  ["asked", "Asked", (row) => row.asked ?? (row.sent ? h("i", { class: "faint" }, row.sent) : "")],
  ["turn", "Turn", (row) => row.turn ?? ""],
  ["rule", "Rule", (row) => row.rules.join(", ")],
  ["faults", "Faults", (row) => row.faults.join(", ")],
  ["tokens", "Tokens", (row) => tokensOf(row.tokens).short],
  ["ms", "Took", (row) => spanOf(row.ms)],
];

const SHORTCUTS = [
  ["errors", "Errors", (row) => row.status === null || row.status >= 400],
  ["faults", "Faults", (row) => row.faults.length > 0],
  ["rules", "Rules", (row) => row.rules.length > 0],
];

export function view(context) {
  const entries = new Map(); // number -> row
  let cursor = "";
  let shown = []; // the rows that pass, in order
  let drawn = new Map(); // place -> element
  let paused = false;
  let held = 0; // rows that came while paused
  let selected = null; // a number
  let detail = null;
  let unsaid = 0;
  let saidAt = 0;
  const wanted = new Set(); // shortcuts that are on

  const search = h("input", {
    type: "search",
    class: "search",
    "data-search": true,
    placeholder: "Search, or status:4xx model: op: rule: fault: turn: -not",
    "aria-label": "Search requests",
    oninput: () => select(),
  });
  const toggles = SHORTCUTS.map(([name, title]) => toggle(title, () => (wanted.delete(name) || wanted.add(name), select(), wanted.has(name))));
  const pause = toggle("Pause", () => {
    paused = !paused;
    held = 0;
    if (!paused) select();
    pause.textContent = paused ? "Resume" : "Pause";
    context.say(paused ? "Paused" : "Live");
    return paused;
  });
  const clear = h("button", { type: "button", title: "Empty the journal", onclick: empty }, "Clear");
  const count = h("span", { class: "faint count" });
  const bar = h("div", { class: "toolbar", role: "search" }, search, toggles, h("span", { class: "gap" }), count, pause, clear);

  const header = h("div", { class: "line head", role: "row", "aria-rowindex": "1" }, COLUMNS.map(([name, title]) => h("span", { class: `c-${name}`, role: "columnheader" }, title)));
  const rows = h("div", { class: "lines", role: "rowgroup" });
  const scroller = h("div", { class: "scroller", onscroll: draw }, rows);
  const grid = h("div", { class: "grid", role: "grid", "aria-label": "Requests", tabindex: "0", onkeydown: (event) => move(event) && event.preventDefault() }, h("div", { role: "rowgroup" }, header), scroller);
  const nothing = h("p", { class: "empty", hidden: true });
  const list = h("section", { class: "list", "aria-label": "List" }, bar, grid, nothing);
  const side = h("aside", { class: "detail", "aria-label": "One request", hidden: true });
  const element = h("div", { class: "split" }, list, side);
  const resized = new ResizeObserver(draw);
  resized.observe(scroller);

  /** Which rows pass, and what is in sight of them. */
  function select() {
    const passes = matcher(search.value);
    const shortcuts = SHORTCUTS.filter(([name]) => wanted.has(name)).map(([, , test]) => test);
    const low = atEnd();
    shown = [...entries.values()].filter((row) => shortcuts.every((test) => test(row)) && passes(row));
    tell();
    redraw();
    if (low) toEnd();
  }

  function tell() {
    const all = entries.size;
    count.textContent = `${shown.length === all ? numberOf(all) : `${numberOf(shown.length)} of ${numberOf(all)}`}${paused && held ? ` · ${numberOf(held)} new` : ""}`;
    nothing.hidden = shown.length > 0;
    grid.hidden = shown.length === 0;
    if (!shown.length) fill(nothing, all ? "Nothing matches." : ["No requests yet in scope ", h("strong", {}, context.api.scope), ". Point a client at ", h("code", {}, `${location.origin}/openai/v1/`)]);
  }

  const atEnd = () => scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - ROW;
  const toEnd = () => (scroller.scrollTop = scroller.scrollHeight);

  function redraw() {
    drawn.forEach((line) => line.remove());
    drawn = new Map();
    rows.style.height = `${shown.length * ROW}px`;
    grid.setAttribute("aria-rowcount", String(shown.length + 1));
    draw();
  }

  /** Draw the lines in sight that are not drawn, and drop those that are out of it. */
  function draw() {
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - AROUND);
    const last = Math.min(shown.length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / ROW) + AROUND);
    for (const [place, line] of drawn) {
      if (place < first || place >= last) {
        line.remove();
        drawn.delete(place);
      }
    }
    for (let place = first; place < last; place += 1) {
      if (drawn.has(place)) continue;
      const line = lineOf(shown[place], place);
      drawn.set(place, line);
      rows.append(line);
    }
    point();
  }

  function lineOf(row, place) {
    const cells = COLUMNS.map(([name, , text]) => h("span", { class: `c-${name}`, role: "gridcell" }, text(row)));
    const mood = row.status === null || row.status >= 400 ? " wrong" : "";
    const line = h("div", { class: `line${mood}`, role: "row", id: `request-${row.number}`, "aria-rowindex": String(place + 2), onclick: () => open(row) }, cells);
    line.style.top = `${place * ROW}px`;
    return line;
  }

  /** Show which line is selected. */
  function point() {
    for (const [place, line] of drawn) line.setAttribute("aria-selected", String(shown[place].number === selected));
    const line = [...drawn.values()].find((each) => each.getAttribute("aria-selected") === "true");
    if (line) grid.setAttribute("aria-activedescendant", line.id);
    else grid.removeAttribute("aria-activedescendant");
  }

  function choose(place) {
    const row = shown[Math.max(0, Math.min(place, shown.length - 1))];
    if (!row) return;
    selected = row.number;
    const top = shown.indexOf(row) * ROW;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + ROW > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + ROW - scroller.clientHeight;
    draw();
    if (detail) context.slip("requests", row.id);
  }

  function open(row) {
    selected = row.number;
    point();
    context.go("requests", row.id);
  }

  function close() {
    context.go("requests");
    grid.focus();
  }

  function move({ key }) {
    const here = shown.findIndex((row) => row.number === selected);
    const page = Math.max(1, Math.floor(scroller.clientHeight / ROW) - 1);
    const from = here < 0 ? shown.length : here;
    const to = { ArrowDown: here < 0 ? 0 : here + 1, ArrowUp: from - 1, PageDown: here + page, PageUp: from - page, Home: 0, End: shown.length - 1 }[key];
    if (to !== undefined) choose(to);
    else if (key === "Enter" && shown[here]) open(shown[here]);
    else return false;
    return true;
  }

  async function empty() {
    await context.api.ask("DELETE", "requests");
    forget();
    context.go("requests");
    context.say("The journal is empty");
    select();
  }

  function forget() {
    entries.clear();
    cursor = "";
    selected = null;
  }

  function take({ data, anew }) {
    if (anew) forget();
    for (const row of data) {
      if (!entries.has(row.number)) {
        unsaid += 1;
        held += paused ? 1 : 0;
      }
      entries.set(row.number, row);
    }
    for (const number of entries.keys()) {
      if (entries.size <= MOST) break;
      entries.delete(number);
    }
  }

  function saySome() {
    if (!unsaid || Date.now() - saidAt < SAY_EVERY) return;
    context.say(countOf(unsaid, "new request"));
    saidAt = Date.now();
    unsaid = 0;
  }

  /** The address names a request, or none. */
  function route([id]) {
    detail?.destroy?.();
    detail = id ? one({ ...context, path: [id], close }) : null;
    side.hidden = !detail;
    element.classList.toggle("open", Boolean(detail));
    fill(side, detail?.element);
    const row = id ? [...entries.values()].find((each) => each.id === id) : null;
    if (row) selected = row.number;
    draw();
    if (detail) context.refresh();
  }

  route(context.path);
  tell();

  return {
    element,
    route,
    destroy() {
      resized.disconnect();
      detail?.destroy?.();
    },
    async update() {
      await detail?.update?.();
      let changed = false;
      let news;
      do {
        news = await context.api.get("requests", { since: cursor });
        take(news);
        cursor = news.cursor;
        changed ||= news.anew || news.data.length > 0;
      } while (news.more);
      if (changed && !paused) select();
      else tell();
      saySome();
    },
    key(event) {
      if (event.key === "Escape" && detail) close();
      else if (event.key === "p") pause.click();
      else return document.activeElement === document.body || document.activeElement === grid ? move(event) : false;
      return true;
    },
  };
}

const BROKEN = { cut: "the connection was cut", reset: "the connection was reset", left: "the client left" };

function statusOf({ status, ms, end }) {
  if (status === null) return h("span", { class: "status bad" }, ms === null ? "…" : "none");
  const broken = BROKEN[end];
  return h("span", { class: `status ${broken ? "bad" : moodOf(status)}`, title: broken }, status, broken ? [" ✕", h("span", { class: "unseen" }, ` ${broken}`)] : null);
}

/** A button that stays pressed; `flip` changes what it stands for and says how it stands. */
function toggle(title, flip) {
  const button = h("button", { type: "button", "aria-pressed": "false", onclick: () => button.setAttribute("aria-pressed", String(flip())) }, title);
  return button;
}
