// The control API, spoken from the page: one scope, the admin token where one is needed, and errors as errors.

const ROOT = "/_mock/";
const TOKEN = "mock-admin-token";

/** What the control API answered instead of what was asked for. `needsToken`: it wants an admin token. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
    this.needsToken = status === 403 || status === 401;
  }
}

export class Api {
  constructor(scope) {
    this.scope = scope;
    this.token = sessionStorage.getItem(TOKEN) ?? "";
  }

  /** Keep the admin token for as long as this tab is open. */
  useToken(token) {
    this.token = token;
    sessionStorage.setItem(TOKEN, token);
  }

  /** `GET /_mock/<path>`, with these query parameters; what it answered, read from JSON. */
  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    return this.ask("GET", given.length ? `${path}?${new URLSearchParams(given)}` : path);
  }

  /** Any method with a JSON body. Null where the answer has none. */
  async ask(method, path, body) {
    const headers = { "x-mock-scope": this.scope };
    if (this.token) headers["x-mock-admin-token"] = this.token;
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await reach(ROOT + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    return read(answer);
  }

  /** A request to the emulated service itself, as a client of this scope would send it: `[status, answer read from JSON or text]`. */
  async service(method, path, body) {
    const headers = { "x-mock-scope": this.scope, "api-key": `mock-${this.scope}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await reach(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    return [answer.status, parsed(text)];
  }
}

async function reach(path, options) {
  try {
    return await fetch(path, { ...options, cache: "no-store", credentials: "omit", redirect: "error" });
  } catch {
    throw new ApiError(0, "the server does not answer");
  }
}

async function read(answer) {
  const text = await answer.text();
  const value = text ? parsed(text) : null;
  if (answer.ok) return value;
  throw new ApiError(answer.status, value?.error?.message ?? value?.message ?? `${answer.status} ${answer.statusText}`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
