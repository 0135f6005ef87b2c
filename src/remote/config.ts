import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { showValue } from "../dtype/index.js";
import { DiskError, FormatError, NotFoundError, systemCode } from "../errors.js";
import { partner } from "../frame/partner.js";
import { didYouMean } from "../store/index.js";

/** A server that has a name of its own. */
export interface Alias {
  readonly url: string;
  readonly user?: string | undefined;
}

/** The configuration of a user: `memmap-table/config.yml` in `$XDG_CONFIG_HOME`, or else in `~/.config`. */
export function configPath(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment.XDG_CONFIG_HOME;
  // The specification has it that relative ones are to be ignored.
  const base = home !== undefined && isAbsolute(home) ? home : join(homedir(), ".config");
  return join(base, "memmap-table", "config.yml");
}

/**
 * The aliases of a configuration:
 *
 * ```yaml
 * aliases:
 *   survey:
 *     url: https://data.example.org:8443/hdfstream
 *     user: ada
 * ```
 *
 * Keys that it has beside are for others, and are left alone.
 *
 * @returns undefined where there is no such file
 * @throws FormatError, with the file and the key, for what is not of that form; DiskError; UnsupportedError without the package yaml
 */
export async function readAliases(path: string): Promise<ReadonlyMap<string, Alias> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT" || systemCode(cause) === "ENOTDIR") return undefined;
    throw new DiskError(`cannot read ${path}`, { path, cause });
  }
  const { parse } = await partner("yaml", "a configuration of memmap-table/remote", () => import("yaml"));
  let content: unknown;
  try {
    content = parse(text, { mapAsMap: true });
  } catch (cause) {
    throw new FormatError(`${path} is no YAML: ${cause instanceof Error ? cause.message : String(cause)}`, {
      path,
      cause,
    });
  }
  const aliases = mapAt(mapAt(content, "the file", path)?.get("aliases"), "aliases", path);
  const found = new Map<string, Alias>();
  for (const [name, value] of aliases ?? []) {
    if (typeof name !== "string") {
      throw new FormatError(`${path}: names in aliases are texts, not ${showValue(name)}`, { path });
    }
    const key = `aliases.${name}`;
    const alias = mapAt(value, key, path);
    const url = textAt(alias?.get("url"), `${key}.url`, path);
    if (url === undefined) throw new FormatError(`${path}: ${key}.url is missing`, { path });
    found.set(name, { url, user: textAt(alias?.get("user"), `${key}.user`, path) });
  }
  return found;
}

/**
 * The server that is meant by an address, or by an alias. The configuration is read only for what is no address.
 *
 * @param config where it is; see {@link configPath} when left out
 * @throws NotFoundError for an alias that nobody has given, and as {@link readAliases}
 */
export async function resolveServer(server: string, config: string | undefined): Promise<Alias> {
  if (typeof server !== "string") {
    throw new NotFoundError(`a server is an address or an alias, not ${showValue(server)}`);
  }
  if (server.includes(":") || server.includes("/")) return { url: server };
  const path = config ?? configPath();
  const aliases = await readAliases(path);
  const alias = aliases?.get(server);
  if (alias !== undefined) return alias;
  const why = aliases === undefined ? "which is not there" : "which does not name it";
  throw new NotFoundError(
    `${showValue(server)} is neither an address, such as https://host:8443/hdfstream, nor an alias of ${path}, ` +
      `${why}${didYouMean(server, aliases?.keys() ?? [])}`,
    { path },
  );
}

function mapAt(value: unknown, key: string, path: string): ReadonlyMap<unknown, unknown> | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Map) return value;
  throw new FormatError(`${path}: ${key} is a map of names, not ${showValue(value)}`, { path });
}

function textAt(value: unknown, key: string, path: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new FormatError(`${path}: ${key} is a text, not ${showValue(value)}`, { path });
}
