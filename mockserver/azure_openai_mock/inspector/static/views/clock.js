// The clock of the scope: now, what expires next, and buttons that move it. What expires is seen to go.

import { fill, h } from "../dom.js";
import { countOf } from "../parts/format.js";

const STEPS = [
  ["1h", "1 hour"],
  ["1d", "1 day"],
  ["29d", "29 days"],
  ["30d", "30 days"],
];
const DAY = 86_400;
const MOST = 200;

const moment = new Intl.DateTimeFormat([], { dateStyle: "full", timeStyle: "medium", timeZone: "UTC", hourCycle: "h23" });
const short = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short", timeZone: "UTC", hourCycle: "h23" });

/** Seconds -> "29 days 23 hours", "5 minutes", "12 seconds". */
function lengthOf(span) {
  const seconds = Math.round(span);
  const units = [["day", DAY], ["hour", 3600], ["minute", 60], ["second", 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "no time";
  const whole = Math.floor(seconds / units[first][1]);
  const rest = units[first + 1] ? Math.floor((seconds - whole * units[first][1]) / units[first + 1][1]) : 0;
  return [countOf(whole, units[first][0]), rest ? countOf(rest, units[first + 1][0]) : ""].filter(Boolean).join(" ");
}

export function view(context) {
  let known = new Map(); // id -> node that was stored when last looked at
  const left = new Map(); // id -> node that went meanwhile

  const now = h("p", { class: "clock-now", id: "clock-now" });
  const about = h("p", { class: "faint" });
  const next = h("p", { id: "next-expiry" });
  const freeze = h("button", { type: "button", "aria-pressed": "false" }, "Freeze");
  freeze.addEventListener("click", () => move({ freeze: freeze.getAttribute("aria-pressed") !== "true" }, ""));
  const steps = STEPS.map(([by, title]) => h("button", { type: "button", onclick: () => move({ advance: by }, `Advanced by ${title}`) }, `+ ${title}`));
  const by = h("input", { type: "text", size: 8, placeholder: "90s, 2h, 3d", "aria-label": "Advance by" });
  const form = h("form", { class: "row", onsubmit: (event) => (event.preventDefault(), move({ advance: by.value.trim() }, `Advanced by ${by.value}`)) }, by, h("button", { type: "submit" }, "Advance"));
  const list = h("tbody", {});
  const table = h(
    "table",
    { class: "expiries" },
    h("thead", {}, h("tr", {}, ["Response", "Asked", "Expires (UTC)", "In"].map((title) => h("th", { scope: "col" }, title)))),
    list,
  );
  const none = h("p", { class: "faint" }, "Nothing is stored in this scope.");

  async function move(change, told) {
    const was = known.size;
    await context.api.ask("POST", "clock", change);
    await context.refresh();
    await update();
    const went = was - known.size;
    if (told) context.say(`${told}. ${went > 0 ? `${countOf(went, "response")} expired.` : "Nothing expired."}`);
  }

  async function update() {
    const [clock, chains] = await Promise.all([context.api.get("clock"), context.api.get("chains")]);
    fill(now, `${moment.format(clock.now * 1000)} UTC`);
    const off = clock.now - Date.now() / 1000;
    fill(about, clock.frozen ? "frozen · " : "", Math.abs(off) < 2 ? "real time" : `${lengthOf(Math.abs(off))} ${off > 0 ? "ahead of" : "behind"} real time`);
    freeze.setAttribute("aria-pressed", String(clock.frozen));
    freeze.textContent = clock.frozen ? "Let it run" : "Freeze";
    const stored = chains.data.filter((node) => node.state === "stored").sort((a, b) => (a.expires_at ?? Infinity) - (b.expires_at ?? Infinity));
    for (const [id, node] of known) if (!stored.some((each) => each.id === id)) left.set(id, node);
    known = new Map(stored.map((node) => [node.id, node]));
    for (const id of known.keys()) left.delete(id);
    fill(next, chains.next_expiry === null ? "Nothing expires." : [h("strong", {}, lengthOf(chains.next_expiry - clock.now)), " to the next expiry, ", countOf(stored.length, "response"), " stored"]);
    draw([...[...left.values()].slice(-MOST), ...stored.slice(0, MOST)], clock.now);
  }

  function draw(nodes, at) {
    table.hidden = !nodes.length;
    none.hidden = nodes.length > 0;
    fill(list, nodes.map((node) => rowOf(node, at)));
  }

  function rowOf(node, at) {
    const gone = left.has(node.id);
    const when = node.expires_at === null ? "never" : short.format(node.expires_at * 1000);
    const rest = gone ? h("span", { class: "chip bad" }, node.expires_at !== null && node.expires_at <= at ? "expired" : "gone") : node.expires_at === null ? "" : lengthOf(node.expires_at - at);
    return h("tr", { class: gone ? "went" : "", "data-id": node.id }, h("td", {}, h("code", {}, node.id)), h("td", {}, node.asked ?? node.sent ?? ""), h("td", {}, when), h("td", {}, rest));
  }

  return {
    element: h(
      "div",
      { class: "page" },
      h("section", { class: "panel", "aria-label": "Clock" }, h("h2", {}, "Now, in this scope"), now, about, next, h("div", { class: "row" }, steps, h("span", { class: "gap" }), freeze, form)),
      h("section", { class: "panel", "aria-label": "Expiry" }, h("h2", {}, "What expires, the next first"), none, h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Responses by expiry" }, table)),
    ),
    update,
  };
}
