import { partner } from "../partner.js";

/** danfojs-node: the copy that the program itself imports. */
export const danfo = await partner("danfojs-node", "memmap-table/danfo", () => import("danfojs-node"));
