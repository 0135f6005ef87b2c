import { type DType, formatDate, formatDuration, isComplex, NAT, nest } from "../dtype/index.js";
import type { Strided } from "./strided.js";
export function formatArray(_array: Strided, label: string): string {
  return label;
}
