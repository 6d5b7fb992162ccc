// Profiles: how many calls each has, its values with the most, and how much room their limits leave.
import { get, send } from "./api.js";
import { events } from "./events.js";
import { number } from "./format.js";
import { Bar, Confirm, Failure } from "./parts.js";
import { go, hashOf } from "./route.js";
import { html, useEffect, useFetched, useState } from "./view.js";

const every = 2000;

export function Profiles({ name, canChange }) {
  const { data, error, again } = useFetched(() => get("profiles"), [], every);
  const [asking, ask] = useState(null);
  const [hits, setHits] = useState([]);
  useEffect(() => events.on("limit.hit", (hit) => setHits((old) => [{ ...hit, at: Date.now() }, ...old].slice(0, 5))), []);
  return html`<section class="view" aria-labelledby="title">
    <div class="view-head"><h1 id="title">Profiles</h1></div>
    ${error && html`<${Failure} error=${error} />`}
    ${data?.length === 0 && html`<p class="quiet">No profiles are configured. <code>Dialogs:ProfilesWithValue</code> in the settings makes some.</p>`}
    ${hits.length > 0 && html`<p class="explanation odd" role="status">Limit reached: ${hits.map((hit) => html`<span class="tag">${[hit.profile ?? hit.name, hit.value].filter(Boolean).join("=")}</span>`)}</p>`}
    <div class="profiles">
      ${(data ?? []).map((profile) => html`<${Profile} key=${profile.name} profile=${profile} isOpen=${profile.name === name} canChange=${canChange} onLimit=${ask} />`)}
    </div>
    ${asking && html`<${Limit} profile=${asking} onDone=${() => ask(null)} after=${again} />`}
  </section>`;
}

function Profile({ profile, isOpen, canChange, onLimit }) {
  const { name, size, limit, hasValue, values } = profile;
  const per = hasValue && limit !== undefined;
  return html`<article class="profile panel">
    <header>
      <h2>${hasValue
        ? html`<button class="plain" aria-expanded=${isOpen} onClick=${() => go(isOpen ? "#/profiles" : `#/profiles/${encodeURIComponent(name)}`)}><span class="chevron" aria-hidden="true">${isOpen ? "▾" : "▸"}</span>${name}</button>`
        : name}</h2>
      <span class="big">${number(size)}</span>
      <span class="quiet">${hasValue ? `calls with ${number(values)} values` : "calls"}${limit === undefined ? "" : per ? `, ${number(limit)} a value` : ` of ${number(limit)}`}</span>
      <button class="end" disabled=${!canChange} onClick=${() => onLimit(profile)}>${limit === undefined ? "Set a limit" : "Change limit"}</button>
    </header>
    ${!hasValue && limit !== undefined && html`<${Bar} size=${size} limit=${limit} label=${`Calls in ${name}`} />`}
    ${hasValue && (isOpen || per) && html`<${Values} profile=${profile} top=${isOpen ? 20 : 3} />`}
  </article>`;
}

function Values({ profile, top }) {
  const { data, error } = useFetched(() => get(`profiles/${encodeURIComponent(profile.name)}`, { top }), [profile.name, top], every);
  if (error) return html`<${Failure} error=${error} />`;
  const list = data?.top ?? [];
  const most = Math.max(1, ...list.map((value) => value.size));
  return html`<table class="values"><caption class="hidden">Values of ${profile.name} with the most calls</caption>
    <thead><tr><th scope="col">Value</th><th scope="col" class="wide">Use</th><th scope="col" class="num">Calls</th><th scope="col" class="num">Room</th></tr></thead>
    <tbody>${list.map((value) => html`<tr key=${value.value}>
      <td><a href=${hashOf("calls", { q: `${profile.name}=${value.value}` })}>${value.value}</a></td>
      <td class="wide"><${Bar} size=${value.size} limit=${value.limit} most=${most} label=${`${profile.name}=${value.value}`} /></td>
      <td class="num">${number(value.size)}</td>
      <td class="num quiet">${value.limit === undefined ? "–" : number(Math.max(0, value.limit - value.size))}</td>
    </tr>`)}</tbody>
  </table>`;
}

function Limit({ profile, onDone, after }) {
  return html`<${Confirm} title=${`Limit of ${profile.name}`} action="Change limit" onDone=${onDone}
    text=${`${profile.limit === undefined ? "There is no limit now." : `Now ${number(profile.limit)}.`} Calls that are in it stay; new ones beyond the limit are refused. This is logged with your name.`}
    run=${async (form) => {
      const text = form.get("limit").trim();
      await send("PATCH", `profiles/${encodeURIComponent(profile.name)}`, { limit: text === "" ? null : Number(text) });
      after();
    }}>
    <label class="field">${profile.hasValue ? "Calls for each value" : "Calls"}, empty for no limit
      <input name="limit" type="number" min="0" max="2147483646" value=${profile.limit ?? ""} autofocus /></label>
  </${Confirm}>`;
}
