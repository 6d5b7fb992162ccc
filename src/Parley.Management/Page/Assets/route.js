// Deep links: #/view/rest?query.

/** The parts of the page's address. */
export function routeOf(hash) {
  const text = hash.replace(/^#\/?/, "");
  const mark = text.indexOf("?");
  const path = (mark < 0 ? text : text.slice(0, mark)).split("/");
  let rest = "";
  try {
    rest = decodeURIComponent(path.slice(1).join("/"));
  } catch {
    rest = path.slice(1).join("/");
  }
  return { view: path[0] || "calls", rest, query: Object.fromEntries(new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1))) };
}

export function hashOf(view, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) parameters.set(name, value);
  const text = parameters.toString();
  return `#/${view}${text ? `?${text}` : ""}`;
}

/** Goes to a link; replacing where the history needs no entry, such as for each letter that is typed. */
export function go(hash, replace = false) {
  if (location.hash === hash) return;
  if (replace) {
    history.replaceState(null, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = hash;
  }
}
