/**
 * What the module exports, as TypeScript sees it. Addresses and counts are integers below 2³².
 *
 * @module
 */

import type { ReduceKernels } from "./reduce-exports.js";

export interface Kernels extends ReduceKernels {}
