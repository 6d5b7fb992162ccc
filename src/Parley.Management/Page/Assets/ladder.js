// The ladder of a call: parties as columns, messages as arrows, the proxy's steps as notes between them.
import { markText, preciseTime } from "./format.js";
import { html, useEffect, useMemo, useRef, useState } from "./view.js";

const ours = "parley";
const arrowHeight = 34;
const stepHeight = 28;
const mostShown = 400;
const letter = 6.6;

/** The columns from left to right: the caller, the proxy, whoever else. */
export function columnsOf(call) {
  const seen = [];
  for (const entry of call.entries ?? [])
    if (entry.kind === "message")
      for (const party of [entry.from, entry.to]) if (party && !seen.includes(party)) seen.push(party);
  for (const party of call.participants ?? []) if (!seen.includes(party)) seen.push(party);
  const others = seen.filter((party) => party !== ours);
  return others.length === 0 ? [ours] : [others[0], ours, ...others.slice(1)];
}

/** What stands on an arrow: the method, or the status with its reason. */
export function labelOf(entry) {
  const first = (entry.text ?? "").split("\n", 1)[0].trim();
  if (entry.status) return first.replace(/^SIP\/2\.0\s+/i, "") || String(entry.status);
  return entry.method ?? first.split(" ", 1)[0];
}

function kindOf(entry) {
  if (!entry.status) return "request";
  if (entry.status < 200) return "provisional";
  return entry.status < 300 ? "success" : "refusal";
}

const cut = (text, width) => {
  const most = Math.max(4, Math.floor(width / letter));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};

/** Whether the ladder names this entry as something abnormal. */
const isOdd = (entry) => Boolean(entry.abnormal);

export function Ladder({ call, selected, onSelect }) {
  const frame = useRef(null);
  const [width, setWidth] = useState(700);
  const [all, setAll] = useState(false);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(260, Math.floor(entry.contentRect.width))));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  const columns = useMemo(() => columnsOf(call), [call]);
  const entries = call.entries ?? [];
  const skipped = all ? 0 : Math.max(0, entries.length - mostShown);
  const gutter = width < 480 ? 0 : 96;
  const narrowest = width < 480 ? 104 : 118;
  const inner = Math.max(width - gutter - 8, columns.length * narrowest);
  const gap = inner / columns.length;
  const place = (party) => gutter + gap * (Math.max(0, columns.indexOf(party)) + 0.5);
  const total = gutter + inner + 8;

  let y = 12;
  const marks = [];
  for (let index = skipped; index < entries.length; index++) {
    const entry = entries[index];
    const height = (entry.kind === "message" ? arrowHeight : stepHeight) + (gutter === 0 && entry.kind === "message" ? 6 : 0);
    marks.push(html`<${entry.kind === "message" ? Arrow : Step} key=${index} entry=${entry} index=${index} y=${y} height=${height} total=${total}
      place=${place} gutter=${gutter} gap=${gap} isSelected=${index === selected} onSelect=${onSelect} />`);
    y += height;
  }

  function onKey(event) {
    const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    let next = null;
    if (event.key in steps) next = selected === null ? skipped : selected + steps[event.key];
    else if (event.key === "Home") next = skipped;
    else if (event.key === "End") next = entries.length - 1;
    if (next === null) return;
    next = Math.max(skipped, Math.min(entries.length - 1, next));
    onSelect(next);
    document.getElementById(`entry-${next}`)?.scrollIntoView({ block: "nearest" });
    event.preventDefault();
    event.stopPropagation();
  }

  return html`<div class="ladder" ref=${frame}>
    ${skipped > 0 && html`<button class="more" onClick=${() => setAll(true)}>Show the ${skipped} entries before</button>`}
    <div class="ladder-scroll" data-list="true" tabindex="0" role="listbox" aria-label="Messages and steps in time order: j and k choose" aria-activedescendant=${selected === null ? undefined : `entry-${selected}`} onKeyDown=${onKey}>
      <div class="parties" style=${{ width: `${total}px` }} role="presentation">
        ${columns.map((party) => html`<div class=${party === ours ? "party ours" : "party"} role="presentation" style=${{ left: `${place(party) - gap / 2}px`, width: `${gap}px` }}><span>${party === ours ? "Parley" : party}</span></div>`)}
      </div>
      <svg width=${total} height=${y + 16} role="presentation" class="rungs">
        ${columns.map((party) => html`<line class=${party === ours ? "life ours" : "life"} x1=${place(party)} x2=${place(party)} y1="0" y2=${y + 16} />`)}
        ${marks}
      </svg>
    </div>
  </div>`;
}

