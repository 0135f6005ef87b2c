import { MEDIA_TYPE } from "../../remote/wire/index.js";

/** What the routes say of themselves. They are described by these, and judged by the code of the protocol. */

const SECURITY = [{}, { basic: [] }, { bearer: [] }];

const PARAMETERS = {
  object: {
    type: "string",
    description: "The path of a group or dataset in the file; the file itself is described when left out.",
  },
  slice: {
    type: "string",
    description:
      "The part of the dataset, or the rows of the table: for each axis `start:stop`, `start:stop:step`, a position or `[5 2 9]`, joined by commas; slices of the first axis joined by semicolons. Empty for a scalar.",
  },
  max_depth: {
    type: "integer",
    minimum: 0,
    default: 0,
    description: "How many levels of groups, or of directories, are described.",
  },
  data_size_limit: {
    type: "integer",
    minimum: 0,
    default: 2 ** 31 - 1,
    description: "Datasets of at most so many bytes come with their data.",
  },
  columns: { type: "string", description: "Of a table: names of columns, joined by commas." },
  where: { type: "string", description: "Of a table: which rows, such as `delay > 60 and origin = 'JFK'`." },
} as const;

const BODIES = {
  [MEDIA_TYPE]: { schema: { type: "object" } },
  [`${MEDIA_TYPE};profile=memmap-table`]: { schema: { type: "object" } },
  "application/json": { schema: { type: "object" } },
  "application/vnd.apache.arrow.stream": { schema: { type: "string", format: "binary" } },
};

const error = (description: string) => ({
  description,
  type: "object",
  properties: { error: { type: "string" } },
});

const ERRORS = {
  400: error("The request is not understood."),
  401: error("Who asks has to say who he is, or is not who he says."),
  403: error("Who asks may not see it."),
  404: error("There is nothing of the name, or the slice lies outside."),
  405: error("It is asked for by other methods; Allow names them."),
  406: error("There is no such representation of it."),
  409: error("The file changes while it is read."),
  412: error("The file is another version than the one of If-Match."),
  413: error("The slice or the request is too large; the message says what may be asked for."),
  414: error("The URL is too long."),
  415: error("The body is of another type."),
  421: error("The server is asked by a name that is not its own."),
  429: error("Too many wrong credentials; Retry-After says when to come again."),
  503: error("Too many requests; Retry-After says when to come again."),
};

export const QUERY = {
  summary: "A directory, a file, an object of a file, or a part of a dataset",
  querystring: { type: "object", properties: PARAMETERS },
  security: SECURITY,
  response: {
    200: { description: "What was asked for.", content: BODIES },
    304: { description: "It is as the client has it." },
    ...ERRORS,
  },
} as const;

export const MESSAGE = {
  summary: "The same, asked for by a map in MessagePack; slices are arrays of [start, count] there",
  consumes: [MEDIA_TYPE],
  body: { type: "object", properties: PARAMETERS },
  security: SECURITY,
  response: QUERY.response,
} as const;

export const DOWNLOAD = {
  summary: "A file as it is, with ranges; a directory or table as tar",
  security: SECURITY,
  response: {
    200: {
      description: "All of it.",
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    },
    206: {
      description: "The range that was asked for.",
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    },
    304: { description: "It is as the client has it." },
    ...ERRORS,
    416: error("The range lies outside."),
  },
} as const;

export const HEALTH = {
  summary: "Whether the server answers",
  response: { 200: { description: "It does.", type: "object", properties: { status: { type: "string" } } } },
} as const;

export const METRICS = {
  summary: "Counters in the format of Prometheus; for this machine, and for the role metrics",
} as const;

export const OPENAPI = { summary: "This description" } as const;
