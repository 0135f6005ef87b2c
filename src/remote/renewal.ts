import { isMemmapError, StaleError } from "../errors.js";
import type { DatasetFacts, Facts, RemoteElement } from "./remote-facts.js";
import type { RemoteTree } from "./remote-tree.js";
import type { ObjectRequests } from "./requests.js";
import type { RequestLimits } from "./selection/pieces.js";
import type { DatasetSource } from "./selection/read.js";

/** A dataset of a file, whose description is asked for again where the file has become another version. */
export class RenewedSource implements DatasetSource {
  readonly requests: ObjectRequests;
  readonly file: string;
  readonly object: string;
  readonly label: string;
  readonly limits: RequestLimits;
  readonly #tree: RemoteTree;
  #facts: DatasetFacts;

  constructor(tree: RemoteTree, path: string, facts: DatasetFacts) {
    // Whoever opened it may have had a signal, which is not for those who read it.
    this.#tree = tree.within({});
    this.requests = tree.requests;
    this.file = tree.file;
    this.object = path;
    this.label = tree.labelOf(path);
    this.limits = tree.requestLimits;
    this.#facts = facts;
  }

  get facts(): DatasetFacts {
    return this.#facts;
  }

  get etag(): string | undefined {
    return this.#facts.etag;
  }

  readonly renew = async (signal: AbortSignal | undefined): Promise<void> => {
    this.#facts = await renewed(this.#tree.within({ signal }), this.object, this.#facts);
  };
}

/**
 * What there is to know of a dataset in the version of the file that there is now. Rows that came behind those that were there
 * are left out: who reads it has seen its shape.
 *
 * @throws StaleError where it is not there any more, or another one is
 */
async function renewed(tree: RemoteTree, path: string, old: DatasetFacts): Promise<DatasetFacts> {
  tree.forget(old.etag);
  // What is known by then may be of a version that is gone, too.
  const now = fitting(await factsOf(tree, path), old) ?? fitting(await askedAgain(tree, path), old);
  if (now !== undefined) return now;
  throw new StaleError(`${tree.labelOf(path)} is another by now; refresh() of the file takes that up`, {
    path: tree.file,
  });
}

/** Undefined for something else than there was. */
function fitting(facts: Facts | undefined, old: DatasetFacts): DatasetFacts | undefined {
  if (facts?.kind !== "dataset" || !isSame(facts.element, old.element)) return undefined;
  const [[length = 0, ...cell], [now = 0, ...cellNow]] = [old.shape, facts.shape];
  const isAlike = facts.sliceable === old.sliceable && facts.shape.length === old.shape.length;
  if (!isAlike || cell.join() !== cellNow.join() || now < length) return undefined;
  // Data that were not there are not there now: the requests of what is being read are planned.
  const isWhole = old.data !== undefined && length === now;
  return { ...facts, shape: old.shape, data: isWhole ? facts.data : undefined };
}

function askedAgain(tree: RemoteTree, path: string): Promise<Facts | undefined> {
  tree.forget(tree.etag);
  return factsOf(tree, path);
}

async function factsOf(tree: RemoteTree, path: string): Promise<Facts | undefined> {
  try {
    return await tree.facts(path);
  } catch (error) {
    if (isMemmapError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

function isSame(one: RemoteElement, other: RemoteElement): boolean {
  if ("dtype" in one && "dtype" in other) return one.kind === other.kind && one.dtype.equals(other.dtype);
  return one.kind === other.kind;
}
