import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type ArrayView, isMemmapError, MemmapFile, slice } from "../../../src/index.js";
import { connect, RemoteDirectory, RemoteFile } from "../../../src/remote/index.js";
import type { RemoteDataset } from "../../../src/remote/remote-dataset.js";
import type { RemoteGroup } from "../../../src/remote/remote-group.js";
import { BASE } from "./cassettes.js";

/** What a recording is played to. */
export interface Stage {
  readonly fetch: typeof fetch;
  /** An empty directory. */
  readonly directory: string;
  /** All of `/PartType1/Coordinates`, out of a recording that has it. */
  positions(): Promise<ArrayView>;
}

const EAGLE = "EAGLE/Fiducial_models/RefL0012N0188/snapshot_000_z020p000/snap_000_z020p000.0.hdf5";
const SWIFT = "Tests/SWIFT/IOExamples/ssio_ci_04_2025/EagleSingle.hdf5";
const SHA_OF_POSITIONS = "184aa952e9fb168c1c072418b5a06ee294f26a614458236c4247b074441f2ce2";
const CARBON = "PartType0/ElementAbundance/Carbon";

const server = ({ fetch }: Stage): Promise<RemoteDirectory> =>
  connect(BASE, { fetch, dataSizeLimit: 0, retries: 0, progress: false });

async function fileOf(stage: Stage, path: string): Promise<RemoteFile> {
  return (await server(stage)).file(path);
}

const eagle = async (stage: Stage): Promise<RemoteGroup> => (await fileOf(stage, EAGLE)).root();
const swift = async (stage: Stage): Promise<RemoteGroup> => (await fileOf(stage, SWIFT)).root();

async function coordinates(stage: Stage): Promise<RemoteDataset> {
  return (await eagle(stage)).getArray("PartType1/Coordinates");
}

export function shaOf(array: ArrayView): string {
  const hash = createHash("sha256");
  for (let row = 0; row < array.length; row++) hash.update(array.bytes(row));
  return hash.digest("hex");
}

/** Checks an array against a selection of another, bit for bit. */
function requireSame(got: ArrayView, expected: ArrayView): void {
  assert.deepEqual(got.shape, expected.shape);
  assert.equal(got.dtype.str, expected.dtype.str);
  assert.equal(shaOf(got), shaOf(expected));
}

async function requireCode(code: string, step: () => Promise<unknown>): Promise<void> {
  await assert.rejects(step, (error) => isMemmapError(error, code as never));
}

async function contains(stage: Stage, path: string, isThere: boolean): Promise<void> {
  assert.equal(await (await fileOf(stage, EAGLE)).has(path), isThere);
}

async function requireCopy(stage: Stage, from: string, name?: string, isGroup = false): Promise<void> {
  const root = await swift(stage);
  using file = MemmapFile.open(join(stage.directory, "copy"), { mode: "a" });
  const to = name ?? from.slice(from.lastIndexOf("/") + 1);
  const source = isGroup ? await root.getGroup(from) : await root.getArray(from);
  const { copied, skipped } = await source.copyTo(file, { name });
  assert.deepEqual(skipped, []);
  assert.deepEqual([...file.keys()], [to]);
  const names = isGroup ? await (source as RemoteGroup).keys() : [""];
  assert.equal(copied.length, names.length);
  for (const each of names) {
    const remote = await root.getArray(each === "" ? from : `${from}/${each}`);
    const path = each === "" ? to : `${to}/${each}`;
    requireSame(file.getArray(path) as unknown as ArrayView, await remote.get());
    assert.deepEqual([...file.attrs(path)], [...remote.attrs]);
  }
  if (isGroup) assert.deepEqual([...file.attrs(to)], [...(await (source as RemoteGroup).attrs())]);
}

async function shallowCopy(stage: Stage, path: string, links?: "follow"): Promise<void> {
  const group = await (await swift(stage)).getGroup(path);
  using file = MemmapFile.open(join(stage.directory, "shallow"), { mode: "a" });
  const { skipped } = await group.copyTo(file, { name: "copy", shallow: true, links });
  assert.deepEqual(skipped, []);
  assert.deepEqual([...file.getGroup("copy").keys()].sort(), (await group.keys()).sort());
  if (links !== undefined) assert.ok(file.getGroup("copy").has("DMParticles"));
}

async function taken(stage: Stage, rows: readonly number[]): Promise<void> {
  const got = await (await coordinates(stage)).get(rows, slice());
  requireSame(got, (await stage.positions()).take(rows));
}

const forwards = Array.from({ length: 1000 }, (_, row) => row);
const backwards = [...forwards].reverse();
const mixed = [5, 5, 5, 6, 7, 7, 8, 8, 8, 8, 100, 101, 102, 103, 19, 20, 17];

/** A path that leads to the very object that another one leads to. */
async function sameGroup(stage: Stage, from: string, path: string, to: string): Promise<void> {
  const root = await eagle(stage);
  const group = await root.getGroup(from);
  assert.equal(await group.getGroup(path), await root.getGroup(to));
}

