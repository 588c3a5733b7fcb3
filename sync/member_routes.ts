/** What members may ask of each other: positions, to take entries, to give entries. */
import {
  encodePositionsTold,
  encodeRunAnswers,
  type PositionAnswer,
  type RunAnswer,
  type Standing,
} from "./answers.ts";
import { isGap } from "./block.ts";
import { firstHash } from "./chain.ts";
import { type Answer, type Asker, type Desk, keysOf, noteLife, octets } from "./desk.ts";
import type { Member, ReceivingEnd } from "./desk.ts";
import { digests } from "./digests_route.ts";
import { tellGap } from "./gaps.ts";
import { type ChainPlace, receiptStatement } from "./identity.ts";
import type { SignedRunWithKey } from "./journal_core.ts";
import { latestLife, parseOrigin } from "./origin.ts";
import { pull } from "./pull_route.ts";
import { decodePositionsAsked } from "./questions.ts";
import type { Reception } from "./reception.ts";
import type { SignedRun } from "./run.ts";
import { isStream, siteOf } from "./stream.ts";
import { decodeBatch } from "./wire.ts";

/** Receipts signed for one question of positions; the others are given when it is asked again. */
const RECEIPTS_MAX = 1000;

export type MemberRoute = (desk: Desk, asker: Asker, body: Uint8Array) => Promise<Answer>;

/** Who asks is known by then. Throws {@link OctetsError} on a bad body. */
export const MEMBER_ROUTES: ReadonlyMap<string, MemberRoute> = new Map([
  ["/sync/positions", positions],
  ["/sync/entries", entries],
  ["/sync/pull", pull],
  ["/sync/digests", digests],
]);

async function positions(desk: Desk, asker: Asker, body: Uint8Array): Promise<Answer> {
  const { end } = desk;
  const { self, ranges, questions } = decodePositionsAsked(body);
  noteLife(desk, asker, self);
  let receipts = 0;
  const answers = await Promise.all(questions.map(async (question): Promise<PositionAnswer> => {
    const { origin, stream, at } = question;
    const standing = standingOf(end, question);
    const given = question.wantsReceipt && standing.seq > 0 && ++receipts <= RECEIPTS_MAX;
    return {
      ...standing,
      receipt: given ? receiptFor(end, { ...question, ...standing }) : null,
      hashAt: at > 0 && at < standing.seq ? await end.journal.hashAt(origin, stream, at) : null,
    };
  }));
  const held = end.journal.positions();
  const latest = latestLife(held, asker.node);
  const agreed = desk.sums.agree(held, ranges);
  return octets(encodePositionsTold({ latest, agreed, answers }));
}

async function entries({ end }: Desk, { node }: Asker, body: Uint8Array): Promise<Answer> {
  const runs = decodeBatch(body);
  const refusals = runs.map((run) => refusal(end, node, run));
  const accepted = runs.flatMap((run, index): SignedRunWithKey[] => {
    const verdict = refusals[index];
    return typeof verdict === "string" ? [] : [{ run, publicKeys: keysOf(verdict) }];
  });
  for (const { run, publicKeys } of accepted) {
    if (!await tellGap(end, run, publicKeys)) continue;
    const { origin, stream, first, last } = run;
    end.onEvent({ kind: "gap", node, origin, stream, first, last });
  }
  const before = new Map(runs.map((run) => [run, standingOf(end, run).seq]));
  const receptions = (await end.journal.receive(accepted)).values();
  let stored = 0;
  const answers = runs.map((run, index): RunAnswer => {
    const verdict = refusals[index];
    const answer = typeof verdict === "string"
      ? { kind: "refused" as const, reason: verdict, ...standingOf(end, run) }
      : answerTo(end, run, receptions.next().value);
    if (answer.kind === "receipt" && !isGap(run)) {
      stored += Math.max(0, answer.seq - (before.get(run) ?? 0));
    } else if (answer.kind === "fork" || answer.kind === "refused") {
      const { origin, stream } = run;
      end.onEvent({ kind: "run-refused", node, origin, stream, reason: answer.reason });
    }
    return answer;
  });
  if (stored > 0) end.onEvent({ kind: "received", node, entries: stored });
  return octets(encodeRunAnswers(answers));
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
  const member = memberOf(end, node);
  if (member === undefined) return `"${node}" is not enrolled here`;
  if (siteOf(run.stream) !== null && member.role !== "county") {
    return "only a county writes to a site";
  }
  return member;
}

/** A centre that was put back to a backup is given what it wrote itself since then. */
function memberOf(end: ReceivingEnd, node: string): Member | undefined {
  const known = end.member(node);
  if (known !== undefined || node !== end.node) return known;
  return { publicKey: end.key.publicKey, role: "county" };
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
      return { kind: "fork", reason, ...standingOf(end, run) };
    }
    case "altered":
      return { kind: "refused", reason: reception.reason, ...standingOf(end, run) };
  }
}

/** Signs that all up to here is durable: the journal tells a position only once it is. */
function receiptFor(end: ReceivingEnd, place: ChainPlace): Uint8Array {
  return end.key.sign(receiptStatement(end.node, place));
}

function standingOf(
  end: ReceivingEnd,
  { origin, stream }: { readonly origin: string; readonly stream: string },
): Standing {
  const state = end.journal.position(origin, stream);
  return state === undefined ? { seq: 0, hash: firstHash() } : { seq: state.seq, hash: state.hash };
}
