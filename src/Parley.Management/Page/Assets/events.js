// The server's events. By fetch, not EventSource, which neither says why it was refused nor can be given a Last-Event-ID to go on from.
import { get, readLines, request } from "./api.js";

const kinds = "dialog,call.started,call.ended,limit.hit,registration,store,node";
const shortestWait = 500;
const longestWait = 5000;
const silenceLimit = 60000;

/** One stream of events for the whole page; it connects anew as long as the page is there. */
class EventStream {
  listeners = new Map();
  state = "connecting";
  #last = null;
  #started = null;
  #wait = shortestWait;

  /** Calls a function for each event of a kind; "reset" when events were lost, "state" when the connection changes. */
  on(kind, callback) {
    if (!this.listeners.has(kind)) this.listeners.set(kind, new Set());
    this.listeners.get(kind).add(callback);
    return () => this.listeners.get(kind).delete(callback);
  }

  start() {
    this.#run();
  }

  #emit(kind, data) {
    for (const callback of this.listeners.get(kind) ?? []) callback(data);
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.#emit("state", state);
  }

  async #run() {
    for (;;) {
      try {
        await this.#read();
      } catch (error) {
        this.#enter(error.status === 401 || error.status === 403 ? "refused" : "lost");
      }
      await new Promise((resolve) => setTimeout(resolve, this.#wait));
      this.#wait = Math.min(this.#wait * 2, longestWait);
    }
  }

  async #read() {
    const stop = new AbortController();
    let silence = setTimeout(() => stop.abort(), silenceLimit);
    try {
      const headers = { Accept: "text/event-stream" };
      const goesOn = this.#last !== null;
      if (goesOn) headers["Last-Event-ID"] = this.#last;
      const response = await request(`events?kinds=${kinds}`, { headers, signal: stop.signal });
      await this.#greet(goesOn);
      let event = { kind: "message", data: "" };
      await readLines(response, (line) => {
        clearTimeout(silence);
        silence = setTimeout(() => stop.abort(), silenceLimit);
        event = this.#take(line, event);
      });
      this.#enter("lost");
    } finally {
      clearTimeout(silence);
      stop.abort();
    }
  }

  /** A server that was started anew counts its events anew: nothing of before can be resumed. */
  async #greet(goesOn) {
    const { started } = await get("health");
    const isAnother = this.#started !== null && (this.#started !== started || !goesOn);
    this.#started = started;
    this.#wait = shortestWait;
    this.#enter("open");
    if (isAnother) this.#emit("reset", null);
  }

  #take(line, event) {
    if (line === "") {
      if (event.kind === "reset") this.#emit("reset", null);
      else if (event.data) this.#emit(event.kind, JSON.parse(event.data));
      return { kind: "message", data: "" };
    }
    const colon = line.indexOf(":");
    if (colon === 0) return event;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "id") this.#last = value;
    else if (field === "event") event.kind = value;
    else if (field === "data") event.data = event.data ? `${event.data}\n${value}` : value;
    return event;
  }
}

export const events = new EventStream();
