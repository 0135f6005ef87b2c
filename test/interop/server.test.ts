import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemmapFile, MemmapTable, openNpy } from "../../src/index.js";
import { hashPassword, serve, type TableServer } from "../../src/server/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { QUICK, scratchDirectory, seed } from "./support.js";

const SCRIPT = fileURLToPath(new URL("server_client.py", import.meta.url));
const SHAPES = [[7], [], [0], [3, 2], [2, 0], [2, 1, 3]];
const STRUCTURED = STRUCTURES.map(({ fields, align }) => (align === true ? { align: fields } : fields));
const DTYPES = [...PLAIN, ...STRUCTURED];
/** Thousands of requests take their time where others work too. */
const LONG = 240_000;
const DIALECTS = ["classic", "numpy"];

const directory = scratchDirectory();
const arrays = join(directory, "arrays");
const columns = join(directory, "columns");
const old = join(directory, "earliest");
const recent = join(directory, "latest");
const mixed = join(directory, "mixed");
let server: TableServer;

/** Calls a function of the client while this process serves. Its traceback is the message of the error thrown. */
async function client<T = unknown>(call: string, args: object): Promise<T> {
  const { PYTHON = "python3" } = process.env;
  const python = spawn(PYTHON, ["-B", "-X", "utf8", SCRIPT]);
  python.stdin.end(JSON.stringify({ call, args }));
  const [answer, problem, code] = await Promise.all([
    text(python.stdout),
    text(python.stderr),
    new Promise((resolve) => python.once("close", resolve)),
  ]);
  if (code !== 0) throw new Error(problem);
  return JSON.parse(answer) as T;
}

/** A hierarchy of the arrays of a folder. */
function gather(folder: string, path: string): void {
  using file = MemmapFile.open(path, { ...QUICK, mode: "a" });
  file.transaction(() => {
    for (const name of readdirSync(folder)) {
      using array = openNpy(join(folder, name));
      file.setArray(`all/${basename(name, ".npy")}`, array);
    }
  });
}

beforeAll(async () => {
  const shapes = SHAPES;
  await client("make_arrays", { folder: arrays, dtypes: DTYPES, shapes, seed });
  gather(arrays, join(directory, "store"));
  const rows = [[5], [5, 2], [5, 2, 2]];
  await client("make_arrays", { folder: columns, dtypes: DTYPES, shapes: rows, seed });
  for (const libver of ["earliest", "latest"] as const) {
    const folder = libver === "earliest" ? old : recent;
    await client("make_hdf5", { folder, dtypes: DTYPES, shapes, seed, libver });
  }
  mkdirSync(mixed);
  writeFileSync(
    join(mixed, "plain.bin"),
    Uint8Array.from({ length: 5000 }, (_, i) => i % 251),
  );
  await client("make_source", { folder: join(mixed, "source") });
  gatherTable(join(mixed, "source"), join(mixed, "flights"));
  server = await serve(
    {
      store: join(directory, "store"),
      columns: { path: columns, type: "table" },
      old,
      recent,
      mixed,
    },
    { port: 0 },
  );
}, LONG);

afterAll(() => server.close());

function gatherTable(folder: string, path: string): void {
  using number = openNpy(join(folder, "number.npy"));
  using name = openNpy(join(folder, "name.npy"));
  using table = MemmapTable.create(path, {
    ...QUICK,
    rows: number.length,
    columns: { number: number.dtype, name: name.dtype },
  });
  table.column("number").assign(number as never);
  table.column("name").assign(name as never);
}

describe.each(DIALECTS)("arrays as they are sent, in the dialect %s", { timeout: LONG }, (dialect) => {
  it("are those of a hierarchy, of every dtype and shape, whole and in parts", async () => {
    const args = { url: server.url, path: "store", folder: arrays, dialect, seed, below: "/all" };
    expect(await client("read_arrays", args)).toBe(DTYPES.length * SHAPES.length);
  });

  it("are those of plain files, also in Fortran's order", async () => {
    const args = { url: server.url, path: "columns", folder: columns, dialect, seed };
    expect(await client("read_arrays", args)).toBe(DTYPES.length * 3);
  });

  it.each(["old", "recent"])("are those of files of h5py: %s", async (path) => {
    const file = join(path === "old" ? old : recent, "arrays.h5");
    const args = { url: server.url, path: `${path}/arrays.h5`, file, dialect, seed };
    expect(await client("read_hdf5", args)).toBeGreaterThan(500);
  });
});

describe.each(["old", "recent"])("files of h5py: %s", (path) => {
  it("have their texts", async () => {
    const file = join(path === "old" ? old : recent, "texts.h5");
    expect(
      await client("read_texts", { url: server.url, path: `${path}/texts.h5`, file, seed }),
    ).toBeGreaterThan(10);
  });

  it("have their links, named types, enumerations, records and attributes", async () => {
    const { kinds } = await client<{ kinds: object }>("read_tree", {
      url: server.url,
      path: `${path}/tree.h5`,
    });
    expect(kinds).toMatchObject({
      people: expect.stringMatching(/dataset|unknown/),
      refs: expect.anything(),
    });
  });

  it("have their lists", () => client("read_lists", { url: server.url, path: `${path}/lists.h5` }));
});

it("rows of tables are selected by columns and conditions, and packed on the way", () =>
  client("read_table", { url: server.url, path: "mixed/flights", folder: join(mixed, "source") }));

it("files are downloaded in parts, and directories as tars that NumPy reads", async () => {
  const names = await client<string[]>("download", { url: server.url, path: "mixed", folder: mixed });
  expect(names).toContain("mixed/plain.bin");
});

it("what cannot be answered is refused by the statuses of the protocol", () =>
  client("refuse", { url: server.url, path: "old/lists.h5" }));

it("names and passwords come by Basic", async () => {
  const password = "pä55:wörd";
  await using closed = await serve(
    { old: { path: old, roles: ["staff"] } },
    {
      port: 0,
      auth: {
        anonymous: false,
        users: { ada: { password: await hashPassword(password), roles: ["staff"] } },
      },
    },
  );
  await client("authenticate", { url: closed.url, path: "old/lists.h5", user: "ada", password });
});
