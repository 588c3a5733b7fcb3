/** The receiving end between nodes: `/sync/positions` and `/sync/entries`. */
import {
  decodePositionQuestions,
  encodePositionAnswers,
  encodeRunAnswers,
  type PositionAnswer,
  type RunAnswer,
  type Standing,
} from "./answers.ts";
import { firstHash } from "./chain.ts";
import { type ChainPlace, type NodeKey, receiptStatement } from "./identity.ts";
import type { Journal } from "./journal.ts";
import type { SignedRunWithKey } from "./journal_core.ts";
import type { Nonces } from "./nonces.ts";
import { OctetsError } from "./octets.ts";
import { parseOrigin } from "./origin.ts";
import { type Problem, PROBLEM_TYPE, problemBody } from "./problem.ts";
import { readBody } from "./read_body.ts";
import type { Reception } from "./reception.ts";
import type { SignedRun } from "./run.ts";
import {
  type Doubt,
  type Headers,
  offerNonce,
  type RequestParts,
  signAnswer,
  verifyRequest,
} from "./signature.ts";
import { isStream } from "./stream.ts";
import { BATCH_BYTES_MAX, decodeBatch } from "./wire.ts";

/** A node that this one knows. */
export interface Member {
  readonly publicKey: string;
  readonly role: "site" | "county";
  /** Keys of before it was replaced: what they signed then still holds. */
  readonly earlierKeys?: readonly string[];
}

/** All keys that have ever been a member's: its heads are signed with one of them. */
export function keysOf({ publicKey, earlierKeys = [] }: Member): readonly string[] {
  return [publicKey, ...earlierKeys];
}

/** What happened at the receiving end, for counters and logs. */
export type SyncEvent =
  | { readonly kind: "received"; readonly node: string; readonly entries: number }
  | { readonly kind: "refused"; readonly node: string | null; readonly code: string }
  | {
    readonly kind: "run-refused";
    readonly node: string;
    readonly origin: string;
    readonly stream: string;
    readonly reason: string;
  };

export interface ReceivingEnd {
  readonly journal: Journal;
  /** This node's own name and key. */
  readonly node: string;
  readonly key: NodeKey;
  readonly nonces: Nonces;
  readonly member: (node: string) => Member | undefined;
  readonly onEvent: (event: SyncEvent) => void;
  /** Further routes for members: the body of a request to the body of its answer. */
  readonly more?: ReadonlyMap<
    string,
    (node: string, body: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>
  >;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Receipts signed for one question of positions; the others are given when it is asked again. */
const RECEIPTS_MAX = 1000;

export const OCTETS = "application/octet-stream";

/** What to tell the sender's operator for each doubt. */
const DOUBTS: Record<Doubt | "replayed" | "nonce", Omit<Problem, "code">> = {
  unsigned: {
    status: 401,
    title: "The request is not signed as this node asks",
    hint: "sign it as Accept-Signature of this answer says (RFC 9421)",
  },
  digest: {
    status: 400,
    title: "The content digest is not that of the body",
    hint: "something on the way changes requests: look for a proxy",
  },
  audience: {
    status: 403,
    title: "The request is meant for another node",
    hint: "check the county's name and url in tributary.yaml",
  },
  "unknown-node": {
    status: 403,
    title: "The sender is not enrolled here",
    hint: "enrol it with a code from `tributary invite`",
  },
  signature: {
    status: 403,
    title: "The signature is not that of the node it names",
    hint: "if the node was replaced or its key made anew, enrol it again",
  },
  replayed: {
    status: 401,
    title: "The request's nonce was used before",
    hint: "sign again with the nonce of this answer",
  },
  nonce: {
    status: 401,
    title: "The request's nonce is not valid any more",
    hint: "sign again with the nonce of this answer",
  },
};

/** Answers every request below `/sync/`, each answer signed and bound to its request. */
export function syncRoutes(end: ReceivingEnd): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const parts: RequestParts = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
    };
    const answer = await handle(end, url.pathname, parts, request);
    const headers: Headers = {
      "content-type": answer.type,
      "accept-signature": offerNonce(end.nonces.issue()),
    };
    const signed = await signAnswer({ status: answer.status, headers }, answer.body, parts, end);
    return new Response(answer.body, { status: answer.status, headers: signed });
  };
}

/** What members may ask; who asks is known by then. Throws {@link OctetsError} on a bad body. */
export const MEMBER_ROUTES: ReadonlyMap<
  string,
  (end: ReceivingEnd, node: string, body: Uint8Array) => Promise<Answer>
> = new Map([["/sync/positions", positions], ["/sync/entries", entries]]);

