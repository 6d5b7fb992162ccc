// The live calls as numbers in typed arrays: 100,000 of them take about 3 MB. Texts are fetched for what is on the screen.
const none = 0;
const gone = -1;
const states = ["unconfirmed", "early", "confirmedNoAck", "confirmed", "ended"];
const dead = 255;
const abnormalBit = 16;
const tick = 100;

/** A number that sorts as the user part of a URI does: up to 15 digits, or the first 8 characters of anything else. */
export function sortKey(uri) {
  const start = uri.indexOf(":") + 1;
  const at = uri.indexOf("@", start);
  const user = uri.slice(start, at < 0 ? undefined : at).replace(/^\+/, "");
  if (/^\d{1,15}$/.test(user)) {
    let key = 0;
    for (let i = 0; i < 15; i++) key = key * 11 + (i < user.length ? user.charCodeAt(i) - 47 : 0);
    return key;
  }
  const text = user.toLowerCase();
  let key = 0;
  for (let i = 0; i < 8; i++) key = key * 64 + (i < text.length ? rankOf(text.charCodeAt(i)) : 0);
  return key * 16 + 2 ** 52;
}

/** A dialog's id: two numbers in hexadecimal, the last digit first. */
const textOf = (a, b) => `${turned(a.toString(16))}.${turned(b.toString(16))}`;

function turned(text) {
  let result = "";
  for (let i = text.length - 1; i >= 0; i--) result += text[i];
  return result;
}

/** Digits, then signs, then letters. */
function rankOf(code) {
  if (code >= 48 && code <= 57) return code - 47;
  return code >= 97 && code <= 122 ? code - 70 : 12;
}

export class Rows {
  /** The slots in the order of the list. */
  order = new Uint32Array(1024);
  count = 0;
  #size = 0;
  #capacity = 1024;
  #idA = new Uint32Array(1024);
  #idB = new Uint32Array(1024);
  #created = new Uint32Array(1024);
  #state = new Uint8Array(1024);
  #turn = new Uint8Array(1024);
  #keys = null;
  #keyOf = null;
  #table = new Int32Array(4096);
  #used = 0;
  #free = [];
  #added = [];
  #removed = false;
  #oddIds = new Map();
  #sort = "created";
  #down = true;
  #currentTurn = 0;
  #base = Date.now() - 5 * 365 * 86400000;

  get sort() {
    return this.#sort;
  }

  get down() {
    return this.#down;
  }

