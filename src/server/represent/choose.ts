import { partner } from "../../frame/partner.js";
import { mediaTypeOf } from "../../remote/wire/index.js";

const { default: Negotiator } = await partner(
  "negotiator",
  "memmap-table/server",
  () => import("negotiator"),
);

/** The ways in which objects and slices are shown: the protocol's two dialects, and two for those who do not speak it. */
export type Representation = "msgpack" | "numpy" | "json" | "arrow";

/** What stands in `Content-Type`; the first is what whoever takes anything gets. */
export const MEDIA_TYPES: ReadonlyMap<Representation, string> = new Map([
  ["msgpack", mediaTypeOf("classic")],
  ["numpy", mediaTypeOf("numpy")],
  ["json", "application/json"],
  ["arrow", "application/vnd.apache.arrow.stream"],
]);

const ALL: readonly Representation[] = [...MEDIA_TYPES.keys()];

/** Longer headers than any program writes. */
const MAX_HEADER = 4096;

/** What headers that were seen prefer: programs send the same one each time. */
const known = new Map<string | undefined, Representation | undefined>();
const MAX_KNOWN = 64;

/**
 * The representation that an `Accept` header prefers.
 *
 * @param offered which there are for what is asked for, by preference; all when left out
 * @returns undefined where it accepts none of them
 */
export function chooseRepresentation(
  accept: string | undefined,
  offered: readonly Representation[] = ALL,
): Representation | undefined {
  if (accept !== undefined && accept.length > MAX_HEADER) return undefined;
  if (offered !== ALL) return negotiated(accept, offered);
  if (known.has(accept)) return known.get(accept);
  if (known.size >= MAX_KNOWN) known.clear();
  const found = negotiated(accept, offered);
  known.set(accept, found);
  return found;
}

function negotiated(
  accept: string | undefined,
  offered: readonly Representation[],
): Representation | undefined {
  // All of them are UTF-8 or no text at all.
  const plain = accept?.replace(/;[ \t]*charset=[^;,]*/gi, "");
  const types = new Map(offered.map((one) => [MEDIA_TYPES.get(one) ?? "", one]));
  const headers = plain === undefined ? {} : { accept: plain };
  const found = new Negotiator({ headers }).mediaType([...types.keys()]);
  return found === undefined ? undefined : types.get(found);
}
