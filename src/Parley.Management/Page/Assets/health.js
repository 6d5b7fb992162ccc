// Whether the server is well: its stores, its listeners, its node, its counters.
import { get } from "./api.js";
import { number, span, time } from "./format.js";
import { Failure } from "./parts.js";
import { html, useFetched, useState, useTick } from "./view.js";

export function Health() {
  const { data, error } = useFetched(() => get("health"), [], 2000);
  const statistics = useFetched(() => get("statistics"), [], 5000);
  useTick(1000);
  return html`<section class="view" aria-labelledby="title">
    <div class="view-head"><h1 id="title">Health</h1>
      ${data && html`<span class=${`pill ${data.status === "ok" ? "confirmed" : "failed"}`}><span class="dot" aria-hidden="true"></span>${data.status}</span>`}</div>
    ${error && html`<${Failure} error=${error} />`}
    ${data?.faults?.length > 0 && html`<div class="explanation odd" role="status"><ul>${data.faults.map((fault) => html`<li>${fault}</li>`)}</ul></div>`}
    ${data && html`<div class="tiles">
      <section class="panel"><h2>Server</h2><dl>
        <div><dt>Version</dt><dd>${data.version}</dd></div>
        <div><dt>Started</dt><dd>${time(data.started)} <span class="quiet">${span(Date.now() - Date.parse(data.started))} ago</span></dd></div>
        ${data.node && html`<div><dt>Node</dt><dd>${data.node}</dd></div>`}
        ${data.draining && html`<div><dt>Draining</dt><dd>no new calls; those that go on may end</dd></div>`}
      </dl></section>
      <section class="panel"><h2>Listeners</h2><ul class="plain-list mono">${(data.listeners ?? []).map((listener) => html`<li>${listener}</li>`)}</ul></section>
      <${Stores} stores=${data.stores ?? []} />
    </div>`}
    <${Statistics} groups=${statistics.data} error=${statistics.error} />
  </section>`;
}

function Stores({ stores }) {
  return html`<section class="panel"><h2>Stores</h2>
    ${stores.length === 0 && html`<p class="quiet">None: calls and registrations are kept in memory alone.</p>`}
    ${stores.length > 0 && html`<table class="data"><caption class="hidden">Stores</caption><thead><tr><th scope="col">Store</th><th scope="col">State</th><th scope="col" class="num">Queue</th><th scope="col" class="num">Oldest</th></tr></thead>
      <tbody>${stores.map((store) => html`<tr><td>${store.name}</td>
        <td><span class=${`pill ${store.available ? "confirmed" : "failed"}`}><span class="dot" aria-hidden="true"></span>${store.available ? "available" : "away"}</span></td>
        <td class="num">${number(store.queue)}</td><td class="num">${store.queue > 0 ? span(store.oldestMs) : "–"}</td></tr>`)}</tbody></table>`}
  </section>`;
}

function Statistics({ groups, error }) {
  const [part, setPart] = useState("");
  if (error) return html`<${Failure} error=${error} />`;
  const shown = Object.entries(groups ?? {})
    .map(([group, values]) => [group, Object.entries(values).filter(([name]) => `${group}:${name}`.toLowerCase().includes(part.toLowerCase()))])
    .filter(([, values]) => values.length > 0);
  return html`<div class="view-head"><h2>Counters</h2><label class="field inline"><span class="hidden">Name contains</span><input type="search" placeholder="Name contains …" value=${part} onInput=${(e) => setPart(e.target.value)} /></label></div>
    <div class="counters">${shown.map(([group, values]) => html`<section class="panel" key=${group}><h3>${group}</h3><dl>${values.map(([name, value]) => html`<div><dt>${name.replaceAll("_", " ")}</dt><dd class="num">${typeof value === "number" ? number(value) : String(value)}</dd></div>`)}</dl></section>`)}</div>`;
}
