/**
 * What persons do at a site, each by an own credential: say what an alarm was (C9), switch alarms
 * off (C8), write down a temperature (C6) or a calibration (C13). Each act is one commit, and the
 * same act again is none.
 */
import * as z from "zod";
import type { NewEntry } from "../../../sync/append.ts";
import type { Problem } from "../../../sync/problem.ts";
import { entryId } from "../../collected_entry.ts";
import { notificationEntry } from "../../notifications/notification.ts";
import { noRoomProblem } from "../../no_room.ts";
import { type AcknowledgementBody, FOUND_CAUSES } from "../life/alarm_body.ts";
import { calibrationBody } from "../life/calibration_body.ts";
import { episodesOf, objectionToAcknowledgement } from "../life/episode.ts";
import { readingBody } from "../life/reading_body.ts";
import { celsius, code, type Person, timeMs, words } from "../life/subject.ts";
import { lasting } from "../life/suppression.ts";
import { suppressionBody } from "../life/suppression_body.ts";
import * as reads from "../record/cold_reads.ts";
import { eventsOf, presentOf } from "../record/stored_events.ts";
import { LATE_READING_DAYS } from "../rules/plans.ts";
import { Calendar } from "../series/calendar.ts";
import { RULES_CHANGED } from "../series/told.ts";
import { acknowledgedNotices } from "./cold_notice.ts";
import { coldEntry, type ColdNode, rolesOf } from "./cold_node.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A clock at the bedside may be ahead of the node's. */
const AHEAD_MS = 60_000;

const act = code.describe("Names the act: sent again, it is the same");

export const acknowledgeOrder = z.strictObject({
  id: act,
  episode: code.describe("The alarm's episode"),
  level: z.int().min(1).max(9).describe("The highest level that the person saw"),
  found: z.enum(FOUND_CAUSES).describe("What was found to be the cause"),
  comment: words.describe("What was done about it"),
  rulesChanged: z.literal(true).optional()
    .describe("The person saw that the alarm's rules were changed while it went on (C8)"),
});
export const suppressOrder = z.strictObject({
  id: act,
  unit: code.describe("The unit whose alarms are switched off"),
  hours: z.number().positive().max(24).optional()
    .describe("For so long, 24 at most; none: until the repair is done"),
  reason: words,
});
export const watchOrder = z.strictObject({ id: act, unit: code.describe("The unit") });
export const readingOrder = z.strictObject({
  id: act,
  unit: code.describe("The unit that was read"),
  celsius: celsius.describe("What it showed, °C"),
  takenMs: timeMs.optional().describe("When, milliseconds since 1970 UTC; none: now"),
  comment: words.optional(),
  late: z.boolean().optional().describe(
    "It was read on an earlier day, of the last seven: it is shown, and is none in time (C6)",
  ),
});
const { calibratedOn, validUntil, certificate, points } = calibrationBody.shape;
export const calibrationOrder = z.strictObject({
  id: act,
  probe: code.describe("The probe, as the configuration names it"),
  calibratedOn: calibratedOn.describe("Day of the comparison, as 2026-03-01"),
  validUntil: validUntil.describe("Last day that it counts"),
  certificate: certificate.describe("Number of the certificate"),
  points: points.describe("Where it was compared: °C of the reference, and shown minus reference"),
}).refine((order) => order.validUntil >= order.calibratedOn, {
  path: ["validUntil"],
  error: "it ends before the day of calibration; look at the certificate again",
});

export type Outcome =
  | { readonly kind: "done"; readonly entries: readonly string[] }
  | { readonly kind: "refused"; readonly problem: Problem };

export async function acknowledge(
  node: ColdNode,
  order: z.infer<typeof acknowledgeOrder>,
  by: Person,
): Promise<Outcome> {
  const subject = { site: node.name, subject: `episode/${order.episode}` };
  const [episode] = episodesOf(await eventsOf(node.tables, subject));
  if (episode === undefined) return refused("no-such-alarm", `episode: ${order.episode}`);
  const objection = objectionToAcknowledgement(episode, order);
  if (objection === RULES_CHANGED) return refused(objection, "rulesChanged: want true");
  if (objection !== null) {
    const top = episode.levels[episode.levels.length - 1].level;
    return refused("other-level", `level: found ${order.level}; the alarm is at level ${top}`);
  }
  const { id: name, rulesChanged: _, ...said } = order;
  const id = entryId("cold-acknowledgement", node.name, name);
  const { site, unit, cause } = episode;
  const body: AcknowledgementBody = {
    ...{ ...said, id, site, unit, cause, by },
    ...episode.state === RULES_CHANGED ? { rulesChanged: true } : {},
  };
  const now = node.clock.now();
  const noticed = {
    episode,
    name: (await reads.unitOf(node.tables, site, unit))?.name ?? unit,
    place: node.title,
    roles: rolesOf(node, unit),
  };
  return await write(node, [
    coldEntry(node, "record", "cold-acknowledgement", body),
    ...acknowledgedNotices(noticed, id, order.level).map((one) => notificationEntry(now, one)),
  ], [id]);
}

