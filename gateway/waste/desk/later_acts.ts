/** What persons say of entries that others wrote: they confirm, take back, or judge them. */
import * as z from "zod";
import { secondPerson } from "../../people/second_person.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { type Dispute, needsTwo, resolutionBody } from "../entry/correction_body.ts";
import type { WasteEvent } from "../entry/event.ts";
import { code, words } from "../entry/subject.ts";
import type { Conflict } from "../life/disputes.ts";
import type { Ledger } from "../life/ledger.ts";
import { departureFaults } from "../manifest/plan_departure.ts";
import { receiptFaults } from "../manifest/plan_receipt.ts";
import type { Refusal } from "../refusal.ts";
import { actId } from "./acts.ts";
import { entryOf } from "./entry_read.ts";
import { around } from "./surroundings.ts";
import { type Act, CannotPlan, type WasteDesk } from "./waste_desk.ts";

const second = secondPerson.optional().describe("None: the entry waits for a second person");

export const confirmOrder = z.strictObject({ id: actId, of: code });
export const reversalOrder = z.strictObject({ id: actId, second, of: code, reason: words });
const { id: _id, site: _site, confirmation: _person, second: _second, ...resolution } =
  resolutionBody.shape;
export const resolutionOrder = z.strictObject({
  id: actId,
  second: second.describe("Of custodians two persons resolve; none: it waits for the second"),
  ...resolution,
});
export type ResolutionOrder = z.infer<typeof resolutionOrder>;

const NO_FAULTS = (): readonly Refusal[] => [];

/**
 * Whoever confirms another's entry; of one that is not here yet, too. A departure or a receipt
 * happens by this, so that it is looked at as it would be now.
 */
export function confirming(
  desk: WasteDesk,
  { id, of }: z.infer<typeof confirmOrder>,
  by: Confirmation,
): Act {
  const plan = async () => {
    const known = await entryOf(desk.node.tables, of);
    const faults = known?.effect === "pending" ? await faultsNow(desk, known.event) : [];
    if (faults.length > 0) throw new CannotPlan(faults);
    return { of, confirmation: by };
  };
  return { kind: "waste-confirmation", id, subject: of, concerned: {}, plan, faults: NO_FAULTS };
}

async function faultsNow(
  { node: { tables, clock }, config: { rules } }: WasteDesk,
  event: WasteEvent,
): Promise<readonly Refusal[]> {
  if (event.kind !== "waste-departed" && event.kind !== "waste-received") return [];
  const { bags, loads, manifest } = event.body;
  const { ledger, manifests } = await around(tables, { bags, loads, manifests: [manifest] }, rules);
  const known = manifests.get(manifest);
  if (known === undefined) return [];
  return event.kind === "waste-departed"
    ? departureFaults(event.body, known, ledger, rules)
    : receiptFaults(event.body, known, ledger, { rules, now: clock.now() });
}

export function reversing(
  { id, of, reason }: z.infer<typeof reversalOrder>,
  by: readonly Confirmation[],
): Act {
  const plan = () => ({ of, reason, confirmations: by });
  return { kind: "waste-reversal", id, subject: of, concerned: {}, plan, faults: NO_FAULTS };
}

/** Who was first says so; the second one stands beside, where there is one. */
export function resolving(
  { id, second: _asked, ...asked }: ResolutionOrder,
  [confirmation, second]: readonly Confirmation[],
): Act {
  const { subject } = asked;
  return {
    kind: "waste-resolution",
    id,
    subject,
    concerned: { bags: [subject], loads: [subject] },
    plan: () => ({ ...asked, confirmation, second }),
    faults: (_event, { ledger }) => resolutionFaults(asked, ledger),
  };
}

type Judged = Pick<ResolutionOrder, "subject" | "about" | "keeps" | "against" | "over">;

/** Only what disagrees now is resolved, and by entries that say it. */
export function resolutionFaults(asked: Judged, ledger: Ledger): Refusal[] {
  const open = conflictOf(asked.subject, asked.about, ledger);
  if (open === undefined) {
    return [fault("subject", {
      zh: `${asked.subject} 在这一点上没有矛盾：无需核实`,
      en: `entries about ${asked.subject} do not disagree in this: there is nothing to resolve`,
    })];
  }
  const said = new Set(open.alternatives.map(({ id }) => id));
  const strange = [asked.keeps, ...asked.against].filter((id) => !said.has(id));
  const earlier = asked.over.filter((id) => !open.resolutions.includes(id));
  return [
    ...strange.map((id) =>
      fault(id === asked.keeps ? "keeps" : "against", {
        zh: `记录 ${id} 不是相互矛盾的记录之一：请刷新页面`,
        en: `entry ${id} is none of those that disagree: look at the bag again`,
      })
    ),
    ...earlier.map((id) =>
      fault("over", {
        zh: `记录 ${id} 不是对此的核实：请刷新页面`,
        en: `entry ${id} resolved nothing of this: look at the bag again`,
      })
    ),
  ];
}

function conflictOf(subject: string, about: Dispute, ledger: Ledger): Conflict | undefined {
  const all = [
    ...ledger.bags.get(subject)?.conflicts ?? [],
    ...ledger.loads.get(subject)?.conflicts ?? [],
  ];
  return all.find((one) => one.subject === subject && one.about === about);
}

/** Where two persons have to be there at once. */
export function lacksSecond(about: Dispute, by: readonly Confirmation[]): boolean {
  return needsTwo(about) && by.length < 2;
}

function fault(field: string, text: Refusal["text"]): Refusal {
  return { rule: "W4", field, text };
}
