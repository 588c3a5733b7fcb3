/** The OpenAPI document of a node, made from its routes. */
import * as z from "zod";
import type { ApiRoute } from "./api_route.ts";

const PROBLEM = {
  description: "A problem document (RFC 9457)",
  content: { "application/problem+json": { schema: { type: "object" } } },
};

export function openApi(
  role: "site" | "county",
  version: string,
  routes: readonly ApiRoute[],
): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: `Tributary ${role}`, version },
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    security: [{ token: [] }],
    paths,
  };
}

function operation(route: ApiRoute): object {
  const type = route.contentType ?? "application/json";
  const schema = z.toJSONSchema(route.answer);
  return {
    summary: route.summary,
    ...parametersOf(route),
    ...(route.upload === undefined ? {} : { requestBody: UPLOAD }),
    ...(route.body === undefined ? {} : {
      requestBody: {
        required: true,
        content: {
          [route.bodyType ?? "application/json"]: {
            schema: z.toJSONSchema(route.body, { io: "input" }),
          },
        },
      },
    }),
    responses: {
      [route.method === "post" ? "201" : "200"]: {
        description: route.summary,
        content: { [type]: { schema } },
      },
      "4XX": PROBLEM,
    },
  };
}

const UPLOAD = {
  required: true,
  content: { "*/*": { schema: { type: "string", format: "binary" } } },
};

function parametersOf({ path, query }: ApiRoute): { parameters?: object[] } {
  const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const all = [...places, ...(query === undefined ? [] : parameters(query))];
  return all.length === 0 ? {} : { parameters: all };
}

function parameters(query: z.ZodObject): object[] {
  return Object.entries(query.shape).map(([name, field]) => {
    const schema = z.toJSONSchema(z.strictObject({ [name]: field }), { io: "input" });
    return {
      name,
      in: "query",
      required: schema.required?.includes(name) ?? false,
      schema: schema.properties?.[name],
    };
  });
}