/** What each recording was made of, by its name. */
export const CASES: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  "test_contains/test_absolute_in_file": (stage) => contains(stage, "/PartType1", true),
  "test_contains/test_dot_group": (stage) => contains(stage, "./PartType0/./ElementAbundance", true),
  "test_contains/test_dotdot_subgroup": (stage) => contains(stage, "PartType0/ElementAbundance/..", true),
  "test_contains/test_in_root": async (stage) => assert.ok(await (await eagle(stage)).has("PartType1")),
  "test_contains/test_not_a_group": (stage) => contains(stage, `${CARBON}/Silicon/Helium`, false),
  "test_contains/test_not_in_subgroup": (stage) =>
    contains(stage, "PartType0/ElementAbundance/not-present", false),
  "test_contains/test_relative_not_in_file": (stage) => contains(stage, "not-present", false),

  "test_copy/test_copy_dataset_with_name": (stage) => requireCopy(stage, "Header/PartTypeNames", "other"),
  "test_copy/test_copy_dataset_with_path_as_source": (stage) => requireCopy(stage, "Header/PartTypeNames"),
  "test_copy/test_copy_group_with_object_as_source": (stage) => requireCopy(stage, "Header", undefined, true),
  "test_copy/test_shallow_copy_group": (stage) => shallowCopy(stage, "SubgridScheme"),
  "test_copy/test_shallow_copy_root_expand_soft_links": (stage) => shallowCopy(stage, "/", "follow"),

  "test_dataset/test_dataset_index_with_array[index0]": (stage) => taken(stage, forwards),
  "test_dataset/test_dataset_index_with_array[index2]": (stage) => taken(stage, backwards),
  "test_dataset/test_dataset_index_with_array[index4]": (stage) => taken(stage, mixed),
  "test_dataset/test_dataset_slice": async (stage) => {
    const dataset = await coordinates(stage);
    assert.deepEqual([dataset.ndim, dataset.shape[1], dataset.dtype.str], [2, 3, "<f8"]);
    assert.equal(dataset.attrs.size, 4);
    const whole = await dataset.get(slice(0, 1000));
    assert.equal(shaOf(whole), SHA_OF_POSITIONS);
    for (const [from, to] of [
      [500, 501],
      [910, 920],
    ] as const) {
      requireSame(await dataset.get(slice(from, to)), whole.slice(from, to));
    }
    for (const [from, to] of [
      [0, 1000],
      [500, 501],
      [910, 920],
    ] as const) {
      const target = new Float64Array((to - from) * 3);
      await dataset.readInto(target, { source: slice(from, to) });
      assert.deepEqual(Buffer.from(target.buffer), Buffer.concat(bytesOf(whole, from, to)));
    }
  },

  "test_directory_listing/test_eagle_dir_listing_with_subdirs": async (stage) => {
    const models = await (await (await server(stage)).directory("EAGLE")).directory("Fiducial_models");
    await requireNodes(models, { directories: 7, files: 0 });
  },
  "test_directory_listing/test_eagle_subdir": async (stage) => {
    const root = await server(stage);
    const nested = await (await root.directory("EAGLE")).directory("Fiducial_models/RefL0012N0188");
    assert.equal(await root.directory("/EAGLE//Fiducial_models/RefL0012N0188/"), nested);
    assert.ok((await nested.keys()).includes("snapshot_000_z020p000"));
  },
  "test_directory_listing/test_implicit_directory": async (stage) => {
    const root = await server(stage);
    const path = "EAGLE/Fiducial_models/RefL0012N0188/snapshot_028_z000p000";
    const snapshot = await root.directory(path);
    const between = await root.directory("EAGLE/Fiducial_models");
    assert.ok((await (await root.directory("EAGLE")).keys()).includes("Fiducial_models"));
    await requireNodes(between, { directories: 7, files: 0 });
    assert.equal(await root.directory(path), snapshot);
    await requireNodes(snapshot, { directories: 0, files: 16 });
  },
  "test_directory_listing/test_non_existent_directory_already_loaded": async (stage) => {
    const directory = await (await server(stage)).directory("EAGLE");
    await directory.keys();
    await requireCode("NOT_FOUND", () => directory.get("invalid1/invalid2"));
  },
  "test_directory_listing/test_non_existent_subdir_in_directory_not_already_loaded": async (stage) => {
    const root = await server(stage);
    await requireCode("NOT_FOUND", () => root.get("EAGLE/invalid1/invalid2"));
  },
  "test_directory_listing/test_request_dir_with_dir_already_loaded": async (stage) => {
    const root = await server(stage);
    const path = "EAGLE/Fiducial_models/RefL0012N0188";
    const snapshot = await root.directory(`${path}/snapshot_000_z020p000`);
    await (await root.directory(path)).keys();
    assert.equal(await root.directory(`${path}/snapshot_000_z020p000`), snapshot);
    await requireNodes(snapshot, { directories: 0, files: 16 });
  },
  "test_directory_listing/test_root_listing": async (stage) => {
    const root = await server(stage);
    assert.ok(root instanceof RemoteDirectory);
    await requireNodes(root, { directories: 3, files: 0 });
    assert.ok((await root.size()) > 2 ** 32);
  },
  "test_errors/test_msgpack_error": async (stage) => {
    const root = await server(stage);
    await requireCode("NOT_FOUND", () => root.get("does-not-exist"));
  },

  "test_group_listing/test_parttype1_group_listing": async (stage) => {
    const root = await eagle(stage);
    assert.equal((await root.keys()).length, 9);
    const names = await (await root.getGroup("/PartType1")).keys();
    assert.equal(names.length, 5);
    for (const name of names) assert.ok(await root.has(`PartType1/${name}`));
  },
  "test_group_listing/test_parttype1_group_visititems": async (stage) => {
    const group = await (await eagle(stage)).getGroup("PartType1");
    const seen: [string, unknown][] = [];
    await group.visit((name, node) => void seen.push([name, node]));
    assert.deepEqual(
      seen.map(([name]) => name),
      await group.keys(),
    );
    for (const [name, node] of seen) assert.equal(await group.get(name), node);
  },

  "test_paths/test_absolute_path_group": (stage) => sameGroup(stage, "PartType1", "/PartType0", "PartType0"),
  "test_paths/test_dot_path_append": (stage) => sameGroup(stage, "PartType1", ".", "PartType1/."),
  "test_paths/test_leading_slash": (stage) => sameGroup(stage, "PartType1", "", "/PartType1"),
  "test_paths/test_parent_path_append": (stage) => sameGroup(stage, "PartType1/..", "", "/"),
  "test_paths/test_trailing_slash": (stage) => sameGroup(stage, "PartType1", "", "PartType1/"),

  // Here fractions go into fractions of any size, as with `assign`: what is refused by dtypes is refused before it is asked for.
  "test_read_direct/test_read_all_pos_as_float32": async (stage) => {
    const dataset = await coordinates(stage);
    await requireCode("CAST", () => dataset.slice(0, 1000).readInto(new Int32Array(3000)));
  },
  "test_read_direct/test_read_axis_pos": async (stage) => {
    const whole = await stage.positions();
    for (const axis of [0, 1, 2]) {
      const target = new Float64Array(1000);
      await (await coordinates(stage)).readInto(target, { source: [slice(0, 1000), axis] });
      assert.deepEqual([...target], [...whole.view(slice(), axis)]);
    }
  },
  "test_read_direct/test_read_partial_vel_no_conversion": async (stage) => {
    const dataset = await (await eagle(stage)).getArray("PartType1/Velocity");
    const target = new Float32Array(1000 * 3).fill(Number.NaN);
    await dataset.readInto(target.subarray(600, 900), { source: slice(200, 300) });
    const written = Array.from(target, (value, i) => !Number.isNaN(value) && i >= 600 && i < 900);
    assert.equal(written.filter(Boolean).length, 300);
  },

  "test_soft_links/test_dataset_via_link_path": async (stage) => {
    const root = await swift(stage);
    const dataset = await root.getArray("DMParticles/Coordinates");
    assert.equal(dataset.path, "/PartType1/Coordinates");
    assert.equal(await root.getArray("PartType1/Coordinates"), dataset);
  },
  "test_soft_links/test_dereference_link_to_group": (stage) =>
    swift(stage).then(async (root) =>
      assert.equal(await root.getGroup("DMParticles"), await root.getGroup("PartType1")),
    ),
  "test_soft_links/test_identify_hard_link_from_file": async (stage) =>
    assert.deepEqual(await (await swift(stage)).link("PartType1"), { kind: "hard" }),
  "test_soft_links/test_identify_soft_link_dot": async (stage) => {
    const group = await (await swift(stage)).getGroup("PartType1");
    assert.deepEqual(await group.link(".././DMParticles"), { kind: "soft", target: "/PartType1" });
  },
  "test_soft_links/test_identify_soft_link_from_root": async (stage) =>
    assert.deepEqual(await (await swift(stage)).link("DMParticles"), { kind: "soft", target: "/PartType1" }),
};

function bytesOf(array: ArrayView, from: number, to: number): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) => array.bytes(from + i));
}

async function requireNodes(
  directory: RemoteDirectory,
  counts: { readonly directories: number; readonly files: number },
): Promise<void> {
  const nodes: unknown[] = [];
  for await (const [, node] of directory) nodes.push(node);
  const files = nodes.filter((node) => node instanceof RemoteFile);
  assert.deepEqual({ directories: nodes.length - files.length, files: files.length }, counts);
  assert.ok(files.every(({ isHdf5 }) => isHdf5));
}
