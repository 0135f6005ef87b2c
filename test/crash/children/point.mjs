/** Does one thing to one table and dies after a given call of the file system. */
import { act } from "../act.mjs";
import { endWithParent, nextOrders, report } from "./orders.mjs";
import { countingFiles, die } from "./stopping-files.mjs";

report();
const orders = await nextOrders();
if (orders === undefined) process.exit(0);
endWithParent();
const { action, stopAt } = orders;
let isArmed = false;
const counting = countingFiles((count) => {
  if (isArmed && count === stopAt) die();
});
act(action, counting.files, () => {
  counting.start();
  isArmed = true;
});
// What closing does is not counted: everything was acknowledged.
process.exit(0);
