// What the page asks of its server. Nothing here leaves the page's own origin.
const root = "/api/v1/";

const tokenAsked = new Set();

/** Calls back when the server asks for a token. Returns what takes the call back. */
export function onTokenAsked(callback) {
  tokenAsked.add(callback);
  return () => tokenAsked.delete(callback);
}

/** An answer that is an error: its status and the detail that the server gave (RFC 9457). */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** A path with its query; parameters that are null, false or empty are left out. */
export function pathOf(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== "" && value !== false) parameters.set(name, value);
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

/** Sends a request; gives the response, or throws an ApiError. */
export async function request(path, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  let body;
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  let response;
  try {
    response = await fetch(root + path, { method: options.method ?? "GET", headers, body, signal: options.signal, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "The server does not answer.");
  }
  if (response.ok) return response;
  if (response.status === 401) for (const callback of tokenAsked) callback();
  throw new ApiError(response.status, await detailOf(response));
}

async function detailOf(response) {
  try {
    const problem = await response.json();
    return problem.detail || problem.title || `Status ${response.status}`;
  } catch {
    return `The server answered with status ${response.status}.`;
  }
}

export async function get(path, query, signal) {
  return (await request(pathOf(path, query), { signal })).json();
}

export async function send(method, path, body) {
  const response = await request(path, { method, body });
  const text = await response.text();
  return text ? JSON.parse(text) : {};
}

/** Reads an answer of JSON lines, each given to a function as it comes, so that the whole is never held. */
export async function lines(path, query, signal, each) {
  const response = await request(pathOf(path, query), { signal, headers: { Accept: "application/x-ndjson" } });
  await readLines(response, (line) => line && each(JSON.parse(line)));
}

/** Fetches a file and lets the browser save it. */
export async function save(path, name) {
  const response = await request(path, { headers: { Accept: "*/*" } });
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Gives each line of a response to a function. */
export async function readLines(response, each) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let from = 0;
    for (let end = value.indexOf("\n"); end >= 0; end = value.indexOf("\n", from)) {
      let line = value.slice(from, end);
      if (rest) {
        line = rest + line;
        rest = "";
      }
      each(line.endsWith("\r") ? line.slice(0, -1) : line);
      from = end + 1;
    }
    rest += value.slice(from);
  }
  if (rest) each(rest);
}
