/** Looks at a table once and ends, so that nothing of it stays open or mapped. */
import { States } from "../acknowledged.mjs";
import { inspect } from "../inspect.mjs";
import { nextOrders, report } from "./orders.mjs";

report();
const orders = await nextOrders();
if (orders === undefined) process.exit(0);
const { root, seed, known, recover } = orders;
const { state, problem } = inspect(root, new States(seed).since(known), { recover });
report(JSON.stringify({ step: state?.step ?? -1, problem }));
process.exit(0);
