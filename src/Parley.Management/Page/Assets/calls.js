// The calls of now, and those that ended or failed.
import { get } from "./api.js";
import { events } from "./events.js";
import { duration, number, span, time } from "./format.js";
import { VirtualGrid } from "./list.js";
import { LiveCalls } from "./live.js";
import { Failure, Mark, State, Uri } from "./parts.js";
import { go, hashOf } from "./route.js";
import { html, useCallback, useEffect, useMedia, useMemo, useRef, useState } from "./view.js";

const columns = [
  { name: "state", title: "State" },
  { name: "from", title: "From" },
  { name: "to", title: "To" },
  { name: "parties", title: "Between", fixed: true },
  { name: "created", title: "Started" },
  { name: "duration", title: "Duration", fixed: true },
  { name: "profiles", title: "Profiles", fixed: true },
];

const stateChoices = [
  ["", "every state"],
  ["confirmed", "up"],
  ["unconfirmed,early", "being set up"],
  ["confirmedNoAck", "no ACK yet"],
];

export function Calls({ query }) {
  const q = query.q ?? "";
  const abnormal = query.abnormal === "true";
  const state = query.state ?? "";
  const tab = query.tab === "ended" ? "ended" : "live";
  const live = useMemo(() => new LiveCalls(), []);
  const [, redraw] = useState(0);
  const [endedCount, setEndedCount] = useState(null);
  const change = (next) => go(hashOf("calls", { ...query, ...next }));

  useEffect(() => {
    live.filter({ q, state, abnormal });
  }, [q, state, abnormal]);
  useEffect(() => {
    const off = live.onChange(() => redraw((n) => n + 1));
    live.open();
    return () => {
      off();
      live.close();
    };
  }, [live]);

  return html`<section class="view calls" aria-labelledby="title">
    <div class="view-head">
      <h1 id="title">${q ? html`Calls with <q>${q}</q>` : "Calls"}</h1>
      <div class="tabs" role="group" aria-label="Which calls">
        <button aria-pressed=${tab === "live"} onClick=${() => change({ tab: null })}>
          Live <span class="count">${live.loading && live.rows.count === 0 ? "…" : number(live.rows.count)}</span></button>
        <button aria-pressed=${tab === "ended"} onClick=${() => change({ tab: "ended" })}>
          Ended and failed ${q && endedCount !== null && html`<span class="count">${endedCount}</span>`}</button>
      </div>
      <div class="filters">
        ${tab === "live" && html`<label class="select"><span class="hidden">State</span>
          <select value=${state} onChange=${(e) => change({ state: e.target.value || null })}>
            ${stateChoices.map(([value, text]) => html`<option value=${value} selected=${value === state}>${text}</option>`)}
          </select></label>`}
        <button class="toggle" aria-pressed=${abnormal} onClick=${() => change({ abnormal: abnormal ? null : "true" })}>Abnormal only</button>
        ${(q || state || abnormal) && html`<button class="plain" onClick=${() => go(hashOf("calls", { tab: query.tab }))}>Clear</button>`}
      </div>
    </div>
    ${tab === "live" ? html`<${LiveList} live=${live} filtered=${q || state || abnormal} q=${q} endedCount=${endedCount} onEnded=${() => change({ tab: "ended" })} />` : null}
    <${EndedList} q=${q} abnormal=${abnormal} shown=${tab === "ended"} onCount=${setEndedCount} />
  </section>`;
}

