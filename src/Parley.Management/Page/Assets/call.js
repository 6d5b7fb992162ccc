// One call: what happened, message by message, and what it is now.
import { get, save, send } from "./api.js";
import { events } from "./events.js";
import { duration, preciseTime, span, time } from "./format.js";
import { columnsOf, Ladder } from "./ladder.js";
import { Confirm, Failure, Mark, State, Uri } from "./parts.js";
import { html, useCallback, useEffect, useRef, useState, useTick } from "./view.js";

const files = [
  ["ladder.txt", "Ladder as text", "txt"],
  ["ladder.svg", "Ladder as SVG", "svg"],
  ["call.pcapng", "Packets (pcapng)", "pcapng"],
  ["call.parleycall", "Whole call (parleycall)", "parleycall"],
];

/** Fetches a call by its dialog's id or its Call-ID: what is live of it, and what was recorded. */
async function fetchCall(key, callId) {
  const orNull = (promise) => promise.catch((error) => (error.status === 404 ? null : Promise.reject(error)));
  const dialog = await orNull(get(`dialogs/${encodeURIComponent(key)}`));
  const known = dialog?.callId ?? callId;
  let call = known ? await orNull(get(`calls/${encodeURIComponent(known)}`)) : null;
  if (!call && !known) call = (await orNull(get(`calls/${encodeURIComponent(key)}`))) ?? (await orNull(get(`dialogs/${encodeURIComponent(key)}/call`)));
  return { dialog, call };
}

export function Call({ id, canChange }) {
  const [state, set] = useState({ dialog: null, call: null, error: null, loaded: false });
  const [selected, select] = useState(null);
  const [asking, ask] = useState(null);
  const callId = useRef(null);
  const turn = useRef(0);

  const load = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const found = await fetchCall(id, callId.current);
      if (mine !== turn.current) return;
      callId.current = found.dialog?.callId ?? found.call?.callId ?? callId.current;
      set({ ...found, error: null, loaded: true });
    } catch (error) {
      if (mine === turn.current) set((old) => ({ ...old, error, loaded: true }));
    }
  }, [id]);

  useEffect(() => {
    callId.current = null;
    set({ dialog: null, call: null, error: null, loaded: false });
    select(null);
    load();
    let timer = 0;
    const soon = () => {
      if (!timer) timer = setTimeout(() => { timer = 0; load(); }, 300);
    };
    const off = [
      events.on("dialog", ({ dialog }) => (dialog.id === id || dialog.callId === callId.current) && soon()),
      events.on("call.ended", (data) => (data.callId === callId.current || data.dialog?.id === id) && soon()),
      events.on("reset", soon),
    ];
    return () => {
      turn.current++;
      clearTimeout(timer);
      for (const stop of off) stop();
    };
  }, [load]);

  const { dialog, call, error, loaded } = state;
  if (!dialog && !call)
    return html`<section class="view call" aria-labelledby="title"><div class="view-head"><h1 id="title">${loaded ? "Call not found" : "Call"}</h1></div>
      ${error ? html`<${Failure} error=${error} />` : loaded
        ? html`<p class="quiet">No live call has this id, and the recorder does not keep it any more. <a href="#/calls">All calls</a></p>`
        : html`<p class="quiet">Reading …</p>`}</section>`;

  const shown = dialog ?? call;
  const isLive = dialog !== null && dialog.state !== "ended";
  const entry = selected === null ? null : call?.entries?.[selected] ?? null;
  const abnormal = [...new Set([...(call?.abnormal ?? []), ...(dialog?.abnormal ?? [])])];
  return html`<section class="view call" aria-labelledby="title">
    <div class="view-head">
      <a class="back" href="#/calls" aria-label="Back to the calls">←</a>
      <h1 id="title"><span class="hidden">Call from </span><${Uri} uri=${shown.from} /><span class="to" aria-label="to">→</span><${Uri} uri=${shown.to} /></h1>
      <${State} state=${isLive ? dialog.state : "ended"} />
      ${isLive && html`<${Age} dialog=${dialog} />`}
      ${!isLive && call?.status >= 300 && !call.answered && html`<span class="status bad">${call.status}</span>`}
      <div class="actions">
        ${isLive && html`<button onClick=${() => ask("extend")} disabled=${!canChange}>Extend</button>
          <button class="danger" onClick=${() => ask("end")} disabled=${!canChange} title=${canChange ? undefined : "Your role may only read"}>End call</button>`}
        ${call && html`<${Files} callId=${call.callId} onError=${(e) => set((old) => ({ ...old, error: e }))} />`}
      </div>
    </div>
    ${error && html`<${Failure} error=${error} />`}
    ${(call?.line || abnormal.length > 0) && html`<div class=${abnormal.length > 0 ? "explanation odd" : "explanation"} role="status">
      <span>${call?.line ?? "Something about this call is abnormal."}</span>${abnormal.map((mark) => html`<${Mark} mark=${mark} />`)}
    </div>`}
    <div class="call-body">
      <div class="call-main">
        ${call?.entries?.length > 0
          ? html`${call.beginningLost && html`<p class="quiet pad-small">The recorder does not keep the beginning of this call any more.</p>`}<${Ladder} call=${call} selected=${selected} onSelect=${select} />`
          : html`<p class="quiet pad">No messages of this call are recorded.</p>`}
      </div>
      <div class="call-side">
        ${entry && html`<${Entry} entry=${entry} onClose=${() => select(null)} />`}
        <${Facts} dialog=${dialog} call=${call} />
      </div>
    </div>
    ${asking === "end" && html`<${EndCall} dialog=${dialog} onDone=${() => ask(null)} />`}
    ${asking === "extend" && html`<${Extend} dialog=${dialog} onDone=${() => ask(null)} after=${load} />`}
  </section>`;
}

