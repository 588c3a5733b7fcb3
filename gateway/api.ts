/** The API for programs: each route is described once, for answering and for OpenAPI alike. */
import { Hono } from "hono";
import type * as z from "zod";
import type { ApiParts, ApiRoute } from "./api_route.ts";
import { type Actor, refuseWithout } from "./people/actor.ts";
import { type Problem, problemResponse } from "../sync/problem.ts";
import { readBody } from "../sync/read_body.ts";
import { refusalForAll } from "./site_scope.ts";
import { pathText } from "./schema_faults.ts";
import { readStrictJson } from "./strict_json.ts";

const BODY_BYTES_MAX = 64 << 10;

export function ownerUrl(url: string, token: string): string {
  return new URL(`/owner/${token}`, url).href;
}

/** What whoever guards the routes has found out. */
export interface Guarded {
  Variables: { who: string; actor: Actor; again: () => Actor | null };
}

/** A node's routes, behind whatever guards them. */
export function apiApp(parts: ApiParts, routes: readonly ApiRoute[]): Hono<Guarded> {
  const app = new Hono<Guarded>();
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.on(route.method.toUpperCase(), path, async (context) => {
      const [who, actor] = [context.get("who"), context.get("actor")];
      const refused = refuseWithout(actor, route.right);
      if (refused !== null) return refused;
      const other = route.bySite === true ? null : refusalForAll(actor.sites);
      if (other !== null) return problemResponse(other);
      const query = route.query?.safeParse(context.req.query());
      if (query?.success === false) return badInput(query.error);
      const schema = route.upload === true ? undefined : route.body;
      const read = schema === undefined ? NO_BODY : await jsonBody(context.req.raw);
      if (read.kind === "refused") return problemResponse(read.problem);
      const { body } = read;
      const parsed = schema?.safeParse(body);
      if (parsed?.success === false) return badInput(parsed.error);
      const { raw: request } = context.req;
      const path = context.req.param();
      const again = context.get("again");
      const input = { query: context.req.query(), body, path, request, who, actor, again };
      return await route.handle(parts, input);
    });
  }
  return app;
}

type JsonBody =
  | { readonly kind: "body"; readonly body: unknown }
  | { readonly kind: "refused"; readonly problem: Problem };

const NO_BODY: JsonBody = { kind: "body", body: undefined };
const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/** Nothing is guessed: a reason in the wrong letters, or one of two, is not what was meant. */
async function jsonBody(request: Request): Promise<JsonBody> {
  const bytes = await readBody(request, BODY_BYTES_MAX);
  if (bytes === null) return { kind: "refused", problem: TOO_LARGE };
  if (bytes.length === 0) return NO_BODY;
  const text = utf8(bytes);
  if (text === null) return unread("found bytes that are no UTF-8; send it in UTF-8, not packed");
  const read = readStrictJson(text, { anyNumber: true });
  if (read.kind === "document") return { kind: "body", body: read.document };
  const field = pathText(read.path);
  return unread(field === "" ? read.message : `${field}: ${read.message}`);
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return null;
  }
}

const TOO_LARGE: Problem = {
  status: 413,
  code: "body-too-large",
  title: "The body is larger than what this route takes",
  detail: `want ${BODY_BYTES_MAX} bytes or fewer`,
  hint: "see /api/openapi.json",
};

const NOT_TAKEN = {
  status: 400,
  code: "bad-input",
  title: "The request is not what this route takes",
  hint: "see /api/openapi.json",
};

function unread(detail: string): JsonBody {
  return { kind: "refused", problem: { ...NOT_TAKEN, detail } };
}

/** So many faults are told of a request, each in so many characters. */
const FAULTS_MAX = 20;
const FAULT_LENGTH_MAX = 300;

function badInput({ issues }: z.ZodError): Response {
  const faults = issues.map(({ path, message }) =>
    `${path.join(".")}: ${message}`.slice(0, FAULT_LENGTH_MAX)
  );
  const more = faults.length > FAULTS_MAX ? [`and ${faults.length - FAULTS_MAX} more`] : [];
  const detail = [...faults.slice(0, FAULTS_MAX), ...more].join("; ");
  return problemResponse({ ...NOT_TAKEN, detail });
}
