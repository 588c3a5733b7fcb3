/** Errors over HTTP: problem documents (RFC 9457). */

export interface Problem {
  readonly status: number;
  /** Names the kind of problem to programs; becomes `type` as `urn:tributary:problem:CODE`. */
  readonly code: string;
  /** One sentence that is the same for every problem of this kind. */
  readonly title: string;
  /** What was found this time. */
  readonly detail?: string;
  /** What the reader can do. */
  readonly hint?: string;
}

/** The body of a problem document. */
export function problemBody({ code, ...members }: Problem): Uint8Array<ArrayBuffer> {
  const document = { type: `urn:tributary:problem:${code}`, ...members };
  return new TextEncoder().encode(JSON.stringify(document));
}

export const PROBLEM_TYPE = "application/problem+json";

export function problemResponse(problem: Problem): Response {
  const headers = { "content-type": PROBLEM_TYPE };
  return new Response(problemBody(problem), { status: problem.status, headers });
}