function Row({ entry, index, y, height, total, isSelected, onSelect, label, kind, children }) {
  return html`<g id=${`entry-${index}`} role="option" aria-selected=${isSelected} aria-label=${label} class=${`entry ${kind} ${isSelected ? "selected" : ""} ${isOdd(entry) ? "odd" : ""}`} onClick=${() => onSelect(index)}>
    <rect class="back" x="0" y=${y} width=${total} height=${height} rx="4" />
    ${children}
  </g>`;
}

function Time({ entry, gutter, middle }) {
  if (gutter === 0) return null;
  return html`<text class="time" x="4" y=${middle + 4}>${preciseTime(entry.at)}</text>`;
}

function Arrow({ entry, index, y, height, total, place, gutter, gap, isSelected, onSelect }) {
  const [from, to] = [place(entry.from), place(entry.to)];
  const line = y + height - 9;
  const side = to >= from ? 1 : -1;
  const kind = kindOf(entry);
  const again = entry.retransmission ? " ↻" : "";
  const text = cut(labelOf(entry) + again, Math.max(gap, Math.abs(to - from)) - 14);
  const label = `${preciseTime(entry.at)} ${labelOf(entry)}${entry.retransmission ? ", retransmission" : ""}, from ${entry.from} to ${entry.to}${entry.abnormal ? `, abnormal: ${markText(entry.abnormal)}` : ""}`;
  return html`<${Row} ...${{ entry, index, y, height, total, isSelected, onSelect, label, kind: `message ${kind} ${entry.retransmission ? "again" : ""}` }}>
    <${Time} ...${{ entry, gutter, middle: y + height / 2 + 1 }} />${" "}
    <text class="name" x=${(from + to) / 2} y=${line - 6} text-anchor="middle">${text}</text>
    <line class="shaft" x1=${from + side * 4} y1=${line} x2=${to - side * 9} y2=${line} />
    <path class="head" d=${`M${to - side * 4} ${line}l${-side * 9} -4.5v9z`} />
    ${isOdd(entry) && html`<circle class="flag" cx=${from} cy=${line} r="4.5" />`}
  </${Row}>`;
}

function Step({ entry, index, y, height, total, place, gutter, gap, isSelected, onSelect }) {
  const middle = y + height / 2;
  const x = place(ours);
  const room = Math.min(2 * Math.min(x - gutter, total - x), 560) - 24;
  const text = cut(entry.text ?? entry.step, Math.max(room, gap));
  const width = Math.min(text.length * 6.1 + 22, Math.max(room, gap) + 16);
  const label = `${preciseTime(entry.at)} ${entry.text ?? entry.step}${entry.abnormal ? `, abnormal: ${markText(entry.abnormal)}` : ""}${entry.rfc ? `, ${entry.rfc}` : ""}`;
  return html`<${Row} ...${{ entry, index, y, height, total, isSelected, onSelect, label, kind: "step" }}>
    <${Time} ...${{ entry, gutter, middle }} />${" "}
    <rect class="note" x=${x - width / 2} y=${middle - 10} width=${width} height="20" rx="10" />
    <text class="note-text" x=${x} y=${middle + 4} text-anchor="middle">${text}</text>
  </${Row}>`;
}
