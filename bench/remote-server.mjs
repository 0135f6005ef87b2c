/**
 * A server in a process of its own, for `remote.mjs`: it says its address in a line, and ends when its input does.
 *
 *     node remote-server.mjs table <directory>     this library, over what is in a directory
 *     node remote-server.mjs bare <file>           Node's http alone: /large is the file, from memory, /small 1 KB
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { serve } from "memmap-table/server";

const [, , kind, path] = process.argv;

async function bare() {
  const large = readFileSync(path);
  const small = Buffer.alloc(1024, "x");
  const server = createServer(({ url }, response) => {
    const body = url === "/large" ? large : small;
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": body.length });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.closeAllConnections() };
}

const server = kind === "bare" ? await bare() : await serve({ data: path }, { port: 0 });
console.log(server.url);
process.stdin.resume().once("end", async () => {
  await server.close();
  process.exit();
});
