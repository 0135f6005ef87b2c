// Another program that stores into array files through maps, as it is told; what it has mapped stays mapped.
import { openNpy } from "memmap-table";

const arrays = new Map();

process.on("message", ({ path, at, value, flush }) => {
  let array = arrays.get(path);
  if (array === undefined) {
    array = openNpy(path, { mode: "r+" });
    arrays.set(path, array);
  }
  array.set(at, value);
  if (flush) array.flush();
  process.send("stored");
});
