import { split } from "../../array/blocks.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import { LimitError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { type ChunkTable, writeChunkIndex } from "../format/encode-chunk-index.js";
import { GlobalHeap } from "../format/encode-global-heap.js";
import {
  encodeAttributeInfo,
  encodeChunked,
  encodeContiguous,
  encodeDataspace,
  encodeFillValue,
  encodeFilters,
  encodeGroupInfo,
  encodeLink,
  encodeLinkInfo,
  MESSAGE,
  type Message,
} from "../format/encode-messages.js";
import { encodeObjectHeader } from "../format/encode-object-header.js";
import { encodeSuperblock, SUPERBLOCK_BYTES } from "../format/encode-superblock.js";
import { MAX_RANK } from "../format/messages.js";
import type { StoragePlan } from "./chunk-shape.js";
import { fileEnd } from "./file-target.js";
import { JobRunner, type JobSource, type RunnerOptions } from "./job-runner.js";
import { quiet } from "./quiet.js";
import { type ChunkJob, JOB_BYTES, type JobResult } from "./write-job.js";

/** A dataset that is to be written. */
export interface NewDataset extends JobSource {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The type of its elements in HDF5. */
  readonly datatype: Uint8Array;
  /** Its attributes, encoded. */
  readonly attributes: readonly Uint8Array[];
}

/** A link of a group. */
export interface NewLink {
  readonly name: string;
  /** The address of an object header. */
  readonly header: number;
}

/** Options of an {@link Hdf5Writer}. */
export interface WriterOptions extends RunnerOptions {
  /** Told of the bytes of elements that were just written. What it throws ends the writing. */
  readonly onBytes: (bytes: number, label: string) => void;
}

/**
 * Writes an HDF5 file as every library since HDF5 1.8 reads it: superblock 2, object headers 2, links and attributes in them in
 * the order that they were made, datasets without chunks, or with chunks found by a B-tree of version 1.
 *
 * Whatever is written goes behind what is there. Elements are written by workers, a block at a time.
 */
export class Hdf5Writer {
  /** Text that attributes refer to. */
  readonly heap: GlobalHeap;
  readonly #fd: number;
  readonly #path: string;
  readonly #files: Files;
  readonly #plan: StoragePlan;
  readonly #onBytes: WriterOptions["onBytes"];
  readonly #runner: JobRunner;

