// What is emulated, told from /_mock/openapi.json: operations, their parameters, and tools, each with the profiles that have it or refuse it.

import { fill, h } from "./dom.js";

const main = document.getElementById("main");
const METHODS = ["get", "post", "put", "delete"];
const searched = new Map(); // an operation's element -> the text that a search reads
const SURFACES = { v1: "/openai/v1", dated: "/openai", deployments: "/openai/deployments/NAME" };

/** Every operation once, however many paths it has: `{name, method, tag, at: [{path, states}], entry}`. */
function operationsOf(paths) {
  const operations = new Map();
  for (const [path, entries] of Object.entries(paths)) {
    for (const method of METHODS.filter((each) => entries[each])) {
      const entry = entries[method];
      const key = `${entry.tags[0]} ${entry.summary} ${method}`;
      const known = operations.get(key) ?? { name: entry.summary, method: method.toUpperCase(), tag: entry.tags[0], at: [], entry };
      known.at.push({ path, states: entry["x-mock"]?.profiles });
      operations.set(key, known);
    }
  }
  return [...operations.values()];
}

function page({ info, paths, "x-mock": about }) {
  const names = Object.keys(about.profiles);
  const operations = operationsOf(paths);
  const families = grouped(operations);
  const search = h("input", { type: "search", class: "search", "data-search": true, placeholder: "Search operations and parameters", "aria-label": "Search", oninput: () => sift(search.value) });
  return h(
    "div",
    { class: "page docs" },
    h("p", {}, `What version ${info.version} emulates. `, h("span", { class: "faint" }, info.description)),
    h("div", { class: "row docs-search" }, search, h("span", { class: "faint", role: "status", id: "found" })),
    profilesOf(about.profiles),
    [...families].map(([family, list]) => section(family, list.map((operation) => detailsOf(operation, names)))),
    section("Tools", toolsOf(about.tools, names)),
  );
}

const familyOf = ({ tag, name }) => (tag === "control" ? "Control API" : name.split(".")[0].replaceAll("_", " "));

function grouped(operations) {
  const groups = new Map();
  for (const operation of operations) groups.set(familyOf(operation), [...(groups.get(familyOf(operation)) ?? []), operation]);
  return groups;
}

function section(title, ...content) {
  return h("section", { class: "panel", "data-family": title }, h("h2", {}, title[0].toUpperCase() + title.slice(1)), content);
}

function profilesOf(profiles) {
  const versions = (list) => list.map((version) => (version === "none" ? "without api-version" : version)).join(", ");
  const rows = Object.entries(profiles).map(([name, { title, api_versions: taken }]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", {}, title),
      h("td", {}, Object.entries(SURFACES).filter(([surface]) => taken[surface]?.length).map(([surface, path]) => h("div", {}, h("code", {}, path), " ", versions(taken[surface])))),
    ),
  );
  return section("Profiles", table(["Profile", "Stands for", "Paths and api-versions that it takes"], rows));
}

function detailsOf({ name, method, at, entry }, names) {
  const states = at[0].states;
  const merged = states && Object.fromEntries(names.map((profile) => [profile, at.some((each) => each.states[profile] === "emulated") ? "emulated" : "refused"]));
  const content = entry.requestBody?.content ?? {};
  const [[kind, body] = []] = Object.entries(content);
  const properties = Object.entries(body?.schema.properties ?? {}).filter(([, schema]) => schema["x-mock"]);
  const since = entry["x-mock"]?.since;
  const inside = h("div", { class: "operation-body" });
  const draw = () => [
    since ? h("p", { class: "faint" }, `The service has it since ${since}.`) : null,
    states ? table(["Path", ...names], at.map((each) => h("tr", {}, h("td", {}, h("code", {}, each.path)), names.map((profile) => h("td", {}, state(each.states[profile])))))) : null,
    entry.parameters.length ? h("p", {}, "In path and query: ", entry.parameters.map(({ name: parameter }, index) => [index ? ", " : "", h("code", {}, parameter)])) : null,
    kind ? h("p", {}, "Body: ", h("code", {}, kind)) : null,
    properties.length ? parametersOf(properties, names) : null,
  ];
  const operation = h(
    "details",
    { class: "operation", "data-operation": name, ontoggle: () => inside.childNodes.length || fill(inside, draw()) },
    h("summary", {}, h("span", { class: `method ${method.toLowerCase()}` }, method), h("code", {}, at[0].path), h("span", { class: "faint" }, name), h("span", { class: "gap" }), merged && chips(merged)),
    inside,
  );
  searched.set(operation, [name, method, ...at.map((each) => each.path), ...properties.map(([property]) => property)].join(" ").toLowerCase());
  return operation;
}

function chips(states) {
  return Object.entries(states).map(([profile, each]) => h("span", { class: `chip ${each === "emulated" ? "good" : "warn"}`, title: `${profile}: ${each}` }, profile, h("span", { class: "unseen" }, ` ${each}`)));
}

const state = (word) => h("span", { class: `chip ${word === "emulated" ? "good" : "warn"}` }, word);

function parametersOf(properties, names) {
  const rows = properties.map(([name, schema]) => {
    const about = schema["x-mock"];
    const refused = about.refused_by ?? [];
    const word = !refused.length ? state("emulated") : refused.length === names.length ? state("refused") : [state("emulated"), h("span", { class: "faint" }, ` refused by ${refused.join(", ")}`)];
    const note = about.moved_to ? `moved to ${about.moved_to}` : about.since ? `since ${about.since}` : "";
    return h("tr", {}, h("th", { scope: "row" }, h("code", {}, name)), h("td", {}, h("code", {}, typeOf(schema))), h("td", {}, word, note ? h("div", { class: "faint" }, note) : null), h("td", { class: "faint" }, `${about.source} (${about.confidence})`));
  });
  return table(["Parameter", "Type", "Status", "Source"], rows);
}

function typeOf(schema) {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(" | ");
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (schema.type === "array") return schema.items ? `[${typeOf(schema.items)}]` : "array";
  const least = schema.minimum !== undefined ? ` ≥ ${schema.minimum}` : "";
  const most = schema.maximum !== undefined ? ` ≤ ${schema.maximum}` : "";
  return `${schema.type ?? "any"}${least}${most}`;
}

function toolsOf(tools, names) {
  return table(["Tool", ...names], Object.entries(tools).map(([tool, states]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, tool)), names.map((profile) => h("td", {}, state(states[profile]))))));
}

function table(heads, rows) {
  return h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": heads.join(", ") }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows)));
}

/** Show the operations that have all of these words in their names, paths or parameters. */
function sift(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const operation of main.querySelectorAll(".operation")) {
    const found = words.every((word) => searched.get(operation).includes(word));
    operation.hidden = !found;
    count += found ? 1 : 0;
  }
  for (const family of main.querySelectorAll("[data-family]")) {
    const list = [...family.querySelectorAll(".operation")];
    family.hidden = words.length > 0 && !list.some((operation) => !operation.hidden);
  }
  document.getElementById("found").textContent = words.length ? `${count} found` : "";
}

document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) {
    if (event.key === "Escape") event.target.blur();
  } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    main.querySelector("[data-search]").focus();
  }
});

try {
  const answer = await fetch("/_mock/openapi.json");
  fill(main, page(await answer.json()));
} catch {
  fill(main, h("p", { class: "empty" }, "The server does not answer."));
}
