/** The API for programs: each route is described once, for answering and for OpenAPI alike. */
import { Hono } from "hono";
import type * as z from "zod";
import type { ApiParts, ApiRoute } from "./api_route.ts";
import { type Actor, refuseWithout } from "./people/actor.ts";
import { type Problem, problemResponse } from "../sync/problem.ts";
import { readBody } from "../sync/read_body.ts";

const BODY_BYTES_MAX = 64 << 10;

export function ownerUrl(url: string, token: string): string {
  return new URL(`/owner/${token}`, url).href;
}

/** What whoever guards the routes has found out. */
export interface Guarded {
  Variables: { who: string; actor: Actor };
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
      const query = route.query?.safeParse(context.req.query());
      if (query?.success === false) return badInput(query.error);
      const schema = route.upload === true ? undefined : route.body;
      const body = schema === undefined ? undefined : await jsonBody(context.req.raw);
      const parsed = schema?.safeParse(body);
      if (parsed?.success === false) return badInput(parsed.error);
      const { raw: request } = context.req;
      const path = context.req.param();
      const input = { query: context.req.query(), body, path, request, who, actor };
      return await route.handle(parts, input);
    });
  }
  return app;
}

async function jsonBody(request: Request): Promise<unknown> {
  const bytes = await readBody(request, BODY_BYTES_MAX);
  try {
    return bytes === null ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function badInput(error: z.ZodError): Response {
  const problem: Problem = {
    status: 400,
    code: "bad-input",
    title: "The request is not what this route takes",
    detail: error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    hint: "see /api/openapi.json",
  };
  return problemResponse(problem);
}