function Age({ dialog }) {
  useTick(1000);
  return html`<span class="age">${duration(Date.now() - Date.parse(dialog.answered ?? dialog.created))}</span>`;
}

function Files({ callId, onError }) {
  const menu = useRef(null);
  const fetchFile = async (file, ending) => {
    menu.current.open = false;
    try {
      await save(`calls/${encodeURIComponent(callId)}/${file}`, `${callId.replace(/[^\w.-]/g, "_").slice(0, 60)}.${ending}`);
    } catch (error) {
      onError(error);
    }
  };
  return html`<details class="menu" ref=${menu}><summary>Save</summary><ul>
    ${files.map(([file, title, ending]) => html`<li><button class="plain" onClick=${() => fetchFile(file, ending)}>${title}</button></li>`)}
  </ul></details>`;
}

function Entry({ entry, onClose }) {
  const isMessage = entry.kind === "message";
  return html`<section class="panel entry-panel" aria-label="Chosen entry" aria-live="polite">
    <header><h2>${isMessage ? (entry.status ? `Response ${entry.status}` : entry.method) : "Step"}</h2>
      <span class="quiet">${preciseTime(entry.at)}</span>
      ${isMessage && html`<button class="plain" onClick=${() => navigator.clipboard?.writeText(entry.text)}>Copy</button>`}
      <button class="plain" onClick=${onClose} aria-label="Close">×</button></header>
    <p class="quiet">${isMessage ? `${entry.from} → ${entry.to}, ${entry.transport}${entry.retransmission ? ", retransmission" : ""}` : entry.step}${entry.rfc ? ` · ${entry.rfc}` : ""}</p>
    ${entry.abnormal && html`<p><${Mark} mark=${entry.abnormal} /></p>`}
    ${isMessage ? html`<pre class="message-text" tabindex="0" role="region" aria-label="Message text">${entry.text.trimEnd()}</pre>${entry.cut && html`<p class="quiet">The recorder kept this much of it.</p>`}` : html`<p>${entry.text}</p>`}
  </section>`;
}

