// The last hour, drawn from the server's own memory.
import { get } from "./api.js";
import { Failure } from "./parts.js";
import { html, useEffect, useFetched, useMemo, useRef, useState } from "./view.js";

const every = 5000;
const height = 168;
const failureColours = ["--c4", "--c3", "--c5", "--c6", "--c1", "--c2"];

const charts = [
  { key: "rate", title: "Calls per second", lines: (s) => [["calls/s", s.callsPerSecond, "--c1"]], digits: 1 },
  { key: "active", title: "Active calls", lines: (s) => [["active", s.active, "--c1"]], digits: 0 },
  { key: "ratio", title: "Answer ratio", lines: (s) => [["answered", s.answerRatio, "--c2"]], digits: 0, unit: "%", scale: 100, top: 100 },
  {
    key: "setup",
    title: "Setup time",
    lines: (s) => [["p50", s.setupP50Ms, "--c2"], ["p95", s.setupP95Ms, "--c4"], ["p99", s.setupP99Ms, "--c3"]],
    digits: 0,
    unit: " ms",
  },
  {
    key: "failures",
    title: "Failures by code",
    lines: (s) => Object.entries(s.failures ?? {}).sort().map(([code, values], i) => [code, values, failureColours[i % failureColours.length]]),
    digits: 1,
  },
];

export function Charts({ theme }) {
  const { data, error } = useFetched(() => get("charts"), [], every);
  return html`<section class="view" aria-labelledby="title">
    <div class="view-head"><h1 id="title">The last hour</h1></div>
    ${error && html`<${Failure} error=${error} />`}
    <div class="charts">${data && charts.map((chart) => html`<${Chart} key=${chart.key} chart=${chart} data=${data} theme=${theme} />`)}</div>
  </section>`;
}

/** The colour that a custom property has now, as a canvas takes it. */
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function Chart({ chart, data, theme }) {
  const place = useRef(null);
  const plot = useRef(null);
  const [index, setIndex] = useState(null);
  const lines = useMemo(() => chart.lines(data.series).map(([name, values, line]) => ({ name, line, values: scaled(values ?? [], chart.scale) })), [data, chart]);
  const names = lines.map((line) => line.name).join(" ");
  const table = useMemo(() => [timesOf(data, lines), ...lines.map((line) => line.values)], [data, lines]);

  useEffect(() => {
    plot.current = new uPlot(optionsOf(chart, lines, place.current.clientWidth, setIndex), table, place.current);
    const observer = new ResizeObserver(([entry]) => plot.current?.setSize({ width: Math.floor(entry.contentRect.width), height }));
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      plot.current.destroy();
      plot.current = null;
    };
  }, [chart, names, theme]);
  useEffect(() => plot.current?.setData(table), [table]);

  const shown = lines.map((line) => ({ ...line, value: index === null ? lastOf(line.values) : line.values[index] ?? null }));
  const text = (value) => value === null ? "–" : `${value.toLocaleString("en-US", { minimumFractionDigits: chart.digits, maximumFractionDigits: chart.digits })}${chart.unit ?? ""}`;
  return html`<figure class="panel chart">
    <figcaption><h2>${chart.title}</h2><ul class="legend">${shown.map((line) => html`<li><span class=${`swatch ${line.line.slice(2)}`} aria-hidden="true"></span>${line.name} <b>${text(line.value)}</b></li>`)}
      ${lines.length === 0 && html`<li class="quiet">none in this hour</li>`}</ul></figcaption>
    <div ref=${place} class="plot" role="img" aria-label=${`${chart.title} over the last hour. Now: ${shown.map((l) => `${l.name} ${text(l.value)}`).join(", ") || "none"}`}></div>
  </figure>`;
}

const scaled = (values, scale) => (scale ? values.map((v) => (v === null ? null : v * scale)) : values);

function lastOf(values) {
  for (let i = values.length - 1; i >= Math.max(0, values.length - 12); i--) if (values[i] !== null && values[i] !== undefined) return values[i];
  return null;
}

function timesOf(data, lines) {
  const count = Math.max(0, data.series.active?.length ?? 0, ...lines.map((line) => line.values.length));
  const [start, step] = [Date.parse(data.start) / 1000, data.stepMs / 1000];
  return Array.from({ length: count }, (_, i) => start + i * step);
}

function optionsOf(chart, lines, width, setIndex) {
  const [ink, grid] = [colour("--quiet"), colour("--grid")];
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { sync: { key: "hour" }, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { y: { range: (_, min, max) => [0, chart.top ?? Math.max(max * 1.15 || 1, 1)] } },
    axes: [
      { ...axis, size: 28, space: 70, values: (_, times) => times.map((t) => new Date(t * 1000).toTimeString().slice(0, 5)) },
      { ...axis, size: chart.unit === " ms" ? 66 : 52, space: 26, values: (_, values) => values.map((v) => `${Number(v.toPrecision(6)).toLocaleString("en-US")}${chart.unit ?? ""}`) },
    ],
    series: [{}, ...lines.map((line) => ({
      stroke: colour(line.line),
      fill: lines.length === 1 ? colour(line.line).replace(/^rgb\((.*)\)$/, "rgba($1, 0.10)") : undefined,
      width: 1.5,
      points: { show: false },
      spanGaps: false,
    }))],
    hooks: { setCursor: [(u) => setIndex(u.cursor.idx ?? null)] },
  };
}
