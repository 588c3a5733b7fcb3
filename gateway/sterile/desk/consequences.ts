/** What follows from events at once: recalls, and alarms. */
import type { Stamp } from "../../../sync/entry.ts";
import { entryId } from "../../collected_entry.ts";
import type { AlarmName, SterileAlarmBody } from "../record/alarm_body.ts";
import { ALARM } from "../record/sterile_entry.ts";
import type { RulesInForce } from "../rules.ts";
import { type SupplyEvent, supplyEventOf, TO_COME } from "../supply/event.ts";
import { dueRecall, recallsOf } from "../supply/recall.ts";
import { packTrace } from "../supply/pack_trace.ts";
import { type Told, toldOfSite } from "../supply/told.ts";
import { todayBy, unreleasedUses, useDoubts } from "../supply/unsterile_use.ts";

/** Reasons that a person mends by saying what was loaded: nobody is called for them. */
const UNSAID: ReadonlySet<string> = new Set(["load-unknown", "program-unknown"]);

/** Entries for recalls that no entry has told of yet. `around`: all that bears on the loads. */
export function recallEvents(
  site: string,
  around: readonly SupplyEvent[],
  rules: RulesInForce,
  time: Stamp,
): Extract<SupplyEvent, { readonly kind: "sterile-recall" }>[] {
  const told = toldOfSite(around);
  return recallsOf(told, rules).flatMap((recall) => {
    const body = dueRecall(told, site, recall);
    if (body === null) return [];
    const place = { place: TO_COME, time };
    const event = supplyEventOf("sterile-recall", body, place);
    return event.kind === "sterile-recall" ? [event] : [];
  });
}

export function alarmsBy(event: SupplyEvent, nowMs: number): SterileAlarmBody[] {
  const alarm = (
    name: AlarmName,
    steriliser: string,
    subject: string,
    { sinceMs = nowMs, of = [] }: { readonly sinceMs?: number; readonly of?: string[] } = {},
  ) => {
    const { site } = event.body;
    const id = entryId(ALARM, site, name, subject, ...of);
    return [{ id, site, alarm: name, steriliser, subject, sinceMs: Math.max(0, sinceMs) }];
  };
  switch (event.kind) {
    case "sterile-cycle": {
      const { verdict, reasons, steriliser, cycle, started } = event.body;
      if (verdict === "pass") return [];
      const since = { sinceMs: started.wallMs };
      if (verdict === "fail") return alarm("cycle-failed", steriliser, cycle, since);
      if (reasons.every(({ code }) => UNSAID.has(code))) return [];
      return alarm("cycle-undetermined", steriliser, cycle, since);
    }
    case "sterile-bowie-dick": {
      // Each one: that of a result that was taken back may be closed.
      const { id, result, steriliser, cycle } = event.body;
      return result === "fail" ? alarm("bowie-dick-failed", steriliser, cycle, { of: [id] }) : [];
    }
    case "sterile-indicator": {
      const { body } = event;
      if (body.indicator !== "biological" || body.result === "pass") return [];
      return alarm("biological-failed", body.steriliser, body.cycle, { of: [body.id] });
    }
    case "sterile-recall":
      return alarm("recall", event.body.steriliser, event.body.id);
    default:
      return [];
  }
}

/**
 * Alarms of packs that were used and were not to be: by a use that is being written, and by what
 * takes the release of one away that was used before. `around`: all that bears on their packs.
 */
export function useAlarms(
  events: readonly SupplyEvent[],
  around: readonly SupplyEvent[],
  rules: RulesInForce,
): SterileAlarmBody[] {
  const before = toldOfSite(around.filter((event) => !events.includes(event)));
  const after = toldOfSite([...new Set([...around, ...events])]);
  const fresh = new Set(events.map(({ body }) => body.id));
  const alarm = (use: Told<"sterile-use">, told: typeof before): SterileAlarmBody[] => {
    const { id, site, pack, patient } = use.body;
    const trace = packTrace(told, pack, rules);
    const [first, ...others] = useDoubts(trace, todayBy(use.time), patient);
    if (first === undefined) return [];
    return [{
      ...{ id: entryId(ALARM, site, "unsterile-use", id), site, alarm: "unsterile-use" },
      steriliser: trace.loads[0]?.load.steriliser ?? null,
      ...{ subject: pack, sinceMs: Math.max(0, use.time.wallMs), why: [first, ...others] },
    }];
  };
  return [
    ...events.flatMap((event) => event.kind === "sterile-use" ? alarm(event, before) : []),
    ...unreleasedUses(after, rules).filter(({ body }) => !fresh.has(body.id))
      .flatMap((use) => alarm(use, after)),
  ];
}
