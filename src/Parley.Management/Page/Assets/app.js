// The page: its frame, its addresses and its keys.
import { get, onTokenAsked, send } from "./api.js";
import { Call } from "./call.js";
import { Calls } from "./calls.js";
import { Charts } from "./charts.js";
import { events } from "./events.js";
import { Health } from "./health.js";
import { Confirm } from "./parts.js";
import { Profiles } from "./profiles.js";
import { Registrations } from "./registrations.js";
import { go, hashOf, routeOf } from "./route.js";
import { html, render, useEffect, useMedia, useRef, useState } from "./view.js";

const views = [
  ["calls", "Calls"],
  ["profiles", "Profiles"],
  ["charts", "Charts"],
  ["registrations", "Registrations"],
  ["health", "Health"],
];
const keys = [
  ["/", "search"],
  ["j, k or ↓, ↑", "next and previous in a list or ladder"],
  ["Enter", "open"],
  ["Esc", "close, clear the search, or back to the calls"],
  ["1 to 5", "calls, profiles, charts, registrations, health"],
  ["t", "light, dark, or as the system has it"],
  ["?", "this list"],
];
const connection = { connecting: "connecting", open: "live", lost: "connection lost, trying again", refused: "no access" };
const themes = ["auto", "light", "dark"];
const themeKey = "parley.theme";

function useRoute() {
  const [route, set] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => set(routeOf(location.hash));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return route;
}

function useTheme() {
  const [theme, set] = useState(() => localStorage.getItem(themeKey) ?? "auto");
  const dark = useMedia("(prefers-color-scheme: dark)");
  document.documentElement.dataset.theme = theme;
  const next = () =>
    set((old) => {
      const chosen = themes[(themes.indexOf(old) + 1) % themes.length];
      localStorage.setItem(themeKey, chosen);
      return chosen;
    });
  return [theme, theme === "auto" ? (dark ? "dark" : "light") : theme, next];
}

