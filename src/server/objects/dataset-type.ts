import { type DType, sizeOf } from "../../dtype/index.js";
import { type Dialect, wireElement, wireType } from "../../remote/wire/index.js";
import type { ServedDataset } from "../served/served.js";

/** What is said of a dataset's elements, and how much they are. */
export interface SentType {
  readonly type: unknown;
  readonly kind: "" | "V";
  /** Of each element as sent; undefined for texts and lists. */
  readonly dtype: DType | undefined;
  /** Bytes of all elements, as the protocol counts them: texts and lists by what leads to them. */
  readonly nbytes: number;
}

/** The protocol counts addresses of texts, and addresses and lengths of lists. */
const TEXT_BYTES = 8;
const LIST_BYTES = 16;

/** How the elements of a dataset are sent. */
export function sentType({ element, shape }: ServedDataset, dialect: Dialect): SentType {
  const size = sizeOf(shape);
  const texts: SentType = { type: "str", kind: "", dtype: undefined, nbytes: size * TEXT_BYTES };
  if (element.kind === "text") return texts;
  const sent = wireElement(element.dtype, dialect);
  if (element.kind === "list") {
    const type = sent.kind === "fixed" ? wireType(sent.dtype).type : "str";
    return { type, kind: "V", dtype: undefined, nbytes: size * LIST_BYTES };
  }
  if (sent.kind === "text") return texts;
  const { dtype } = sent;
  return { ...wireType(dtype), dtype, nbytes: size * dtype.itemsize };
}
