/** Enrolment: a node proves that it has the code, both learn each other's public key. */
import * as http from "node:http";
import * as https from "node:https";
import * as z from "zod";
import { isDistrust, whyDistrusted } from "../../sync/certificate.ts";
import { type NodeKey, parsePublicKey } from "../../sync/identity.ts";
import type { Journal } from "../../sync/journal.ts";
import { latestLife } from "../../sync/origin.ts";
import { requireSafe } from "../../sync/peer.ts";
import { type Problem, problemResponse } from "../../sync/problem.ts";
import { readBody } from "../../sync/read_body.ts";
import type { Member } from "../../sync/routes.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { CentreLosses } from "../known_losses.ts";
import type { QueryTables } from "../tables.ts";
import { standingWords } from "./centres.ts";
import { codeKey, proof, proves } from "./code.ts";
import type { EnrolmentBody } from "./members.ts";
import type { Registry } from "./registry.ts";
import { ROLES } from "./members.ts";

const BODY_BYTES_MAX = 4096;
const ANSWER_BYTES_MAX = 1 << 20;
const TIMEOUT_MS = 15_000;
/** Wrong proofs for one name, after which it has to wait. */
const FAILURES_MAX = 10;
const FAILURES_FORGOTTEN_MS = 600_000;

const requestSchema = z.strictObject({
  node: z.string().max(64),
  role: z.enum(ROLES),
  publicKey: z.string().max(64),
  proof: z.string().max(64),
});

const answerSchema = z.object({
  node: z.string(),
  members: z.record(z.string(), z.object({ publicKey: z.string(), role: z.enum(ROLES) })),
  /** The latest life of the node that the county holds; `null` for a new node. */
  latest: z.string().nullable(),
  proof: z.string(),
});

const problemSchema = z.object({ title: z.string(), hint: z.string().optional() });

/** What the enrolling node proves, and what the county proves in return. */
function requestFields({ node, role, publicKey }: Omit<z.infer<typeof requestSchema>, "proof">) {
  return ["enrol", node, role, publicKey];
}

function answerFields(
  node: string,
  members: z.infer<typeof answerSchema>["members"],
  latest: string | null,
  asked: string,
): string[] {
  const keys = Object.keys(members).sort().map((name) => {
    return `${name} ${members[name].role} ${members[name].publicKey}`;
  });
  return ["enrolled", node, asked, latest ?? "", ...keys];
}

export interface EnrolmentDesk {
  readonly node: string;
  readonly key: NodeKey;
  readonly journal: Journal;
  readonly tables: QueryTables;
  readonly registry: Registry;
  readonly losses: CentreLosses;
  readonly clock: Clock;
  readonly log: Log;
}

/** The county's end: answers `POST /sync/enrolment`. */
export function enrolmentRoute(desk: EnrolmentDesk): (request: Request) => Promise<Response> {
  const failures = new Map<string, { count: number; sinceMs: number }>();
  return async (request) => {
    const asked = await parsed(request);
    if (asked === null) return problemResponse(BAD_REQUEST);
    const nowMs = performance.now();
    const failed = failures.get(asked.node);
    const recent = failed !== undefined && nowMs - failed.sinceMs < FAILURES_FORGOTTEN_MS;
    if (recent && failed.count >= FAILURES_MAX) return problemResponse(TOO_MANY);
    const verdict = await judge(desk, asked);
    if (verdict.kind === "refused") {
      if (failures.size > 1000) failures.clear();
      const count = recent ? failed.count + 1 : 1;
      failures.set(asked.node, { count, sinceMs: recent ? failed.sinceMs : nowMs });
      desk.log({ kind: "sync-refused", from: asked.node, code: verdict.problem.code });
      return problemResponse(verdict.problem);
    }
    failures.delete(asked.node);
    const members = centres(desk);
    // A replaced box has to begin after what its name has said so far.
    const latest = latestLife(desk.journal.positions(), asked.node);
    const answer = { node: desk.node, members, latest };
    const fields = answerFields(desk.node, members, latest, asked.proof);
    return Response.json({ ...answer, proof: proof(verdict.key, fields) });
  };
}