function Facts({ dialog, call }) {
  const shown = { ...(call ?? {}), ...(dialog ?? {}) };
  const began = shown.created ?? shown.started;
  const facts = [
    ["Call-ID", html`<span class="mono wrap">${shown.callId}</span>`],
    dialog?.id && ["Dialog", html`<span class="mono">${dialog.id}</span>`],
    ["Started", time(began)],
    shown.answered && ["Answered", `${time(shown.answered)}, after ${span(Date.parse(shown.answered) - Date.parse(began))}`],
    call?.ended && ["Ended", time(call.ended)],
    shown.listener && ["Listener", html`<span class="mono">${shown.listener}</span>`],
    shown.node && ["Node", shown.node],
    dialog?.expires && ["Lifetime ends", time(dialog.expires)],
    !dialog && call && ["Parties", html`<span class="mono wrap">${columnsOf(call).filter((p) => p !== "parley").join(", ")}</span>`],
  ].filter(Boolean);
  const values = Object.entries(dialog?.values ?? {});
  return html`
    <section class="panel" aria-label="Facts"><dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
    ${dialog?.profiles?.length > 0 && html`<section class="panel"><h2>Profiles</h2><p class="tags">${dialog.profiles.map((p) => html`<a class="tag" href=${`#/profiles/${encodeURIComponent(p.name)}`}>${p.value === undefined ? p.name : `${p.name}=${p.value}`}</a>`)}</p></section>`}
    ${values.length > 0 && html`<section class="panel"><h2>Values</h2><dl>${values.map(([name, value]) => html`<div><dt>${name}</dt><dd class="mono wrap">${String(value)}</dd></div>`)}</dl></section>`}
    ${dialog?.timers?.length > 0 && html`<section class="panel"><h2>Timers</h2><dl>${dialog.timers.map((timer) => html`<div><dt>${timer.name}</dt><dd>${time(timer.due)} <span class="quiet">${Date.parse(timer.due) > Date.now() ? `in ${span(Date.parse(timer.due) - Date.now())}` : "due"}</span></dd></div>`)}</dl></section>`}
    ${dialog?.flags?.length > 0 && html`<section class="panel"><h2>Flags</h2><p class="tags">${dialog.flags.map((flag) => html`<span class="tag">${flag}</span>`)}</p></section>`}
    ${(dialog?.legs ?? []).map((leg, index) => html`<${Leg} leg=${leg} index=${index} />`)}`;
}

const roles = { caller: "Caller's leg", callee: "Callee's leg", branch: "Another branch" };

function Leg({ leg, index }) {
  const facts = [
    ["Tag", html`<span class="mono wrap">${leg.tag}</span>`],
    leg.contact && ["Contact", html`<span class="mono wrap">${leg.contact}</span>`],
    leg.routeSet?.length > 0 && ["Route set", html`<span class="mono wrap">${leg.routeSet.join(", ")}</span>`],
    leg.cseq !== undefined && ["CSeq", leg.cseq],
    leg.flow && ["At", html`<span class="mono">${leg.flow}</span>`],
    leg.socket && ["By", html`<span class="mono">${leg.socket}</span>`],
  ].filter(Boolean);
  return html`<section class="panel"><h2>${roles[leg.role] ?? (index === 0 ? roles.caller : index === 1 ? roles.callee : roles.branch)}${leg.over ? html` <span class="quiet">over</span>` : ""}</h2>
    <dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${leg.sdp && html`<details><summary>Session description</summary><pre class="message-text" tabindex="0" role="region" aria-label="Session description">${leg.sdp.trimEnd()}</pre></details>`}</section>`;
}

function EndCall({ dialog, onDone }) {
  return html`<${Confirm} title="End this call?" danger="true" action="End call" onDone=${onDone}
    text="Both parties get a BYE from the proxy now. This is logged with your name."
    run=${(form) => send("DELETE", `dialogs/${encodeURIComponent(dialog.id)}`, form.get("reason") ? { reason: form.get("reason") } : undefined)}>
    <p class="subject"><${Uri} uri=${dialog.from} /><span class="to" aria-label="to">→</span><${Uri} uri=${dialog.to} /></p>
    <label class="field">Reason, for the log and the call record <input name="reason" autofocus autocomplete="off" maxlength="100" placeholder="optional" /></label>
  </${Confirm}>`;
}

function Extend({ dialog, onDone, after }) {
  return html`<${Confirm} title="Extend this call" action="Extend" onDone=${onDone} text="How long from now it may go on."
    run=${async (form) => {
      await send("POST", `dialogs/${encodeURIComponent(dialog.id)}/extend`, { seconds: Number(form.get("minutes")) * 60 });
      after();
    }}>
    <label class="field">Minutes <input name="minutes" type="number" min="1" max="43200" value="60" required autofocus /></label>
  </${Confirm}>`;
}
