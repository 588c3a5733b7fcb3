/**
 * How the node knows that a prescriber himself keeps to what rules call red (P3, P10): the second
 * signature is of a person who is proved, not of a name in a request.
 */
import * as z from "zod";
import type { Problem } from "../../sync/problem.ts";
import type { ApiParts, Input } from "../api_route.ts";
import { PROOF_LENGTH_MAX, type Signature } from "./life/decision_body.ts";
import type { MayPrescribe, Registry } from "./registry.ts";

/** As people set it, see `people/`. */
const PIN = /^\d{6}$/;

export const signatureRequest = z.discriminatedUnion("method", [
  z.strictObject({
    method: z.literal("vouched"),
    value: z.string().min(1).max(PROOF_LENGTH_MAX).optional()
      .describe("What the HIS, or a certificate, gave as proof"),
  }).describe("The program that asks has had the prescriber sign; it needs prescription.vouch"),
  z.strictObject({
    method: z.literal("pin"),
    pin: z.string().regex(PIN, "want six digits"),
  }).describe(
    "The PIN that the prescriber's account has at this node; a program needs prescription.vouch",
  ),
  z.strictObject({ method: z.literal("session") })
    .describe("The prescriber asks himself, signed in"),
]);
export type SignatureRequest = z.infer<typeof signatureRequest>;

export interface Signing {
  readonly people: ApiParts["people"];
  /** That is in force; `null`: there is none. */
  readonly registry: Registry | null;
  readonly actor: Input["actor"];
  /** The prescription's site. */
  readonly site: string;
  /** Today in Shanghai: who signs is a prescriber at that time. */
  readonly day: number;
}

export type Proved =
  | { readonly kind: "proved"; readonly signature: Signature }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Whether `prescriber`, the number in the prescription, has signed once more. */
export async function provedSignature(
  signing: Signing,
  prescriber: string,
  asked: SignatureRequest,
): Promise<Proved> {
  const { registry, site, day } = signing;
  if (registry === null) return refused(NO_REGISTRY);
  const may = registry.mayPrescribe(prescriber, site, day);
  if (may.kind === "not") return refused({ ...NO_SIGNER, detail: may.reason });
  switch (asked.method) {
    case "vouched":
      return await vouched(signing, may, asked.value);
    case "pin":
      return await byPin(signing, may, asked.pin);
    case "session":
      return bySession(signing, may);
  }
}

/** Who asks, at a site and on a day. */
export interface Asking extends Omit<Signing, "people" | "actor"> {
  readonly actor: Pick<Signing["actor"], "kind" | "account">;
}

/**
 * Why a person who is signed in may not speak for this prescriber; `null`: a program speaks, which
 * its HIS answers for, or it is the prescriber.
 */
export function refusalOfOther(
  { registry, actor: { kind, account }, site, day }: Asking,
  prescriber: string,
): Problem | null {
  if (isProgram({ kind })) return null;
  const may = registry?.mayPrescribe(prescriber, site, day);
  const isOwn = account !== null && may?.kind === "may" && may.account === account;
  return isOwn ? null : OTHER_ACCOUNT;
}

/** Whoever says who acts, which it answers for. */
export function isProgram({ kind }: Pick<Signing["actor"], "kind">): boolean {
  return kind === "program" || kind === "local";
}

type Prescriber = MayPrescribe & { readonly kind: "may" };

/** Whoever has a PIN here signs with it: a program's word is for those who have none. */
async function vouched(
  { people, actor }: Signing,
  { account }: Prescriber,
  value: string | undefined,
): Promise<Proved> {
  if (!isProgram(actor) || !actor.rights.has("prescription.vouch")) return refused(NO_VOUCHER);
  if (account !== null && await people.hasPin(account)) return refused(PIN_NEEDED);
  const proof = value === undefined ? {} : { value };
  return { kind: "proved", signature: { proved: "vouched", by: actor.who, ...proof } };
}

/**
 * From a program that prescribers sign at: five wrong ones lock a PIN, so whatever may send
 * prescriptions could keep any prescriber from signing.
 */
async function byPin(
  { people, actor }: Signing,
  { account }: Prescriber,
  pin: string,
): Promise<Proved> {
  if (isProgram(actor) && !actor.rights.has("prescription.vouch")) return refused(NO_VOUCHER);
  if (account === null) return refused(NO_ACCOUNT);
  const confirmed = await people.signIn.confirm(account, pin, actor.address);
  switch (confirmed.kind) {
    case "confirmed":
      if (!people.rightsOf(confirmed.account).has("prescription.prescribe")) {
        return refused(NO_PRESCRIBER);
      }
      return { kind: "proved", signature: { proved: "pin", by: actor.who, account } };
    case "locked":
      return refused({ ...LOCKED, detail: `for ${confirmed.minutes} minutes` });
    case "busy":
      return refused(BUSY);
    case "no-pin":
    case "wrong":
      return refused(WRONG_PIN);
  }
}

function bySession({ actor }: Signing, { account }: Prescriber): Proved {
  if (actor.kind !== "person" || account === null || actor.account !== account) {
    return refused(OTHER_ACCOUNT);
  }
  if (!actor.rights.has("prescription.prescribe")) return refused(NO_PRESCRIBER);
  return { kind: "proved", signature: { proved: "session", by: actor.who, account } };
}

function refused(problem: Problem): Proved {
  return { kind: "refused", problem };
}

const NO_REGISTRY: Problem = {
  status: 403,
  code: "no-registry",
  title: "Nobody can say who is a prescriber here: no registry is in force (P14)",
  hint: "the county releases one: `tributary rules release --registry FILE`",
};

const NO_SIGNER: Problem = {
  status: 403,
  code: "no-signer",
  title: "The county's registry does not have this prescriber there on this day (P14)",
  hint: 'the next release of the registry may: see "rules release"',
};

const NO_VOUCHER: Problem = {
  status: 403,
  code: "no-voucher",
  title: "Who asks may neither vouch for a prescriber nor bring a PIN",
  detail: 'a program needs the right "prescription.vouch"',
  hint: "sign in as the prescriber, or have a system administrator give the program that right",
};

const PIN_NEEDED: Problem = {
  status: 403,
  code: "pin-needed",
  title: "This prescriber has a PIN here, and signs with it",
  hint: 'send the signature {"method": "pin", "pin": "…"}',
};

const NO_ACCOUNT: Problem = {
  status: 403,
  code: "no-account",
  title: "The registry names no account of this prescriber, so there is no PIN to compare",
  hint: "the next release of the registry may name it; until then a program vouches",
};

const NO_PRESCRIBER: Problem = {
  status: 403,
  code: "missing-right",
  title: "This account may not sign prescriptions here",
  detail: 'it lacks the right "prescription.prescribe", of the role prescriber',
  hint: "a security administrator gives it",
};

const OTHER_ACCOUNT: Problem = {
  status: 403,
  code: "other-prescriber",
  title: "Only the prescriber of this prescription may do that",
  detail: "the registry names another account for the prescriber, or none",
  hint: "sign in as the prescriber, or do it from the HIS",
};

const WRONG_PIN: Problem = {
  status: 403,
  code: "wrong-pin",
  title: "This is not the PIN that the prescriber has at this node",
  hint: "five failures lock it for 30 minutes; a PIN is set on the page of one's own account",
};

const LOCKED: Problem = {
  status: 403,
  code: "pin-locked",
  title: "The PIN is locked after failures",
  hint: "a security administrator unlocks it",
};

const BUSY: Problem = {
  status: 503,
  code: "busy",
  title: "A PIN of this prescriber is being checked at this moment",
  hint: "try again",
};
