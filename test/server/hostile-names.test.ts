import fs from "node:fs";
import { Agent } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { makeHdf5 } from "../hdf5/import-support.js";
import { temporaryPaths } from "../support/temporary.js";
import { ask, pack, say, startServer } from "./support/http.js";
import { ENCODINGS, hostileNames } from "./support/names.js";

const CANARY = "canary-4f1c9a";
const fresh = temporaryPaths();
const outside = fresh("outside");
const root = join(outside, "data");
fs.mkdirSync(join(root, "sub", "deep"), { recursive: true });
fs.mkdirSync(join(outside, "data-other"));
fs.mkdirSync(join(root, ".hidden"));
const canaries = ["canary.txt", "data-other/canary.txt", "data/.hidden/x", "x.npy"];
for (const name of canaries) fs.writeFileSync(join(outside, name), CANARY);
fs.writeFileSync(join(root, "a.txt"), "A text.\n");
MemmapTable.create(join(root, "t"), { rows: 3, columns: { x: "i4" } }).close();
const links = [
  ["link.txt", "canary.txt"],
  ["way", "."],
  ["sub/link", "."],
  ["t/link.npy", "x.npy"],
  ["t/way", "."],
];
for (const [name = "", to = ""] of links) fs.symlinkSync(join(outside, to), join(root, name));
await makeHdf5(join(outside, "canary.h5"), (h5) => {
  h5.create_dataset({ name: "x", data: new Uint8Array(Buffer.from(CANARY)) });
});
await makeHdf5(join(root, "out.h5"), (h5) => {
  h5.create_dataset({ name: "y", data: Int32Array.of(1) });
  h5.create_external_link("../canary.h5", "/x", "up");
});
const apart = join(outside, "apart.h5");
await makeHdf5(apart, (h5) => h5.create_external_link(join(outside, "canary.h5"), "/x", "away"));

type Call = (path: unknown, ...rest: unknown[]) => unknown;
const calls: string[] = [];
const NAMES = ["openSync", "open", "readFileSync", "readFile", "readdirSync", "createReadStream"] as const;
const real = Object.fromEntries(NAMES.map((name) => [name, fs[name] as Call])) as Record<string, Call>;
const put = (of: (name: string) => Call | undefined): void => {
  Object.assign(fs, Object.fromEntries(NAMES.map((name) => [name, of(name)])));
  syncBuiltinESMExports();
};

const server = await startServer(
  { data: root, file: join(root, "a.txt"), apart },
  { limits: { urlBytes: 2 ** 15 } },
);
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
afterAll(() => {
  put((name) => real[name]);
  agent.destroy();
});
put((name) => (path, ...rest) => {
  calls.push(String(path));
  return real[name]?.(path, ...rest);
});

/** What was opened or listed outside of the root, the modules that are loaded late left aside. */
function strays(): string[] {
  const isInside = (path: string) => path === root || path === apart || path.startsWith(root + sep);
  return calls.filter(
    (path) => !isInside(path) && !/node_modules|^node:|^\d+$|\.(js|mjs|ts|wasm)$/.test(path),
  );
}

interface Heard {
  readonly status: number;
  readonly text: string;
}

/** Asks for a target as it is, whether or not it is one. */
async function heard(target: string, body?: unknown): Promise<Heard> {
  if (/^[\x21-\x7e]*$/.test(target)) {
    const reply = await ask(server, target, { body, agent });
    return { status: reply.status, text: reply.body.toString("latin1") };
  }
  const bytes = body === undefined ? Buffer.alloc(0) : pack(body);
  const method = body === undefined ? "GET" : "POST";
  const head = `Host: localhost\r\nConnection: close\r\nContent-Type: application/x-msgpack\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  const text = await say(
    server,
    Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${head}`), bytes]),
  );
  return { status: Number(text.slice(9, 12)), text };
}

const names = hostileNames(outside);

describe(`${names.length} names`, () => {
  const routes: [string, (name: string) => Promise<Heard>][] = [
    ["/msgpack", (name) => heard(`/msgpack/${name}`)],
    ["/msgpack of a directory", (name) => heard(`/msgpack/data/${name}`, { max_depth: 3 })],
    ["/msgpack of a file", (name) => heard(`/msgpack/file/${name}?object=/`)],
    ["/download", (name) => heard(`/download/data/${name}`)],
    ["objects of a table", (name) => heard(`/msgpack/data/t?object=${name}&slice=0:1`)],
    ["objects of an HDF5 file", (name) => heard(`/msgpack/data/out.h5?object=/${name}`)],
    ["columns", (name) => heard(`/msgpack/data/t?object=/&columns=${name}`)],
    ["other routes", (name) => heard(`/${name}`)],
  ];

  it("are 200", () => {
    expect(names).toHaveLength(200);
    expect(relative(dirname(outside), root)).toMatch(/^outside-\d+\/data$/);
  });

  it.each(Object.entries(ENCODINGS))("lead nowhere, %s", async (_, encode) => {
    calls.length = 0;
    const asked = routes.flatMap(([route, get]) => names.map((name) => ({ route, name, get })));
    const faults: unknown[] = [];
    const work = async (): Promise<void> => {
      for (let next = asked.pop(); next !== undefined; next = asked.pop()) {
        const { status, text } = await next.get(encode(next.name));
        const isLeak = text.includes(CANARY) || text.includes(dirname(outside)) || text.includes("root:x:");
        // What was said may be said back.
        const isEcho = next.name.includes(dirname(outside).slice(1)) && !text.includes(CANARY);
        if (!(status >= 200 && status < 500) || (isLeak && !isEcho))
          faults.push([next.route, next.name, status, text]);
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    expect(faults).toEqual([]);
    expect(strays()).toEqual([]);
  });
});

describe("links", () => {
  it("in files of HDF5 lead to no other file", async () => {
    calls.length = 0;
    for (const [path, object] of [
      ["/msgpack/apart", "/away"],
      ["/msgpack/data/out.h5", "/up"],
    ] as const) {
      expect((await heard(`${path}?object=${object}`)).status).toBe(404);
      expect((await heard(path, { object, slice: [[0, 1]] })).status).toBe(404);
      const all = await heard(path, { object: "/", max_depth: 5 });
      expect([all.status, all.text.includes(CANARY), all.text.includes(outside)]).toEqual([
        200,
        false,
        false,
      ]);
    }
    expect(strays()).toEqual([]);
  });

  it("in directories are not there", async () => {
    calls.length = 0;
    for (const [name = ""] of links) {
      expect((await heard(`/msgpack/data/${name}`)).status).toBe(404);
      expect((await heard(`/download/data/${name}`)).status).toBe(404);
    }
    const tar = await heard("/download/data");
    expect([tar.status, tar.text.includes("A text."), tar.text.includes(CANARY)]).toEqual([200, true, false]);
    expect((await heard("/msgpack/?max_depth=9")).text).not.toMatch(/link|way|hidden/);
    expect(strays()).toEqual([]);
    // What is seen by the probe is what was opened.
    expect(calls).toContain(join(root, "a.txt"));
  });
});
