import { decodeMessage } from "../../remote/wire/index.js";
import { mapToJson } from "../represent/index.js";

/** An object's map as JSON, made of what is sent to others. It is in memory as a whole: `data_size_limit` bounds it. */
export async function* objectJson(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece.slice());
  yield* mapToJson(decodeMessage(Buffer.concat(parts)));
}
