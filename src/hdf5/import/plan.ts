import { sizeOf } from "../../dtype/index.js";
import { DTypeError, LimitError, NameError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { sizeProblem } from "../../npy/size.js";
import { type AttrInput, encodeAttr, type JsonValue } from "../../store/index.js";
import type { ReferenceReader } from "../attributes.js";
import { type DatasetInfo, describeDataset } from "../describe.js";
import type { Handle } from "../handle.js";
import { filterProblem } from "./first-element.js";
import { nodeNames } from "./names.js";
import { readNodeAttributes } from "./node-attributes.js";
import { type ImportHdf5Options, Skips } from "./options.js";
import { type DatasetPart, partsOf } from "./parts.js";
import type { Turns } from "./turns.js";
import type { Found } from "./walk.js";

/** An array that is to be made of a part of a dataset. */
export interface PlannedArray extends DatasetPart {
  /** Its name in the store. */
  readonly name: string;
  readonly attr: JsonValue;
}

/** A dataset that is imported. */
export interface PlannedDataset {
  /** Its path in the file, as it was reached. */
  readonly path: string;
  readonly info: DatasetInfo;
  /** One, but for the columns of a compound. */
  readonly arrays: readonly PlannedArray[];
  /** Bytes of its elements, as HDF5 counts them. */
  readonly bytes: number;
}

/** All that an import writes: groups before what is in them. */
export interface ImportPlan {
  readonly groups: readonly { readonly name: string; readonly attr: JsonValue }[];
  readonly datasets: readonly PlannedDataset[];
  readonly total: number;
}

/**
 * What the nodes of a file become, before anything is written.
 *
 * @throws NameError, CastError, DTypeError and LimitError naming the node; CorruptError
 */
export async function planImport(
  handle: Handle,
  root: Found,
  reference: ReferenceReader,
  options: ImportHdf5Options,
  turns: Turns,
): Promise<ImportPlan> {
  const planner = new Planner(handle, reference, options, turns);
  await planner.group(root, "");
  return planner;
}

class Planner implements ImportPlan {
  readonly groups: { name: string; attr: JsonValue }[] = [];
  readonly datasets: PlannedDataset[] = [];
  total = 0;
  readonly #handle: Handle;
  readonly #reference: ReferenceReader;
  readonly #turns: Turns;
  readonly #skips: Skips;
  readonly #names: "error" | "encode";
  readonly #isSplit: boolean;

  constructor(handle: Handle, reference: ReferenceReader, options: ImportHdf5Options, turns: Turns) {
    const { names = "error", compounds = "columns" } = options;
    this.#handle = handle;
    this.#reference = reference;
    this.#turns = turns;
    this.#skips = new Skips(options);
    this.#names = names;
    this.#isSplit = compounds === "columns";
  }

  async group(node: Found, name: string): Promise<void> {
    const said = node.children.map((child) => child.name);
    const parts = this.#parts(said, node.path);
    const { attr } = node.isWanted ? this.#attributes(node) : { attr: null };
    this.groups.push({ name, attr: this.#named(attr, node, name) });
    for (const [i, child] of node.children.entries()) {
      const below = name === "" ? (parts[i] ?? "") : `${name}/${parts[i]}`;
      await this.#turns.give();
      if (child.kind === "group") await this.group(child, below);
      else this.#dataset(child, below);
    }
  }

  #parts(said: readonly string[], path: string): string[] {
    return nodeNames(said, `"${excerpt(path)}" of ${this.#handle.path}`, this.#names);
  }

  #attributes({ target }: Found): ReturnType<typeof readNodeAttributes> {
    return readNodeAttributes(this.#handle, target, this.#reference, this.#skips);
  }

  /** An attribute as JSON, with the name that the node had where it has another one now. */
  #named(attr: AttrInput, { name: said, path }: Pick<Found, "name" | "path">, name: string): JsonValue {
    const part = name.slice(name.lastIndexOf("/") + 1);
    if (said === part) return encodeAttr(attr);
    if (attr === null) return encodeAttr({ name: said });
    if (isPlain(attr) && !Object.hasOwn(attr, "name")) return encodeAttr({ ...attr, name: said });
    throw new NameError(
      `${this.#handle.path}: "${excerpt(path)}" becomes "/${excerpt(name)}", and its attributes have no room for the name that it had`,
      { path: this.#handle.path },
    );
  }

  #dataset(node: Found, name: string): void {
    const info = describeDataset(this.#handle, node.target);
    const { attr, dtype } = this.#attributes(node);
    const parts = partsOf(info, dtype, this.#isSplit);
    const problem = parts === undefined ? `${info.problem}, which no dtype has` : sizeProblemOf(parts);
    if (parts === undefined || problem !== undefined) {
      const message = `${this.#handle.path}: the dataset "${excerpt(node.path)}" holds ${problem}`;
      const details = { path: this.#handle.path };
      const error = parts === undefined ? new DTypeError(message, details) : new LimitError(message, details);
      this.#skips.orThrow(error, node.path);
      return;
    }
    const unreadable = filterProblem(this.#handle, info);
    if (unreadable !== undefined) {
      this.#skips.orThrow(unreadable, node.path);
      return;
    }
    const bytes = sizeOf(info.space ?? [0]) * info.type.size;
    this.datasets.push({ path: node.path, info, arrays: this.#arrays(parts, node, name, attr), bytes });
    this.total += bytes;
  }

  /** Arrays of a dataset's parts, and where there are several, the group that they lie in. */
  #arrays(parts: readonly DatasetPart[], node: Found, name: string, attr: AttrInput): PlannedArray[] {
    const [first] = parts;
    if (first !== undefined && first.field === undefined) {
      return [{ ...first, name, attr: this.#named(withEnumeration(attr, first.names), node, name) }];
    }
    this.groups.push({ name, attr: this.#named(attr, node, name) });
    const fields = parts.map(({ field = "" }) => field);
    const names = this.#parts(fields, node.path);
    return parts.map((part, i) => {
      const below = `${name}/${names[i]}`;
      const field = { name: fields[i] ?? "", path: `${node.path}.${fields[i]}` };
      return { ...part, name: below, attr: this.#named(withEnumeration(null, part.names), field, below) };
    });
  }
}

function sizeProblemOf(parts: readonly DatasetPart[]): string | undefined {
  for (const { shape, dtype } of parts) {
    const problem = sizeProblem(shape, dtype.itemsize);
    if (problem !== undefined) return `more than an array can: ${problem}`;
  }
  return undefined;
}

/** The names of an enumeration's integers, as the attribute `enum`. */
function withEnumeration(attr: AttrInput, names: Readonly<Record<string, number>> | undefined): AttrInput {
  if (names === undefined) return attr;
  if (attr === null) return { enum: names };
  return isPlain(attr) && !Object.hasOwn(attr, "enum") ? { ...attr, enum: names } : attr;
}

function isPlain(attr: AttrInput): attr is { readonly [key: string]: AttrInput } {
  return typeof attr === "object" && attr !== null && Object.getPrototypeOf(attr) === Object.prototype;
}