type Verdict = { kind: "enrolled"; key: string } | { kind: "refused"; problem: Problem };

const INVITATIONS = `SELECT invitation, role, key, expires,
  EXISTS (SELECT 1 FROM uses WHERE uses.invitation = invitations.invitation) AS used
FROM invitations WHERE node = ?`;

/** Whether a node has enrolled with this code and key, and has no other key since. */
const ENROLLED = "SELECT node FROM members WHERE node = ? AND invitation = ? AND publickey = ?";

async function judge(desk: EnrolmentDesk, asked: z.infer<typeof requestSchema>): Promise<Verdict> {
  const { tables, journal, clock, registry, losses, log } = desk;
  const { node, role, publicKey } = asked;
  await tables.caughtUp(journal);
  const rows = await tables.rows(INVITATIONS, [asked.node]);
  const row = rows.find((one) => proves(asked.proof, one.text("key"), requestFields(asked)));
  if (row === undefined) return refused(NOT_INVITED);
  if (row.text("role") !== asked.role) return refused(OTHER_ROLE);
  const key = row.text("key");
  // The answer may have been lost on its way: asking again with the same key is no harm, unless
  // it was replaced since.
  const [before] = await tables.rows(ENROLLED, [node, row.text("invitation"), publicKey]);
  const known = registry.member(node);
  const replaced = known?.earlierKeys?.includes(publicKey) === true;
  // By the clock of this centre another key may be the later one, should it have gone back.
  const pinned = row.number("used") === 1 && known?.publicKey === publicKey;
  if (pinned || (before !== undefined && !replaced)) {
    await pin(desk, asked);
    return { kind: "enrolled", key };
  }
  const stamp = clock.now();
  await losses.refresh();
  if (row.number("used") === 1) return refused(USED);
  if (row.number("expires") < stamp.wallMs) return refused(EXPIRED);
  const body: EnrolmentBody = {
    invitation: row.text("invitation"),
    node,
    role,
    publicKey,
  };
  const digest = new TextEncoder().encode(publicKey);
  const [appended] = await journal.append([{
    kind: "entry",
    stream: "audit",
    entryKind: "enrolment",
    time: stamp,
    body: JSON.stringify(body),
    // Two that come with one code at one moment: one is enrolled.
    key: { channel: "invitation", id: body.invitation, digest, windowMs: null },
  }, ...(role === "site" ? standingWords(losses, node, stamp) : [])], stamp);
  if (appended.kind === "conflict") return refused(USED);
  await tables.caughtUp(journal);
  await pin(desk, asked);
  log({ kind: "enrolled", node, role });
  return { kind: "enrolled", key };
}

/** A centre's key was learnt here with a code in hand: it replaces the one that is pinned. */
async function pin(
  { registry }: EnrolmentDesk,
  { node, role, publicKey }: z.infer<typeof requestSchema>,
): Promise<void> {
  if (role === "county") await registry.learn(new Map([[node, { publicKey, role }]]));
  else await registry.refresh();
}

function refused(problem: Problem): Verdict {
  return { kind: "refused", problem };
}

/** This centre and the other, where it is known. */
function centres({ node, key, registry }: EnrolmentDesk): Record<string, Member> {
  const known = registry.list().filter(({ member }) => member.role === "county")
    .map(({ node, member }) => [node, { publicKey: member.publicKey, role: member.role }] as const);
  const self = [node, { publicKey: key.publicKey, role: "county" as const }] as const;
  return Object.fromEntries([...known, self]);
}

async function parsed(request: Request): Promise<z.infer<typeof requestSchema> | null> {
  try {
    const body = await readBody(request, BODY_BYTES_MAX);
    if (body === null) return null;
    const asked = requestSchema.parse(JSON.parse(new TextDecoder().decode(body)));
    return parsePublicKey(asked.publicKey) === null ? null : asked;
  } catch {
    return null;
  }
}

