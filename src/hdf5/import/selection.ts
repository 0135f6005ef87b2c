import { UnsupportedError } from "../../errors.js";
import type { Handle } from "../handle.js";
import { requireObject } from "../links.js";
import type { ImportHdf5Options } from "./options.js";

/** What of a file is imported. */
export interface Selection {
  /** Whether a group or dataset is, with its attributes. */
  has(path: string): boolean;
  /** Whether something below a group may be. */
  mayEnter(group: string): boolean;
}

/** @throws NotFoundError for a path that is not there, with a guess at what was meant; UnsupportedError for one in another file */
export function selectionOf(handle: Handle, only: ImportHdf5Options["only"]): Selection {
  if (only === undefined) return { has: () => true, mayEnter: () => true };
  if (typeof only === "function") {
    const has = (path: string) => {
      const answer: unknown = only(path);
      if (!(answer instanceof Promise)) return Boolean(answer);
      answer.catch(() => undefined);
      throw new UnsupportedError("only answers with true or false, not with a promise");
    };
    return { has, mayEnter: () => true };
  }
  const wanted = [only].flat().map(plainPath);
  for (const path of wanted) requireObject(handle, path, "group or dataset");
  const has = (path: string) => wanted.some((each) => path === each || path.startsWith(below(each)));
  return { has, mayEnter: (group) => has(group) || wanted.some((each) => each.startsWith(below(group))) };
}

function below(group: string): string {
  return group === "/" ? "/" : `${group}/`;
}

function plainPath(path: string): string {
  return `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
}
