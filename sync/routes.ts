/** The receiving end between nodes over HTTP: who asks is made sure of, then it is answered. */
import { type Answer, type Asker, type Desk, openDesk, type ReceivingEnd } from "./desk.ts";
import { DOUBTS, EXPECTED, type Refusal } from "./doubts.ts";
import { MEMBER_ROUTES } from "./member_routes.ts";
import { OctetsError } from "./octets.ts";
import { type Problem, PROBLEM_TYPE, problemBody } from "./problem.ts";
import { readBody } from "./read_body.ts";
import {
  type Headers,
  offerNonce,
  type RequestParts,
  signAnswer,
  verifyRequest,
} from "./signature.ts";
import { BATCH_BYTES_MAX } from "./wire.ts";

export type { Member, ReceivingEnd, SyncEvent } from "./desk.ts";

/** Answers a request that came from an address, where that is known. */
export type SyncHandler = (request: Request, remote?: string) => Promise<Response>;

/** Answers every request below `/sync/`, each answer signed and bound to its request. */
export function syncRoutes(end: ReceivingEnd): SyncHandler {
  const desk = openDesk(end);
  return async (request, remote) => {
    const parts: RequestParts = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
    };
    const answer = await handle(desk, parts, request, remote ?? null);
    const headers: Headers = {
      ...(answer.type === null ? {} : { "content-type": answer.type }),
      ...retryAfter(answer),
      "accept-signature": offerNonce(end.nonces.issue()),
    };
    const signed = await signAnswer({ status: answer.status, headers }, answer.body, parts, end);
    return new Response(answer.body, { status: answer.status, headers: signed });
  };
}

function retryAfter({ retryAfterMs }: Answer): Headers {
  if (retryAfterMs === undefined) return {};
  return { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
}

async function handle(
  desk: Desk,
  parts: RequestParts,
  request: Request,
  remote: string | null,
): Promise<Answer> {
  const { pathname: path } = new URL(request.url);
  if (!MEMBER_ROUTES.has(path) || request.method !== "POST") {
    return problem(desk, null, {
      status: 404,
      code: "no-such-route",
      title: "There is nothing here",
      detail: `${request.method} ${path}`,
    });
  }
  const bytes = Number(request.headers.get("content-length") ?? BATCH_BYTES_MAX);
  const admitted = desk.admission.enter(bytes);
  if (admitted.kind === "busy") {
    await request.body?.cancel();
    return busy(admitted.retryAfterMs);
  }
  try {
    return await verified(desk, path, parts, request, remote, admitted.leave);
  } finally {
    admitted.leave();
  }
}

/** What comes on top of what a node can work on, with the moment to come back. */
export function busy(retryAfterMs: number): Answer {
  const problem: Problem = {
    status: 503,
    code: "busy",
    title: "Too many nodes ask at once",
    hint: "come back when Retry-After says",
  };
  return { status: 503, type: PROBLEM_TYPE, body: problemBody(problem), retryAfterMs };
}

async function verified(
  desk: Desk,
  path: string,
  parts: RequestParts,
  request: Request,
  remote: string | null,
  leave: () => void,
): Promise<Answer> {
  const { end } = desk;
  const body = await readBody(request, BATCH_BYTES_MAX);
  if (body === null) {
    return problem(desk, null, {
      status: 413,
      code: "too-large",
      title: `A request is at most ${BATCH_BYTES_MAX} bytes`,
      hint: "ship it in several requests",
    });
  }
  const member = (node: string) => end.member(node)?.publicKey;
  const found = await verifyRequest(parts, body, end.node, member);
  if (found.kind === "refused") return doubted(desk, found.node, found.doubt);
  const { node, nonce } = found;
  const redeemed = end.nonces.redeem(nonce);
  if (redeemed !== "fresh") return doubted(desk, node, redeemed === "used" ? "replayed" : "nonce");
  // Who waits for entries keeps nobody from work.
  if (path === "/sync/pull") leave();
  return await routed(desk, path, { node, remote }, body);
}

/** The answer of a route; a body that it cannot read is the sender's fault. */
export async function routed(
  desk: Desk,
  path: string,
  asker: Asker,
  body: Uint8Array,
): Promise<Answer> {
  const route = MEMBER_ROUTES.get(path);
  if (route === undefined) throw new Error(`There is no route ${path}`);
  try {
    return await route(desk, asker, body);
  } catch (error) {
    if (!(error instanceof OctetsError)) throw error;
    return problem(desk, asker.node, {
      status: 400,
      code: "bad-body",
      title: "The body is not what this route takes",
      detail: error.message,
      hint: "both nodes should run the same version of the program",
    });
  }
}

function doubted(desk: Desk, node: string | null, doubt: Refusal): Answer {
  return problem(desk, node, { code: doubt, ...DOUBTS[doubt] });
}

function problem({ end }: Desk, node: string | null, problem: Problem): Answer {
  if (!EXPECTED.has(problem.code)) {
    end.onEvent({ kind: "refused", node, code: problem.code });
  }
  return { status: problem.status, type: PROBLEM_TYPE, body: problemBody(problem) };
}