function App() {
  const route = useRoute();
  const [theme, look, nextTheme] = useTheme();
  const [link, setLink] = useState(events.state);
  const [me, setMe] = useState(null);
  const [asksToken, askToken] = useState(false);
  const [help, setHelp] = useState(false);
  useEffect(() => events.on("state", setLink), []);
  useEffect(() => onTokenAsked(() => askToken(true)), []);
  useEffect(() => {
    if (link === "open") get("me").then(setMe, () => setMe(null));
  }, [link]);
  useEffect(() => {
    const onKey = (event) => handleKey(event, { route, nextTheme, setHelp });
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [route]);
  useEffect(() => {
    const title = views.find(([name]) => name === route.view)?.[1] ?? "Calls";
    document.title = `${title} · Parley`;
  }, [route.view]);
  const canChange = me?.role === "operate";

  return html`
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.getElementById("main").focus(); }}>To the content</a>
    <header class="bar-top">
      <a class="brand" href="#/calls"><span class="logo" aria-hidden="true"></span>Parley</a>
      <nav aria-label="Views">${views.map(([name, title]) => html`<a href=${`#/${name}`} aria-current=${route.view === name ? "page" : undefined}>${title}</a>`)}</nav>
      <${Search} route=${route} />
      <div class="corner">
        <span class=${`link-state ${link}`} role="status"><span class="dot" aria-hidden="true"></span><span class="link-text">${connection[link]}</span></span>
        ${me && html`<span class="me" title=${`You are ${me.name} and may ${me.role === "operate" ? "change things" : "only read"}`}>${me.role}</span>`}
        <button class="icon" onClick=${nextTheme} aria-label=${`Colours: ${theme}. Change`} title=${`Colours: ${theme}`}><span class=${`theme-sign ${theme}`} aria-hidden="true"></span></button>
        <button class="icon" onClick=${() => setHelp(true)} aria-label="Keys" title="Keys (?)">?</button>
      </div>
    </header>
    <main id="main" tabindex="0"><${View} route=${route} canChange=${canChange} theme=${look} /></main>
    ${help && html`<${Help} onDone=${() => setHelp(false)} />`}
    ${asksToken && html`<${Token} onDone=${() => askToken(false)} />`}`;
}

function View({ route, canChange, theme }) {
  switch (route.view) {
    case "calls":
      return route.rest ? html`<${Call} id=${route.rest} canChange=${canChange} key=${route.rest} />` : html`<${Calls} query=${route.query} />`;
    case "profiles":
      return html`<${Profiles} name=${route.rest} canChange=${canChange} />`;
    case "charts":
      return html`<${Charts} theme=${theme} />`;
    case "registrations":
      return html`<${Registrations} query=${route.query} canChange=${canChange} />`;
    case "health":
      return html`<${Health} />`;
    default:
      return html`<section class="view"><div class="view-head"><h1>There is no such view</h1></div><p class="quiet"><a href="#/calls">The calls</a></p></section>`;
  }
}

/** The one search box: live calls and those that ended or failed. */
function Search({ route }) {
  const q = route.view === "calls" && !route.rest ? route.query.q ?? "" : "";
  const [text, setText] = useState(q);
  const timer = useRef(0);
  useEffect(() => {
    clearTimeout(timer.current);
    setText(q);
  }, [q, route.view, route.rest]);
  function search(value, now) {
    setText(value);
    clearTimeout(timer.current);
    const run = () => {
      const isThere = route.view === "calls" && !route.rest;
      go(hashOf("calls", { ...(isThere ? route.query : {}), q: value.trim() }), isThere && !now);
    };
    if (now) run();
    else timer.current = setTimeout(run, 250);
  }
  return html`<form class="search" role="search" onSubmit=${(e) => { e.preventDefault(); search(text, true); document.querySelector("main [data-list]")?.focus(); }}>
    <label class="hidden" for="search">Search calls: number, URI, Call-ID, IP address, or profile=value</label>
    <input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="Number, URI, Call-ID, IP, profile=value" value=${text}
      onInput=${(e) => search(e.target.value, false)} />
    <kbd aria-hidden="true">/</kbd>
  </form>`;
}

function handleKey(event, { route, nextTheme, setHelp }) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const box = document.getElementById("search");
  const isTyping = event.target.matches?.("input, textarea, select");
  if (event.key === "Escape") {
    if (isTyping && event.target !== box) event.target.blur();
    else if (route.view === "calls" && route.rest) history.length > 1 ? history.back() : go("#/calls");
    else if (route.view === "calls" && route.query.q) go(hashOf("calls", { ...route.query, q: null }));
    else if (event.target === box) box.blur();
    return;
  }
  if (isTyping) return;
  const number = Number(event.key);
  if (event.key === "/") {
    box.focus();
    box.select();
  } else if (event.key === "?") setHelp(true);
  else if (event.key === "t") nextTheme();
  else if (number >= 1 && number <= views.length) go(`#/${views[number - 1][0]}`);
  else if (event.key === "j" || event.key === "k") {
    const list = document.querySelector("main [data-list]");
    if (!list || list.contains(document.activeElement)) return;
    list.focus();
    list.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true }));
  } else return;
  event.preventDefault();
}

function Help({ onDone }) {
  const dialog = useRef(null);
  useEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} aria-labelledby="help-title" onClose=${onDone} onClick=${(e) => e.target === dialog.current && dialog.current.close()}>
    <div class="dialog-body"><h2 id="help-title">Keys</h2>
      <dl class="keys">${keys.map(([key, does]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}</dl>
      <p class="quiet">The search takes a number, a URI, a Call-ID, an IP address, or profile=value; several words must all fit.</p>
      <div class="buttons"><button autofocus onClick=${() => dialog.current.close()}>Close</button></div></div>
  </dialog>`;
}

/** Beyond loopback the server may ask for a token. It goes into a cookie that no script reads. */
function Token({ onDone }) {
  return html`<${Confirm} title="Access token" action="Go on" onDone=${onDone} text="This server asks for a token. The browser keeps it in a cookie that no page can read."
    run=${async (form) => {
      await send("POST", "login", { token: form.get("token") });
      location.reload();
    }}>
    <label class="field">Token <input name="token" type="password" required autofocus autocomplete="off" /></label>
  </${Confirm}>`;
}

events.start();
render(html`<${App} />`, document.getElementById("app"));
