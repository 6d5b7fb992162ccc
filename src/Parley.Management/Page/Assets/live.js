// The live calls: a snapshot, the events after it, and the texts of the rows on the screen.
import { get, lines } from "./api.js";
import { events } from "./events.js";
import { Rows } from "./rows.js";

const flushEvery = 250;
const mostTexts = 400;
const eventsWait = 2000;
const filterRefresh = 15000;

/** Whether a call fits what was typed, as far as its summary says; null where only the server can say. */
export function fits(call, query) {
  for (const word of query.toLowerCase().split(/\s+/).filter((w) => w.length > 0)) {
    const equals = word.indexOf("=");
    if (equals > 0) {
      const [name, value] = [word.slice(0, equals), word.slice(equals + 1)];
      const named = (call.profiles ?? []).filter((p) => p.name.toLowerCase() === name);
      if (named.length === 0) return null;
      if (!named.some((p) => (p.value ?? "").toLowerCase() === value)) return false;
      continue;
    }
    const texts = [call.id, call.callId, call.from, call.to, call.fromTag, call.toTag, call.caller, call.callee];
    const digits = /^[+\d().-]+$/.test(word) ? word.replace(/[^\d]/g, "") : "";
    if (!texts.some((text) => text?.toLowerCase().includes(word) || (digits && text?.includes(digits)))) return false;
  }
  return true;
}

export class LiveCalls {
  rows = new Rows();
  /** Grows with each change of the list. */
  version = 0;
  loading = true;
  error = null;
  #texts = new Map();
  #filter = { q: "", state: "", abnormal: false };
  #endedMeanwhile = new Set();
  #reading = null;
  #wanted = [];
  #fetching = false;
  #changed = new Set();
  #off = [];
  #timers = [];

  onChange(callback) {
    this.#changed.add(callback);
    return () => this.#changed.delete(callback);
  }

  open() {
    this.#off = [
      events.on("dialog", (event) => this.#take(event)),
      events.on("reset", () => this.#read()),
      // What is read before the events are there could miss a call of in between.
      events.on("state", (state) => state === "open" && this.#reading === null && this.#read()),
    ];
    this.#timers = [
      setInterval(() => this.#flush(), flushEvery),
      setInterval(() => this.#filter.q && this.#read(), filterRefresh),
    ];
    if (events.state === "open") this.#read();
    else this.#timers.push(setTimeout(() => this.#reading === null && this.#read(), eventsWait));
  }

  close() {
    for (const off of this.#off) off();
    for (const timer of this.#timers) clearInterval(timer);
    this.#reading?.abort();
  }

  filter(filter) {
    const same = Object.keys(filter).every((name) => filter[name] === this.#filter[name]);
    if (same) return;
    this.#filter = filter;
    if (this.#reading === null) return;
    this.rows.clear();
    this.#texts.clear();
    this.#read();
  }

  sortBy(sort, down) {
    if (this.rows.sortBy(sort, down)) this.#read();
    this.#notify();
  }

  textOf(slot) {
    return this.#texts.get(slot);
  }

  /** Fetches the texts of the rows from first to last that are not there yet. */
  want(first, last) {
    this.#wanted = [first, last];
    if (!this.#fetching) this.#fetchTexts();
  }

  async #fetchTexts() {
    this.#fetching = true;
    // While somebody scrolls, only where it comes to rest counts.
    await new Promise((resolve) => setTimeout(resolve, 40));
    try {
      const ids = [];
      const [first, last] = this.#wanted;
      for (let i = first; i < Math.min(last, this.rows.count); i++) {
        const slot = this.rows.at(i);
        if (!this.#texts.has(slot)) ids.push(this.rows.idOf(slot));
      }
      for (let i = 0; i < ids.length; i += 50) {
        const page = await get("dialogs", { ids: ids.slice(i, i + 50).join(","), state: "unconfirmed,early,confirmedNoAck,confirmed,ended" });
        for (const call of page.items) this.#keep(this.rows.find(call.id), call);
      }
      if (ids.length > 0) this.#notify();
      this.#fetching = false;
      if (first !== this.#wanted[0] || last !== this.#wanted[1]) this.#fetchTexts();
    } catch {
      this.#fetching = false;
    }
  }

  #keep(slot, call) {
    if (slot < 0) return;
    this.#texts.delete(slot);
    this.#texts.set(slot, call);
    if (this.#texts.size > mostTexts) this.#texts.delete(this.#texts.keys().next().value);
  }

  /** Reads all that fit. Events of meanwhile count more than what is read. */
  async #read() {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    this.#endedMeanwhile.clear();
    this.rows.beginTurn();
    this.loading = true;
    this.#notify();
    try {
      const query = { brief: true, q: this.#filter.q, state: this.#filter.state, abnormal: this.#filter.abnormal };
      await lines("dialogs", query, reading.signal, (call) => {
        if (reading.signal.aborted || this.#endedMeanwhile.has(call.id)) return;
        this.rows.noteText(this.rows.put(call), call);
      });
      if (reading.signal.aborted) return;
      this.rows.endTurn();
      this.error = null;
    } catch (error) {
      if (reading.signal.aborted) return;
      this.error = error;
      setTimeout(() => this.#reading === reading && this.#read(), 3000);
    }
    this.loading = false;
    this.rows.flush();
    this.rows.rearrange();
    this.version++;
    this.#notify();
  }

  #take({ change, dialog }) {
    if (change === "ended" || dialog.state === "ended" || !this.#isWanted(dialog)) {
      if (this.loading) this.#endedMeanwhile.add(dialog.id);
      this.#texts.delete(this.rows.remove(dialog.id));
      return;
    }
    const isNew = this.rows.find(dialog.id) < 0;
    const slot = this.rows.put(dialog);
    this.rows.noteText(slot, dialog);
    if (isNew || this.#texts.has(slot)) this.#keep(slot, dialog);
  }

  #isWanted(call) {
    const { q, state, abnormal } = this.#filter;
    if (state && !state.split(",").includes(call.state)) return false;
    if (abnormal && !(call.abnormal?.length > 0)) return false;
    return !q || (fits(call, q) ?? this.rows.find(call.id) >= 0);
  }

  #flush() {
    if (this.rows.flush()) this.version++;
    this.#notify();
  }

  #notify() {
    for (const callback of this.#changed) callback();
  }
}