async function handle(
  end: ReceivingEnd,
  path: string,
  parts: RequestParts,
  request: Request,
): Promise<Answer> {
  const route = MEMBER_ROUTES.get(path) ?? furtherRoute(end, path);
  if (route === undefined || request.method !== "POST") {
    return problem(end, null, {
      status: 404,
      code: "no-such-route",
      title: "There is nothing here",
      detail: `${request.method} ${path}`,
    });
  }
  const body = await readBody(request, BATCH_BYTES_MAX);
  if (body === null) {
    return problem(end, null, {
      status: 413,
      code: "too-large",
      title: `A request is at most ${BATCH_BYTES_MAX} bytes`,
      hint: "ship it in several requests",
    });
  }
  const verified = await verifyRequest(
    parts,
    body,
    end.node,
    (node) => end.member(node)?.publicKey,
  );
  if (verified.kind === "refused") return doubted(end, verified.node, verified.doubt);
  const { node, nonce } = verified;
  const redeemed = end.nonces.redeem(nonce);
  if (redeemed !== "fresh") return doubted(end, node, redeemed === "used" ? "replayed" : "nonce");
  try {
    return await route(end, node, body);
  } catch (error) {
    if (!(error instanceof OctetsError)) throw error;
    const title = "The body is not what this route takes";
    const hint = "both nodes should run the same version of the program";
    return problem(end, node, {
      status: 400,
      code: "bad-body",
      title,
      detail: error.message,
      hint,
    });
  }
}

function furtherRoute({ more }: ReceivingEnd, path: string) {
  const route = more?.get(path);
  return route && (async (_end: ReceivingEnd, node: string, body: Uint8Array): Promise<Answer> => {
    return { status: 200, type: OCTETS, body: await route(node, body) };
  });
}

function positions(end: ReceivingEnd, _node: string, body: Uint8Array): Promise<Answer> {
  let receipts = 0;
  const answers = decodePositionQuestions(body).map((question): PositionAnswer => {
    const at = standing(end, question);
    const given = question.wantsReceipt && at.seq > 0 && ++receipts <= RECEIPTS_MAX;
    return { ...at, receipt: given ? receiptFor(end, { ...question, ...at }) : null };
  });
  return Promise.resolve({ status: 200, type: OCTETS, body: encodePositionAnswers(answers) });
}

async function entries(end: ReceivingEnd, node: string, body: Uint8Array): Promise<Answer> {
  const runs = decodeBatch(body);
  const refusals = runs.map((run) => refusal(end, node, run));
  const accepted = runs.flatMap((run, index): SignedRunWithKey[] => {
    const verdict = refusals[index];
    return typeof verdict === "string" ? [] : [{ run, publicKeys: keysOf(verdict) }];
  });
  const before = new Map(runs.map((run) => [run, standing(end, run).seq]));
  const receptions = (await end.journal.receive(accepted)).values();
  let stored = 0;
  const answers = runs.map((run, index): RunAnswer => {
    const verdict = refusals[index];
    const answer = typeof verdict === "string"
      ? { kind: "refused" as const, reason: verdict, ...standing(end, run) }
      : answerTo(end, run, receptions.next().value);
    if (answer.kind === "receipt") stored += Math.max(0, answer.seq - (before.get(run) ?? 0));
    else if (answer.kind !== "gap") {
      const { origin, stream } = run;
      end.onEvent({ kind: "run-refused", node, origin, stream, reason: answer.reason });
    }
    return answer;
  });
  if (stored > 0) end.onEvent({ kind: "received", node, entries: stored });
  return { status: 200, type: OCTETS, body: encodeRunAnswers(answers) };
}

/** Whose keys to check a run with, or why this sender may not ship it. */
function refusal(end: ReceivingEnd, sender: string, run: SignedRun): Member | string {
  const node = parseOrigin(run.origin)?.node;
  if (node === undefined) return `"${run.origin}" is no origin`;
  if (!isStream(run.stream)) return "no stream has that name";
  if (run.origin === end.journal.origin) return "this node writes that origin itself";
  if (end.member(sender)?.role !== "county" && node !== sender) {
    return `a site ships its own entries, not those of "${node}"`;
  }
  return end.member(node) ?? `"${node}" is not enrolled here`;
}

function answerTo(end: ReceivingEnd, run: SignedRun, reception: Reception | undefined): RunAnswer {
  if (reception === undefined) throw new Error("The journal answered fewer runs than it was given");
  const { origin, stream } = run;
  switch (reception.kind) {
    case "stored": {
      const { seq, hash } = reception;
      const signature = receiptFor(end, { origin, stream, seq, hash });
      return { kind: "receipt", seq, hash, signature };
    }
    case "gap":
      return reception;
    case "fork": {
      const reason = `another chain is held at ${reception.seq}`;
      return { kind: "fork", reason, ...standing(end, run) };
    }
    case "altered":
      return { kind: "refused", reason: reception.reason, ...standing(end, run) };
  }
}

/** Signs that all up to here is durable: the journal tells a position only once it is. */
function receiptFor(end: ReceivingEnd, place: ChainPlace): Uint8Array {
  return end.key.sign(receiptStatement(end.node, place));
}

function standing(
  end: ReceivingEnd,
  { origin, stream }: { readonly origin: string; readonly stream: string },
): Standing {
  const state = end.journal.position(origin, stream);
  return state === undefined ? { seq: 0, hash: firstHash() } : { seq: state.seq, hash: state.hash };
}

function doubted(
  end: ReceivingEnd,
  node: string | null,
  doubt: Doubt | "replayed" | "nonce",
): Answer {
  return problem(end, node, { code: doubt, ...DOUBTS[doubt] });
}

function problem(end: ReceivingEnd, node: string | null, problem: Problem): Answer {
  // Asking for a nonce is how every conversation begins: nothing to count.
  if (problem.code !== "nonce" && problem.code !== "unsigned") {
    end.onEvent({ kind: "refused", node, code: problem.code });
  }
  return { status: problem.status, type: PROBLEM_TYPE, body: problemBody(problem) };
}