export async function suppress(
  node: ColdNode,
  { id: name, unit, hours, reason }: z.infer<typeof suppressOrder>,
  by: Person,
): Promise<Outcome> {
  if (await reads.unitOf(node.tables, node.name, unit) === null) return noUnit(unit);
  const fromMs = node.clock.now().wallMs;
  const id = entryId("cold-suppression", node.name, name);
  const body = suppressionBody.parse({
    ...{ id, site: node.name, unit, fromMs, reason, by },
    ...hours === undefined
      ? { state: "under-repair" }
      : { state: "for-a-while", untilMs: fromMs + hours * HOUR_MS },
  });
  return await write(node, [coldEntry(node, "record", "cold-suppression", body)], [id]);
}

/** Alarms are told again: all that is switched off at the unit ends now. */
export async function watchAgain(
  node: ColdNode,
  { unit }: z.infer<typeof watchOrder>,
  by: Person,
): Promise<Outcome> {
  const { name: site } = node;
  const events = await eventsOf(node.tables, { site, subject: `watch/${unit}` });
  const present = await presentOf(node, events);
  const endedMs = present.now.wallMs;
  const bodies = lasting(events, { site, unit }, present).map(({ by: { body } }) => ({
    id: entryId("cold-suppression-ended", body.id),
    ...{ site, unit, suppression: body.id, endedMs, by },
  }));
  if (bodies.length === 0) return refused("not-switched-off", `unit: ${unit} is watched`);
  const entries = bodies.map((body) => coldEntry(node, "record", "cold-suppression-ended", body));
  return await write(node, entries, bodies.map(({ id }) => id));
}

export async function readByHand(
  node: ColdNode,
  { id: name, takenMs, late, ...said }: z.infer<typeof readingOrder>,
  by: Person,
): Promise<Outcome> {
  if (await reads.unitOf(node.tables, node.name, said.unit) === null) return noUnit(said.unit);
  const nowMs = node.clock.now().wallMs;
  const at = takenMs ?? nowMs;
  const today = new Calendar().dayOf(nowMs);
  if (at > nowMs + AHEAD_MS) return refused("other-day", "takenMs: it is still to come");
  const isLate = at < today.fromMs;
  if (isLate && (late !== true || at < nowMs - LATE_READING_DAYS * DAY_MS)) {
    return refused("other-day", `takenMs: it is not of today, ${today.date}`);
  }
  const id = entryId("cold-reading", node.name, name);
  const marked = isLate ? { late: true } : {};
  const body = readingBody.parse({ ...said, ...marked, id, site: node.name, takenMs: at, by });
  return await write(node, [coldEntry(node, "record", "cold-reading", body)], [id]);
}

/** A certificate of a probe of this site; one of an earlier day than the last changes nothing. */
export async function calibrate(
  node: ColdNode,
  { id: name, ...said }: z.infer<typeof calibrationOrder>,
  by: Person,
): Promise<Outcome> {
  const units = await reads.watchedUnits(node.tables, node.name);
  const isKnown = units.some(({ probes }) => probes.some(({ id }) => id === said.probe));
  if (!isKnown) return refused("no-such-probe", `probe: ${said.probe}`);
  const today = new Calendar().dayOf(node.clock.now().wallMs).date;
  if (said.calibratedOn > today) {
    return refused("not-yet", `calibratedOn: ${said.calibratedOn}; today is ${today}`);
  }
  const id = entryId("cold-calibration", node.name, name);
  const body = calibrationBody.parse({ ...said, id, site: node.name, by });
  return await write(node, [coldEntry(node, "record", "cold-calibration", body)], [id]);
}

/** What writing takes: of a county too. */
export type WritingNode = Pick<ColdNode, "name" | "clock" | "disk" | "journal" | "tables">;

/** On disk before it is answered (G1), and in the tables. */
export async function write(
  { disk, clock, journal, tables }: WritingNode,
  entries: readonly NewEntry[],
  ids: readonly string[],
): Promise<Outcome> {
  const none = noRoomProblem(disk);
  if (none !== null) return { kind: "refused", problem: none };
  await disk.append(entries, clock.now());
  await tables.caughtUp(journal);
  return { kind: "done", entries: ids };
}

const PROBLEMS = {
  "no-such-alarm": { status: 404, title: "There is no such alarm", hint: "read the list again" },
  "other-level": {
    status: 409,
    title: "The alarm is at another level",
    hint: "look at it again, and acknowledge the level that it has",
  },
  "rules-changed": {
    status: 409,
    title: "The rules of the alarm were changed: nobody knows that it is over",
    hint: "look at the unit again, and say with rulesChanged that this was seen",
  },
  "no-such-unit": {
    status: 404,
    title: "There is no such unit here",
    hint: "give the id of a unit in the configuration",
  },
  "not-switched-off": {
    status: 409,
    title: "Nothing is switched off at this unit",
    hint: "nothing has to be done",
  },
  "other-day": {
    status: 400,
    title: "A reading is written down on the day it is read",
    hint: "leave takenMs out; what was read on one of the last seven days is written with late: " +
      "it is shown, and does not count as read in time",
  },
  "no-such-probe": {
    status: 404,
    title: "There is no such probe here",
    hint: "give the id of a probe of a unit of this site",
  },
  "not-yet": {
    status: 400,
    title: "A calibration is written down once it was done",
    hint: "give the day of the comparison, as the certificate has it",
  },
} as const satisfies Readonly<Record<string, Omit<Problem, "code">>>;

function noUnit(unit: string): Outcome {
  return refused("no-such-unit", `unit: ${unit}`);
}

function refused(code: keyof typeof PROBLEMS, detail: string): Outcome {
  return { kind: "refused", problem: { code, ...PROBLEMS[code], detail } };
}
