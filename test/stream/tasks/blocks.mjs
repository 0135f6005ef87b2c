/** Functions that tests have called with blocks. */

export const sum = (data) => data.sum();

export const sumOf = (data, { index, start, length }) => ({
  index,
  start,
  length,
  sum: data.column("x").sum(),
});

export const names = (data) => data.columnNames;

export const later = async (data) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return data.at(0, 0);
};

export const rows = (data) => Array.from({ length: data.length }, (_, row) => data.at(row, 0));

export const thread = async () => (await import("node:worker_threads")).threadId;

/** One of 20 blocks fails. */
export const failThird = (_data, { index }) => {
  if (index === 3) throw new RangeError("the third");
  return index;
};

export const outside = (data) => data.at(data.length);

export const assign = (data) => data.set([0, 0], 1);

export const leave = (_data, { index }) => (index === 1 ? process.exit(3) : index);

class Instance {
  start = 0;
}

export const instance = () => new Instance();

export const giveFunction = () => () => 1;

export const notCallable = 1;

export default (data) => data.length;
