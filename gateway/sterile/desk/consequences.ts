/** What follows from events at once: recalls, alarms, and that people are told. */
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import {
  type Notification,
  notificationEntry,
  type Severity,
} from "../../notifications/notification.ts";
import {
  ALARM_TEXTS,
  type AlarmName,
  ALARMS,
  type SterileAlarmBody,
  type SterileAlarmClosedBody,
} from "../record/alarm_body.ts";
import { ALARM, ALARM_CLOSED } from "../record/sterile_entry.ts";
import type { AlarmLine } from "../record/sterile_reads.ts";
import type { RulesInForce } from "../rules.ts";
import { type SupplyEvent, supplyEventOf } from "../supply/event.ts";
import { dueRecall, recallsOf } from "../supply/recall.ts";
import { toldOfSite } from "../supply/told.ts";
import type { Setup } from "./setup.ts";

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
    const place = { place: "due/record/1", timeMs: time.wallMs };
    const event = supplyEventOf("sterile-recall", body, place);
    return event.kind === "sterile-recall" ? [event] : [];
  });
}

export function alarmsBy(event: SupplyEvent, nowMs: number): SterileAlarmBody[] {
  const alarm = (name: AlarmName, steriliser: string, subject: string, sinceMs = nowMs) => {
    const { site } = event.body;
    const id = entryId(ALARM, site, name, subject);
    return [{ id, site, alarm: name, steriliser, subject, sinceMs: Math.max(0, sinceMs) }];
  };
  switch (event.kind) {
    case "sterile-cycle": {
      const { verdict, reasons, steriliser, cycle, started } = event.body;
      if (verdict === "pass") return [];
      if (verdict === "fail") return alarm("cycle-failed", steriliser, cycle, started.wallMs);
      if (reasons.every(({ code }) => UNSAID.has(code))) return [];
      return alarm("cycle-undetermined", steriliser, cycle, started.wallMs);
    }
    case "sterile-bowie-dick": {
      const { result, steriliser, cycle } = event.body;
      return result === "fail" ? alarm("bowie-dick-failed", steriliser, cycle) : [];
    }
    case "sterile-indicator": {
      const { body } = event;
      if (body.indicator !== "biological" || body.result === "pass" || !body.controlGrew) return [];
      return alarm("biological-failed", body.steriliser, body.cycle);
    }
    case "sterile-recall":
      return alarm("recall", event.body.steriliser, event.body.id);
    default:
      return [];
  }
}

const SEVERITY: Readonly<Record<AlarmName, Severity>> = {
  "cycle-failed": "critical",
  "cycle-undetermined": "warning",
  "bowie-dick-failed": "critical",
  "biological-failed": "critical",
  "biological-overdue": "warning",
  "recall": "critical",
};

/** The alarm, and what people are told of it: no pack, no patient, no person. */
export function alarmEntries(
  body: SterileAlarmBody,
  time: Stamp,
  place: { readonly zh: string; readonly en: string },
  setup: Setup | undefined,
): NewEntry[] {
  const notice = noticeOf(body, { id: entryId("sterile-told", body.id), number: 0 }, place, setup);
  return [
    once(newEntry("alarm", ALARM, time, body), ALARM, body.id),
    notificationEntry(time, { ...notice, event: "raised" }),
  ];
}

/** What was found and done, by whom. */
export type Closing = Pick<SterileAlarmClosedBody, "comment" | "by">;

/** That an alarm is over, and that those hear of it who heard of the alarm. */
export function closingEntries(
  { site, alarm: id, what, steriliser, subject, sinceMs }: AlarmLine,
  closing: Closing,
  time: Stamp,
  place: { readonly zh: string; readonly en: string },
  setup: Setup | undefined,
): NewEntry[] {
  const body: SterileAlarmClosedBody = {
    ...{ id: entryId(ALARM_CLOSED, id), site, alarm: id },
    ...closing,
  };
  const entry = once(newEntry("alarm", ALARM_CLOSED, time, body), ALARM_CLOSED, body.id);
  const alarm = ALARMS.find((one) => one === what);
  if (alarm === undefined) return [entry];
  const raised = { id, site, alarm, steriliser, subject, sinceMs };
  const told = { id: entryId("sterile-told", id, "over"), number: 1 };
  const notice = noticeOf(raised, told, place, setup);
  return [entry, notificationEntry(time, { ...notice, event: "recovered" })];
}

function noticeOf(
  { id: subject, site, alarm, steriliser, sinceMs }: SterileAlarmBody,
  told: Pick<Notification, "id" | "number">,
  place: { readonly zh: string; readonly en: string },
  setup: Setup | undefined,
): Omit<Notification, "event"> {
  const title = setup?.title ?? { zh: steriliser, en: steriliser };
  return {
    ...told,
    subject,
    severity: SEVERITY[alarm],
    level: 1,
    roles: ["sterile-technician"],
    rule: alarm === "cycle-failed" || alarm === "cycle-undetermined" ? "S1" : "S5",
    site,
    place,
    what: { code: alarm, ...ALARM_TEXTS[alarm] },
    where: { code: steriliser, ...title },
    value: null,
    sinceMs,
  };
}
