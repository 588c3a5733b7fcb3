/** The receiving end between nodes over HTTP: who asks is made sure of, then it is answered. */
import { type Answer, type Desk, octets, openDesk, type ReceivingEnd } from "./desk.ts";
import { DOUBTS, EXPECTED, type Refusal } from "./doubts.ts";
import { JournalUnwritable } from "./journal_health.ts";
import { MEMBER_ROUTES, type MemberRoute } from "./member_routes.ts";
import { OctetsError } from "./octets.ts";
import { type Problem, PROBLEM_TYPE, problemBody } from "./problem.ts";
import {
  type Headers,
  offerNonce,
  type RequestParts,
  signAnswer,
  verifyRequest,
} from "./signature.ts";
import { SESSION_PATH } from "./session.ts";
import { BATCH_BYTES_MAX } from "./wire.ts";

export type { Member, ReceivingEnd, SyncEvent } from "./desk.ts";

/** Answers a request that came from an address, where that is known. */
export type SyncHandler = (request: Request, remote?: string) => Promise<Response>;

/** How an answer is proved: signed over its request, or by the session that asked. */
type Seal = (answer: Answer) => Headers | Promise<Headers>;

interface Sealed {
  readonly answer: Answer;
  readonly seal: Seal;
}

/** Answers every request below `/sync/`, each answer bound to its request. */
export function syncRoutes(end: ReceivingEnd): SyncHandler {
  const desk = openDesk(end);
  return async (request, remote) => {
    const parts: RequestParts = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
    };
    const { answer, seal } = await handle(desk, parts, request, remote ?? null);
    const headers = await seal(answer);
    return new Response(answer.body, { status: answer.status, headers });
  };
}

/** Signed over the request, with the nonce for the next one. */
function signing({ end }: Desk, parts: RequestParts): Seal {
  return (answer) => {
    const headers = { ...plain(answer), "accept-signature": offerNonce(end.nonces.issue()) };
    return signAnswer({ status: answer.status, headers }, answer.body, parts, end);
  };
}

function plain({ type, retryAfterMs }: Answer): Headers {
  return {
    ...(type === null ? {} : { "content-type": type }),
    ...(retryAfterMs === undefined
      ? {}
      : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) }),
  };
}

async function handle(
  desk: Desk,
  parts: RequestParts,
  request: Request,
  remote: string | null,
): Promise<Sealed> {
  const { pathname: path } = new URL(request.url);
  const seal = signing(desk, parts);
  const isKnown = routeOf(desk, path) !== undefined || path === SESSION_PATH;
  if (!isKnown || request.method !== "POST") {
    const answer = problem(desk, null, {
      status: 404,
      code: "no-such-route",
      title: "There is nothing here",
      detail: `${request.method} ${path}`,
    });
    return { answer, seal };
  }
  // Where all places are taken a long body is not even read.
  const bytes = Number(request.headers.get("content-length") ?? BATCH_BYTES_MAX);
  if (desk.admission.full && bytes > READ_ALWAYS_BYTES) {
    const admitted = desk.admission.enter(bytes);
    if (admitted.kind === "busy") {
      await request.body?.cancel();
      return busy(admitted.retryAfterMs);
    }
    admitted.leave();
  }
  const read = await desk.buffers.read(request, BATCH_BYTES_MAX);
  if (read.kind === "full") return busy(FULL_RETRY_MS);
  if (read.kind !== "body") return { answer: problem(desk, null, UNREAD[read.kind]), seal };
  const admitted = desk.admission.enter(read.body.length);
  try {
    if (admitted.kind === "busy") return busy(admitted.retryAfterMs);
    const { authorization } = parts.headers;
    const question = { desk, path, body: read.body, remote, leave: admitted.leave };
    return authorization === undefined
      ? { answer: await signed(question, parts), seal }
      : await inSession(question, authorization, seal);
  } finally {
    if (admitted.kind === "in") admitted.leave();
    read.free();
  }
}

/** A body so short is read whatever there is to do. */
const READ_ALWAYS_BYTES = 64 << 10;
/** Room for bodies, or on the disk, may be there again so soon. */
const FULL_RETRY_MS = 5000;

const UNREAD: Readonly<Record<"too-large" | "cut", Problem>> = {
  "too-large": {
    status: 413,
    code: "too-large",
    title: `A request is at most ${BATCH_BYTES_MAX} bytes`,
    hint: "ship it in several requests",
  },
  cut: { status: 400, code: "bad-body", title: "The body broke off" },
};

interface Question {
  readonly desk: Desk;
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly remote: string | null;
  /** Makes room for others. */
  readonly leave: () => void;
}

/**
 * What comes on top of what a node can work on, with the moment to come back. Whoever forges it
 * gains a minute: it is not worth a signature when there is so much to do.
 */
function busy(retryAfterMs: number): Sealed {
  const problem: Problem = {
    status: 503,
    code: "busy",
    title: "Too many nodes ask at once",
    hint: "come back when Retry-After says",
  };
  const body = problemBody(problem);
  return { answer: { status: 503, type: PROBLEM_TYPE, body, retryAfterMs }, seal: plain };
}

/** A request that is signed by itself: the first of a session, or one of who has none. */
async function signed(question: Question, parts: RequestParts): Promise<Answer> {
  const { desk, path, body } = question;
  const { end } = desk;
  const member = (node: string) => end.member(node)?.publicKey;
  const found = await verifyRequest(parts, body, end.node, member);
  if (found.kind === "refused") return doubted(desk, found.node, found.doubt);
  const { node, nonce } = found;
  const redeemed = end.nonces.redeem(nonce);
  if (redeemed !== "fresh") return doubted(desk, node, redeemed === "used" ? "replayed" : "nonce");
  return await routed(question, node, path);
}

async function inSession(question: Question, header: string, unproved: Seal): Promise<Sealed> {
  const { desk, path, body } = question;
  const keyOf = (node: string) => desk.end.member(node)?.publicKey;
  const admitted = desk.sessions.admit(header, path, body, keyOf);
  if (admitted.kind !== "admitted") {
    return { answer: doubted(desk, admitted.node, admitted.kind), seal: unproved };
  }
  const answer = await routed(question, admitted.node, path);
  const seal = (sealed: Answer) => ({
    ...plain(sealed),
    "authentication-info": admitted.seal(sealed.status, sealed.body),
  });
  return { answer, seal };
}

function routeOf({ end }: Desk, path: string): MemberRoute | undefined {
  const more = end.more?.get(path);
  if (more === undefined) return MEMBER_ROUTES.get(path);
  return async (_desk, { node }, body) => octets(await more(node, body));
}

/** The answer of a route; a body that it cannot read is the sender's fault. */
async function routed(question: Question, node: string, path: string): Promise<Answer> {
  const { desk, body, remote, leave } = question;
  const { end, sessions } = desk;
  try {
    if (path === SESSION_PATH) {
      return octets(sessions.open(node, end.member(node)?.publicKey ?? "", end.node, body));
    }
    const route = routeOf(desk, path);
    if (route === undefined) throw new Error(`There is no route ${path}`);
    // Who waits for entries keeps nobody from work.
    if (path === "/sync/pull") leave();
    return await route(desk, { node, remote }, body);
  } catch (error) {
    if (error instanceof JournalUnwritable) {
      const title = "This node's disk takes nothing for now";
      const told = problem(desk, node, { status: 503, code: "unwritable", title });
      return { ...told, retryAfterMs: FULL_RETRY_MS };
    }
    if (!(error instanceof OctetsError)) throw error;
    return problem(desk, node, {
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
