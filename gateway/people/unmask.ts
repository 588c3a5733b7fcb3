/** A masked field shown in full: to who has the right, with a reason that the audit has first. */
import * as z from "zod";
import { problemResponse } from "../../sync/problem.ts";
import type { ApiParts, ApiRoute } from "../api_route.ts";

export interface MaskedFields {
  /** What the route's `{id}` names: `patient`, `prescriber`; it stands in path and audit. */
  readonly subject: string;
  /** Its fields that are masked elsewhere. */
  readonly fields: readonly string[];
  /** Roles of nodes that have it; none: both. */
  readonly role?: "site" | "county";
  /** The field in full; `null`: there is no such thing. */
  readonly read: (parts: ApiParts, id: string, field: string) => Promise<string | null>;
}

const ID_MAX = 200;

/**
 * `POST /api/SUBJECTs/{id}/unmasked` for a domain's list of routes. The entry `unmasked` (who,
 * subject, id, field, reason) is on disk before anything is read: what was asked for and was not
 * there is in the audit as well.
 */
export function unmaskRoute({ subject, fields, role, read }: MaskedFields): ApiRoute {
  const body = z.strictObject({
    field: z.enum(fields),
    reason: z.string().trim().min(1).max(500).describe("For the auditor"),
  });
  return {
    method: "post",
    path: `/api/${subject}s/{id}/unmasked`,
    right: "personal.unmask",
    summary: `One field of a ${subject} in full; that it was asked for is in the audit`,
    ...(role === undefined ? {} : { role }),
    body,
    answer: z.object({ field: z.string(), value: z.string() }),
    handle: async (parts, { body: asked, path, who }) => {
      const { field, reason } = body.parse(asked);
      const id = path.id.slice(0, ID_MAX);
      await parts.people.desk.tell("unmasked", { who, subject, id, field, reason });
      const value = await read(parts, path.id, field);
      if (value !== null) return Response.json({ field, value }, { status: 201 });
      return problemResponse({
        status: 404,
        code: "no-such-subject",
        title: "There is nothing by this name here",
        detail: `no ${subject} "${id}" with ${field}`,
      });
    },
  };
}
