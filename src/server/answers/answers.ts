import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { StaleError } from "../../errors.js";
import { encodeValue, type Query } from "../../remote/wire/index.js";
import { Catalogue, type May, type Roots, type VirtualEntry, type VirtualFile } from "../catalogue/index.js";
import { directoryDownload, fileDownload } from "../download/index.js";
import type { Identity } from "../http/auth.js";
import type { Gone } from "../http/gone.js";
import type { ServeLimits } from "../http/limits.js";
import { Problem } from "../http/problem.js";
import { invalidPath } from "../http/request-path.js";
import type { Answer } from "../http/respond.js";
import { chooseRepresentation, MEDIA_TYPES, mapToJson, type Representation } from "../represent/index.js";
import { ServedFiles } from "../served/cache.js";
import { openHdf5File } from "../served/hdf5-file.js";
import { openStoreFile } from "../served/store-file.js";
import { downloadAnswer } from "./download-answer.js";
import { objectAnswer } from "./object-answer.js";

/** Makes the answers of a server, whatever way they go. */
export class Answers {
  readonly #catalogue: Catalogue;
  readonly #files: ServedFiles;
  readonly #limits: ServeLimits;

  /** @throws NameError, NotFoundError for roots */
  constructor(roots: Roots, limits: ServeLimits) {
    this.#catalogue = new Catalogue(roots);
    this.#files = new ServedFiles({ store: openStoreFile, hdf5: openHdf5File });
    this.#limits = limits;
  }

  /** Tables and HDF5 files that are open. */
  get openFiles(): number {
    return this.#files.size;
  }

  /** @param gone says when nobody waits for it any more @throws Problem, and what reading throws */
  async message(
    segments: readonly string[],
    query: Query,
    accept: string | undefined,
    identity: Identity,
    gone: Gone,
  ): Promise<Answer> {
    const representation = chooseRepresentation(accept);
    if (representation === undefined) throw new Problem(406, "answers are MessagePack, JSON or Arrow");
    const may = mayOf(identity);
    const entry = this.#find(segments, may, identity);
    if (entry.kind === "directory") {
      return mapAnswer(await this.#catalogue.directoryMap(entry, query.maxDepth, may), representation);
    }
    const isFile = query.object === undefined && query.slice === undefined;
    if (isFile && query.columns === undefined && query.where === undefined) {
      return mapAnswer(await this.#catalogue.fileMap(entry), representation);
    }
    return this.#object(entry, query, representation, gone);
  }

  async #object(
    entry: VirtualFile,
    query: Query,
    representation: Representation,
    gone: Gone,
  ): Promise<Answer> {
    if (entry.format === "other") throw new Problem(404, "Not an HDF5 file");
    const file = await this.#files.open({
      kind: entry.format,
      path: entry.realPath,
      check: () => this.#catalogue.requireInPlace(entry),
    });
    try {
      return await objectAnswer(file, query, representation, this.#limits, gone);
    } catch (error) {
      const isIntact = file.isIntact();
      file.release();
      // What is wrong may be so because a writer came between.
      if (isIntact || error instanceof Problem) throw error;
      throw new StaleError("the file was changed while it was read", { cause: error });
    }
  }

  /** @throws Problem, and what reading throws */
  async download(
    segments: readonly string[],
    headers: IncomingHttpHeaders,
    identity: Identity,
  ): Promise<Answer> {
    if (segments.length === 0) throw new Problem(400, "No file path was specified");
    const may = mayOf(identity);
    const entry = this.#find(segments, may, identity);
    const isFile = entry.kind === "file" && entry.format !== "store";
    const download = isFile
      ? await fileDownload(this.#catalogue, entry)
      : await directoryDownload(this.#catalogue, entry, may);
    return downloadAnswer(download, headers);
  }

  #find(segments: readonly string[], may: May, identity: Identity): VirtualEntry {
    const entry = this.#catalogue.lookup(segments, may);
    if (entry === undefined) throw invalidPath(segments);
    if (entry.kind !== "denied") return entry;
    if (identity.name === undefined) throw new Problem(401, "this directory is not for everybody");
    throw new Problem(403, "this directory is not for you");
  }

  close(): void {
    this.#files.close();
  }
}

function mayOf({ roles }: Identity): May {
  return (wanted) => wanted.every((role) => roles.has(role));
}

/** A map, whole. */
async function mapAnswer(map: Map<string, unknown>, representation: Representation): Promise<Answer> {
  if (representation === "arrow") throw new Problem(406, "this is no array; it comes as MessagePack or JSON");
  const isJson = representation === "json";
  const body = isJson ? await joined(mapToJson(map)) : encodeValue(map);
  return {
    contentType: MEDIA_TYPES.get(representation) ?? "",
    length: body.length,
    pin: createHash("sha256").update(body).digest("base64url"),
    shown: representation,
    isCompressible: true,
    async *pieces() {
      yield body;
    },
    isIntact: () => true,
    release: () => undefined,
  };
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}
