// A list of any length of which only the rows on the screen are in the document.
import { html, useEffect, useLayoutEffect, useRef, useState } from "./view.js";

const spare = 6;

/**
 * Rows of one height in a box that scrolls, as a grid for screen readers.
 * count: how many rows there are; row(index): its cells; onOpen(index): Enter or a click; onWindow(first, last): what is shown now;
 * keyOf(index): what stays the same about a row when the order changes; indexOf(key): its place, or -1.
 */
export function VirtualGrid({ count, rowHeight, row, keyOf, indexOf, onOpen, onWindow, label, header, version, empty }) {
  const box = useRef(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [selected, select] = useState(null);
  const anchor = useRef(null);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - spare);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + spare);
  const current = selected === null ? -1 : indexOf(selected);

  useEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  function measure() {
    if (box.current === null) return;
    // The header stays above the rows.
    const head = box.current.firstElementChild.offsetHeight;
    setView({ top: box.current.scrollTop, height: box.current.clientHeight - head });
  }

  useEffect(() => onWindow(first, last), [first, last, version, onWindow]);

  // What is on the screen stays there while calls come and go above it.
  useLayoutEffect(() => {
    const before = anchor.current;
    const top = box.current.scrollTop;
    if (before !== null && top > rowHeight) {
      const at = indexOf(before.key);
      if (at >= 0 && at !== before.index) box.current.scrollTop = top + (at - before.index) * rowHeight;
    }
    note();
  }, [version]);

  function note() {
    const index = Math.floor(box.current.scrollTop / rowHeight);
    anchor.current = index < count ? { index, key: keyOf(index) } : null;
  }

  function move(index) {
    if (count === 0) return;
    const to = Math.max(0, Math.min(count - 1, index));
    select(keyOf(to));
    const { scrollTop } = box.current;
    if (to * rowHeight < scrollTop) box.current.scrollTop = to * rowHeight;
    else if ((to + 1) * rowHeight > scrollTop + view.height) box.current.scrollTop = (to + 1) * rowHeight - view.height;
  }

  function onKey(event) {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) move(current < 0 ? Math.floor(view.top / rowHeight) : current + steps[event.key]);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(count - 1);
    else if (event.key === "Enter" && current >= 0) onOpen(current);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const rows = [];
  for (let index = first; index < last; index++) {
    const key = keyOf(index);
    rows.push(html`<div
      key=${key} id=${`row-${key}`} role="row" aria-rowindex=${index + 2} aria-selected=${index === current}
      class=${index === current ? "row selected" : "row"} style=${{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
      onClick=${() => { select(key); onOpen(index); }}>${row(index)}</div>`);
  }
  return html`<div class="grid" role="grid" ref=${box} tabindex="0" data-list="true" aria-label=${`${label}: j and k choose, Enter opens`} aria-rowcount=${count + 1}
      aria-activedescendant=${current >= first && current < last ? `row-${selected}` : undefined}
      onKeyDown=${onKey} onScroll=${() => { measure(); note(); }}>
    <div role="rowgroup" class="grid-head"><div role="row" aria-rowindex="1" class="row head">${header}</div></div>
    <div role="rowgroup" class="grid-all" style=${{ height: `${count * rowHeight}px` }}>${rows}</div>
    ${count === 0 && html`<div class="grid-empty" role="row"><div role="gridcell">${empty}</div></div>`}
  </div>`;
}
