/** Below `/fhir/` whatever is refused, by whomever, is an OperationOutcome. */
import { Hono } from "hono";
import * as z from "zod";
import { operationOutcome } from "./answer.ts";

export const FHIR_TYPE = "application/fhir+json";

const problem = z.object({
  title: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
});

const TITLES: Readonly<Record<number, string>> = {
  401: "This needs the node's token",
  404: "There is nothing here",
};
const HINT = "see /fhir/metadata for what there is";

/** To be mounted before whatever may refuse. */
export function fhirProblems(): Hono {
  const app = new Hono();
  app.use("/fhir/*", async (context, next) => {
    await next();
    const { res } = context;
    const { status } = res;
    if (status < 400 || res.headers.get("content-type")?.startsWith(FHIR_TYPE)) return;
    const title = TITLES[status] ?? "The node could not answer this request";
    const told = problem.safeParse(await res.json().catch(() => null)).data;
    const outcome = operationOutcome({ status, code: "", ...told ?? { title, hint: HINT } });
    const headers = { "content-type": `${FHIR_TYPE}; charset=utf-8` };
    context.res = Response.json(outcome, { status, headers });
  });
  return app;
}
