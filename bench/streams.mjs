/**
 * Streams and HDF5 beside NumPy, h5py and PyTables: each work in turns with its peer, ratios as elsewhere, the other's time over
 * this library's.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemmapTable, openNpy } from "memmap-table";

/** Elements of the datasets that are read in blocks: 128 MiB. */
const ELEMENTS = 1 << 24;
/** Elements of a chunk, and of a block: 256 KiB. */
const CHUNK = 1 << 15;
const REQUESTS = 100_000;
const LENGTH = 10;
const RECORDS = 1_000_000;
const COLUMNS = 5;
const ROWS = 10_000_000;
const WORKERS = 2;

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/** @param {{ root: string, rounds: number, only?: string, row: Function, peer: Function, python: () => string }} bench */
export async function streams({ root, rounds, only, row, peer, python }) {
  const { Reader, Streamer } = await import("memmap-table/stream");
  const { exportHdf5, importHdf5 } = await import("memmap-table/hdf5");
  const wanted = (name) => only === undefined || only === "streams" || name.includes(only);
  const theirs = peer(python(), [fileURLToPath(new URL("streams_peer.py", import.meta.url))]);
  const place = join(root, "streams");
  mkdirSync(place);
  const file = (name) => join(place, name);

  /** Takes turns, and shows bytes a second, or milliseconds where there are none. */
  const compare = async (name, goal, { bytes, asks, own, after = () => undefined, warmup = 2 }) => {
    if (!wanted(name)) return;
    const times = asks.map(() => []);
    const ours = [];
    for (let round = -warmup; round < rounds; round++) {
      const checks = [];
      for (const [i, ask] of asks.entries()) {
        const { seconds, check } = await theirs.ask(...ask);
        checks.push(check);
        if (round >= 0) times[i].push(seconds);
      }
      const start = performance.now();
      const found = await own();
      if (round >= 0) ours.push((performance.now() - start) / 1000);
      after();
      for (const check of checks) {
        if (check !== null && Math.abs(check - found) > 1e-9 * Math.abs(check)) {
          throw new Error(`${name}: the peer finds ${check}, this library ${found}`);
        }
      }
    }
    const other = Math.min(...times.map(median));
    const mine = median(ours);
    const show = (seconds) =>
      bytes === undefined ? (1000 * seconds).toFixed(0) : (bytes / seconds / 2 ** 20).toFixed(0);
    const ratio = other / mine;
    const met = goal === undefined ? "" : ratio >= goal ? "met" : "missed";
    row(
      name,
      times.map((list) => show(median(list))).join(", "),
      show(mine),
      ratio.toFixed(2),
      goal?.toFixed(1) ?? "",
      met,
    );
  };

  if (wanted("blocks")) {
    await theirs.ask("make_blocks", place, ELEMENTS, CHUNK);
    const bytes = 8 * ELEMENTS;
    const sum = async (streamer, options) => {
      let total = 0;
      for await (const { data } of streamer.blocks({ blockSize: CHUNK, workers: WORKERS, ...options }))
        total += data.sum();
      return total;
    };
    row("blocks, each summed (MiB/s)", "peers", "this", "ratio", "goal", "");
    {
      const table = MemmapTable.create(file("table"), { rows: ELEMENTS, durability: "process" });
      const values = openNpy(file("values.npy"));
      table.addColumn("values", "f8").assign(values);
      const streamer = await Streamer.open(table, "values");
      for (const rows of [CHUNK, 1 << 17]) {
        await compare(`blocks of a table, ${(8 * rows) >> 10} KiB`, 1, {
          bytes,
          asks: [["memmap_blocks", place, rows]],
          own: () => sum(streamer, { blockSize: rows }),
          // Some thousand blocks go by before all of it is compiled.
          warmup: 12,
        });
      }
    }
    const goals = { contiguous: 1, chunked: 0.5, gzip: 1.3, shuffle: 1.3 };
    for (const [name, goal] of Object.entries(goals)) {
      const streamer = await Streamer.open(file("blocks.h5"), name);
      await compare(`blocks of HDF5, ${name}: h5py, PyTables`, goal, {
        bytes,
        asks: [
          ["h5py_blocks", place, name, CHUNK],
          ["tables_blocks", place, name, CHUNK],
        ],
        own: () => sum(streamer, {}),
        warmup: name === "contiguous" ? 12 : 2,
      });
      streamer.source.close();
    }
  }

  row("requests and files (milliseconds)", "h5py", "this", "ratio", "goal", "");
  if (wanted("random requests")) {
    await theirs.ask("make_requests", place, RECORDS, REQUESTS, LENGTH);
    const table = MemmapTable.create(file("records"), { rows: RECORDS, durability: "process" });
    for (const name of ["f8", "i4", "f4"]) {
      const values = openNpy(file(`${name}.npy`));
      table.addColumn(name, name).assign(values);
    }
    const starts = openNpy(file("starts.npy"));
    const from = Array.from(starts.values, Number);
    const asks = [["h5py_requests", place, LENGTH]];
    const reader = await Reader.open(table, { workers: WORKERS });
    const rows = await reader.dataset();
    const pool = rows.createStagePool(LENGTH, 10);
    await compare("100,000 random requests of 10 rows, one by one", 5, {
      asks,
      own: async () => {
        let total = 0;
        for (const start of from) {
          total += await reader
            .request(rows.slice(start, start + LENGTH), pool)
            .use((view) => view.column("i4").at(0));
        }
        return total;
      },
    });
    await compare("… by requests()", 5, {
      asks,
      own: async () => {
        let total = 0;
        const operations = from.map((start) => rows.slice(start, start + LENGTH));
        for await (const view of reader.requests(operations, pool)) total += view.column("i4").at(0);
        return total;
      },
    });
    await reader.close();
  }

  const path = file("columns.h5");
  if (wanted("import of") || wanted("export of")) await theirs.ask("make_columns", path, ROWS, COLUMNS);
  const [imported, exported] = [file("imported"), file("exported.h5")];
  for (const [group, goal] of Object.entries({ contiguous: 0.7, gzip: undefined })) {
    await compare(`import of ${COLUMNS} × 10 million f8, ${group}`, goal, {
      asks: [["import_columns", path, group, file("saved")]],
      own: async () => {
        const options = { only: `/${group}`, workers: WORKERS, durability: "process" };
        (await importHdf5(path, imported, options)).close();
        return null;
      },
      after: () => rmSync(imported, { recursive: true }),
    });
  }
  for (const gzip of [false, true]) {
    if (!wanted("export of")) break;
    const directory = join(imported, "contiguous");
    const names = Array.from({ length: COLUMNS }, (_, i) => `c${i}`);
    (await importHdf5(path, imported, { only: "/contiguous", durability: "process" })).close();
    await compare(`export of ${COLUMNS} × 10 million f8${gzip ? ", gzip" : ""}`, undefined, {
      asks: [["export_columns", directory, names, file("peer.h5"), gzip]],
      own: async () => {
        await exportHdf5(imported, exported, { gzip: gzip ? 4 : undefined, workers: WORKERS });
        return null;
      },
      after: () => rmSync(exported),
    });
    rmSync(imported, { recursive: true });
  }
  theirs.end();
}
