/** Takes what drivers hand over, makes entries of it, and tells them what became of each item. */
import type {
  Batch,
  Identity,
  Item,
  Outcome,
  ReadingItem,
  Run,
  StateItem,
  UnreadableItem,
} from "../drivers/driver.ts";
import { isNews } from "../drivers/told_state.ts";
import { BODY_BYTES_MAX, type Stamp } from "../sync/entry.ts";
import type { Append, Appended } from "../sync/append.ts";
import { type Journal, JournalUnwritable } from "../sync/journal.ts";
import { type Admission, type NoRoom, NOTHING_OWED, Unstored } from "./admission.ts";
import type { Clock, Ruler } from "./clock.ts";
import {
  digestOf,
  isTooLarge,
  keyed,
  newEntry,
  readingEntry,
  unreadableEntry,
} from "./collected_entry.ts";
import type { Counters } from "./counters.ts";
import { countRequests } from "./devices/request_counts.ts";
import type { Log } from "./log.ts";
import { STORED, Tally } from "./collected_tally.ts";
import { Redeliveries } from "./redeliveries.ts";
import type { Refusals } from "./refusals.ts";
import type { Values } from "./values/values.ts";

export interface CollectorParts {
  readonly journal: Journal;
  readonly admission: Admission;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly refusals: Refusals;
  readonly log: Log;
  readonly values: Values;
  /** Told of each device that tells values of now, whether they are stored or not. */
  readonly heard: (device: string, receivedMs: number) => void;
}

/** Told of a driver's line while it runs. */
export type OnLine = (detail: string) => void;

/** Of a message that was refused, so much is kept in its alarm. */
const ALARM_BYTES_MAX = 64 << 10;

const UNCHANGED: Outcome = { kind: "unchanged" };

export class Collector {
  readonly #parts: CollectorParts;
  /** What each device was last told to be, and why: only news is stored. */
  readonly #states = new Map<string, StateItem>();
  /** Batches being stored, and since when, on the clock of `performance.now()`. */
  readonly #storing = new Map<Batch, number>();
  readonly #redeliveries = new Redeliveries();
  readonly #unstored = new Unstored();

  constructor(parts: CollectorParts) {
    this.#parts = parts;
  }

  /**
   * Drives one run of one line to its end; throws what the driver throws. What the journal cannot
   * write for now is `unavailable`. When it fails for good, the run is ended without an outcome
   * (G1): the driver lets go of its line, unacknowledged.
   */
  async drive(source: string, run: Run, onLine: OnLine): Promise<void> {
    let outcomes: readonly Outcome[] = [];
    try {
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
    } finally {
      await run.return();
    }
  }

  /** Remembers what was stored before the start, so that it is known when it is sent again. */
  recall(): Promise<void> {
    return this.#redeliveries.recall(this.#parts.journal);
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

  /** Marks what may be there already, where its sender does not say so itself. */
  #marked(item: Item): Item {
    if (item.kind !== "reading" && item.kind !== "unreadable") return item;
    if (item.delivery === undefined) return item;
    const repeats = this.#redeliveries.isRepeat(item, item.delivery);
    return repeats && !item.possibleDuplicate ? { ...item, possibleDuplicate: true } : item;
  }

