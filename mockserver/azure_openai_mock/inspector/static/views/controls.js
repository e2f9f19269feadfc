// Controls: what the scope stands for, its rules, faults by click, rate limits, and the scopes of the server.

import { fill, h } from "../dom.js";
import { countOf, numberOf } from "../parts/format.js";
import { yamlOf } from "../parts/yaml.js";

const EXAMPLE = `- name: greet
  when: {input__contains: hello}
  say: Good day.
`;

export function view(context) {
  const panels = [settings(context), rules(context), faults(context), limits(context), scopes(context)];
  return {
    element: h("div", { class: "page controls" }, panels.map((panel) => panel.element)),
    update: () => Promise.all(panels.map((panel) => panel.update?.())),
  };
}

/** A panel with a line that tells how its last action went. `act(work)` runs it; it gives what is told. */
function panel(title, context, ...content) {
  const told = h("p", { class: "told", role: "status", hidden: true });
  const act = async (work) => {
    let text;
    try {
      text = await work();
      told.classList.remove("bad");
    } catch (error) {
      text = error.message;
      told.classList.add("bad");
    }
    fill(told, text);
    told.hidden = !text;
    await context.refresh();
  };
  return { act, element: h("section", { class: "panel", "aria-label": title }, h("h2", {}, title), content, told) };
}

function settings(context) {
  const profile = h("select", { "aria-label": "Profile" });
  const region = h("select", { "aria-label": "Region" });
  const gate = h("select", { "aria-label": "Gate" }, ["strict", "warn", "off"].map((each) => h("option", { value: each }, each)));
  const box = h("label", { class: "row" });
  const registered = h("input", { type: "checkbox" });
  box.append(registered, "registered for preview models");
  const { act, element } = panel(
    "Profile and region",
    context,
    h("div", { class: "row" }, h("label", { class: "row" }, "Profile", profile), h("label", { class: "row" }, "Region", region), h("label", { class: "row" }, "Gate", gate), box),
  );
  const change = (given, told) => act(async () => {
    await context.api.ask("PUT", "settings", given);
    return told;
  });
  profile.addEventListener("change", () => change({ profile: profile.value, region: null }, `The profile is ${profile.value}, the region its own.`));
  region.addEventListener("change", () => change({ region: region.value || null }, region.value ? `The region is ${region.value}.` : "The region is the profile's own."));
  gate.addEventListener("change", () => change({ gate: gate.value }, `The gate is ${gate.value}.`));
  registered.addEventListener("change", () => change({ registered: registered.checked }, registered.checked ? "Registered." : "Not registered."));
  let offered = null;
  let drawn = "";
  return {
    element,
    async update() {
      const now = await context.api.get("settings");
      offered ??= (await context.api.get("profiles")).data;
      if (drawn === JSON.stringify(now)) return;
      drawn = JSON.stringify(now);
      const known = offered.some((each) => each.name === now.profile) ? offered : [...offered, { name: now.profile, title: "a file", regions: [] }];
      fill(profile, known.map(({ name, title }) => h("option", { value: name }, `${name}: ${title}`)));
      profile.value = now.profile;
      const regions = new Set([...known.find((each) => each.name === now.profile).regions, ...(now.region ? [now.region] : [])]);
      fill(region, h("option", { value: "" }, "the profile's own"), [...regions].map((name) => h("option", { value: name }, name)));
      region.value = now.region ?? "";
      gate.value = now.gate;
      registered.checked = now.registered;
    },
  };
}

