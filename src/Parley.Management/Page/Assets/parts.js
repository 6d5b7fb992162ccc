// Small parts that several views share.
import { markText, number, partsOf, stateText } from "./format.js";
import { html, useEffect, useRef, useState } from "./view.js";

export const State = ({ state }) => html`<span class=${`pill ${state}`}><span class="dot" aria-hidden="true"></span>${stateText(state)}</span>`;

export const Mark = ({ mark }) => html`<span class="mark">${markText(mark)}</span>`;

export function Uri({ uri }) {
  const [user, host] = partsOf(uri);
  return html`<span class="uri" title=${uri}><b>${user}</b>${host && html`<span class="host">@${host}</span>`}</span>`;
}

export const Failure = ({ error }) => html`<p class="failure" role="alert">${error.message}</p>`;

/** How much of a limit is taken, and the room above. */
export function Bar({ size, limit, most, label }) {
  const whole = limit ?? Math.max(most ?? size, 1);
  const share = whole === 0 ? 1 : Math.min(1, size / whole);
  const level = limit === undefined || limit === null ? "free" : share >= 0.95 ? "full" : share >= 0.8 ? "near" : "well";
  const text = limit === undefined || limit === null ? `${number(size)}, no limit` : `${number(size)} of ${number(limit)}, room for ${number(Math.max(0, limit - size))}`;
  return html`<div class=${`bar ${level}`} role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax=${whole} aria-valuenow=${Math.min(size, whole)} aria-valuetext=${text} title=${text}>
    <div class="fill" style=${{ width: `${(share * 100).toFixed(1)}%` }}></div>
  </div>`;
}

/** A question before something is changed. onDone closes it; run does it and may throw. */
export function Confirm({ title, text, action, danger, children, run, onDone }) {
  const dialog = useRef(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    dialog.current.showModal();
  }, []);
  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await run(new FormData(event.target));
      dialog.current.close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }
  return html`<dialog ref=${dialog} aria-labelledby="confirm-title" onClose=${onDone} onClick=${(e) => e.target === dialog.current && dialog.current.close()}>
    <form onSubmit=${submit}>
      <h2 id="confirm-title">${title}</h2>
      ${text && html`<p>${text}</p>`}
      ${children}
      ${error && html`<${Failure} error=${error} />`}
      <div class="buttons">
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
        <button type="submit" class=${danger ? "danger" : "primary"} disabled=${busy} autofocus=${!children}>${action}</button>
      </div>
    </form>
  </dialog>`;
}
