import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MemmapFile, MemmapTable } from "../../../src/index.js";
import { makeHdf5, objectAt } from "../../hdf5/import-support.js";
import { makeNamedType } from "../hdf5-support.js";

export const COORDINATES = Float64Array.from({ length: 3000 }, (_, i) => i / 8 - 100);
export const LINE = Int32Array.from({ length: 100 }, (_, i) => 7 * i - 50);

/**
 * An HDF5 file: `line` (100), `points` (1000 x 3), `scalar`, `texts`, `wide` with 28 members, links that lead somewhere and
 * nowhere, a named type, and ten groups within each other.
 */
export async function makeSnapshot(path: string): Promise<void> {
  await makeHdf5(path, (h5) => {
    h5.create_dataset({ name: "line", data: LINE });
    h5.create_dataset({ name: "points", data: COORDINATES, shape: [1000, 3] });
    h5.create_dataset({ name: "scalar", data: Float64Array.of(2.5), shape: [] });
    h5.create_dataset({ name: "texts", data: ["one", "zwei", "三"] });
    h5.create_dataset({ name: "type", data: Int16Array.of(7) });
    objectAt(h5, "points").create_attribute("unit", "Mpc");
    objectAt(h5, "/").create_attribute("Redshift", Float64Array.of(0.5), []);
    const wide = h5.create_group("wide");
    for (let i = 0; i < 28; i++) wide.create_dataset({ name: `m${i + 10}`, data: Uint8Array.of(i) });
    h5.create_soft_link("/points", "alias");
    h5.create_soft_link("/no/such", "dangling");
    h5.create_soft_link("/wide", "way");
    let group = h5.create_group("g0");
    for (let depth = 1; depth < 10; depth++) {
      group.create_dataset({ name: "x", data: Int32Array.of(depth) });
      group = group.create_group(`g${depth}`);
    }
  });
  await makeNamedType(path, "type");
}

/** A table of 1,000 rows. */
export function makeFlights(path: string): void {
  using table = MemmapTable.create(path, {
    rows: 1000,
    columns: { id: "u8", delay: ">i2", "airport/origin": "U3", when: "M8[s]", late: "b1" },
    attr: { title: "flights", year: 2001 },
  });
  const delays = Array.from({ length: 1000 }, (_, i) => (i * 31) % 100);
  table.column("id").assign(BigUint64Array.from(delays, (_, i) => BigInt(i)));
  table.column("delay").assign(delays);
  table.column("airport/origin").assign(delays.map((delay) => (delay % 2 === 0 ? "SFO" : "LAX")));
  table.column("when").assign(BigInt64Array.from(delays, (delay) => BigInt(delay)));
  table.column("late").assign(delays.map((delay) => delay > 15));
}

/** A directory of files, directories, a table `flights`, a hierarchy `tree` and an HDF5 file `snap.hdf5`. */
export async function makeData(root: string): Promise<string> {
  mkdirSync(join(root, "sub", "deep"), { recursive: true });
  writeFileSync(join(root, "a.txt"), "A text.\n");
  writeFileSync(join(root, "b #?%41.yml"), "a: 1\n");
  writeFileSync(join(root, "big.bin"), Buffer.alloc(300_000, "0123456789abcdefg"));
  writeFileSync(join(root, "sub", "c.json"), "{}");
  writeFileSync(join(root, "sub", "deep", "d.csv"), "x\n1\n");
  await makeSnapshot(join(root, "snap.hdf5"));
  makeFlights(join(root, "flights"));
  using tree = MemmapFile.open(join(root, "tree"), { mode: "w+" });
  tree.setArray("/stars/mass", Float32Array.of(1, 2, 3), { attrs: { unit: "Msun" } });
  return root;
}