function rules(context) {
  const list = h("tbody", {});
  const none = h("p", { class: "faint" }, "No rules: the offline model answers.");
  const table = h("table", {}, h("thead", {}, h("tr", {}, ["Rule", "When", "Used", ""].map((title) => h("th", { scope: "col" }, title || h("span", { class: "unseen" }, "Actions"))))), list);
  const editor = h("textarea", { "aria-label": "Rules as YAML or JSON", spellcheck: "false", rows: 8 });
  editor.value = EXAMPLE;
  const found = h("div", { "aria-live": "polite" });
  const button = (title, work, kind) => h("button", { type: "button", class: kind, onclick: () => act(work) }, title);
  let edited = null; // the id of the rule in the editor
  let known = [];
  let drawn = "";
  const add = button("Add", save, "primary");
  const { act, element } = panel(
    "Rules",
    context,
    none,
    h("div", { class: "wide" }, table),
    h("h3", {}, "Write a rule"),
    editor,
    h("div", { class: "row" }, button("Try against the last request", attempt), add, button("New", () => load(null)), h("span", { class: "gap" }), button("Save all as YAML", download), button("Remove all", removeAll, "danger")),
    found,
  );

  const read = () => context.api.ask("POST", "rules/try", { text: editor.value });

  async function attempt() {
    const { request, rules: tried } = await read();
    if (request === null) {
      fill(found);
      return "The rules can be read. There is no request yet to try them against.";
    }
    fill(found, h("ul", { class: "cards" }, tried.map(cardOf)), h("a", { href: `#/requests/${encodeURIComponent(request)}` }, "The request that they were tried against"));
    return "";
  }

  async function save() {
    const { given } = await read();
    const { rules: made } = await context.api.ask("POST", "rules", given);
    if (edited) await context.api.ask("DELETE", `rules/${encodeURIComponent(edited)}`);
    load(null, editor.value);
    return `${countOf(made.length, "rule")} added: ${made.map((each) => each.id).join(", ")}`;
  }

  function load(rule, text = EXAMPLE) {
    edited = rule?.id ?? null;
    editor.value = rule ? yamlOf(givenOf(rule)) : text;
    add.textContent = edited ? `Replace ${edited}` : "Add";
    fill(found);
    return "";
  }

  async function remove(rule) {
    await context.api.ask("DELETE", `rules/${encodeURIComponent(rule.id)}`);
    return `${rule.name ?? rule.id} is removed.`;
  }

  async function removeAll() {
    await context.api.ask("DELETE", "rules");
    return "All rules are removed.";
  }

  function download() {
    const text = known.map((rule) => yamlOf(givenOf(rule))).join("");
    const link = h("a", { href: URL.createObjectURL(new Blob([text || "[]\n"], { type: "application/yaml" })), download: "rules.yaml" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    return `${countOf(known.length, "rule")} saved as rules.yaml.`;
  }

  function rowOf(rule) {
    const name = rule.name ?? rule.id;
    const spent = rule.times !== undefined && rule.times !== null && rule.used >= rule.times;
    return h(
      "tr",
      { "data-rule": rule.id },
      h("th", { scope: "row" }, name, rule.name ? h("div", { class: "faint" }, rule.id) : null),
      h("td", {}, h("code", {}, rule.when ? JSON.stringify(rule.when) : "always"), h("div", { class: "faint" }, doesOf(rule))),
      h("td", {}, `${numberOf(rule.used)}${rule.times === undefined || rule.times === null ? "" : ` of ${numberOf(rule.times)}`}`, spent ? h("span", { class: "chip warn" }, "spent") : null),
      h("td", { class: "actions" }, h("button", { type: "button", "aria-label": `Edit ${name}`, onclick: () => (act(() => load(rule)), editor.focus()) }, "Edit"), " ", h("button", { type: "button", "aria-label": `Remove ${name}`, onclick: () => act(() => remove(rule)) }, "Remove")),
    );
  }

  return {
    element,
    async update() {
      known = (await context.api.get("rules")).rules;
      if (drawn === JSON.stringify(known)) return;
      drawn = JSON.stringify(known);
      none.hidden = known.length > 0;
      table.hidden = !known.length;
      fill(list, known.map(rowOf));
    },
  };
}

/** The rule as it was given. */
function givenOf({ id, used, ...given }) {
  return given;
}

/** What a rule does, in a line. */
function doesOf(rule) {
  const parts = ["say", "outcome", "pace", "fault"].filter((key) => rule[key] !== undefined && rule[key] !== null).map((key) => `${key}: ${JSON.stringify(rule[key])}`);
  const line = parts.join(" · ");
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

function cardOf({ name, matches, failed }) {
  return h(
    "li",
    { class: "card" },
    h("div", { class: "row" }, h("span", { class: `chip ${matches ? "good" : "bad"}` }, matches ? "matches" : `${countOf(failed.length, "condition")} failed`), h("strong", {}, name ?? "a rule without a name")),
    failed.map(({ condition, expected, found }) => h("p", {}, h("code", {}, condition), " expected ", h("code", {}, JSON.stringify(expected)), ", found ", h("code", {}, found === null ? "nothing" : JSON.stringify(found)))),
  );
}

function faults(context) {
  const what = h("select", { "aria-label": "Fault or error" });
  const settingsOf = h("input", { type: "text", "aria-label": "Its settings", placeholder: "settings" });
  const about = h("p", { class: "faint" });
  const next = h("button", { type: "button", onclick: () => act(() => give(1)) }, "For the next request");
  const all = h("button", { type: "button", onclick: () => act(() => give(null)) }, "For all requests");
  const none = h("button", { type: "button", onclick: () => act(stop) }, "Stop these faults");
  const { act, element } = panel("Faults", context, h("div", { class: "row" }, what, settingsOf, next, all, h("span", { class: "gap" }), none), about);
  const NAME = "fault by click";
  let offered = null;

  async function give(times) {
    const { given } = await context.api.ask("POST", "rules/try", { text: textOf() });
    const rule = { name: NAME, when: { operation: "*" }, fault: given[0].fault, ...(times ? { times } : {}) };
    await context.api.ask("POST", "rules", rule);
    return `${JSON.stringify(rule.fault)} ${times ? "hits the next request." : "hits every request until it is stopped."}`;
  }

  /** The rule as text: settings are YAML, `after: 6` or a bare value. */
  function textOf() {
    const given = settingsOf.value.trim();
    if (!given) return `fault: [${JSON.stringify(what.value)}]\n`;
    return `fault: [{${JSON.stringify(what.value)}: ${given.includes(":") && !given.startsWith("{") ? `{${given}}` : given}}]\n`;
  }

  async function stop() {
    const found = (await context.api.get("rules")).rules.filter((rule) => rule.name === NAME);
    for (const rule of found) await context.api.ask("DELETE", `rules/${encodeURIComponent(rule.id)}`);
    return `${countOf(found.length, "fault")} stopped.`;
  }

  function describe() {
    const known = offered?.get(what.value);
    about.textContent = known?.about ?? "";
    settingsOf.placeholder = known?.hint ?? "settings";
  }

  what.addEventListener("change", describe);
  return {
    element,
    async update() {
      if (offered) return;
      const [{ data: kinds }, { data: errors }] = await Promise.all([context.api.get("faults"), context.api.get("errors")]);
      const hint = (settings) => settings.filter((each) => each.required).map((each) => `${each.name}: ${each.type}`).join(", ") || settings.map((each) => each.name).join(", ");
      offered = new Map([
        ...errors.map((row) => [row.key, { about: `${row.status ?? ""} ${row.message ?? ""}`, hint: "none needed" }]),
        ...kinds.map((kind) => [kind.name, { about: kind.about, hint: hint(kind.settings) }]),
      ]);
      fill(
        what,
        h("optgroup", { label: "Faults" }, kinds.map(({ name }) => h("option", { value: name }, name))),
        h("optgroup", { label: "Errors" }, errors.filter(({ forms }) => forms.includes("body") || forms.includes("stream")).map(({ key, status }) => h("option", { value: key }, `${key} (${status})`))),
      );
      what.value = "rate_limited";
      describe();
    },
  };
}

function limits(context) {
  const requests = h("input", { type: "number", min: 0, "aria-label": "Requests per minute", size: 8 });
  const tokens = h("input", { type: "number", min: 0, "aria-label": "Tokens per minute", size: 8 });
  const gauges = h("div", { class: "gauges" });
  const none = h("p", { class: "faint" });
  const number = (field) => (field.value === "" ? null : Number(field.value));
  const set = async (given, told) => {
    await context.api.ask("PUT", "settings", { limits: given });
    return told;
  };
  const form = h(
    "form",
    { class: "row", onsubmit: (event) => (event.preventDefault(), act(() => set({ requests: number(requests), tokens: number(tokens) }, "The limits are set."))) },
    h("label", { class: "row" }, "Requests per minute", requests),
    h("label", { class: "row" }, "Tokens per minute", tokens),
    h("button", { type: "submit" }, "Set"),
    h("button", { type: "button", onclick: () => act(() => set(null, "No limits.")) }, "No limits"),
  );
  const { act, element } = panel("Rate limits", context, gauges, none, form);
  return {
    element,
    async update() {
      const [{ data }, { limits: given }] = await Promise.all([context.api.get("limits"), context.api.get("settings")]);
      none.hidden = data.length > 0;
      none.textContent = given ? "Limits are set; no deployment was asked yet." : "No limits are set.";
      fill(gauges, data.map(gaugeOf));
    },
  };
}

function gaugeOf({ deployment, what, used, share, window, left }) {
  const name = `${deployment}: ${what}`;
  const told = `${numberOf(used)} of ${numberOf(share)} in ${window === 60 ? "this minute" : `${window} s`}, anew in ${Math.ceil(left)} s`;
  return h("div", { class: "gauge" }, h("span", {}, name), h("meter", { min: 0, max: Math.max(share, 1), high: share * 0.8, optimum: 0, value: Math.min(used, share), "aria-label": name }), h("span", { class: "faint" }, told));
}

function scopes(context) {
  const list = h("ul", { class: "scopes" });
  const { act, element } = panel("Scopes", context, list);
  let drawn = "";
  const reset = (name) => act(async () => {
    await context.api.ask("POST", "reset", { scope: name });
    return `${name} is empty, as at start.`;
  });
  return {
    element,
    async update() {
      const { data } = await context.api.get("scopes");
      const names = data.filter((name) => !name.includes("@"));
      if (drawn === JSON.stringify(names)) return;
      drawn = JSON.stringify(names);
      fill(
        list,
        names.map((name) =>
          h("li", { class: "row" }, name === context.api.scope ? h("strong", {}, name) : h("a", { href: `?${new URLSearchParams({ scope: name })}#/controls` }, name), h("button", { type: "button", "aria-label": `Reset ${name}`, onclick: () => reset(name) }, "Reset")),
        ),
      );
    },
  };
}
