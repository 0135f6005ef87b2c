/**
 * Comparisons, masks and what is picked by them. A mask has one byte for each element, zero for false; those that are written
 * hold 0 and 1. Elements are worked on by sixteen: what stands behind the last ones up to a multiple of sixteen is read and
 * written too, unless a function says otherwise.
 */

export * from "./masks";
export * from "./pairs";
export * from "./picks";
export * from "./spans";
