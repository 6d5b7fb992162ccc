// Who can be reached, and where.
import { get, pathOf, send } from "./api.js";
import { events } from "./events.js";
import { number, span, time } from "./format.js";
import { Confirm, Failure } from "./parts.js";
import { go, hashOf } from "./route.js";
import { html, useCallback, useEffect, useRef, useState } from "./view.js";

const pageSize = 100;

export function Registrations({ query, canChange }) {
  const aor = query.aor ?? "";
  const [list, set] = useState({ items: null, next: null, total: null, error: null });
  const [asking, ask] = useState(null);
  const turn = useRef(0);
  const load = useCallback(async (cursor) => {
    const mine = ++turn.current;
    try {
      const page = await get("registrations", { aor, limit: pageSize, cursor });
      if (mine === turn.current)
        set((old) => ({ items: cursor ? [...old.items, ...page.items] : page.items, next: page.next ?? null, total: page.total, error: null }));
    } catch (error) {
      if (mine === turn.current) set((old) => ({ ...old, error }));
    }
  }, [aor]);
  useEffect(() => {
    load(null);
    let timer = 0;
    const soon = () => {
      if (!timer) timer = setTimeout(() => { timer = 0; load(null); }, 1500);
    };
    const off = [events.on("registration", soon), events.on("reset", soon)];
    return () => {
      turn.current++;
      clearTimeout(timer);
      for (const stop of off) stop();
    };
  }, [load]);
  const { items, next, total, error } = list;
  const missing = error?.status === 404;
  return html`<section class="view" aria-labelledby="title">
    <div class="view-head"><h1 id="title">Registrations ${total !== null && html`<span class="count">${number(total)}</span>`}</h1>
      <label class="field inline"><span class="hidden">Address contains</span><input type="search" placeholder="Address contains …" value=${aor}
        onInput=${(e) => go(hashOf("registrations", { aor: e.target.value }), true)} /></label></div>
    ${error && html`<${Failure} error=${missing ? { message: "This server has no registrar." } : error} />`}
    ${items?.length === 0 && html`<p class="quiet">${aor ? "No address contains this." : "Nobody is registered now."}</p>`}
    ${items?.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label="Registrations"><table class="data stack">
      <thead><tr><th scope="col">Address</th><th scope="col">Contact</th><th scope="col">Received from</th><th scope="col">Expires</th><th scope="col">User agent</th><th scope="col"><span class="hidden">Change</span></th></tr></thead>
      <tbody>${items.flatMap((item) => item.contacts.map((contact, i) => html`<tr key=${item.aor + contact.uri} class=${i > 0 ? "same" : ""}>
        <td data-title="Address">${i === 0 ? html`<b>${item.aor}</b>` : html`<span class="hidden">${item.aor}</span>`}</td>
        <td data-title="Contact" class="mono wrap">${contact.uri}</td>
        <td data-title="Received from" class="mono nowrap">${contact.received ?? "–"}${contact.flow && html` <span class="tag" title="Reached over the connection that it registered by">flow</span>`}</td>
        <td data-title="Expires" class="nowrap">${contact.expires ? html`${time(contact.expires)} <span class="quiet">in ${span(Math.max(0, Date.parse(contact.expires) - Date.now()))}</span>` : "never"}</td>
        <td data-title="User agent">${contact.userAgent ?? "–"}</td>
        <td><button class="plain" disabled=${!canChange} onClick=${() => ask({ aor: item.aor, contact: contact.uri })} aria-label=${`Remove ${contact.uri} of ${item.aor}`}>Remove</button></td>
      </tr>`))}</tbody></table></div>`}
    ${next && html`<button class="more" onClick=${() => load(next)}>Show more</button>`}
    ${asking && html`<${Confirm} title="Remove this contact?" danger="true" action="Remove" onDone=${() => ask(null)}
      text=${`${asking.aor} is no longer reached at ${asking.contact}, until it registers again. This is logged with your name.`}
      run=${async () => { await send("DELETE", pathOf(`registrations/${encodeURIComponent(asking.aor)}`, { contact: asking.contact })); load(null); }} />`}
  </section>`;
}
