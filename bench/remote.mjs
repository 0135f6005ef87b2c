/**
 * The server and its client beside nginx, a bare Node server and h5py: each work in turns with its peers, ratios as elsewhere, the
 * other's time over this library's. Servers have processes of their own.
 *
 * nginx is the system's (`apt-get install nginx-light`, or `NGINX_PROGRAM=<program>`), and left out where there is none; curl is needed.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MemmapFile } from "memmap-table";
import { startNginx } from "./nginx.mjs";

/** Doubles of the large slice: 512 MB. */
const LARGE = 64_000_000;
const ROWS = 2_000_000;
const COLUMNS = 3;
const SLICES = 5000;
const LENGTH = 100;
const REQUESTS = 1000;
const AT_ONCE = 8;
const CLIENTS = 10;
/** Slices that each client takes while memory is looked at. */
const TURNS = 2;

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);

/** @param {"table" | "bare"} kind */
async function start(kind, path) {
  const child = spawn(process.execPath, [here("remote-server.mjs"), kind, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const { value: url, done } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (done) throw new Error(`the server of ${kind} did not start`);
  return {
    url,
    pid: child.pid,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** A client in a process of its own. */
function startClient(...given) {
  const child = spawn(process.execPath, [here("remote-client.mjs"), ...given.map(String)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(work) {
      child.stdin.write(`${JSON.stringify(work)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("the client did not answer");
      return JSON.parse(value);
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Takes all of an address. @returns seconds */
async function curl(url, bytes) {
  const show = "%{http_code} %{size_download} %{time_total}";
  const { stdout } = await run("curl", ["-s", "-g", "-o", "/dev/null", "-w", show, url]);
  const [status, size, seconds] = stdout.split(" ").map(Number);
  // Files have a head, and slices another one.
  if (status === 200 && size >= bytes && size < bytes + 1024) return seconds;
  throw new Error(`${url}: ${status}, ${size} bytes where ${bytes} are expected`);
}

/** Asks again and again, over some connections that stay. @returns seconds */
async function askAll(url, agent) {
  let left = REQUESTS;
  const ask = () =>
    new Promise((resolve, reject) => {
      get(url, { agent }, (response) => {
        let bytes = 0;
        response.on("data", (piece) => {
          bytes += piece.length;
        });
        response.on("end", () => {
          const isRight = response.statusCode === 200 && bytes >= 1024 && bytes < 1200;
          if (isRight) resolve();
          else reject(new Error(`${url}: ${response.statusCode}, ${bytes} bytes`));
        });
      }).once("error", reject);
    });
  const begun = performance.now();
  const loop = async () => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  return (performance.now() - begun) / 1000;
}

/** The most bytes that a process had resident. */
function peakOf(pid) {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) * 1024;
}

/** @param {{ root: string, rounds: number, only?: string, row: Function, peer: Function, python: () => string }} bench */
export async function remote({ root, rounds, only, row, peer, python }) {
  const { connect } = await import("memmap-table/remote");
  const wanted = (name) => only === undefined || only === "remote" || name.includes(only);
  const place = join(root, "remote");
  const store = join(place, "store");
  mkdirSync(place);
  const running = [];
  const started = async (server) => {
    if (server !== undefined) running.push(server);
    return server;
  };

  /** Peers by name, in turns; the fastest counts. */
  const compare = async (name, goal, { peers, own, show, warmup = 1 }) => {
    const times = new Map(Object.keys(peers).map((key) => [key, []]));
    const ours = [];
    for (let round = -warmup; round < rounds; round++) {
      for (const [key, work] of Object.entries(peers)) {
        const seconds = await work();
        if (round >= 0) times.get(key).push(seconds);
      }
      const seconds = await own();
      if (round >= 0) ours.push(seconds);
    }
    const theirs = [...times.values()].map(median);
    const ratio = Math.min(...theirs) / median(ours);
    const met = goal === undefined ? "" : ratio >= goal ? "met" : "missed";
    row(name, theirs.map(show).join(", "), show(median(ours)), ratio.toFixed(2), goal?.toFixed(1) ?? "", met);
  };

  try {
    const file = MemmapFile.open(store, { mode: "w+", durability: "process" });
    const numbers = file.createArray("values", "f8", [LARGE]).values;
    for (let i = 0; i < LARGE; i++) numbers[i] = i / 3;
    file.close();
    const server = await started(await start("table", place));
    const slices = `${server.url}/msgpack/data/store?object=/values&slice=`;
    const npy = join(store, "values.npy");
    const bare = await started(await start("bare", npy));

    if (wanted("one slice of 512 MB")) {
      const nginx = await started(await startNginx(join(root, "nginx"), store));
      if (nginx === undefined) console.log("nginx is not there: Node alone is compared with");
      const bytes = 8 * LARGE;
      row("one slice of 512 MB of f8 (MB/s)", "peers", "this", "ratio", "goal", "");
      const peers = {
        ...(nginx && { nginx: () => curl(`${nginx.url}/values.npy`, bytes) }),
        node: () => curl(`${bare.url}/large`, bytes),
      };
      const show = (seconds) => (bytes / seconds / 1e6).toFixed(0);
      const name = `by curl: ${nginx === undefined ? "" : "nginx, "}Node with a Buffer`;
      await compare(name, 0.6, { peers, own: () => curl(`${slices}0:${LARGE}`, bytes), show });
      const connection = await connect(server.url, { progress: false });
      const values = await (await connection.file("data/store")).getArray("values");
      const into = new Float64Array(LARGE);
      const own = async () => {
        const begun = performance.now();
        await values.readInto(into);
        return (performance.now() - begun) / 1000;
      };
      await compare("… by readInto() of this client", undefined, { peers, own, show });
      connection.close();
    }

    const ms = (seconds) => (1000 * seconds).toPrecision(3);
    row("requests (milliseconds)", "h5py, Node", "this", "ratio", "goal", "");
    if (wanted("slices of 100 rows")) {
      const theirs = peer(python(), [here("remote_peer.py")]);
      await theirs.ask("make_rows", place, ROWS, COLUMNS, SLICES);
      const { importHdf5 } = await import("memmap-table/hdf5");
      (await importHdf5(join(place, "rows.h5"), join(place, "rows"), { durability: "process" })).close();
      const client = await started(startClient(server.url, join(place, "starts.npy"), LENGTH));
      for (const [path, name, what] of [
        ["rows", "column", "a column"],
        ["rows", "values", "three columns"],
        ["rows.h5", "column", "its own file"],
        ["rows.h5", "chunked", "chunks of three"],
      ]) {
        let check;
        const one = async () => {
          const { seconds, check: sum } = await theirs.ask("read_rows", place, name, LENGTH);
          check = sum;
          return seconds;
        };
        const own = async () => {
          const { seconds, check: found } = await client.ask({ path: `data/${path}`, name });
          if (Math.abs(found - check) > 1e-9 * SLICES * LENGTH) {
            throw new Error(`h5py finds ${check}, this library ${found}`);
          }
          return seconds;
        };
        const line = `5,000 slices of 100 rows of ${what}`;
        await compare(line, 2, { peers: { h5py: one }, own, show: ms, warmup: 15 });
      }
      theirs.end();
    }
    if (wanted("small requests")) {
      const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
      // Some thousand go by before all of it is compiled, on both sides.
      const asks = { peers: { node: () => askAll(`${bare.url}/small`, agent) }, show: ms, warmup: 5 };
      const line = "1,000 small requests of 1 KB, 8 at a time";
      await compare(line, 0.4, { ...asks, own: () => askAll(`${slices}0:128`, agent) });
      agent.destroy();
    }
    if (wanted("resident memory")) {
      const fresh = await started(await start("table", place));
      const large = `${fresh.url}/msgpack/data/store?object=/values&slice=0:${LARGE}`;
      const before = peakOf(fresh.pid);
      const client = async () => {
        for (let i = 0; i < TURNS; i++) await curl(large, 8 * LARGE);
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
      const [idle, peak] = [before, peakOf(fresh.pid)].map((bytes) => bytes / 2 ** 20);
      const met = peak < 256 ? "met" : "missed";
      const line = "resident memory: idle; with 10 clients";
      row(line, `${idle.toFixed(0)} MiB`, `${peak.toFixed(0)} MiB`, "", "< 256 MiB", met);
    }
  } finally {
    for (const server of running) await server.close();
  }
}
