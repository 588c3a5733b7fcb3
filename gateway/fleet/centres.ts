/** A county's word on its centres: one that is gone for good holds up no disk until it returns. */
import type { NewEntry } from "../../sync/append.ts";
import type { Journal } from "../../sync/journal.ts";
import { type Stream, streamTo } from "../../sync/stream.ts";
import { CENTRE_LOST, CENTRE_RETURNED, type CentreLossBody } from "../centre_losses.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Registry } from "./registry.ts";

export interface CentreWord extends CentreLossBody {
  readonly lost: boolean;
}

interface Speaker {
  readonly config: Config;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly registry: Registry;
}

/** The county's centres, as this one knows them. */
export function centresKnown({ config }: Pick<Speaker, "config">): string[] {
  if (config.role !== "county") return [];
  return [config.node, ...(config.peer === undefined ? [] : [config.peer.node])];
}

/** Writes it down, for the auditor and for each site, in one commit. Returns how many sites. */
export async function declareCentre(speaker: Speaker, word: CentreWord): Promise<number> {
  const { journal, clock, registry } = speaker;
  const { lost, ...said } = word;
  const time = clock.now();
  const body = JSON.stringify(said);
  const entryKind = lost ? CENTRE_LOST : CENTRE_RETURNED;
  const entry = (stream: Stream): NewEntry => ({ kind: "entry", stream, entryKind, time, body });
  const sites = registry.list().filter(({ member }) => member.role === "site");
  await journal.append([entry("audit"), ...sites.map(({ node }) => entry(streamTo(node)))], time);
  return sites.length;
}
