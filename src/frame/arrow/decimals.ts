import type { Data } from "apache-arrow";
import { DTypeError } from "../../errors.js";
import { type ImportType, isTextKind } from "../options.js";
import type { Where } from "./where.js";

/** More digits than 256 bits have. */
const MAX_SCALE = 76;

/**
 * Decimals as what the caller asks for: text, which is exact; floats, which are the nearest ones; integers, where there is
 * no fraction.
 *
 * @throws DTypeError for anything else
 */
export function decimals(
  { length, stride }: Data,
  scale: number,
  bytes: Uint8Array,
  target: ImportType,
  { label }: Where,
): readonly unknown[] {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (Math.abs(scale) > MAX_SCALE)
    throw new DTypeError(`${label} is decimal with a scale of ${scale} in Arrow`);
  const kind = isTextKind(target) ? target : target.kind;
  const from = plainFrom(kind, `${label} is decimal in Arrow`);
  return Array.from({ length }, (_, row) => {
    let value = 0n;
    for (let i = stride - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[row * stride + i] ?? 0);
    return from(decimalText(BigInt.asIntN(stride * 32, value), scale));
  });
}

function plainFrom(kind: string, label: string): (text: string) => unknown {
  switch (kind) {
    case "U":
    case "S":
      return (text) => text;
    case "f":
      return Number;
    case "i":
    case "u":
      // With a fraction it stays a number, which no integer column takes.
      return (text) => (/\.0*[1-9]/.test(text) ? Number(text) : BigInt(text.replace(/\..*/, "")));
    default:
      throw new DTypeError(`${label}, which becomes text, floats or integers`);
  }
}

/** A whole number of units of 10 to the power of -scale, as digits. */
function decimalText(units: bigint, scale: number): string {
  if (scale <= 0) return String(units * 10n ** BigInt(-scale));
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
