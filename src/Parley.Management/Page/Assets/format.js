// Times, numbers and URIs as text.
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });
const whole = new Intl.NumberFormat("en-US");

export const number = (n) => (n === null || n === undefined ? "–" : whole.format(n));

/** Clock time; with the day when it is another one. */
export function time(iso) {
  if (!iso) return "–";
  const at = new Date(iso);
  const text = clock.format(at);
  return at.toDateString() === new Date().toDateString() ? text : `${day.format(at)} ${text}`;
}

/** Clock time with milliseconds. */
export function preciseTime(iso) {
  const at = new Date(iso);
  return `${clock.format(at)}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** A duration as 4:05 or 1:02:03. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A span in words of one unit: 320 ms, 12 s, 4 min, 3 h. */
export function span(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 120000) return `${Math.round(milliseconds / 1000)} s`;
  if (milliseconds < 7200000) return `${Math.round(milliseconds / 60000)} min`;
  if (milliseconds < 172800000) return `${Math.round(milliseconds / 3600000)} h`;
  return `${Math.round(milliseconds / 86400000)} d`;
}

/** The user and the rest of a SIP URI: ["1000", "example.com"]; the host alone where there is no user. */
export function partsOf(uri) {
  if (!uri) return ["", ""];
  const rest = uri.replace(/^sips?:/i, "");
  const at = rest.indexOf("@");
  return at < 0 ? [rest, ""] : [rest.slice(0, at), rest.slice(at + 1)];
}

const states = {
  unconfirmed: "calling",
  early: "ringing",
  confirmedNoAck: "no ACK yet",
  confirmed: "up",
  ended: "ended",
};

export const stateText = (state) => states[state] ?? state;

const marks = {
  noAck: "no ACK",
  byeUnanswered: "BYE unanswered",
  doubleBye: "double BYE",
  late2xx: "late 2xx",
  lateCancel: "late CANCEL",
  glare: "491 glare",
  wrongCSeq: "wrong CSeq",
  fallbackMatching: "matched by fallback",
  unroutableContact: "unroutable Contact",
  noRecordRoute: "no Record-Route",
  maxForwards: "Max-Forwards",
};

/** A mark of something abnormal in words: those that are known, others from their own camel case. */
export const markText = (mark) =>
  marks[mark] ?? mark.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/ ([A-Z])(?=[a-z])/g, (m) => m.toLowerCase());
