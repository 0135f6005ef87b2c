import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { afterAll, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { type Asked, ask, dataOf, NUMPY, type Reply, startServer, unpack, within } from "./support/http.js";

/** How long it goes on; 20 for a longer look. */
const SECONDS = Number(process.env.SECONDS ?? 2);
const WRITER = fileURLToPath(new URL("./support/writer.mjs", import.meta.url));

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
{
  using table = MemmapTable.create(join(root, "t"), { rows: 100_000, columns: { a: "f8", b: "f8" } });
  for (const name of ["a", "b"] as const) table.column(name).values.fill(0.5);
}
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** The one value that all doubles have. @throws where they have several */
function oneValue(bytes: Uint8Array): number {
  const all = new Float64Array(Uint8Array.from(bytes).buffer);
  const [first = Number.NaN] = all;
  const odd = all.findIndex((value) => value !== first);
  if (odd === -1) return first;
  throw new Error(`a mixture: ${first} and, from ${odd} of ${all.length} on, ${all[odd]}`);
}

async function tarValue(tar: Buffer): Promise<number> {
  const parts: Buffer[] = [];
  const reading = extract();
  reading.end(tar);
  for await (const entry of reading) {
    const bytes: Buffer[] = [];
    for await (const part of entry) bytes.push(part as Buffer);
    if (entry.header.name.endsWith(".npy")) parts.push(Buffer.concat(bytes).subarray(128));
  }
  // Both have as many rows, and room behind them.
  return oneValue(Buffer.concat(parts.map((part) => part.subarray(0, 800_000))));
}

interface Kind {
  readonly path?: string;
  readonly asked: Asked;
  /** The value that all of an answer has; undefined where it has none. */
  readonly value: (reply: Reply) => number | undefined | Promise<number>;
}

const whole = ({ body }: Reply): number => oneValue(dataOf(unpack(body)));
const rowsOf = (reply: Reply): number | undefined => {
  const shapes = ["a", "b"].map((name) => String(within(unpack(reply.body), "members", name, "shape")));
  const rows = String(within(unpack(reply.body), "table", "rows"));
  expect(new Set([...shapes, rows]).size).toBe(1);
  return undefined;
};

const KINDS: Record<string, Kind> = {
  rows: { asked: { body: { object: "/", columns: ["a", "b"] } }, value: whole },
  condition: { asked: { body: { object: "/", columns: ["b"], where: "a > 0" } }, value: whole },
  slice: { asked: { body: { object: "/a", slice: [[0, 200_000]] } }, value: whole },
  "short slice": { asked: { body: { object: "/b", slice: [[0, 50_000]] } }, value: whole },
  steps: {
    asked: { body: { object: "/a", slice: [[99_999, 50_000, -2]] }, headers: { accept: NUMPY } },
    value: whole,
  },
  "all data": {
    asked: { body: { object: "/b" } },
    value: (reply) => oneValue(dataOf(within(unpack(reply.body), "data"))),
  },
  gzip: {
    asked: { body: { object: "/a", slice: [[0, 100_000]] }, headers: { "accept-encoding": "gzip" } },
    value: ({ body }) => oneValue(dataOf(unpack(gunzipSync(body)))),
  },
  map: { asked: { body: { object: "/", data_size_limit: 0 }, headers: { accept: NUMPY } }, value: rowsOf },
  tar: { path: "/download/data/t", asked: {}, value: ({ body }) => tarValue(body) },
};

it(`eight clients read whole generations for ${SECONDS} s, or are told to come again`, async () => {
  const server = await startServer({ data: root });
  const child = spawn(process.execPath, [WRITER, join(root, "t")], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  await once(child.stdout, "data");
  const seen = new Map<string, number>();
  const generations = new Set<number>();
  const end = performance.now() + SECONDS * 1000;
  const kinds = Object.entries(KINDS);
  const client = async (first: number): Promise<void> => {
    for (let at = first; performance.now() < end || generations.size < 2; at++) {
      const [name, { path = "/msgpack/data/t", asked, value }] = kinds[at % kinds.length] ?? kinds[0] ?? [];
      let outcome: string;
      try {
        const reply = await ask(server, path, asked);
        outcome = String(reply.status);
        if (reply.status === 200) {
          const generation = await value(reply);
          if (generation !== undefined) generations.add(generation);
          expect(generation).not.toBe(0);
        } else
          expect([reply.status, String(reply.body)]).toEqual([
            expect.toBeOneOf([409, 404]),
            expect.any(String),
          ]);
        // Rows that are there no more are outside; of what a writer does in between, nothing is to be seen.
        if (reply.status === 404) expect(String(reply.body)).toMatch(/axis 0 has 100000/);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
        outcome = "reset";
      }
      seen.set(`${name}: ${outcome}`, (seen.get(`${name}: ${outcome}`) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, first) => client(first)));
  expect(child.exitCode).toBeNull();
  child.kill("SIGKILL");
  await once(child, "close");
  console.log(
    `${generations.size} generations: ${[...seen]
      .sort()
      .map((entry) => entry.join(" × "))
      .join(", ")}`,
  );
  expect(generations.size).toBeGreaterThan(1);
  // What a writer left half done is completed by the next one; until then it is not served, or served as it was.
  const left = await ask(server, "/msgpack/data/t", { body: { object: "/a", slice: [[0, 10]] } });
  expect([200, 409]).toContain(left.status);
});
