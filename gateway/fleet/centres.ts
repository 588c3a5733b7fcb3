/** A county's word on its centres: one that is gone for good holds up no disk until it returns. */
import type { NewEntry } from "../../sync/append.ts";
import type { Stamp } from "../../sync/entry.ts";
import type { Journal } from "../../sync/journal.ts";
import { type Stream, streamTo } from "../../sync/stream.ts";
import { CENTRE_LOST, CENTRE_RETURNED, type CentreLossBody } from "../centre_losses.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { CentreLosses } from "../known_losses.ts";
import type { QueryTables } from "../tables.ts";
import type { Registry } from "./registry.ts";

export interface CentreWord extends Omit<CentreLossBody, "number"> {
  readonly lost: boolean;
}

interface Speaker {
  readonly config: Config;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly losses: CentreLosses;
  readonly tables: QueryTables;
}

/** Writes it down, for the auditor and for each site, in one commit. Returns how many sites. */
export async function declareCentre(speaker: Speaker, word: CentreWord): Promise<number> {
  const { journal, clock, registry, losses, tables } = speaker;
  const { lost, ...said } = word;
  const time = clock.now();
  await tables.caughtUp(journal);
  await losses.refresh();
  const before = losses.list().find(({ centre }) => centre === word.centre)?.number ?? 0;
  const body = { ...said, number: before + 1 };
  const sites = registry.list().filter(({ member }) => member.role === "site");
  await journal.append([
    wordEntry("audit", lost, body, time),
    ...sites.map(({ node }) => wordEntry(streamTo(node), lost, body, time)),
  ], time);
  return sites.length;
}

/** What a site that comes new has to be told: the words that stand. */
export function standingWords(losses: CentreLosses, site: string, time: Stamp): NewEntry[] {
  return losses.list().map(({ centre, lost, reason, number }) =>
    wordEntry(streamTo(site), lost, { centre, reason, number }, time)
  );
}

function wordEntry(stream: Stream, lost: boolean, body: CentreLossBody, time: Stamp): NewEntry {
  const entryKind = lost ? CENTRE_LOST : CENTRE_RETURNED;
  return { kind: "entry", stream, entryKind, time, body: JSON.stringify(body) };
}
