/**
 * Follows the readings of sterilisers and tells each cycle that is over. Pure: the same entries in
 * the same order give the same cycles, so what a crash left unsaid is said after the start.
 */
import * as z from "zod";
import type { Entry, Stamp } from "../../../sync/entry.ts";
import { lifeOf } from "../../../sync/origin.ts";
import type { Reading } from "../../../drivers/driver.ts";
import { bodyOf } from "../../projection.ts";
import { CYCLE_PAUSE_MS, CycleCut, elapsedMs } from "../cycle_cut.ts";
import { type PointMap, sampleOf } from "../reading_sample.ts";
import type { Sample } from "../sample.ts";
import { atmosphereKPa } from "../pressure.ts";
import { momentOf } from "./cycle_record.ts";
import { LineGather } from "./line_gather.ts";
import type { ReadPlace, SeenCycle } from "./seen_cycle.ts";
import type { Moment } from "../supply/supply_body.ts";
import type { Setup } from "./setup.ts";

const reading = z.object({
  point: z.string(),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  unit: z.string(),
  quality: z.enum(["good", "uncertain", "fault"]),
});
const readingBody = z.object({
  device: z.string(),
  readings: z.array(reading),
  historical: z.boolean().optional(),
});

export class Recorder {
  readonly #followed: ReadonlyMap<string, Followed>;

  constructor(setups: readonly Setup[]) {
    this.#followed = new Map(setups.map((setup) => [setup.device, followed(setup)]));
  }

  /** The next entry of the node's readings; what is over by it. */
  take(entry: Entry): readonly SeenCycle[] {
    if (entry.kind !== "reading" || this.#followed.size === 0) return [];
    const read = readingBody.safeParse(bodyOf(entry));
    // What was told late is of a moment that is over: in a cycle it leaves a gap.
    if (!read.success || read.data.historical === true) return [];
    const place = { life: lifeOf(entry.origin), seq: entry.seq, time: entry.time };
    return this.#followed.get(read.data.device)?.take(read.data.readings, place) ?? [];
  }

  /** What is over because nothing more was heard of it until now. */
  due(now: Stamp): readonly SeenCycle[] {
    return [...this.#followed.values()].flatMap((one) => one.due(now));
  }

  /** When the cycle began that runs in a steriliser. */
  get running(): ReadonlyMap<string, Moment> {
    return new Map(
      [...this.#followed.values()].flatMap(({ steriliser, runningSince }) =>
        runningSince === null ? [] : [[steriliser, runningSince]]
      ),
    );
  }

  /** The first entry of what is not over yet; `null`: nothing is under way. */
  get openFrom(): ReadPlace | null {
    const places = [...this.#followed.values()].flatMap(({ openFrom }) => openFrom ?? []);
    return places.reduce<ReadPlace | null>(
      (first, one) =>
        first === null || one.life < first.life || (one.life === first.life && one.seq < first.seq)
          ? one
          : first,
      null,
    );
  }
}

interface Placed extends ReadPlace {
  readonly time: Stamp;
}

interface Followed {
  take(readings: readonly Reading[], place: Placed): readonly SeenCycle[];
  due(now: Stamp): readonly SeenCycle[];
  readonly openFrom: ReadPlace | null;
  /** Its id. */
  readonly steriliser: string;
  /** `null`: none runs, or its device tells of one when it is over. */
  readonly runningSince: Moment | null;
}

function followed(setup: Setup): Followed {
  const { source } = setup;
  return source.kind === "samples"
    ? new SampledDevice(setup, source.map)
    : new LineGather(setup, source.grammar);
}

/** A device that tells its phases as values. */
class SampledDevice implements Followed {
  readonly #setup: Setup;
  readonly #map: PointMap;
  readonly #cut = new CycleCut();
  readonly #aroundKPa: number;
  /** Points that are told when they change, as they were told last. */
  readonly #held = new Map<string, Reading>();
  #program: string | null = null;

  constructor(setup: Setup, map: PointMap) {
    this.#setup = setup;
    this.#map = map;
    this.#aroundKPa = atmosphereKPa(setup.settings.altitudeMetres);
  }

  get openFrom(): ReadPlace | null {
    return this.#cut.open?.[0] ?? null;
  }

  get steriliser(): string {
    return this.#setup.settings.id;
  }

  get runningSince(): Moment | null {
    const first = this.#cut.open?.[0];
    return first === undefined ? null : momentOf(first);
  }

  take(readings: readonly Reading[], place: Placed): readonly SeenCycle[] {
    const { phase, program } = this.#map;
    const kept = [phase?.point, program].flatMap((point) => point ?? []);
    const told = new Set(readings.map(({ point }) => point));
    for (const one of readings) if (kept.includes(one.point)) this.#held.set(one.point, one);
    const held = kept.flatMap((point) => told.has(point) ? [] : this.#held.get(point) ?? []);
    const all = [...readings, ...held];
    const sample = sampleOf(all, this.#map, place, this.#aroundKPa);
    const named = all.find(({ point, quality }) => point === program && quality === "good");
    const before = this.#program;
    const over = this.#cut.take(sample);
    if (this.#cut.open !== null && named?.value !== undefined && named.value !== null) {
      this.#program = String(named.value);
    } else if (this.#cut.open === null) this.#program = null;
    return over === null ? [] : [this.#seen(over, before)];
  }

  due(now: Stamp): readonly SeenCycle[] {
    const last = this.#cut.open?.at(-1);
    if (last === undefined || elapsedMs(last, now) <= CYCLE_PAUSE_MS) return [];
    const over = this.#cut.close();
    const program = this.#program;
    this.#program = null;
    return over === null ? [] : [this.#seen(over, program)];
  }

  #seen(samples: readonly Sample[], program: string | null): SeenCycle {
    return { setup: this.#setup, seen: { kind: "samples", samples, program } };
  }
}
