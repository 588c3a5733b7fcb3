/** A logger's file over the API, by a person at its site. */
import * as z from "zod";
import { FILE_BYTES_MAX } from "../../../drivers/file/settings.ts";
import { problemResponse } from "../../../sync/problem.ts";
import { readBody } from "../../../sync/read_body.ts";
import type { ApiRoute } from "../../api_route.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import { loggerBody } from "./logger_body.ts";
import { importLogger, type LoggerNode } from "./logger_desk.ts";
import { importsOf } from "./logger_reads.ts";

/** A clock that is a day off is set, not noted. */
const AHEAD_SECONDS_MAX = 86_400;
const NAME_LENGTH_MAX = 200;
const PATH = "/api/coldchain/units/{site}/{unit}/logger-files";

const importQuery = z.object({
  name: z.string().trim().min(1).max(NAME_LENGTH_MAX).describe("Name of the file"),
  aheadSeconds: z.coerce.number().min(-AHEAD_SECONDS_MAX).max(AHEAD_SECONDS_MAX).optional()
    .describe("So far the logger's clock is ahead of the right time; it moves no value"),
});

/** What was imported of a unit's loggers, at site and county. */
export function loggerReadRoute(
  { tables, journal }: Pick<LoggerNode, "tables" | "journal">,
): ApiRoute {
  return {
    method: "get",
    path: PATH,
    right: "read",
    summary: "Imports of a unit's loggers, the latest first: their own days beside ours",
    answer: z.array(loggerBody),
    handle: async (_parts, { path: { site, unit } }) => {
      await tables.caughtUp(journal);
      const imports = await importsOf(tables.near, { site, unit });
      return Response.json(imports.map(({ body }) => body));
    },
  };
}

export function loggerRoute(node: LoggerNode): ApiRoute {
  return {
    method: "post",
    path: PATH,
    right: "coldchain.acknowledge",
    summary: "Imports a logger's file: Berlinger's text export, or CSV of time and temperature",
    role: "site",
    upload: true,
    bodyType: "text/plain",
    query: importQuery,
    answer: z.object({
      id: z.string().describe("Of the import; the same file again has the same"),
      existed: z.boolean().describe("It was imported before, and nothing was stored"),
    }),
    handle: async (parts, { actor, path, query, request }) => {
      const by = signedIn(actor, parts.people);
      if (by === null) return problemResponse(PERSON_NEEDED);
      if (path.site !== node.name) return problemResponse(OTHER_SITE);
      const bytes = await readBody(request, FILE_BYTES_MAX);
      if (bytes === null) return problemResponse(TOO_LARGE);
      const { name, aheadSeconds = null } = importQuery.parse(query);
      const file = { name, bytes, way: "upload", by: by.person, aheadSeconds } as const;
      const imported = await importLogger(node, path.unit, file, request.signal);
      if (imported.kind === "refused") return problemResponse(imported.problem);
      const isNew = imported.kind === "done";
      const id = isNew ? imported.body.id : imported.id;
      return Response.json({ id, existed: !isNew }, { status: isNew ? 201 : 200 });
    },
  };
}

const OTHER_SITE = {
  status: 409,
  code: "other-site",
  title: "This unit is another site's",
  hint: "bring the file to the node of the unit's site",
} as const;
const TOO_LARGE = {
  status: 413,
  code: "too-large",
  title: "The file is too large",
  detail: `want ${FILE_BYTES_MAX} bytes or fewer`,
  hint: "cut it into parts",
} as const;
