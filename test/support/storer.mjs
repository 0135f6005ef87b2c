// Another program that stores into array files through maps, as it is told; what it has mapped stays mapped.
import { openNpy } from "memmap-table";

const arrays = new Map();
const kept = [];

function mapped(path, at) {
  const known = arrays.get(path);
  // Rows that came since are in no map that was made before.
  if (known !== undefined && at < known.length) return known;
  const array = openNpy(path, { mode: "r+" });
  arrays.set(path, array);
  kept.push(array);
  return array;
}

process.on("message", ({ path, at, value, flush }) => {
  let answer = "stored";
  try {
    const array = mapped(path, at);
    array.set(at, value);
    if (flush) array.flush();
  } catch (error) {
    answer = String(error);
  }
  process.send(answer);
});
