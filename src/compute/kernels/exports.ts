/**
 * What the module exports, as TypeScript sees it. Addresses and counts are integers below 2³².
 *
 * @module
 */

import type { CompareKernels } from "./compare-exports.js";
import type { ConvertKernels } from "./convert-exports.js";
import type { GroupKernels } from "./group-exports.js";
import type { PackKernels } from "./pack-exports.js";
import type { ReduceKernels } from "./reduce-exports.js";
import type { SortKernels } from "./sort-exports.js";

export interface Kernels
  extends CompareKernels,
    ConvertKernels,
    GroupKernels,
    PackKernels,
    ReduceKernels,
    SortKernels {}
