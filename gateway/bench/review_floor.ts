/**
 * `review_floor.ts CONFIG`: the floor of `bench:review`. A node as it is, with the same door,
 * rights and journal, that commits what comes and looks at none of it.
 */
import * as z from "zod";
import { streamTo } from "../../sync/stream.ts";
import { NODE_NAME } from "../../sync/origin.ts";
import { readBody } from "../../sync/read_body.ts";
import type { ApiRoute } from "../api_route.ts";
import { runNode } from "../commands/run.ts";
import { readConfig } from "../config_file.ts";
import type { Domain } from "../domain.ts";
import { DOMAINS } from "../domains.ts";

export const FLOOR_PATH = "/api/floor";

const BODY_BYTES_MAX = 1 << 20;

const query = z.object({ site: z.string().regex(NODE_NAME) });

const route: ApiRoute = {
  method: "post",
  path: FLOOR_PATH,
  right: "prescription.submit",
  summary: "Commits the body, durably",
  query,
  upload: true,
  answer: z.object({ stored: z.boolean() }),
  handle: async ({ node }, input) => {
    const bytes = await readBody(input.request, BODY_BYTES_MAX);
    if (bytes === null) return Response.json({ stored: false }, { status: 413 });
    const time = node.clock.now();
    const body = new TextDecoder().decode(bytes);
    const stream = streamTo(query.parse(input.query).site);
    await node.disk.append([{ kind: "entry", stream, entryKind: "floor", time, body }], time);
    return Response.json({ stored: true }, { status: 201 });
  },
};

const floor: Domain = {
  name: "floor",
  kinds: [],
  projections: () => [],
  desk: () => Promise.resolve(() => ({ routes: [route] })),
};

if (import.meta.main) {
  const domains = [...DOMAINS.filter(({ name }) => name !== "prescription"), floor];
  await runNode(readConfig(Deno.args[0]), () => {}, new AbortController().signal, { domains });
}
