/**
 * The picture of the figures, of what a run wrote: `node bench/figures-svg.mjs run.json figures.svg`. How many times as fast as
 * NumPy everybody is, on a scale of powers of ten.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** @typedef {{ name: string, seconds: Record<string, number> }} Work */
/** @typedef {{ rows: number, versions: Record<string, string>, machine: { node: string, cores: number }, works: readonly Work[] }} Run */

const OWN = { "one thread": "one", "all cores": "all" };
const PEERS = ["pandas", "polars", "DuckDB", "Arquero", "danfo"];

const WIDTH = 960;
const LEFT = 230;
const RIGHT = 110;
const TOP = 84;
const STEP = 22;
const BAR = 7;
/** Who is beyond these is drawn at the edge. */
const LEAST = 1e-2;
const MOST = 1e3;

const STYLE = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .small { font-size: 11px; fill: #59636e; }
  .title { font-size: 15px; font-weight: 600; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .grid { stroke: #d1d9e0; }
  .unit { stroke: #59636e; stroke-width: 1.5; }
  .one { fill: #0969da; }
  .all { fill: #54aeff; }
  .peer { stroke-width: 1.5; fill: none; }
  .pandas { stroke: #8250df; }
  .polars { stroke: #cf222e; }
  .DuckDB { stroke: #bf8700; }
  .Arquero { stroke: #1a7f37; }
  .danfo { stroke: #6e7781; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .small { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .unit { stroke: #9198a1; }
    .one { fill: #1f6feb; }
    .all { fill: #79c0ff; }
    .pandas { stroke: #be8fff; }
    .polars { stroke: #ff7b72; }
    .DuckDB { stroke: #e3b341; }
    .Arquero { stroke: #56d364; }
    .danfo { stroke: #9198a1; }
  }`;

const escape = (text) =>
  text.replace(/[&<>"]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[mark]);
const round = (value) => Number(value.toFixed(1));
const times = (ratio) => (ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(2));

function text(x, y, content, style = "") {
  return `<text x="${round(x)}" y="${round(y)}"${style === "" ? "" : ` class="${style}"`}>${escape(content)}</text>`;
}

/** How many times as fast as NumPy one was; undefined where either did not do it. */
function ratioOf({ seconds }, name) {
  const [theirs, own] = [seconds.NumPy, seconds[name]];
  return theirs === undefined || own === undefined ? undefined : theirs / own;
}

/** The powers of ten that all ratios lie between, and where each is drawn. */
function scaleOf(works) {
  const ratios = works.flatMap((work) =>
    [...Object.keys(OWN), ...PEERS].flatMap((name) => ratioOf(work, name) ?? []),
  );
  const clamp = (ratio) => Math.min(Math.max(ratio, LEAST), MOST);
  const from = Math.floor(Math.log10(clamp(Math.min(0.1, ...ratios))));
  const to = Math.ceil(Math.log10(clamp(Math.max(10, ...ratios))));
  const unit = (WIDTH - LEFT - RIGHT) / (to - from);
  const place = (ratio) => LEFT + unit * (Math.log10(Math.min(Math.max(ratio, 10 ** from), 10 ** to)) - from);
  const powers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return { place, powers };
}

function grid({ place, powers }, bottom) {
  return powers.flatMap((power) => {
    const x = round(place(10 ** power));
    const label = power < 0 ? `1/${10 ** -power}` : `${10 ** power}`;
    return [
      `<line x1="${x}" x2="${x}" y1="${TOP - 6}" y2="${bottom}" class="${power === 0 ? "unit" : "grid"}"/>`,
      text(x, TOP - 12, power === 0 ? "NumPy" : label, "small middle"),
    ];
  });
}

/** One work: two bars from NumPy's line to where this library is, a mark for each peer. */
function rowOf(work, y, { place }) {
  const bars = Object.entries(OWN).flatMap(([name, style], i) => {
    const ratio = ratioOf(work, name);
    if (ratio === undefined) return [];
    const [from, to] = [place(1), place(ratio)].sort((a, b) => a - b);
    const top = y + 3 + i * (BAR + 1);
    const width = Math.max(1, round(to - from));
    return [
      `<rect x="${round(from)}" y="${top}" width="${width}" height="${BAR}" class="${style}"/>`,
      text(WIDTH - (i === 0 ? 58 : 8), y + 14, times(ratio), "end"),
    ];
  });
  const marks = PEERS.flatMap((name) => {
    const ratio = ratioOf(work, name);
    return ratio === undefined ? [] : [mark(name, place(ratio), y + STEP / 2)];
  });
  return [text(LEFT - 12, y + 15, work.name, "end"), ...bars, ...marks];
}

const mark = (name, x, y) =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="4" class="peer ${name.replace(/\W/g, "")}"/>`;

function legend(works) {
  const bars = Object.entries(OWN).flatMap(([name, style], i) => [
    `<rect x="${LEFT + 110 * i}" y="38" width="14" height="${BAR}" class="${style}"/>`,
    text(LEFT + 110 * i + 20, 46, name),
  ]);
  const there = PEERS.filter((name) => works.some((work) => ratioOf(work, name) !== undefined));
  const marks = there.flatMap((name, i) => [
    mark(name, LEFT + 240 + 84 * i, 42),
    text(LEFT + 250 + 84 * i, 46, name),
  ]);
  return [...bars, ...marks];
}

/**
 * A picture of a run, for light and dark pages.
 *
 * @param {Run} run
 * @returns {string} an SVG document
 */
export function figuresSvg({ rows, versions, machine, works }) {
  const shown = works.filter((work) => work.seconds.NumPy !== undefined);
  const scale = scaleOf(shown);
  const bottom = TOP + STEP * shown.length;
  const title = `How many times as fast as NumPy, in powers of ten: ${rows.toLocaleString("en")} rows`;
  const who = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const footer = [`Node ${machine.node}`, ...who, `${machine.cores} cores`].join(" · ");
  const parts = [
    text(16, 22, title, "title"),
    ...legend(shown),
    ...grid(scale, bottom),
    text(WIDTH - 58, TOP - 12, "one", "small end"),
    text(WIDTH - 8, TOP - 12, "all", "small end"),
    ...shown.flatMap((work, i) => rowOf(work, TOP + STEP * i, scale)),
    text(16, bottom + 24, `${footer}`, "small"),
  ];
  const height = bottom + 36;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

const [, script, from, to] = process.argv;
if (
  script !== undefined &&
  from !== undefined &&
  to !== undefined &&
  import.meta.url === pathToFileURL(script).href
)
  writeFileSync(to, figuresSvg(JSON.parse(readFileSync(from, "utf8"))));
