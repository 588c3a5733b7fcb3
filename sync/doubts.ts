/** Why requests between nodes are refused, in words for the sender's operator. */
import type { Problem } from "./problem.ts";
import type { Doubt } from "./signature.ts";

export type Refusal = Doubt | "replayed" | "nonce" | "session";

export const DOUBTS: Readonly<Record<Refusal, Omit<Problem, "code">>> = {
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
  session: {
    status: 401,
    title: "The session is not known here, or the request is none of it",
    hint: "sign the request, and open another session",
  },
};

/** Refusals with which every conversation begins: nothing to count. */
export const EXPECTED: ReadonlySet<string> = new Set<Refusal>(["nonce", "unsigned", "session"]);
