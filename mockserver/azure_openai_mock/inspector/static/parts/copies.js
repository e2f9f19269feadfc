// One request as something to run again: curl, Python, a rule that gives the same answer, a test. The key is an environment variable's.

import { responseOf } from "./answer.js";
import { yamlOf } from "./yaml.js";

const KEY = "AZURE_OPENAI_API_KEY";
const KEPT_HEADERS = /^(content-type|x-mock-(?!admin-token).*|x-ms-client-request-id|accept)$/;
const CREATE = new Set([
  "background", "conversation", "include", "input", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model", "parallel_tool_calls",
  "previous_response_id", "prompt", "prompt_cache_key", "reasoning", "safety_identifier", "service_tier", "store", "stream", "stream_options",
  "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user",
]);

const target = (entry) => entry.path + (entry.query ? `?${entry.query}` : "");

/** A shell command. */
export function curl(entry, origin) {
  const lines = [`curl -sS${entry.body?.stream === true ? "N" : ""} ${shell(origin + target(entry))}`];
  if (entry.method !== "GET" && !(entry.method === "POST" && entry.body !== null)) lines.push(`-X ${entry.method}`);
  lines.push(`-H "api-key: $${KEY}"`);
  for (const [name, value] of Object.entries(entry.headers)) {
    if (KEPT_HEADERS.test(name) && value !== "*/*") lines.push(`-H ${shell(`${name}: ${value}`)}`);
  }
  if (entry.body !== null) lines.push(`--data-raw ${shell(JSON.stringify(entry.body))}`);
  return lines.join(" \\\n  ");
}

const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** A program with the official client. */
export function python(entry, origin) {
  const [base, tail] = split(entry.path);
  const options = [`base_url=${literal(origin + base)}`, `api_key=os.environ["${KEY}"]`];
  const named = Object.entries(entry.headers).filter(([name]) => /^x-mock-(?!admin-token)/.test(name)).map((pair) => pair.map(quoted).join(": "));
  if (base !== "/openai/v1/") named.unshift(`"api-key": os.environ["${KEY}"]`); // the older paths take no key as a bearer token
  if (named.length) options.push(`default_headers={${named.join(", ")}}`);
  if (entry.query) options.push(`default_query=${literal(Object.fromEntries(new URLSearchParams(entry.query)))}`);
  const client = `client = OpenAI(\n${options.map((option) => `    ${option},\n`).join("")})`;
  return `import os\n\nfrom openai import OpenAI\n\n${client}\n${called(entry, tail)}\n`;
}

/** The client's base address, and what it adds to it. */
function split(path) {
  const base = /^\/openai\/(v1\/|deployments\/[^/]+\/)?/.exec(path)?.[0] ?? "/";
  return [base, path.slice(base.length)];
}

function called(entry, tail) {
  if (entry.operation === "responses.create" && entry.body && typeof entry.body === "object") {
    const call = `client.responses.create(\n${args(entry.body)})`;
    return entry.body.stream === true ? `for event in ${call}:\n    print(event)` : `response = ${call}\nprint(response.model_dump_json(indent=2))`;
  }
  const more = entry.body === null ? "" : `, body=${literal(entry.body)}`;
  return `print(client.${entry.method.toLowerCase()}(${literal(tail)}, cast_to=object${more}))`;
}

function args(body) {
  const known = Object.entries(body).filter(([name]) => CREATE.has(name));
  const other = Object.fromEntries(Object.entries(body).filter(([name]) => !CREATE.has(name)));
  const given = known.map(([name, value]) => `    ${name}=${literal(value, 1)},\n`);
  if (Object.keys(other).length) given.push(`    extra_body=${literal(other, 1)},\n`);
  return given.join("");
}

/** A JSON value in Python's words. */
export function literal(value, depth = 0) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  const list = Array.isArray(value);
  const parts = list ? value.map((each) => literal(each, depth + 1)) : Object.entries(value).map(([key, each]) => `${quoted(key)}: ${literal(each, depth + 1)}`);
  const [open, close] = list ? "[]" : "{}";
  const line = `${open}${parts.join(", ")}${close}`;
  if (line.length + depth * 4 < 100 && !line.includes("\n")) return line;
  const indent = "    ".repeat(depth + 1);
  return `${open}\n${parts.map((part) => `${indent}${part},\n`).join("")}${"    ".repeat(depth)}${close}`;
}

/** JSON's escapes are Python's, but for the two halves of a surrogate pair, which JSON.stringify leaves as they are. */
const quoted = (text) => JSON.stringify(text);

/** A rule under which the same question gets the same answer, as the control API takes it. */
export function ruleOf(entry) {
  const when = {};
  if (entry.operation && entry.operation !== "responses.create") when.operation = entry.operation;
  if (entry.model) when.model = entry.model;
  const asked = askedOf(entry.body?.input);
  if (asked !== null) when.input__equals = asked;
  if (entry.turn > 1) when.turn = entry.turn;
  const rule = { name: `as at ${new Date(entry.at * 1000).toISOString()}`, ...(Object.keys(when).length ? { when } : {}) };
  return { ...rule, ...answered(entry) };
}