  /** Bytes of the arrays. */
  get bytes() {
    const arrays = [this.order, this.#idA, this.#idB, this.#created, this.#state, this.#turn, this.#table, this.#keys];
    return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  /** The slot of the n-th row of the list. */
  at(index) {
    return this.order[this.#down ? this.count - 1 - index : index];
  }

  /** The place in the list of a slot, or -1. */
  indexOf(slot) {
    const found = this.order.subarray(0, this.count).indexOf(slot);
    return found < 0 ? -1 : this.#down ? this.count - 1 - found : found;
  }

  idOf(slot) {
    return this.#oddIds.get(slot) ?? textOf(this.#idA[slot], this.#idB[slot]);
  }

  stateOf(slot) {
    return states[this.#state[slot] & 15];
  }

  isAbnormal(slot) {
    return (this.#state[slot] & abnormalBit) !== 0;
  }

  createdOf(slot) {
    return this.#base + this.#created[slot] * tick;
  }

  find(id) {
    const [a, b] = this.#pack(id);
    for (let at = this.#hash(a, b); ; at = (at + 1) & (this.#table.length - 1)) {
      const entry = this.#table[at];
      if (entry === none) return -1;
      if (entry !== gone && this.#is(entry - 1, a, b, id)) return entry - 1;
    }
  }

  /** Puts in a call, or changes it. Gives its slot. */
  put(call) {
    let slot = this.find(call.id);
    if (slot < 0) slot = this.#add(call);
    // Where nothing is said about it, what was known stays.
    const abnormal = call.abnormal === undefined ? this.#state[slot] & abnormalBit : call.abnormal.length > 0 ? abnormalBit : 0;
    this.#state[slot] = Math.max(0, states.indexOf(call.state)) | abnormal;
    this.#turn[slot] = this.#currentTurn;
    return slot;
  }

  remove(id) {
    const slot = this.find(id);
    if (slot >= 0) this.#drop(slot);
    return slot;
  }

  /** Begins a new reading of the whole: what is not put in until endTurn is gone by then. */
  beginTurn() {
    this.#currentTurn = (this.#currentTurn + 1) & 255;
  }

  endTurn() {
    for (let slot = 0; slot < this.#size; slot++)
      if (this.#state[slot] !== dead && this.#turn[slot] !== this.#currentTurn) this.#drop(slot);
  }

  clear() {
    for (let slot = 0; slot < this.#size; slot++) if (this.#state[slot] !== dead) this.#drop(slot);
    this.flush();
  }

  /** Chooses the order. True when the calls have to be read anew for it, since the texts to sort by are not kept. */
  sortBy(sort, down) {
    [this.#sort, this.#down] = [sort, down];
    const text = sort === "from" || sort === "to" ? sort : null;
    const isNew = text !== null && text !== this.#keyOf;
    this.#keyOf = text;
    this.#keys = text === null ? null : isNew ? new Float64Array(this.#capacity) : this.#keys;
    this.#arrange();
    return isNew;
  }

  /** After a reading for an order by text. */
  rearrange() {
    this.#arrange();
  }

  noteText(slot, call) {
    if (this.#keyOf !== null) this.#keys[slot] = sortKey(call[this.#keyOf] ?? "");
  }

  /** Brings what was put in and removed into the list. True when the list changed. */
  flush() {
    if (!this.#removed && this.#added.length === 0) return false;
    if (this.#removed) {
      let kept = 0;
      for (let i = 0; i < this.count; i++) {
        const slot = this.order[i];
        if (this.#state[slot] === dead) this.#free.push(slot);
        else this.order[kept++] = slot;
      }
      this.count = kept;
      this.#removed = false;
    }
    const added = this.#added.length;
    for (const slot of this.#added) {
      if (this.#state[slot] === dead) this.#free.push(slot);
      else this.order[this.count++] = slot;
    }
    this.#added = [];
    if (added > 0 && this.#needsSort(added)) this.#arrange();
    return true;
  }

  #needsSort(added) {
    if (this.#sort !== "created") return true;
    for (let i = Math.max(1, this.count - added); i < this.count; i++)
      if (this.#created[this.order[i]] < this.#created[this.order[i - 1]]) return true;
    return false;
  }

  #arrange() {
    const [created, state, keys] = [this.#created, this.#state, this.#keys];
    const list = this.order.subarray(0, this.count);
    if (this.#sort === "state") list.sort((a, b) => (state[a] & 15) - (state[b] & 15) || created[a] - created[b] || a - b);
    else if (keys !== null) list.sort((a, b) => keys[a] - keys[b] || created[a] - created[b] || a - b);
    else list.sort((a, b) => created[a] - created[b] || a - b);
  }

  #add(call) {
    const slot = this.#free.length > 0 ? this.#free.pop() : this.#size++;
    if (slot >= this.#capacity) this.#grow();
    const [a, b, isOdd] = this.#pack(call.id);
    [this.#idA[slot], this.#idB[slot]] = [a, b];
    if (isOdd) this.#oddIds.set(slot, call.id);
    this.#created[slot] = Math.max(0, Math.round((Date.parse(call.created) - this.#base) / tick));
    this.#state[slot] = 0;
    if (this.#used * 2 >= this.#table.length) this.#rehash(slot);
    this.#enter(slot);
    this.#added.push(slot);
    return slot;
  }

  #drop(slot) {
    const [a, b] = [this.#idA[slot], this.#idB[slot]];
    for (let at = this.#hash(a, b); this.#table[at] !== none; at = (at + 1) & (this.#table.length - 1))
      if (this.#table[at] === slot + 1) this.#table[at] = gone;
    this.#oddIds.delete(slot);
    this.#state[slot] = dead;
    this.#removed = true;
  }

  #enter(slot) {
    let at = this.#hash(this.#idA[slot], this.#idB[slot]);
    while (this.#table[at] !== none) at = (at + 1) & (this.#table.length - 1);
    this.#table[at] = slot + 1;
    this.#used++;
  }

  /** Makes the table anew, without tombstones and without the slot that its caller enters. */
  #rehash(without) {
    const live = this.#size - this.#free.length;
    let length = this.#table.length;
    while (length < live * 2.5) length *= 2;
    this.#table = new Int32Array(length);
    this.#used = 0;
    for (let slot = 0; slot < this.#size; slot++) {
      if (this.#state[slot] !== dead && slot !== without) this.#enter(slot);
    }
  }

  #grow() {
    const capacity = Math.ceil(this.#capacity * 1.5);
    const larger = (array) => {
      const next = new array.constructor(capacity);
      next.set(array);
      return next;
    };
    [this.#idA, this.#idB, this.#created] = [larger(this.#idA), larger(this.#idB), larger(this.#created)];
    [this.#state, this.#turn, this.order] = [larger(this.#state), larger(this.#turn), larger(this.order)];
    if (this.#keys !== null) this.#keys = larger(this.#keys);
    this.#capacity = capacity;
  }

  /** An id as two numbers; ids of another form are kept as text beside their hash. */
  #pack(id) {
    const dot = id.indexOf(".");
    if (dot > 0 && dot <= 8 && id.length - dot <= 9) {
      const [a, b] = [parseInt(turned(id.slice(0, dot)), 16), parseInt(turned(id.slice(dot + 1)), 16)];
      if (a >= 0 && b >= 0 && textOf(a, b) === id) return [a, b, false];
    }
    let [a, b] = [2166136261, 5381];
    for (let i = 0; i < id.length; i++) {
      a = Math.imul(a ^ id.charCodeAt(i), 16777619);
      b = Math.imul(b, 33) ^ id.charCodeAt(i);
    }
    return [a >>> 0, b >>> 0, true];
  }

  #is(slot, a, b, id) {
    if (this.#idA[slot] !== a || this.#idB[slot] !== b) return false;
    const odd = this.#oddIds.get(slot);
    return odd === undefined ? this.idOf(slot) === id : odd === id;
  }

  #hash(a, b) {
    const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#table.length - 1);
  }
}
