/** What has to be done next about a prescription; none of it is ever left to time (T10, P3). */
import type { ContactBody } from "./contact_body.ts";
import { type Decided, rulingOf } from "./decide.ts";
import type { DoubleUseBody } from "./dispensing_body.ts";
import type { Goods } from "./goods.ts";
import type { Pass } from "./pass.ts";
import { type QueueOrder, severityOf } from "./queue_order.ts";
import type { ToldOfVersion } from "./told.ts";

export type Due =
  /** By rules: no verdict is there yet. */
  | { readonly do: "screen"; readonly version: number }
  /** By the county's rules: the site decided alone (P12). */
  | { readonly do: "after-review"; readonly version: number }
  /** By rules again: it passed while the other centre could not be heard (P11). */
  | { readonly do: "after-split"; readonly version: number }
  /**
   * By a pharmacist, who is none of `not`, and whose decision is about the answers `over`;
   * `afterwards`: nobody waits for it.
   */
  | {
    readonly do: "review";
    readonly purpose: "decide" | "second-signature" | "afterwards";
    readonly not: readonly string[];
    readonly over: readonly string[];
    readonly order: QueueOrder;
  }
  /** By the prescriber: to answer one of `to`, or to send a higher version. */
  | { readonly do: "answer"; readonly to: readonly string[]; readonly needsSignature: boolean }
  | { readonly do: "change"; readonly because: readonly string[] }
  /** It may be dispensed, and no token says so. */
  | { readonly do: "issue-token"; readonly outcome: Pass }
  | { readonly do: "open-contact-case"; readonly body: ContactBody }
  | { readonly do: "alarm-double-use"; readonly body: DoubleUseBody };

/** Of the version that holds. */
export function dueOf(told: ToldOfVersion, decided: Decided, goods: Goods): Due[] {
  const { state, stands, toAnswer, needsSignature } = decided;
  const due: Due[] = [];
  if (state === "screening") due.push({ do: "screen", version: told.version });
  const order = orderOf(told, decided, goods);
  if (order !== null) {
    const purpose = order.emergency === 2
      ? "afterwards"
      : decided.awaits === "second-signature"
      ? "second-signature"
      : "decide";
    due.push({ do: "review", purpose, not: decided.signers, over: decided.over, order });
  }
  if (toAnswer.length > 0) due.push({ do: "answer", to: toAnswer, needsSignature });
  if (state === "intercepted" || state === "refused") {
    due.push({ do: "change", because: stands });
    if (state === "refused") due.push({ do: "answer", to: stands, needsSignature: true });
  }
  const outcome = passOf(told, decided);
  if (outcome !== null && goods.state !== "wholly" && !hasToken(told)) {
    due.push({ do: "issue-token", outcome });
  }
  return due;
}

/** Where it stands among those that wait for a pharmacist; `null` where it waits for none. */
function orderOf(told: ToldOfVersion, decided: Decided, goods: Goods): QueueOrder | null {
  if (decided.sinceMs === null || decided.awaits === "answer" || decided.awaits === null) {
    return null;
  }
  const isAfterwards = decided.state === "rescue" || goods.state === "wholly";
  const isEmergency = told.prescription?.setting === "emergency";
  return {
    emergency: isAfterwards ? 2 : isEmergency ? 0 : 1,
    severity: severityOf(rulingOf(told.verdicts).flatMap(({ body }) => body.findings)),
    sinceMs: decided.sinceMs,
  };
}

/** On what it may be dispensed; `null` where it may not. */
export function passOf({ verdicts }: ToldOfVersion, { state, signers }: Decided): Pass | null {
  const isDegraded = rulingOf(verdicts).every(({ body }) => body.mode === "degraded");
  switch (state) {
    case "passed":
      return isDegraded ? "degraded-pass" : "pass";
    case "noticed":
      return isDegraded ? "degraded-notice" : "notice";
    case "rescue":
      return "rescue";
    case "approved":
      return signers.length > 1 ? "signed" : "approved";
    default:
      return null;
  }
}

function hasToken({ verdicts, decisions, passTokens, dispensings }: ToldOfVersion): boolean {
  return passTokens.length > 0 || dispensings.length > 0 ||
    [...verdicts, ...decisions].some(({ body }) => body.token !== undefined);
}
