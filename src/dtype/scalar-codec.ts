import { dates } from "./date-codec.js";
import type { DType } from "./dtype.js";
import type { Codec } from "./element.js";
import { bigIntegers, booleans, complexes, floats, integers } from "./number-codec.js";
import { showValue } from "./show.js";
import { bytesStrings, unicodeStrings } from "./text-codec.js";

/** The codec of a dtype without fields. */
export function scalarCodec(dtype: DType): Codec {
  const little = dtype.byteorder !== ">";
  switch (dtype.kind) {
    case "b":
      return booleans;
    case "i":
    case "u":
      return dtype.itemsize === 8 ? bigIntegers(dtype, little) : integers(dtype, little);
    case "f":
      return floats(dtype, little);
    case "c":
      return complexes(dtype, little);
    case "S":
      return bytesStrings(dtype);
    case "U":
      return unicodeStrings(dtype, little);
    case "M":
    case "m":
      return dates(dtype, little);
    case "V":
      return voids(dtype);
    default:
      return dtype.kind satisfies never;
  }
}

function voids({ itemsize, str }: DType): Codec {
  return {
    read: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, itemsize).slice(),
    problem: (value) => {
      if (!(value instanceof Uint8Array)) return `${showValue(value)} is no Uint8Array, which ${str} needs`;
      return value.length === itemsize ? undefined : `${value.length} bytes do not fill ${str}`;
    },
    write: (view, at, value) => {
      if (value instanceof Uint8Array) new Uint8Array(view.buffer, view.byteOffset + at, itemsize).set(value);
    },
  };
}
