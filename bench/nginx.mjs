/** nginx as one would have it for files: one worker, sendfile, no logs; on loopback, from a directory of its own. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** `NGINX_PROGRAM=<program>` says where it is; `NGINX` alone is a variable of its own. */
const program = process.env.NGINX_PROGRAM ?? "nginx";

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function isListening(port) {
  const socket = connect(port, "127.0.0.1");
  try {
    return await new Promise((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

function configuration(directory, files, port) {
  // A worker of root's would be another user, who may not read what lies there.
  const user = process.getuid?.() === 0 ? `user ${userInfo().username};` : "";
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off; ${user} worker_processes 1; pid ${directory}/pid; error_log stderr crit;
events { worker_connections 64; }
http {
  ${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join(" ")}
  access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
  server { listen 127.0.0.1:${port}; root ${files}; }
}
`;
}

/**
 * Serves the files of a directory.
 *
 * @param directory for its own files
 * @returns undefined where there is no nginx
 */
export async function startNginx(directory, files) {
  if (spawnSync(program, ["-v"]).status !== 0) return undefined;
  mkdirSync(directory);
  const port = await freePort();
  const path = join(directory, "nginx.conf");
  writeFileSync(path, configuration(directory, files, port));
  const args = ["-p", directory, "-c", path, "-e", "stderr"];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    await setTimeout(20);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
