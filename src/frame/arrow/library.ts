import { partner } from "../partner.js";

/** The program's own apache-arrow. */
export const arrow: typeof import("apache-arrow") = await partner(
  "apache-arrow",
  "memmap-table/arrow",
  () => import("apache-arrow"),
);

/** What Arrow's makers of lists call their only child. */
export const LIST_ITEM = "item";
