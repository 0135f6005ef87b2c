import { resolveServer } from "./config.js";
import { Connection, type ConnectionOptions } from "./connection.js";
import { requireOptions } from "./connection-checks.js";
import { DirectoryTree } from "./directory-tree.js";
import type { RemoteDirectory } from "./remote-directory.js";

/** Options of {@link connect}. */
export interface ConnectOptions extends ConnectionOptions {
  /** Ends the attempt to connect. What is asked later has signals of its own. */
  readonly signal?: AbortSignal | undefined;
  /** Where the configuration with the aliases is; `memmap-table/config.yml` where users have theirs when left out. */
  readonly config?: string | undefined;
}

/**
 * Connects to a server.
 *
 * ```ts
 * await using server = await connect("https://host:8443/hdfstream", { user: "ada", password });
 * const file = await server.file("flights.h5");
 * const delay = await file.getArray("/delay");
 * const first = await delay.slice(0, 1000).toArray();
 * ```
 *
 * @param server its address, or an alias of the configuration
 * @returns its root directory; closing that closes the connection
 * @throws AccessError where it does not know who asks; RemoteError where it is not reached, or is none of this protocol; TimeoutError;
 *   NotFoundError for a wrong address or alias; UnsupportedError, LimitError, FormatError for wrong options or a wrong configuration;
 *   the reason of the signal
 */
export async function connect(server: string, options: ConnectOptions = {}): Promise<RemoteDirectory> {
  requireOptions(options);
  const { signal, config, ...rest } = options;
  signal?.throwIfAborted();
  const { url, user } = await resolveServer(server, config);
  const isNamed = rest.user !== undefined || rest.token !== undefined;
  const connection = new Connection(url, isNamed ? rest : { ...rest, user });
  try {
    await connection.probe({ signal });
  } catch (error) {
    connection.close();
    throw error;
  }
  return new DirectoryTree(connection).root;
}
