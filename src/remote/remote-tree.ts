import { showValue } from "../dtype/index.js";
import { isMemmapError, NameError, NotFoundError, UnsupportedError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import { didYouMean } from "../store/index.js";
import { type Facts, type GroupFacts, readFacts } from "./remote-facts.js";
import { childOf, MAX_HOPS, nameOf, parentOf, partsOf, type RemoteLink } from "./remote-links.js";
import type { ObjectRequests, ReadingLimits } from "./requests.js";
import { checkLimit, type RequestLimits } from "./selection/pieces.js";

const MAX_SLICES = 65_536;
const MAX_REQUEST_BYTES = 2 ** 26;

/** What a path leads to, links followed: no link itself. */
export interface Found {
  /** From the root, without links. */
  readonly path: string;
  readonly facts: Exclude<Facts, { kind: "link" }>;
}

/** A name that is there, of which nobody has asked what it is. */
interface Named {
  readonly path: string;
  readonly facts: undefined;
}

/** What is known of one version of a file. */
class Knowledge {
  /** By paths without links. */
  readonly facts = new Map<string, Facts>();
  /** What is being asked for. */
  readonly asked = new Map<string, Promise<Facts>>();
  /** Groups whose members are known as far as they ever will be by asking for the group. */
  readonly listed = new Set<string>();
  readonly objects = new Map<string, object>();
  etag: string | undefined;

  /** Takes up the version of an answer: what was said of another one is forgotten. */
  take(etag: string | undefined): void {
    if (etag !== undefined && this.etag !== undefined && etag !== this.etag) this.forget();
    this.etag ??= etag;
  }

  forget(): void {
    this.facts.clear();
    this.listed.clear();
    this.etag = undefined;
  }
}

/** How a tree asks. */
export interface Asking {
  readonly signal?: AbortSignal | undefined;
  /** Told the version of each answer. @throws where it must not be that one */
  readonly onVersion?: ((etag: string | undefined) => void) | undefined;
}

/** The links that may still be followed. */
interface Hops {
  left: number;
}

/** Why a path leads to nothing. */
interface Missing {
  readonly problem: string;
}

const CIRCLE: Missing = { problem: "links lead in a circle" };

/** What is known of a remote file: each object is asked for once, until the file is found to be another version. */
export class RemoteTree {
  readonly requests: ObjectRequests;
  /** The path of the file on the server. */
  readonly file: string;
  readonly limits: ReadingLimits;
  /** The most that one request for elements asks for. */
  readonly requestLimits: RequestLimits;
  readonly #asking: Asking;
  readonly #knowledge: Knowledge;

  /** @throws LimitError for limits that nothing can be read with */
  constructor(
    requests: ObjectRequests,
    file: string,
    limits: ReadingLimits,
    asking: Asking = {},
    knowledge = new Knowledge(),
  ) {
    this.#asking = asking;
    this.#knowledge = knowledge;
    this.requests = requests;
    this.file = file;
    this.limits = limits;
    const { maxSlices = MAX_SLICES, maxRequestBytes = MAX_REQUEST_BYTES } = limits;
    this.requestLimits = {
      maxSlices: checkLimit(maxSlices, "maxSlices"),
      maxBytes: checkLimit(maxRequestBytes, "maxRequestBytes"),
    };
  }

  /** The same file, asked for what a signal may end. */
  within({ signal }: Pick<Asking, "signal">): RemoteTree {
    if (signal === undefined && this.#asking.signal === undefined) return this;
    const asking = { ...this.#asking, signal };
    return new RemoteTree(this.requests, this.file, this.limits, asking, this.#knowledge);
  }

  /** The version that all that is known is of, where the server tells. */
  get etag(): string | undefined {
    return this.#knowledge.etag;
  }

  /** Forgets what is known, if it is still of that version. */
  forget(etag: string | undefined): void {
    if (this.etag === etag) this.#knowledge.forget();
  }

  /** @throws the reason of its signal */
  throwIfAborted(): void {
    this.#asking.signal?.throwIfAborted();
  }

  /** What messages call an object. */
  labelOf(path: string): string {
    return `"${excerpt(path)}" of ${excerpt(this.file)}`;
  }

  /**
   * The one object that stands for what is at a path, whichever way it was reached.
   *
   * @param isRight whether one that there is still does
   */
  object<T extends object>(
    path: string,
    kind: abstract new (...args: never[]) => T,
    make: () => T,
    isRight: (known: T) => boolean = () => true,
  ): T {
    const { objects } = this.#knowledge;
    const known = objects.get(path);
    if (known instanceof kind && isRight(known)) return known;
    const made = make();
    objects.set(path, made);
    return made;
  }

  async #ask(path: string, maxDepth: number): Promise<Facts> {
    const { dataSizeLimit } = this.limits;
    const { onVersion } = this.#asking;
    const { value, etag } = await this.#request(path, { maxDepth, dataSizeLimit });
    const facts = readFacts(value, this.labelOf(path), etag);
    onVersion?.(etag);
    this.#knowledge.take(etag);
    this.#knowledge.listed.add(path);
    return this.#note(path, facts);
  }

  async #request(
    path: string,
    limits: Pick<ReadingLimits, "maxDepth" | "dataSizeLimit">,
  ): ReturnType<ObjectRequests["requestObject"]> {
    const { signal } = this.#asking;
    try {
      return await this.requests.requestObject(this.file, path, limits, { signal });
    } catch (error) {
      if (limits.dataSizeLimit === 0 || !isMemmapError(error, "LIMIT")) throw error;
      // Servers may take texts for smaller than they are: the data are asked for when they are wanted.
      return this.#request(path, { ...limits, dataSizeLimit: 0 });
    }
  }

  /** Keeps what has come to be known; what was known before stays, but for members of which there was no more than the name. */
  #note(path: string, facts: Facts): Facts {
    const known = this.#knowledge.facts.get(path);
    const kept = known ?? facts;
    if (known === undefined) this.#knowledge.facts.set(path, facts);
    if (facts.kind !== "group") return kept;
    for (const [name, member] of facts.members) {
      if (member === undefined) continue;
      if (kept.kind === "group") kept.members.set(name, member);
      this.#note(childOf(path, name), member);
    }
    return kept;
  }

  /**
   * What is at a path that has no links in it. Those who ask at the same time share one request, unless they have signals, which
   * would end it for all.
   */
  async facts(path: string): Promise<Facts> {
    this.throwIfAborted();
    const { facts, asked } = this.#knowledge;
    const known = facts.get(path);
    if (known !== undefined) return known;
    const { maxDepth } = this.limits;
    if (this.#asking.signal !== undefined) return this.#ask(path, maxDepth);
    const asking = asked.get(path) ?? this.#ask(path, maxDepth).finally(() => asked.delete(path));
    asked.set(path, asking);
    return asking;
  }

  /** A group at a path that has no links in it. @throws UnsupportedError where something else is there */
  async group(path: string): Promise<GroupFacts> {
    const facts = await this.facts(path);
    if (facts.kind === "group") return facts;
    throw new UnsupportedError(`${this.labelOf(path)} is no group`);
  }

  /**
   * A group with all that asking for it tells of its members. What is still undefined then is a group, unless the server is
   * of an older kind.
   *
   * @param maxDepth levels that come with it
   */
  async listed(path: string, maxDepth: number): Promise<GroupFacts> {
    const group = await this.group(path);
    const isComplete = this.#knowledge.listed.has(path) || ![...group.members.values()].includes(undefined);
    if (isComplete) return group;
    await this.#ask(path, maxDepth);
    return this.group(path);
  }

  /** Whether a path leads to something; what it is is not asked for. */
  async has(from: string, path: string): Promise<boolean> {
    return !("problem" in (await this.#walk(startOf(from, path), partsOf(path), { left: MAX_HOPS })));
  }

  /** What a path leads to, links followed. @throws NotFoundError, with a guess at what was meant */
  async find(from: string, path: string): Promise<Found> {
    const hops = { left: MAX_HOPS };
    const end = await this.#walk(startOf(from, path), partsOf(path), hops);
    const found = "problem" in end ? end : await this.#resolved(end, hops);
    if ("problem" in found) throw this.#missing(path, found);
    return found;
  }

  #missing(path: string, { problem }: Missing): NotFoundError {
    return new NotFoundError(`there is no ${this.labelOf(path)}: ${problem}`, { path: this.file });
  }

  /** How the last part of a path leads to what it names. @throws NotFoundError for the root, and where nothing has the name */
  async link(from: string, path: string): Promise<RemoteLink> {
    const parts = partsOf(path);
    const last = parts.at(-1);
    const above = last === undefined || last === ".." ? parts : parts.slice(0, -1);
    const at = await this.find(startOf(from, path), above.join("/"));
    const isNamed = above.length < parts.length;
    if (!isNamed && at.path === "/") throw this.#missing(path, { problem: "no link leads to the root" });
    const group = isNamed ? at.path : parentOf(at.path);
    const name = isNamed ? (last ?? "") : nameOf(at.path);
    const facts = await this.facts(group);
    if (facts.kind !== "group" || !facts.members.has(name)) {
      const known = facts.kind === "group" ? facts.members.keys() : [];
      throw this.#missing(path, { problem: `nothing has the name${didYouMean(name, known)}` });
    }
    const member = facts.members.get(name) ?? (await this.listed(group, 0)).members.get(name);
    return member?.kind === "link" ? { kind: "soft", target: member.target } : { kind: "hard" };
  }

  async #resolved(end: Found | Named, hops: Hops): Promise<Found | Missing> {
    return end.facts === undefined ? this.#resolve(end.path, hops) : end;
  }

  /** What is at a path; where that is a link, what it leads to. */
  async #resolve(path: string, hops: Hops): Promise<Found | Missing> {
    const facts = await this.#factsIfAny(path);
    if (facts === undefined) return { problem: "it is a link that leads nowhere, or cannot be read" };
    if (facts.kind !== "link") return { path, facts };
    if (hops.left === 0) return CIRCLE;
    hops.left -= 1;
    const { target } = facts;
    const end = await this.#walk(startOf(parentOf(path), target), partsOf(target), hops);
    const found = "problem" in end ? end : await this.#resolved(end, hops);
    if (!("problem" in found) || found === CIRCLE) return found;
    return { problem: `it is a link to "${excerpt(target)}", but ${found.problem}` };
  }

  async #factsIfAny(path: string): Promise<Facts | undefined> {
    try {
      return await this.facts(path);
    } catch (error) {
      // The root is the file: where it is not found, nothing is.
      if (path !== "/" && isMemmapError(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  async #walk(from: string, parts: readonly string[], hops: Hops): Promise<Found | Named | Missing> {
    let here: Found | Named = { path: from, facts: undefined };
    for (const [i, part] of parts.entries()) {
      const group: Found | Missing = await this.#resolved(here, hops);
      if ("problem" in group) return group;
      const { facts, path } = group;
      if (facts.kind !== "group") return { problem: `"${excerpt(path)}" is no group` };
      if (part === "..") {
        here = { path: parentOf(path), facts: undefined };
        continue;
      }
      if (!facts.members.has(part)) {
        const guess = didYouMean(part, facts.members.keys());
        return { problem: `"${excerpt(path)}" has nothing of the name "${excerpt(part)}"${guess}` };
      }
      const child: Named = { path: childOf(path, part), facts: undefined };
      const isUnasked = i === parts.length - 1 && !this.#knowledge.facts.has(child.path);
      const next: Found | Named | Missing = isUnasked ? child : await this.#resolve(child.path, hops);
      if ("problem" in next) return next;
      here = next;
    }
    return here;
  }
}

/** Paths from the root start there. @throws NameError for what is no text */
function startOf(from: string, path: string): string {
  if (typeof path !== "string") throw new NameError(`a path is a string, not ${showValue(path)}`);
  return path.startsWith("/") ? "/" : from;
}
