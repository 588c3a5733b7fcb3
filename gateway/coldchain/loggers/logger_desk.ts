/**
 * Takes a logger's file at its site: whole, once, in one commit with all that it brings. What is
 * over is written with its own times and nobody is called.
 */
import { BlobRefused } from "../../../sync/blobs/blob.ts";
import type { Problem } from "../../../sync/problem.ts";
import { storeFile } from "../../blobs/store_file.ts";
import { isTooLarge } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { noRoomProblem } from "../../no_room.ts";
import { coldEntry, type ColdNode } from "../desk/cold_node.ts";
import type { UnitBody } from "../life/unit_body.ts";
import * as reads from "../record/cold_reads.ts";
import { Calendar, DEFAULT_ZONE } from "../series/calendar.ts";
import { timeOf } from "../evaluate/written.ts";
import type { LoggerBody } from "./logger_body.ts";
import {
  type BesideProbe,
  type BroughtFile,
  importOf,
  type LoggerFacts,
  objectionToFile,
  watchingOfFile,
} from "./logger_import.ts";
import { loggerText } from "./logger_text.ts";
import { toldOfParts } from "./own_days.ts";
import type { PastEpisode } from "./past_episodes.ts";

/** A file without rows is compared with as many days of the unit's own probe. */
const BESIDE_MS = 62 * 86_400_000;

export type LoggerNode = ColdNode & Pick<Node, "blobs" | "journal">;

export type Imported =
  | { readonly kind: "done"; readonly body: LoggerBody }
  /** The same bytes were imported before, for this unit. */
  | { readonly kind: "known"; readonly id: string }
  | { readonly kind: "refused"; readonly problem: Problem };

/** `unit`: its name at this site. Throws what the disk throws. */
export async function importLogger(
  node: LoggerNode,
  unitName: string,
  file: BroughtFile,
  signal: AbortSignal,
): Promise<Imported> {
  await node.tables.caughtUp(node.journal);
  const unit = await reads.unitOf(node.tables, node.name, unitName);
  if (unit === null || unit.retired) return refused("no-such-unit", `unit: ${unitName}`);
  const own = node.coldchain.units.find(({ id }) => id === unitName)?.logger;
  const calendar = new Calendar(own?.zone ?? DEFAULT_ZONE);
  const facts = loggerText(file.bytes, calendar);
  if (facts.kind === "faulty") return refused("bad-logger-file", facts.faults.join("; "));
  const objection = objectionToFile(facts, own?.serials ?? [], calendar);
  if (objection !== null) return refused("bad-logger-file", objection);
  const none = noRoomProblem(node.disk);
  if (none !== null) return { kind: "refused", problem: none };
  const beside = facts.samples.length > 0 ? null : await besideOf(node, unit, facts, calendar);
  const nowMs = node.clock.now().wallMs;
  const said = { ...file, aheadSeconds: file.aheadSeconds ?? own?.aheadSeconds ?? null };
  const brought = importOf(facts, unit, said, { calendar, nowMs, beside });
  const episodes = await unknownOf(node, brought.episodes);
  const ids = episodes.map(({ end }) => end.episode);
  const body = { ...brought.body, episodes: ids };
  try {
    const mediaType = facts.record === null ? "text/csv" : "text/plain";
    await storeFile(node, file.bytes, { mediaType, bytes: file.bytes.length }, signal);
  } catch (error) {
    if (!(error instanceof BlobRefused)) throw error;
    const { code, message: detail, hint } = error;
    const status = code === "no-space" || code === "too-many" ? 503 : 413;
    const title = "The file is not taken";
    return { kind: "refused", problem: { status, code, title, detail, hint } };
  }
  const entries = [
    coldEntry(node, "record", "cold-logger", body),
    ...brought.rows.map((rows) => coldEntry(node, "reading", "cold-logger-rows", rows)),
    // An end is told before its alarm: no moment has an alarm of the past that goes on.
    ...episodes.map(({ end }) => coldEntry(node, "alarm", "cold-alarm-ended", end)),
    ...episodes.flatMap(({ alarms }) =>
      alarms.map((alarm) => coldEntry(node, "alarm", "cold-alarm", alarm))
    ),
  ];
  if (entries.some(isTooLarge)) {
    return refused("bad-logger-file", "it has more than an entry holds");
  }
  const [first] = await node.disk.append(entries, node.clock.now());
  await node.tables.caughtUp(node.journal);
  return first.kind === "stored" ? { kind: "done", body } : { kind: "known", id: body.id };
}

/** Our own record of the same days, by the logger's rules; `null`: the unit has no probe. */
async function besideOf(
  { tables }: LoggerNode,
  unit: UnitBody,
  facts: LoggerFacts,
  calendar: Calendar,
): Promise<BesideProbe | null> {
  const [probe] = unit.probes;
  const dates = facts.record?.days.map(({ date }) => date).sort() ?? [];
  const [from, to] = [dates.at(0), dates.at(-1)];
  if (probe === undefined || from === undefined || to === undefined) return null;
  const at = (date: string) => timeOf(`${date} 12:00`, calendar);
  const [fromMs, toMs] = [at(from), at(to)];
  if (fromMs === null || toMs === null) return null;
  const span = { fromMs: calendar.dayOf(fromMs).fromMs, toMs: calendar.dayOf(toMs).toMs };
  const { rules } = watchingOfFile(facts, unit, calendar);
  const { device, point } = probe;
  const parts = reads.samplesInParts(
    tables.near,
    { site: unit.site, device, point },
    Math.max(span.fromMs, span.toMs - BESIDE_MS),
    span.toMs,
  );
  const told = await toldOfParts(parts, {
    ...{ rules, calendar },
    intervalMs: unit.intervalSeconds * 1000,
  });
  return { probe: probe.id, told };
}

/** Without those that the unit's own probes, or a file before, told of already. */
async function unknownOf(
  { tables, name }: LoggerNode,
  episodes: readonly PastEpisode[],
): Promise<PastEpisode[]> {
  const unknown: PastEpisode[] = [];
  for (const episode of episodes) {
    const { unit, cause, episode: id, endedMs } = episode.end;
    const span = { fromMs: episode.alarms[0].sinceMs, toMs: endedMs };
    const known = await reads.episodesWithin(tables, { site: name, unit, cause }, span);
    if (known.every((one) => one === id)) unknown.push(episode);
  }
  return unknown;
}

const PROBLEMS = {
  "no-such-unit": {
    status: 404,
    title: "There is no such unit here",
    hint: "give the id of a unit that is watched at this site",
  },
  "bad-logger-file": {
    status: 422,
    title: "The file is not taken",
    hint: "bring the text export of the logger, or rows of time and temperature as CSV",
  },
} as const satisfies Readonly<Record<string, Omit<Problem, "code">>>;

function refused(code: keyof typeof PROBLEMS, detail: string): Imported {
  return { kind: "refused", problem: { code, ...PROBLEMS[code], detail } };
}