function LiveList({ live, filtered, q, endedCount, onEnded }) {
  const narrow = useMedia("(max-width: 760px)");
  const rows = live.rows;
  const onWindow = useCallback((first, last) => live.want(first, last), [live]);
  const sort = (name) => live.sortBy(name, rows.sort === name ? !rows.down : name === "created");
  const header = columns.map((column) => {
    const isSorted = rows.sort === column.name;
    return html`<div role="columnheader" class=${`cell c-${column.name}`} aria-sort=${column.fixed ? undefined : isSorted ? (rows.down ? "descending" : "ascending") : "none"}>
      ${column.fixed ? column.title : html`<button class=${isSorted ? "sorted" : ""} onClick=${() => sort(column.name)}>${column.title}<span aria-hidden="true" class="arrow">${isSorted ? (rows.down ? "↓" : "↑") : ""}</span></button>`}
    </div>`;
  });
  const empty = live.error ? html`<${Failure} error=${live.error} />` : live.loading ? "Reading the calls …" : filtered
    ? html`No live call fits. ${q && endedCount ? html`<button class="link" onClick=${onEnded}>${endedCount} that ended or failed</button>` : ""}`
    : "There is no call now. The next one appears here by itself.";
  return html`<${VirtualGrid} label="Live calls" count=${rows.count} rowHeight=${narrow ? 58 : 36} version=${`${live.version} ${rows.sort} ${rows.down}`}
    header=${header} empty=${empty} keyOf=${(i) => rows.at(i)} indexOf=${(slot) => rows.indexOf(slot)}
    onWindow=${onWindow} onOpen=${(i) => go(`#/calls/${encodeURIComponent(rows.idOf(rows.at(i)))}`)}
    row=${(i) => html`<${LiveRow} rows=${rows} slot=${rows.at(i)} call=${live.textOf(rows.at(i))} />`} />`;
}

function LiveRow({ rows, slot, call }) {
  const created = rows.createdOf(slot);
  const since = call?.answered ? Date.parse(call.answered) : created;
  const cell = (name, content) => html`<div role="gridcell" class=${`cell c-${name}`}>${content}</div>`;
  return html`
    ${cell("state", html`<${State} state=${rows.stateOf(slot)} />${rows.isAbnormal(slot) && html`<span class="warn" title=${(call?.abnormal ?? []).join(", ")}>!<span class="hidden"> abnormal</span></span>`}`)}
    ${cell("from", call ? html`<${Uri} uri=${call.from} />` : html`<span class="ghost"></span>`)}
    ${cell("to", call ? html`<${Uri} uri=${call.to} />` : html`<span class="ghost"></span>`)}
    ${cell("parties", call ? html`<span class="mono">${call.caller ?? "–"}</span><span class="to" aria-label="to">→</span><span class="mono">${call.callee ?? "–"}</span>` : "")}
    ${cell("created", time(created))}
    ${cell("duration", duration(Date.now() - since))}
    ${cell("profiles", (call?.profiles ?? []).map((p) => html`<span class="tag">${p.value === undefined ? p.name : `${p.name}=${p.value}`}</span>`))}`;
}

const pageSize = 100;

function EndedList({ q, abnormal, shown, onCount }) {
  const [list, set] = useState({ items: null, next: null, error: null });
  const turn = useRef(0);
  const load = useCallback(async (cursor) => {
    const mine = ++turn.current;
    try {
      const page = await get("calls", { q, abnormal, ended: true, limit: pageSize, cursor });
      if (mine !== turn.current) return;
      set((old) => ({ items: cursor ? [...old.items, ...page.items] : page.items, next: page.next ?? null, error: null }));
      if (!cursor) onCount(page.next ? `${page.items.length}+` : page.items.length);
    } catch (error) {
      if (mine === turn.current) set((old) => ({ ...old, error }));
    }
  }, [q, abnormal]);

  useEffect(() => {
    set({ items: null, next: null, error: null });
    onCount(null);
    if (!shown && !q) return undefined;
    load(null);
    let timer = 0;
    const soon = () => {
      if (!timer) timer = setTimeout(() => { timer = 0; load(null); }, 2000);
    };
    const off = [events.on("call.ended", soon), events.on("reset", soon)];
    return () => {
      turn.current++;
      clearTimeout(timer);
      for (const stop of off) stop();
    };
  }, [load, shown]);

  if (!shown) return null;
  const { items, next, error } = list;
  return html`<div class="ended" tabindex="0" data-list="true" role="region" aria-label="Ended and failed calls" onKeyDown=${walk}>
    ${error && html`<${Failure} error=${error} />`}
    ${items === null && !error && html`<p class="quiet">Reading …</p>`}
    ${items?.length === 0 && html`<p class="quiet">${q || abnormal ? "No call that ended or failed fits." : "No call has ended or failed since the server started, or the recorder is off."}</p>`}
    <ul class="cards">${(items ?? []).map((call) => html`<${EndedCall} key=${call.callId + call.started} call=${call} />`)}</ul>
    ${next && html`<button class="more" onClick=${() => load(next)}>Show more</button>`}
  </div>`;
}

function EndedCall({ call }) {
  const length = call.answered && call.ended ? duration(Date.parse(call.ended) - Date.parse(call.answered)) : null;
  const failed = !call.answered && call.status >= 300;
  return html`<li><a href=${`#/calls/${encodeURIComponent(call.callId)}`} class="card">
    <span class="when"><span>${time(call.ended ?? call.started)}</span><span class="quiet">${length ?? (call.ended ? span(Date.parse(call.ended) - Date.parse(call.started)) : "")}</span></span>
    <span class="who"><${Uri} uri=${call.from} /><span class="to" aria-hidden="true">→</span><span class="hidden"> to </span><${Uri} uri=${call.to} /></span>
    <span class="line">${call.line}</span>
    <span class="marks">${failed && html`<span class="status bad">${call.status}</span>`}${(call.abnormal ?? []).map((m) => html`<${Mark} mark=${m} />`)}</span>
  </a></li>`;
}

/** j and k go from link to link. */
function walk(event) {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...event.currentTarget.querySelectorAll("a.card")];
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

