/** What a route of the API is: described once, for answering and for OpenAPI alike. */
import type * as z from "zod";
import type { Actor } from "./people/actor.ts";
import type { People } from "./people/people.ts";
import type { Right } from "./people/roles.ts";
import type { Sessions } from "./sessions.ts";
import type { StatusParts } from "./status.ts";

export interface ApiParts extends StatusParts {
  readonly sessions: Sessions;
  readonly people: People;
  /** Address of this node, for links. */
  readonly url: string;
}

/** A route: what it takes, what it gives, and who answers. */
export interface ApiRoute {
  readonly method: "get" | "post";
  /** As OpenAPI writes it: `/api/blobs/{hash}`. */
  readonly path: string;
  readonly summary: string;
  /** What a person or a program needs; the local command has all. */
  readonly right: Right;
  /** Roles that have it; none: both. */
  readonly role?: "site" | "county";
  /**
   * It asks itself of which sites who asks may; none: at a county it is for who may of all.
   */
  readonly bySite?: true;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  readonly contentType?: string;
  /** Takes the body as it comes; what `body` says is only told to others then. */
  readonly upload?: true;
  /** Media type of the body; none: `application/json`. */
  readonly bodyType?: string;
  readonly handle: (parts: ApiParts, input: Input) => Promise<Response>;
}

export interface Input {
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What stands in the path's places. */
  readonly path: Readonly<Record<string, string>>;
  readonly request: Request;
  /** Whoever asks, for the audit: `token from 127.0.0.1`, `person li from 10.0.0.7`. */
  readonly who: string;
  /** The same, with the account of a person and all rights. */
  readonly actor: Actor;
  /**
   * Who it is now, for answers that go on: `null` once a new request would be refused, as the
   * session has ended, its account may not be used any more, or the token was revoked. It is no
   * use of the session.
   */
  readonly again: () => Actor | null;
}