  /** What a device's profile does not keep is answered, and stays out; all else is stored. */
  async #store(source: string, batch: Batch, onLine: OnLine): Promise<readonly Outcome[]> {
    const { values, heard, clock, counters, admission } = this.#parts;
    const ruler = clock.ruler();
    const outcomes = batch.map(() => UNCHANGED);
    const given: Item[] = [];
    const prepared: Item[] = [];
    const places: number[] = [];
    const together = values.begin();
    // What is not stored now is nothing that a later one could repeat.
    const isTaken = admission.noRoomFor("reading") === null;
    for (const [index, item] of batch.entries()) {
      const judged = item.kind === "reading" ? together.judged(item, ruler) : item;
      if (judged.kind === "reading") {
        // What is, or may be, of some time ago does not say that its device tells anything now.
        const isOfNow = !judged.historical && judged.doubt === undefined;
        if (isOfNow) heard(judged.device, judged.receivedMs);
        if (judged.historical) counters.add("tributary_late_total", { source });
      }
      const marked = isTaken ? this.#marked(judged) : judged;
      const news = marked.kind === "reading" ? together.prepared(marked) : marked;
      if (news === null) continue;
      given.push(item);
      prepared.push(news);
      places.push(index);
    }
    const told = await this.#storeAll(source, given, prepared, onLine);
    for (const [at, outcome] of told.entries()) {
      outcomes[places[at]] = outcome;
      const item = prepared[at];
      if (item.kind === "reading") together.settle(item, outcome);
    }
    const unchanged = batch.length - given.length;
    if (unchanged > 0) counters.add("tributary_unchanged_total", { source }, unchanged);
    return outcomes;
  }

  /** `given`: as their driver knows them; `batch`: as they are to be stored. */
  async #storeAll(
    source: string,
    given: Batch,
    batch: Batch,
    onLine: OnLine,
  ): Promise<readonly Outcome[]> {
    const { admission, clock, counters } = this.#parts;
    const noRoom = admission.noRoomFor("reading");
    const ruler = clock.ruler();
    const stamp = ruler(performance.now());
    const owed = noRoom === null ? this.#unstored.takeOwed(stamp) : NOTHING_OWED;
    const appends: Append[] = [...owed.entries];
    const outcomes: Outcome[] = [];
    const places: number[] = [];
    for (const [index, item] of batch.entries()) {
      const ready = this.#ready(source, item, ruler, onLine);
      if (ready !== null && "noRoom" in ready) {
        outcomes.push(this.#unavailable(source, given[index], ready.append, ready.noRoom, stamp));
        places.push(-1);
        continue;
      }
      const append = ready?.append ?? null;
      const large = append !== null && isTooLarge(append);
      outcomes.push(large ? this.#refuseLarge(source, item, stamp) : STORED);
      places.push(append === null || large ? -1 : appends.length);
      if (append !== null && !large) appends.push(append);
    }
    let appended: Appended[];
    try {
      appended = await admission.append(appends, stamp);
    } catch (error) {
      const unwritable = unwritableBy(error);
      owed.unpaid();
      return outcomes.map((outcome, index) =>
        places[index] < 0
          ? outcome
          : this.#unavailable(source, given[index], appends[places[index]], unwritable, stamp)
      );
    }
    const tally = new Tally();
    const conflicts: number[] = [];
    for (const [index, place] of places.entries()) {
      if (place < 0) continue;
      if (appended[place].kind === "conflict") conflicts.push(index);
      else outcomes[index] = tally.outcome(batch[index], appended[place]);
      this.#list(source, batch[index], stamp);
    }
    for (const index of conflicts) {
      try {
        outcomes[index] = await this.#conflict(source, batch[index], ruler, tally);
      } catch (error) {
        const unwritable = unwritableBy(error);
        outcomes[index] = this.#unavailable(source, given[index], null, unwritable, stamp);
      }
    }
    tally.addTo(counters, source);
    return outcomes;
  }

  /** What to append for an item, `null` for nothing; or why there is no room for it. */
  #ready(
    source: string,
    item: Item,
    ruler: Ruler,
    onLine: OnLine,
  ): { append: Append } | { append: Append | null; noRoom: NoRoom } | null {
    const { admission } = this.#parts;
    if (item.kind === "reading" || item.kind === "unreadable") {
      const noRoom = admission.noRoomFor("reading");
      if (noRoom !== null) return { append: null, noRoom };
    }
    const append = this.#append(source, item, ruler, onLine);
    if (append === null) return null;
    const noRoom = append.kind === "entry" ? admission.noRoomFor(append.stream) : null;
    return noRoom === null ? { append } : { append, noRoom };
  }

  /** There is no room for it: its device is not answered, and what will be missing is counted. */
  #unavailable(
    source: string,
    item: Item,
    append: Append | null,
    noRoom: NoRoom,
    stamp: Stamp,
  ): Outcome {
    const { counters, log } = this.#parts;
    const entry = append?.kind === "entry" ? append : null;
    if (append?.kind !== "release" && this.#unstored.add(item, entry, noRoom, stamp)) {
      const stream = entry?.stream ?? "reading";
      counters.add("tributary_refused_entries_total", { stream, reason: noRoom.code });
      log({ kind: "not-stored", source, stream, reason: noRoom.reason });
    }
    return { kind: "unavailable", reason: noRoom.reason };
  }

  /** The entry for an item, or `null` where there is nothing to store. */
  #append(source: string, item: Item, ruler: Ruler, onLine: OnLine): Append | null {
    switch (item.kind) {
      case "reading":
        return keyed(readingEntry(item, ruler(item.receivedMs)), item.identity);
      case "file":
        throw new Error(`The line "${source}" brings files, which the collector does not take`);
      case "settled":
        this.#redeliveries.settle(item.device);
        return null;
      case "unreadable": {
        const { device, reason } = item;
        this.#parts.log({ kind: "unreadable", source, device, reason });
        return keyed(unreadableEntry(item, ruler(item.receivedMs)), item.identity);
      }
      case "state": {
        const { device, state, reason, receivedMs } = item;
        if (!isNews(this.#states.get(device), item)) return null;
        this.#states.set(device, item);
        this.#parts.log({ kind: "device", device, state, reason });
        return newEntry("reading", "state", ruler(receivedMs), { device, state, reason });
      }
      case "release":
        return { kind: "release", channel: item.channel, id: item.id };
      case "line":
        onLine(item.detail);
        return null;
      case "request": {
        const { what, who, reason } = item;
        this.#parts.counters.add("tributary_requests_total", { source, what });
        this.#parts.log({ kind: "request", source, what, who, reason });
        return null;
      }
      case "noise":
        this.#parts.counters.add("tributary_stray_bytes_total", { source }, item.strayBytes);
        return null;
      case "statistics":
        countRequests(this.#parts.counters, item);
        return null;
      case "refusal": {
        const { code, who, detail } = item;
        const { refusals, counters, log } = this.#parts;
        const now = ruler(performance.now());
        counters.add("tributary_refusals_total", { source, code });
        log({ kind: "refusal", source, code, who, detail });
        // The first of its kind is evidence; a thousand repeats would only fill the disk.
        const isNew = refusals.add(source, item, now.wallMs);
        return isNew ? newEntry("audit", "refusal", now, { source, code, who, detail }) : null;
      }
    }
  }

  /** What nobody could read stands beside what was turned away: a person has to look at it. */
  #list(source: string, item: Item, { wallMs }: Stamp): void {
    if (item.kind !== "unreadable") return;
    const { device: who, reason: detail } = item;
    const listed = { kind: "refusal", code: "unreadable", who, detail } as const;
    this.#parts.refusals.add(source, listed, wallMs);
  }

  /** What no entry holds is refused: it cannot be stored whole, and half of it is not it. */
  #refuseLarge(source: string, item: Item, { wallMs }: Stamp): Outcome {
    const { counters, refusals, log } = this.#parts;
    const who = "device" in item ? item.device : "";
    const code = "too-large" as const;
    const detail = `more than the ${BODY_BYTES_MAX} bytes that an entry holds`;
    counters.add("tributary_refusals_total", { source, code });
    log({ kind: "refusal", source, code, who, detail });
    refusals.add(source, { kind: "refusal", code, who, detail }, wallMs);
    return { kind: "refused", reason: detail };
  }

  /** The same id came with other bytes before (T2): refused and alarmed, or kept and flagged. */
  async #conflict(source: string, item: Item, ruler: Ruler, tally: Tally): Promise<Outcome> {
    if ((item.kind !== "reading" && item.kind !== "unreadable") || item.identity === null) {
      return STORED;
    }
    const { admission, counters, log } = this.#parts;
    const { device, identity } = item;
    const stamp = ruler(performance.now());
    if (identity.restarts) return tally.outcome(item, await this.#takeOver(item, identity, ruler));
    const { channel, id, bytes } = identity;
    counters.add("tributary_key_conflicts_total", { source });
    log({ kind: "key-conflict", device, id });
    const kept = bytes.subarray(0, ALARM_BYTES_MAX).toBase64();
    const body = { device, id, bytes: kept, length: bytes.length };
    // A sender that was refused comes again: one alarm tells of all its tries.
    const named = {
      ...identity,
      channel: "key-conflict",
      id: `${channel} ${id} ${digestOf(bytes)}`,
    };
    const alarm = newEntry("alarm", "key-conflict", stamp, body);
    await admission.append([keyed(alarm, named)], stamp);
    return { kind: "refused", reason: `id "${id}" came with other bytes before` };
  }

  /** Ids began anew: from now on this one stands for the bytes that came last. */
  async #takeOver(
    item: ReadingItem | UnreadableItem,
    identity: Identity,
    ruler: Ruler,
  ): Promise<Appended> {
    const { admission } = this.#parts;
    const { channel, id } = identity;
    const time = ruler(item.receivedMs);
    const reused = { idReused: true };
    const entry = item.kind === "reading"
      ? readingEntry(item, time, reused)
      : unreadableEntry(item, time, reused);
    const named = keyed(entry, identity);
    const stamp = ruler(performance.now());
    // The like of it, earlier in the same batch, may have taken the id over already.
    const [again] = await admission.append([named], stamp);
    if (again.kind !== "conflict") return again;
    return (await admission.append([{ kind: "release", channel, id }, named], stamp))[1];
  }
}

/** That the journal takes nothing at the moment; throws what says anything else. */
function unwritableBy(error: unknown): NoRoom {
  if (!(error instanceof JournalUnwritable)) throw error;
  return { code: "unwritable", reason: error.reason };
}
