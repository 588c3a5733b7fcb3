/** Takes what drivers hand over, makes entries of it, and tells them what became of each item. */
import { createHash } from "node:crypto";
import type {
  Batch,
  DeviceState,
  Identity,
  Item,
  Outcome,
  ReadingItem,
  Run,
} from "../drivers/driver.ts";
import type { Stamp } from "../sync/entry.ts";
import type { Append, Appended, Journal, NewEntry } from "../sync/journal.ts";
import type { Clock } from "./clock.ts";
import type { Counters } from "./counters.ts";
import type { Log } from "./log.ts";
import type { Refusals } from "./refusals.ts";

export interface CollectorParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly refusals: Refusals;
  readonly log: Log;
}

/** Told of a driver's line while it runs. */
export type OnLine = (detail: string) => void;

const STORED: Outcome = { kind: "stored" };
const DUPLICATE: Outcome = { kind: "duplicate" };

export class Collector {
  readonly #parts: CollectorParts;
  /** What each device was last told to be: only changes are stored. */
  readonly #states = new Map<string, DeviceState>();
  /** Batches being stored, and since when, on the clock of `performance.now()`. */
  readonly #storing = new Map<Batch, number>();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
  }

  /** Drives one run of one line to its end; throws what the driver throws. */
  async drive(source: string, run: Run, onLine: OnLine): Promise<void> {
    let outcomes: readonly Outcome[] = [];
    for (;;) {
      const { done, value } = await run.next(outcomes);
      if (done) return;
      this.#storing.set(value, performance.now());
      try {
        outcomes = await this.#store(source, value, onLine);
      } finally {
        this.#storing.delete(value);
      }
    }
  }

  /** How long the oldest batch has been waiting for the disk, milliseconds; 0 for none. */
  get stuckMs(): number {
    const oldest = Math.min(...this.#storing.values());
    return Number.isFinite(oldest) ? performance.now() - oldest : 0;
  }

  /** Tells that devices are out of reach, because their line is. */
  async tellOffline(devices: readonly string[], reason: string): Promise<void> {
    const receivedMs = performance.now();
    const items = devices.map((device): Item => ({
      kind: "state",
      device,
      state: "offline",
      reason,
      receivedMs,
    }));
    await this.#store("", items, () => {});
  }

  async #store(source: string, batch: Batch, onLine: OnLine): Promise<readonly Outcome[]> {
    const { journal, clock } = this.#parts;
    const stamp = clock.now();
    const appends: Append[] = [];
    const places: number[] = [];
    for (const item of batch) {
      const append = this.#append(source, item, onLine);
      places.push(append === null ? -1 : appends.length);
      if (append !== null) appends.push(append);
    }
    const appended = await journal.append(appends, stamp);
    const outcomes = batch.map((item, index) =>
      places[index] < 0 ? STORED : this.#outcome(source, item, appended[places[index]])
    );
    for (const [index, item] of batch.entries()) {
      const conflict = places[index] >= 0 && appended[places[index]].kind === "conflict";
      if (conflict) outcomes[index] = await this.#conflict(source, item, stamp);
    }
    return outcomes;
  }

  /** The entry for an item, or `null` where there is nothing to store. */
  #append(source: string, item: Item, onLine: OnLine): Append | null {
    switch (item.kind) {
      case "reading":
        return this.#keyed(
          readingEntry(item, this.#parts.clock.at(item.receivedMs)),
          item.identity,
        );
      case "unreadable": {
        const { device, address, reason, bytes } = item;
        this.#parts.log({ kind: "unreadable", source, device, reason });
        const body = { device, address, reason, bytes: bytes.toBase64(), ...marks(item) };
        const entry = this.#entry("reading", "unreadable", item.receivedMs, body);
        return this.#keyed(entry, item.identity);
      }
      case "state": {
        const { device, state, reason, receivedMs } = item;
        if (this.#states.get(device) === state) return null;
        this.#states.set(device, state);
        this.#parts.log({ kind: "device", device, state, reason });
        return this.#entry("reading", "state", receivedMs, { device, state, reason });
      }
      case "release":
        return { kind: "release", channel: item.channel, id: item.id };
      case "line":
        onLine(item.detail);
        return null;
      case "refusal": {
        const { code, who, detail } = item;
        const { refusals, counters, log, clock } = this.#parts;
        counters.add("tributary_refusals_total", { source, code });
        log({ kind: "refusal", source, code, who, detail });
        // The first of its kind is evidence; a thousand repeats would only fill the disk.
        const isNew = refusals.add(source, item, clock.now().wallMs);
        const body = { source, code, who, detail };
        return isNew ? this.#entry("audit", "refusal", performance.now(), body) : null;
      }
    }
  }

  #entry(stream: NewEntry["stream"], entryKind: string, atMs: number, body: object): NewEntry {
    const time = this.#parts.clock.at(atMs);
    return { kind: "entry", stream, entryKind, time, body: JSON.stringify(body) };
  }

  #keyed(entry: NewEntry, identity: Identity | null): NewEntry {
    if (identity === null) return entry;
    const { channel, id, bytes, windowMs } = identity;
    const digest = new Uint8Array(createHash("sha256").update(bytes).digest());
    return { ...entry, key: { channel, id, digest, windowMs } };
  }

  #outcome(source: string, item: Item, appended: Appended): Outcome {
    const { counters } = this.#parts;
    if (appended.kind === "duplicate") {
      counters.add("tributary_duplicates_total", { source });
      return DUPLICATE;
    }
    if (appended.kind !== "stored") return STORED;
    if (item.kind === "unreadable") counters.add("tributary_unreadable_total", { source });
    if (item.kind === "reading") {
      counters.add("tributary_readings_total", { source });
      for (const { quality } of item.readings) counters.add("tributary_points_total", { quality });
      if (item.possibleDuplicate) {
        counters.add("tributary_possible_duplicates_total", { source });
      }
    }
    return STORED;
  }

  /** The same id came with other bytes before (T2): refused and alarmed, or kept and flagged. */
  async #conflict(source: string, item: Item, stamp: Stamp): Promise<Outcome> {
    if ((item.kind !== "reading" && item.kind !== "unreadable") || item.identity === null) {
      return STORED;
    }
    const { journal, counters, log } = this.#parts;
    const { id, restarts } = item.identity;
    const { device } = item;
    if (restarts) {
      const again = this.#append(source, { ...item, identity: null }, () => {});
      if (again?.kind !== "entry") return STORED;
      const body = JSON.stringify({ ...JSON.parse(again.body), id, idReused: true });
      await journal.append([{ ...again, body }], stamp);
      return STORED;
    }
    counters.add("tributary_key_conflicts_total", { source });
    log({ kind: "key-conflict", device, id });
    const bytes = item.identity.bytes.toBase64();
    const alarm = this.#entry("alarm", "key-conflict", item.receivedMs, { device, id, bytes });
    await journal.append([alarm], stamp);
    return { kind: "refused", reason: `id "${id}" came with other bytes before` };
  }
}

/**
 * Body of a reading: `{device, readings: [{point, value, unit, quality, reason?}], deviceTime?,
 * id?, possibleDuplicate?}`; times in milliseconds since 1970 UTC.
 */
function readingEntry(item: ReadingItem, time: Stamp): NewEntry {
  const { device, readings, deviceMs } = item;
  const told = deviceMs === null ? {} : { deviceTime: deviceMs };
  const body = JSON.stringify({ device, readings, ...told, ...marks(item) });
  return { kind: "entry", stream: "reading", entryKind: "reading", time, body };
}

/** What identifies a message, or that nothing does. */
function marks(
  { identity, possibleDuplicate }: Pick<ReadingItem, "identity" | "possibleDuplicate">,
) {
  const named = identity !== null && identity.windowMs !== null ? { id: identity.id } : {};
  return possibleDuplicate ? { ...named, possibleDuplicate } : named;
}