  /**
   * Makes the file.
   *
   * @throws ExistsError where something has the name; LimitError where `workers` is no such number, DiskError
   */
  constructor(path: string, files: Files, plan: StoragePlan, { onBytes, ...options }: WriterOptions) {
    this.#path = path;
    this.#files = files;
    this.#plan = plan;
    this.#onBytes = onBytes;
    this.#fd = files.create(path);
    try {
      this.#runner = new JobRunner(this.#fd, path, files, fileEnd(SUPERBLOCK_BYTES), options);
    } catch (error) {
      files.close(this.#fd);
      throw error;
    }
    this.heap = new GlobalHeap(this.#runner.target);
  }

  /**
   * Writes a dataset. Fulfilled when the next one can be begun, with the promise of the address of its header in a box.
   *
   * @throws LimitError for more axes, or longer types, than HDF5 has; what reading and writing throw
   */
  async dataset(dataset: NewDataset): Promise<{ readonly header: Promise<number> }> {
    const { dtype, shape, datatype, attributes, label } = dataset;
    if (shape.length > MAX_RANK) {
      throw new LimitError(`${label} has ${shape.length} axes; datasets of HDF5 have ${MAX_RANK} at most`);
    }
    const chunk = this.#plan.chunkOf(dtype, shape, label);
    const written = chunk === undefined ? this.#pieces(dataset) : this.#chunks(dataset, chunk);
    const { layout } = await written;
    const header = layout.then((storage) =>
      this.#runner.target.append(
        encodeObjectHeader([
          { kind: MESSAGE.dataspace, bytes: encodeDataspace(shape) },
          { kind: MESSAGE.datatype, bytes: datatype, isConstant: true },
          { kind: MESSAGE.fillValue, bytes: encodeFillValue(chunk !== undefined), isConstant: true },
          ...storage,
          ...attributeMessages(attributes),
        ]),
      ),
    );
    return { header: quiet(header) };
  }

  /** Its elements one behind the other. */
  async #pieces(dataset: NewDataset): Promise<{ readonly layout: Promise<readonly Message[]> }> {
    const { dtype, shape, nbytes } = dataset;
    const start = nbytes === 0 ? undefined : this.#runner.target.allocate(nbytes);
    const results: Promise<JobResult>[] = [];
    if (start !== undefined) {
      const rowSize = sizeOf(shape.slice(1));
      const most = Math.max(1, Math.floor(JOB_BYTES / dtype.itemsize));
      let before = 0;
      for (const layout of split(dataset.read().layout, most)) {
        const address = start + before * dtype.itemsize;
        const job = { kind: "piece", layout, address, before, rowSize } as const;
        const { done } = await this.#runner.begin(dataset, job);
        results.push(quiet(this.#told(done, dataset.label)));
        before += sizeOf(layout.shape);
      }
    }
    const bytes = encodeContiguous(start, nbytes);
    return { layout: quiet(Promise.all(results).then(() => [{ kind: MESSAGE.layout, bytes }])) };
  }

  /** Its elements in chunks. */
  async #chunks(
    dataset: NewDataset,
    chunk: readonly number[],
  ): Promise<{ readonly layout: Promise<readonly Message[]> }> {
    const { itemsize } = dataset.dtype;
    const { filters } = this.#plan;
    const counts = dataset.shape.map((axis, k) => Math.ceil(axis / (chunk[k] ?? 1)));
    const total = sizeOf(counts);
    const grid = { grid: counts, chunk, itemsize };
    const table: ChunkTable = {
      addresses: new Float64Array(total),
      lengths: new Uint32Array(total),
    };
    const { layout } = dataset.read();
    const step = Math.max(1, Math.floor(JOB_BYTES / (sizeOf(chunk) * itemsize)));
    const results: Promise<void>[] = [];
    for (let from = 0; from < total; from += step) {
      const job: ChunkJob = { kind: "chunks", layout, grid, filters, from, to: Math.min(from + step, total) };
      const { done } = await this.#runner.begin(dataset, job);
      const noted = this.#told(done, dataset.label).then(({ addresses, lengths }) => {
        table.addresses.set(addresses, from);
        table.lengths.set(lengths, from);
      });
      results.push(quiet(noted));
    }
    const messages = Promise.all(results).then((): readonly Message[] => {
      const bytes = encodeChunked(writeChunkIndex(table, grid, this.#runner.target), chunk, itemsize);
      const pipeline = { kind: MESSAGE.filters, bytes: encodeFilters(filters, itemsize) };
      const isFiltered = filters.shuffle || filters.gzip !== undefined;
      return [...(isFiltered ? [pipeline] : []), { kind: MESSAGE.layout, bytes }];
    });
    return { layout: quiet(messages) };
  }

  /** Tells of what was written when it is. What fails ends everything. */
  async #told(done: Promise<JobResult>, label: string): Promise<JobResult> {
    try {
      const result = await done;
      this.#onBytes(result.bytes, label);
      return result;
    } catch (error) {
      this.#runner.fail(error);
      throw error;
    }
  }

  /** Writes a group. @returns the address of its header */
  async group(links: readonly NewLink[], attributes: readonly Uint8Array[]): Promise<number> {
    await this.#runner.turn();
    const messages: readonly Message[] = [
      { kind: MESSAGE.linkInfo, bytes: encodeLinkInfo(links.length) },
      { kind: MESSAGE.groupInfo, bytes: encodeGroupInfo(), isConstant: true },
      ...links.map(({ name, header }, i) => ({ kind: MESSAGE.link, bytes: encodeLink(name, header, i) })),
      ...attributeMessages(attributes),
    ];
    return this.#runner.target.append(encodeObjectHeader(messages));
  }

  /** Ends the file, whose root is a group that was written. @throws what is wrong with what was begun */
  async finish(root: number): Promise<void> {
    await this.#runner.finish();
    this.heap.flush();
    const { target } = this.#runner;
    const end = target.allocate(0);
    // What was taken last may not be written to its end.
    this.#files.truncate(this.#fd, end, this.#path);
    target.write(encodeSuperblock(root, end), 0);
  }

  /** Ends what is under way, and closes the file. Fulfilled when nothing writes any more. */
  async close(reason: unknown): Promise<void> {
    await this.#runner.close(reason);
    this.#files.close(this.#fd);
  }
}

function attributeMessages(attributes: readonly Uint8Array[]): Message[] {
  if (attributes.length === 0) return [];
  return [
    { kind: MESSAGE.attributeInfo, bytes: encodeAttributeInfo(attributes.length) },
    ...attributes.map((bytes, order) => ({ kind: MESSAGE.attribute, bytes, order })),
  ];
}