/** The newest user text behind the model's last output: what rules read. */
function askedOf(input) {
  if (typeof input === "string") return input;
  const last = Array.isArray(input) ? input.at(-1) : null;
  if (last?.role !== "user") return null;
  if (typeof last.content === "string") return last.content;
  const texts = (Array.isArray(last.content) ? last.content : []).map((part) => part?.text).filter((text) => typeof text === "string");
  return texts.length ? texts.join("\n") : null;
}

const ENDINGS = { cut: "cut", reset: "reset" };

function answered(entry) {
  const answer = entry.answer;
  if (!answer || answer.status === null) return { fault: [{ silence: true }] };
  if (answer.status >= 400) return { fault: [{ refuse: refusal(answer) }] };
  const said = {};
  const heard = responseOf(entry);
  if (heard) {
    if (heard.items.length || heard.whole) said.say = heard.items.map(bare);
    const { status, incomplete_details: incomplete, error } = heard.response;
    if (status === "incomplete" && incomplete?.reason === "max_output_tokens") said.outcome = { incomplete: "max_output_tokens" };
    if (status === "incomplete" && incomplete?.reason === "content_filter") said.outcome = { content_filter: "completion" };
    if (status === "failed") said.outcome = { failed: error?.code ?? "server_error" };
  }
  const ending = ENDINGS[answer.end];
  if (ending) said.fault = [{ [ending]: { after: answer.events ? answer.events.filter((event) => event.data !== undefined).length : 0 } }];
  return Object.keys(said).length ? said : { fault: ["noop"] };
}

function refusal(answer) {
  const after = answer.headers.find(([name]) => name === "retry-after-ms")?.[1];
  return { status: answer.status, ...(after ? { retry_after: Number(after) / 1000 } : {}) };
}

/** An item without what is given anew to every answer. */
function bare(item) {
  const { id, status, call_id, ...rest } = item;
  return rest;
}

/** The rule as an entry of a rules file. */
export const rule = (entry) => yamlOf(ruleOf(entry));

/** A pytest test with the fixture `azure_openai`. */
export function test(entry) {
  const failed = failureOf(entry);
  const rules = `azure_openai.rules.add(${literal(ruleOf(entry))})`;
  const body = failed ? raising(entry, failed) : asserting(entry);
  const imports = failed ? `import httpx\nimport openai\nimport pytest\n\n\n` : "";
  return `${imports}def test_${nameOf(entry)}(azure_openai):\n${indented([rules, ...body].join("\n"))}\n`;
}

const indented = (text) => text.replace(/^/gm, "    ");

function nameOf(entry) {
  const words = (askedOf(entry.body?.input) ?? entry.operation ?? "").toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return words.replace(/^_|_$/g, "").slice(0, 50) || "it";
}

/** What the client raises, and what is to be seen of it; null where it raises nothing. */
function failureOf({ answer }) {
  if (answer?.status >= 400) return ["openai.APIStatusError", `assert refused.value.status_code == ${answer.status}`];
  return !answer || (answer.end === "whole" && answer.status !== null) ? null : ["(openai.APIConnectionError, httpx.TransportError)", null];
}

function raising(entry, [kind, seen]) {
  const call = callOf(entry, "max_retries=0");
  const lines = [`with pytest.raises(${kind})${seen ? " as refused" : ""}:`, indented(entry.body?.stream === true ? `list(${call})` : call)];
  return seen ? [...lines, seen] : lines;
}

function asserting(entry) {
  const call = callOf(entry, "");
  const heard = responseOf(entry);
  if (entry.operation !== "responses.create" || !heard) return [`assert ${call}`];
  const made = entry.body?.stream === true ? [`*_, last = ${call}`, "response = last.response"] : [`response = ${call}`];
  const lines = [`assert response.status == ${literal(heard.response.status)}`, `assert [item.type for item in response.output] == ${literal(heard.items.map((item) => item.type))}`];
  const text = heard.items.flatMap((item) => (Array.isArray(item.content) ? item.content : [])).map((part) => part?.text ?? "").join("");
  return [...made, ...lines, ...(text ? [`assert response.output_text == ${literal(text)}`] : [])];
}

function callOf(entry, options) {
  const client = `azure_openai.client(${options})`;
  if (entry.operation === "responses.create" && entry.body && typeof entry.body === "object") return `${client}.responses.create(\n${args(entry.body)})`;
  const more = entry.body === null ? "" : `, body=${literal(entry.body)}`;
  return `${client}.${entry.method.toLowerCase()}(${literal(split(entry.path)[1])}, cast_to=object${more})`;
}
