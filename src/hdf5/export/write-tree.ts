import { STRIDED } from "../../array/index.js";
import { type DType, parseDType } from "../../dtype/index.js";
import { StaleError } from "../../errors.js";
import { encodeDatatype, encodeOpaque } from "../format/encode-datatype.js";
import { MAX_MESSAGE } from "../format/encode-messages.js";
import type { Hdf5Writer, NewLink } from "../write/hdf5-writer.js";
import type { JobSource } from "../write/job-runner.js";
import { quiet } from "../write/quiet.js";
import { encodeAttributes } from "./attributes.js";
import type { ExportArray, ExportGroup } from "./export-tree.js";

/** An address that will be there. In a box, so that who waits for the box does not wait for the address. */
interface Pending {
  readonly header: Promise<number>;
}

/**
 * Writes a group and all that is in it.
 *
 * @param path the group's, for messages
 * @returns the address of its header, when all of it is written
 */
export async function writeTree(root: ExportGroup, writer: Hdf5Writer): Promise<number> {
  const arrays: JobSource[] = [];
  const { header } = await writeGroup(root, "", writer, arrays);
  const address = await header;
  // What has become another array since it was read may be half of each.
  for (const array of arrays) array.read();
  return address;
}

async function writeGroup(
  group: ExportGroup,
  path: string,
  writer: Hdf5Writer,
  arrays: JobSource[],
): Promise<Pending> {
  const links: Promise<NewLink>[] = [];
  for (const [name, node] of group.children) {
    const below = `${path}/${name}`;
    const { header } =
      node.kind === "group"
        ? await writeGroup(node, below, writer, arrays)
        : await writeArray(node, below, writer, arrays);
    links.push(quiet(header.then((address) => ({ name, header: address }))));
  }
  const written = Promise.all(links).then((all) =>
    writer.group(all, encodeAttributes(group.attr, undefined, writer.heap)),
  );
  return { header: quiet(written) };
}

async function writeArray(
  { array, attr }: ExportArray,
  path: string,
  writer: Hdf5Writer,
  arrays: JobSource[],
): Promise<Pending> {
  const { dtype, shape, nbytes } = array;
  const datatype = encodeDatatype(dtype);
  const isHeld = datatype !== undefined && datatype.length <= MAX_MESSAGE;
  // Elements that HDF5 has no type for are bytes, which stay as they are.
  const stored = isHeld ? dtype : parseDType(`V${dtype.itemsize}`);
  const { version } = array.storage;
  const label = `dataset ${path}`;
  const read = () => {
    const strided = array[STRIDED]();
    if (array.storage.version === version) return { ...strided, dtype: stored };
    throw new StaleError(`${label}: the array was changed while it was exported; export it again`);
  };
  const source: JobSource = { read, nbytes, label };
  arrays.push(source);
  return await writer.dataset({
    ...source,
    dtype: stored,
    shape,
    datatype: isHeld ? datatype : encodeOpaque(dtype.itemsize),
    attributes: encodeAttributes(attr, markOf(dtype, isHeld), writer.heap),
  });
}

/** What says the dtype of a dataset whose type in HDF5 does not say it, or not to all that read it. */
function markOf(dtype: DType, isHeld: boolean): string | undefined {
  if (dtype.fields !== undefined) return JSON.stringify(dtype.descr);
  return dtype.kind === "U" || !isHeld ? dtype.str : undefined;
}