const BAD_REQUEST: Problem = {
  status: 400,
  code: "bad-enrolment",
  title: "This is no enrolment request",
  hint: "use `tributary enroll CODE`",
};
const NOT_INVITED: Problem = {
  status: 403,
  code: "not-invited",
  title: "The code is not one that was given out for this node",
  hint: "check the code and the node's name, or ask for a new code with `tributary invite`",
};
const OTHER_ROLE: Problem = {
  status: 403,
  code: "other-role",
  title: "The code was given out for a node of the other role",
  hint: "ask for a new code with `tributary invite NODE --role site`, or `--role county`",
};
const USED: Problem = {
  status: 403,
  code: "code-used",
  title: "The code was used already",
  hint: "ask for a new code with `tributary invite`",
};
const EXPIRED: Problem = {
  status: 403,
  code: "code-expired",
  title: "The code has expired",
  hint: "ask for a new code with `tributary invite`",
};
const TOO_MANY: Problem = {
  status: 429,
  code: "too-many-tries",
  title: "Too many wrong codes for this node",
  hint: "wait ten minutes",
};

/** The county did not take us, or could not be asked; the message says why. */
export class EnrolmentError extends Error {
  override name = "EnrolmentError";
}

export interface Enrolled {
  /** The one that answered. */
  readonly centre: string;
  readonly members: Map<string, Member>;
  /** The latest life of this node that the county holds; `null` for a new node. */
  readonly latest: string | null;
}

/** The enrolling node's end: returns what the county says, proven with the code. */
export async function enrol(
  county: { readonly url: string; readonly ca: string | undefined },
  self: { readonly node: string; readonly role: "site" | "county"; readonly key: NodeKey },
  code: string,
): Promise<Enrolled> {
  const key = codeKey(code);
  if (key === null) {
    throw new EnrolmentError(`"${code}" is no code: want 16 letters and digits`);
  }
  const { node, role } = self;
  const asked = { node, role, publicKey: self.key.publicKey };
  const request = { ...asked, proof: proof(key, requestFields(asked)) };
  const { status, body } = await post(county, JSON.stringify(request));
  if (status !== 200) throw new EnrolmentError(problemText(county.url, status, body));
  const answer = answerSchema.safeParse(jsonOf(body));
  if (!answer.success) throw new EnrolmentError(`${county.url} did not answer as a county does`);
  const { members, latest } = answer.data;
  if (
    !proves(answer.data.proof, key, answerFields(answer.data.node, members, latest, request.proof))
  ) {
    throw new EnrolmentError(`${county.url} does not know the code: it is not the county`);
  }
  const centre = answer.data.node;
  return { centre, members: new Map(Object.entries(members)), latest };
}

function problemText(url: string, status: number, body: string): string {
  const problem = problemSchema.safeParse(jsonOf(body));
  if (!problem.success) return `${url} answered with status ${status}`;
  const { title, hint } = problem.data;
  return `${url} refused: ${title}${hint === undefined ? "" : `; ${hint}`}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function post(
  { url, ca }: { readonly url: string; readonly ca: string | undefined },
  body: string,
): Promise<{ status: number; body: string }> {
  const target = new URL("/sync/enrolment", url);
  requireSafe(target);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const failed = async (error: Error) => {
    const { reason, hint } = isDistrust(error)
      ? await whyDistrusted(target)
      : { reason: error.message, hint: "is the county running, and its address right?" };
    reject(new EnrolmentError(`Cannot reach ${url}: ${reason}; ${hint}`, { cause: error }));
  };
  const headers = { "content-type": "application/json" };
  const options = { method: "POST", headers, timeout: TIMEOUT_MS, agent: false, ca } as const;
  const request = (target.protocol === "https:" ? https : http).request(target, options);
  request.once("timeout", () => request.destroy(new Error("no answer")));
  request.once("error", failed);
  request.once("response", (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
      if (text.length > ANSWER_BYTES_MAX) request.destroy(new Error("the answer is too large"));
    });
    response.once("error", failed);
    response.once("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
  });
  request.end(body);
  return promise;
}
