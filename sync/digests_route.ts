/** `/sync/digests`: tells a member what is held here, so that it can compare. */
import { type Answer, type Asker, type Desk, octets, type ReceivingEnd } from "./desk.ts";
import {
  decodeDigestQuestion,
  DIGEST_DAYS_MAX,
  DIGEST_STREAMS_MAX,
  type DigestQuestion,
  encodeDayDigests,
  encodeHashes,
  encodeStreamDigests,
  type StreamDigest,
} from "./digests.ts";
import { parseOrigin } from "./origin.ts";
import { PROBLEM_TYPE, problemBody } from "./problem.ts";
import type { StreamState } from "./segments.ts";

export async function digests({ end }: Desk, asker: Asker, body: Uint8Array): Promise<Answer> {
  const question = decodeDigestQuestion(body);
  if (end.member(asker.node)?.role !== "county" && nodeAsked(question) !== asker.node) {
    end.onEvent({ kind: "refused", node: asker.node, code: "not-yours" });
    const title = "A site asks for what is its own";
    const problem = { status: 403, code: "not-yours", title };
    return { status: 403, type: PROBLEM_TYPE, body: problemBody(problem) };
  }
  switch (question.kind) {
    case "streams":
      return octets(encodeStreamDigests(streamsBehind(end, question)));
    case "days": {
      const { node, after } = question;
      const days = await end.days?.(node, after, DIGEST_DAYS_MAX) ?? [];
      return octets(encodeDayDigests(days));
    }
    case "hashes": {
      const { place: { origin, stream }, seqs } = question;
      const hashes = seqs.map((seq) => end.journal.hashAt(origin, stream, seq));
      return octets(encodeHashes(await Promise.all(hashes)));
    }
    case "again":
      end.onEvent({ kind: "asked-again", node: asker.node });
      return octets(new Uint8Array());
  }
}

/** Whose entries a question is about; empty for all. */
function nodeAsked(question: DigestQuestion): string {
  switch (question.kind) {
    case "streams":
    case "days":
      return question.node;
    case "hashes":
      return parseOrigin(question.place.origin)?.node ?? "";
    case "again":
      return "";
  }
}

function streamsBehind(
  { journal }: ReceivingEnd,
  { node, after }: Extract<DigestQuestion, { kind: "streams" }>,
): StreamDigest[] {
  return journal.positions()
    .filter(({ origin }) => node === "" || origin.startsWith(`${node}.`))
    .filter((state) => compareStreams(state, after) > 0)
    .sort(compareStreams)
    .slice(0, DIGEST_STREAMS_MAX);
}

/** By origin, then stream, letter by letter as SQLite compares. */
export function compareStreams(
  a: Pick<StreamState, "origin" | "stream">,
  b: Pick<StreamState, "origin" | "stream">,
): number {
  if (a.origin !== b.origin) return a.origin < b.origin ? -1 : 1;
  return a.stream === b.stream ? 0 : a.stream < b.stream ? -1 : 1;
}
