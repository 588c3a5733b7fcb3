/**
 * What persons do about waste at their site: each act is decided on all that the tables hold, then
 * one entry. Acts follow one another, so that each sees what the one before has written.
 */
import * as z from "zod";
import type { Stamp } from "../../../sync/entry.ts";
import type { Journal } from "../../../sync/journal.ts";
import type { Problem } from "../../../sync/problem.ts";
import { entryId, newEntry, once } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import type { QueryTables } from "../../tables.ts";
import { noRoomProblem } from "../../no_room.ts";
import { issueLines } from "../../schema_faults.ts";
import { type WasteEvent, wasteEventOf, type WasteKind } from "../entry/event.ts";
import { readingBody, type Weight, weightOf } from "../entry/weight.ts";
import { bagsWeighedBy } from "../life/closure.ts";
import type { Refusal } from "../refusal.ts";
import { keyedDivisionGrams, type WasteConfig } from "../waste_config.ts";
import { StoredWords } from "../record/stored_words.ts";
import { type Done, refused, refusedBy } from "./done.ts";
import { readingAt } from "./reading_read.ts";
import { type Around, around, type Concerned } from "./surroundings.ts";

export interface WasteNode {
  readonly name: string;
  readonly clock: Pick<Node["clock"], "now">;
  readonly disk: Pick<Node["disk"], "append" | "noRoomFor">;
  readonly journal: Pick<Journal, "positions" | "read">;
  readonly tables: QueryTables;
}

/** One act. */
export interface Act {
  readonly kind: WasteKind;
  /** Names it: sent again, it is the same. */
  readonly id: string;
  /** Bag, load or manifest, for whoever asked. */
  readonly subject: string;
  readonly concerned: Concerned;
  /** The body but for `id` and `site`, or all that speaks against it. */
  readonly plan: (around: Around) => Promise<object> | object;
  /** What speaks against the body as it would be written. */
  readonly faults: (event: WasteEvent, around: Around) => readonly Refusal[];
}

/** As a person or a program gives it; a scale's by the place of its reading. */
export type AskedWeight =
  | { readonly from: "scale"; readonly reading: string }
  | Omit<Extract<Weight, { readonly from: "keyed" }>, "divisionGrams">;

/** Thrown by a plan that cannot be made. */
export class CannotPlan extends Error {
  readonly faults: readonly Refusal[];

  constructor(faults: readonly Refusal[]) {
    super(`Cannot write about waste: ${faults.map(({ text }) => text.en).join("; ")}`);
    this.faults = faults;
  }
}

export class WasteDesk {
  readonly node: WasteNode;
  readonly config: WasteConfig;
  #last: Promise<unknown> = Promise.resolve();

  constructor(node: WasteNode, config: WasteConfig) {
    this.node = node;
    this.config = config;
  }

  async write(act: Act): Promise<Done> {
    return await this.alone(async () => {
      try {
        return await this.#write(act);
      } catch (error) {
        if (error instanceof CannotPlan) return refusedBy(error.faults);
        if (error instanceof z.ZodError) return refused(misfit(error));
        throw error;
      }
    });
  }

  /** After all that came before, with tables that have it. */
  async alone<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    try {
      await before;
      await this.caughtUp(signal);
      return await work();
    } finally {
      resolve();
    }
  }

  async caughtUp(signal?: AbortSignal): Promise<void> {
    await this.node.tables.caughtUp(this.node.journal, signal);
  }

  async #write({ kind, id: name, subject, concerned, plan, faults }: Act): Promise<Done> {
    const { name: site, clock, disk, tables } = this.node;
    const id = entryId(kind, site, name);
    const found = await around(tables, concerned, this.config.rules);
    if ((await found.stored.under([`id/${id}`])).length > 0) {
      return { kind: "done", entry: id, subject };
    }
    const none = noRoomProblem(disk);
    if (none !== null) return refused(none);
    const time = clock.now();
    const written = { place: "asked/record/1", node: site, time };
    const event = wasteEventOf(kind, { ...await plan(found), id, site }, written);
    const against = faults(event, found);
    if (against.length > 0) return refusedBy(against);
    await disk.append([once(newEntry("record", kind, time, event.body), kind, id)], time);
    await this.caughtUp();
    return { kind: "done", entry: id, subject };
  }

  /**
   * The weight that the entry of a reading vouches for, or a keyed one (W2). How far it may be off
   * the configuration says, never whoever asks (W6). Throws {@link CannotPlan}.
   */
  async weighed(asked: AskedWeight): Promise<Weight> {
    return asked.from === "scale"
      ? await this.#read(asked.reading)
      : { ...asked, divisionGrams: keyedDivisionGrams(this.config) };
  }

  async #read(place: string): Promise<Weight> {
    // Of a scale of this site alone: another's it cannot have on its own.
    const isOwn = place.startsWith(`${this.node.name}.`);
    const entry = isOwn ? await readingAt(this.node.journal, place) : null;
    const body = readingBody.safeParse(
      entry === null ? null : JSON.parse(new TextDecoder().decode(entry.body)),
    );
    if (entry === null || !body.success) throw cannotWeigh("no-reading", "");
    const scale = this.config.scales.find(({ device }) => device === body.data.device);
    if (scale === undefined) throw cannotWeigh("no-scale", body.data.device);
    const ageMsMax = this.config.rules.weightAgeSeconds.value * 1000;
    const ageMs = ageOf(entry.time, this.node.clock.now(), ageMsMax);
    const read = weightOf({ body: body.data, place, ageMs }, { ...scale, ageMsMax });
    if (read.kind === "refused") throw cannotWeigh(read.why, read.detail);
    return read.weight;
  }

  /** Another bag that was weighed by the same reading, or `null`. */
  async usedBy(weight: Weight, bag: string): Promise<string | null> {
    if (weight.from !== "scale") return null;
    const stored = new StoredWords(this.node.tables);
    const bags = await bagsWeighedBy([weight.reading], stored.events);
    return bags.find((one) => one !== bag) ?? null;
  }
}

/** By the boot-time clock; what is of another boot is too old for a weighing. */
function ageOf(time: Stamp, now: Stamp, ageMsMax: number): number {
  return time.bootId === now.bootId
    ? now.bootMs - time.bootMs
    : Math.max(ageMsMax + 1, now.wallMs - time.wallMs);
}

function cannotWeigh(why: string, detail: string): CannotPlan {
  const text = why === "no-reading"
    ? { zh: "没有这次称重的记录：请重新称重", en: "there is no such reading here: weigh again" }
    : why === "no-scale"
    ? { zh: `${detail} 未配置为秤`, en: `${detail} is not configured as a scale of waste` }
    : { zh: `称重无效：${detail}`, en: `this is no weight (${why}): ${detail}` };
  return new CannotPlan([{ rule: "W2", field: "weight.reading", text }]);
}

function misfit({ issues }: z.ZodError): Problem {
  return { ...MISFIT, detail: issueLines(issues, 1).join("; ") };
}

const MISFIT: Problem = {
  status: 400,
  code: "waste-invalid",
  title: "This does not fit an entry about waste",
};
