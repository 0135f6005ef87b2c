import { type DType, parseDType, sizeOf } from "../../dtype/index.js";
import { DTypeError, LimitError, NameError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { sizeProblem } from "../../npy/size.js";
import { type AttrInput, encodeAttr, type JsonValue } from "../../store/index.js";
import type { ReferenceReader } from "../attributes.js";
import { type DatasetInfo, describeDataset } from "../describe.js";
import type { Handle } from "../handle.js";
import { enumNames, isText, TYPE_CLASS } from "../types.js";
import { exportedDType, isOpaqueExport } from "./exported-dtype.js";
import { nodeNames } from "./names.js";
import { readNodeAttributes } from "./node-attributes.js";
import { type ImportHdf5Options, Skips } from "./options.js";
import { type TextPlace, textPlaces } from "./text-places.js";
import type { Turns } from "./turns.js";
import type { Found } from "./walk.js";

/** An array that is to be made of a dataset, or of a field of its elements. */
export interface PlannedArray {
  /** Its name in the store. */
  readonly name: string;
  readonly attr: JsonValue;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Where its part of an element begins. */
  readonly offset: number;
  /** Bytes of its part of an element. */
  readonly size: number;
  readonly places: readonly TextPlace[];
}

/** A dataset that is imported. */
export interface PlannedDataset {
  /** Its path in the file, as it was reached. */
  readonly path: string;
  readonly info: DatasetInfo;
  /** What its elements are: bytes that have a dtype, or what becomes text. */
  readonly kind: "bytes" | "texts" | "references";
  /** One, but for the columns of a compound. The dtype of what becomes text is found out later. */
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

/** What the width of texts is not known to be yet. */
const SOME_TEXT = parseDType("U1");

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
    const kind = kindOf(info);
    const problem = kind === undefined ? `holds ${info.problem}, which no dtype has` : this.#size(info);
    if (problem !== undefined || kind === undefined) {
      const message = `${this.#handle.path}: the dataset "${excerpt(node.path)}" ${problem}`;
      const details = { path: this.#handle.path };
      const error = kind === undefined ? new DTypeError(message, details) : new LimitError(message, details);
      this.#skips.orThrow(error, node.path);
      return;
    }
    const bytes = sizeOf(info.space ?? [0]) * info.type.size;
    const { attr, dtype: said } = this.#attributes(node);
    const arrays =
      kind === "bytes" ? this.#arrays(info, node, name, attr, said) : [this.#texts(info, node, name, attr)];
    this.datasets.push({ path: node.path, info, kind, arrays, bytes });
    this.total += bytes;
  }

  #size({ space, innerShape, dtype, type }: DatasetInfo): string | undefined {
    const problem = sizeProblem([...(space ?? []), ...innerShape], dtype?.itemsize ?? type.size);
    return problem === undefined ? undefined : `cannot be an array: ${problem}`;
  }

  #texts({ space }: DatasetInfo, node: Found, name: string, attr: AttrInput): PlannedArray {
    const shape = space ?? [0];
    return {
      name,
      attr: this.#named(attr, node, name),
      dtype: SOME_TEXT,
      shape,
      offset: 0,
      size: 0,
      places: [],
    };
  }

  #arrays(
    { dtype, space, innerShape, type }: DatasetInfo,
    node: Found,
    name: string,
    attr: AttrInput,
    said: string | undefined,
  ): PlannedArray[] {
    if (dtype === undefined) return [];
    const meant = exportedDType(dtype, said);
    const isExact = isOpaqueExport(dtype);
    const outer = space ?? [0];
    if (meant.fields === undefined || !this.#isSplit || isExact || innerShape.length > 0) {
      const shape = [...outer, ...innerShape];
      const places = isExact ? [] : textPlaces(meant, 0, innerShape);
      const named = this.#named(withEnumeration(attr, enumNames(type)), node, name);
      return [{ name, attr: named, dtype: meant, shape, offset: 0, size: type.size, places }];
    }
    this.groups.push({ name, attr: this.#named(attr, node, name) });
    const parts = this.#parts(
      meant.fields.map((field) => field.name),
      node.path,
    );
    const members = new Map(type.compound_type?.members.map((member) => [member.name, member]));
    return meant.fields.map((field, i) => {
      const below = `${name}/${parts[i]}`;
      const member = members.get(field.name);
      const names = member && enumNames(member);
      return {
        name: below,
        attr: this.#named(
          withEnumeration(null, names),
          { name: field.name, path: `${node.path}.${field.name}` },
          below,
        ),
        dtype: field.dtype,
        shape: [...outer, ...field.shape],
        offset: field.offset,
        size: field.dtype.itemsize * sizeOf(field.shape),
        places: textPlaces(field.dtype, 0, field.shape),
      };
    });
  }
}

function kindOf({ dtype, type }: DatasetInfo): PlannedDataset["kind"] | undefined {
  if (dtype !== undefined) return "bytes";
  if (isText(type)) return "texts";
  return type.type === TYPE_CLASS.reference && type.ref_type === "object" ? "references" : undefined;
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
