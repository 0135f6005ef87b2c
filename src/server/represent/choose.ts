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

/** Longer headers than any program writes. */
const MAX_HEADER = 4096;

/**
 * The representation that an `Accept` header prefers.
 *
 * @param offered which there are for what is asked for, by preference; all when left out
 * @returns undefined where it accepts none of them
 */
export function chooseRepresentation(
  accept: string | undefined,
  offered: readonly Representation[] = [...MEDIA_TYPES.keys()],
): Representation | undefined {
  if (accept !== undefined && accept.length > MAX_HEADER) return undefined;
  // All of them are UTF-8 or no text at all.
  const plain = accept?.replace(/;[ \t]*charset=[^;,]*/gi, "");
  const types = new Map(offered.map((one) => [MEDIA_TYPES.get(one) ?? "", one]));
  const headers = plain === undefined ? {} : { accept: plain };
  const found = new Negotiator({ headers }).mediaType([...types.keys()]);
  return found === undefined ? undefined : types.get(found);
}
