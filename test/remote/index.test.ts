import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { exportedNames } from "../support/declarations.js";

const dist = fileURLToPath(new URL("../../dist/remote", import.meta.url));
/** The subpath by its name, as it is built. */
const self = "memmap-table/remote";
const built: Record<string, unknown> = await import(self);

// A name that appears or goes here is a decision: `npx vitest run test/remote/index.test.ts -u` writes it down.
it("has these names, values before types", () => {
  const values = Object.keys(built).sort();
  const types = exportedNames(dist).filter((name) => !values.includes(name));
  expect([...values, "---", ...types.sort()].join("\n")).toMatchInlineSnapshot(`
    "RemoteDataset
    RemoteDirectory
    RemoteFile
    RemoteGroup
    RemoteTable
    connect
    ---
    ConnectOptions
    ConnectionOptions
    CopyArrayOptions
    CopyOptions
    CopyProgress
    CopyResult
    Credentials
    DownloadOptions
    DownloadResult
    LookupOptions
    OpenRange
    Progress
    ProgressOptions
    ReadIntoOptions
    ReadOptions
    ReadTarget
    RemoteArrayInfo
    RemoteAttributes
    RemoteDangling
    RemoteElement
    RemoteLink
    RemoteNode
    RemoteNodeInfo
    RemoteUnknown
    RequestOptions
    Skipped
    VisitOptions"
  `);
});
