/**
 * Watches the disk that the journal is on: tells when it fills up, decides what is still taken,
 * and keeps space for alarms and audit (T4, G2). The deciding is in `disk_rules.ts`.
 */
import { join } from "node:path";
import type { Append, Appended, NewEntry } from "../sync/append.ts";
import type { Stamp } from "../sync/entry.ts";
import { type Journal, JournalUnwritable } from "../sync/journal.ts";
import { type Stream, STREAMS } from "../sync/stream.ts";
import { pause } from "../sync/timer.ts";
import type { Admission, NoRoom } from "./admission.ts";
import type { Clock } from "./clock.ts";
import { newEntry } from "./collected_entry.ts";
import type { Config } from "./config.ts";
import { keptSince, kindOf, toldLast } from "./disk_past.ts";
import { DiskReserve, type FileSystemRoom, roomOf } from "./disk_reserve.ts";
import {
  daysLeft,
  decideDisk,
  type DiskSample,
  type DiskState,
  Growth,
  refuses,
  usedPercent,
} from "./disk_rules.ts";
import type { Log } from "./log.ts";

const HOUR_MS = 3_600_000;
const MIB = 1 << 20;
/** What a commit of alarms takes at the least, with all that the store writes beside it. */
const COMMIT_BYTES = 256 << 10;
/** The journal looks whether it can write again once a second at most. */
const AGAIN_MS = 1100;
/** Alarms that wait until they can be written; a state changes a few times in a minute at most. */
const OWED_MAX = 100;
/** Before so much was journalled, what an opening costs would pass for what entries cost. */
const TELLING_BYTES = MIB;
/** How often the oldest entry is looked for. */
const KEPT_MS = 60_000;

/** How the disk is, for people and programs. */
export interface DiskView {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly usedPercent: number;
  readonly state: DiskState;
  /** Streams of which nothing new is taken. */
  readonly refuses: readonly Stream[];
  /** Why the journal cannot write, or `null`. */
  readonly unwritable: string | null;
  readonly reserveBytes: number;
  /** Growth of the journal and of files; `null` while it is not known yet. */
  readonly bytesADay: number | null;
  /** Until readings are refused, when nothing may be pruned from now on. */
  readonly daysLeft: number | null;
  /** Bytes written to the device for each byte of entries; `null` where nobody counts. */
  readonly writeAmplification: number | null;
  /** When the oldest own reading came that is still here, by the wall clock; `null` for none. */
  readonly keptSince: string | null;
}

export interface DiskParts {
  readonly config: Pick<Config, "dataDir" | "disk" | "journal">;
  readonly clock: Clock;
  readonly log: Log;
}

/** The reserve of a data folder; it has to be there before the journal opens. */
export function openReserve({ dataDir, disk, journal }: DiskParts["config"]): DiskReserve {
  const path = join(dataDir, "reserve");
  const reserve = new DiskReserve(path, disk.reserveMiB * MIB, () => roomOf(dataDir));
  // A journal that is opened after a power cut writes a part of itself anew.
  reserve.makeRoom(roomToRecover(journal.segmentMiB));
  return reserve;
}

/** What a journal takes to set a file aside: its newest segment, once more. */
function roomToRecover(segmentMiB: number): number {
  return segmentMiB * MIB + 2 * COMMIT_BYTES;
}

export class DiskWatch implements Admission {
  readonly #parts: DiskParts;
  readonly #journal: Journal;
  readonly #reserve: DiskReserve;
  readonly #growth: Growth;
  readonly #owed: NewEntry[] = [];
  #room: FileSystemRoom;
  #state: DiskState;
  /** What the alarms say; `null` until the journal was asked. */
  #told: DiskState | null = null;
  #kept: { readonly atMs: number; readonly since: number | null } = {
    atMs: -Infinity,
    since: null,
  };
  #writtenBytes = 0;
  #storedBytes: () => number = () => 0;
  /** That the journal cannot write, and since when: told, and not yet told to be over. */
  #unwritable: { readonly reason: string; readonly since: Stamp } | null = null;

  constructor(journal: Journal, reserve: DiskReserve, parts: DiskParts) {
    this.#parts = parts;
    this.#journal = journal;
    this.#reserve = reserve;
    const { forecastHours, forecastAfterSeconds } = parts.config.disk;
    this.#growth = new Growth(forecastHours * HOUR_MS, forecastAfterSeconds * 1000);
    this.#room = roomOf(parts.config.dataDir);
    // Nothing is told yet; but what may not be taken is not taken from the first moment on.
    this.#state = decideDisk(this.#sample(), "ok", parts.config.disk).state;
  }

  /** What files take on the disk counts, too: so many bytes came since the start. */
  countFiles(storedBytes: () => number): void {
    this.#storedBytes = storedBytes;
  }

  noRoomFor(stream: Stream): NoRoom | null {
    if (refuses(this.#state, stream)) {
      const used = usedPercent(this.#room).toFixed(1);
      return { code: "disk-full", reason: `the disk is ${used} % full` };
    }
    const health = this.#journal.health();
    if (health.state === "writable" || isVital(stream)) return null;
    return { code: "unwritable", reason: health.reason };
  }

  /** Gives up reserve where alarms or audit need it; rejects as `Journal.append` does. */
  async append(items: readonly Append[], stamp: Stamp): Promise<Appended[]> {
    const vital = items.some((item) => item.kind === "entry" && isVital(item.stream));
    if (vital) this.#reserve.makeRoom(COMMIT_BYTES);
    for (;;) {
      try {
        return await this.#journal.append(items, stamp);
      } catch (error) {
        if (!(error instanceof JournalUnwritable) || !vital || !this.#makeRoomToRecover()) {
          throw error;
        }
        await pause(AGAIN_MS, new AbortController().signal);
      }
    }
  }

  /** Segments that go make room, but to let them go the journal has to write a little. */
  makeRoomToPrune(): void {
    this.#reserve.makeRoom(COMMIT_BYTES);
  }

  /** Returns whether the reserve had something to give that could help. */
  #makeRoomToRecover(): boolean {
    const before = this.#reserve.bytes;
    this.#reserve.makeRoom(roomToRecover(this.#parts.config.journal.segmentMiB));
    return this.#reserve.bytes < before;
  }

  /** Looks at the disk until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { checkSeconds } = this.#parts.config.disk;
    let restoring: Promise<void> = Promise.resolve();
    this.#told ??= await toldLast(this.#journal);
    while (!signal.aborted) {
      if (await this.#look()) restoring = this.#reserve.restore(signal);
      await pause(checkSeconds * 1000, signal);
    }
    await restoring;
  }

  view(): DiskView {
    const { disk } = this.#parts.config;
    const bytesADay = this.#growth.aDay();
    const health = this.#journal.health();
    return {
      ...this.#room,
      usedPercent: usedPercent(this.#room),
      state: this.#state,
      refuses: STREAMS.filter((stream) => this.noRoomFor(stream) !== null),
      unwritable: health.state === "writable" ? null : health.reason,
      reserveBytes: this.#reserve.bytes,
      bytesADay,
      daysLeft: daysLeft(this.#sample(), bytesADay, disk),
      writeAmplification: this.#amplification(),
      keptSince: this.#kept.since === null ? null : new Date(this.#kept.since).toISOString(),
    };
  }

  #amplification(): number | null {
    const device = deviceBytes();
    // A file system in memory gives nothing to a device.
    if (device === null || device === 0 || this.#writtenBytes < TELLING_BYTES) return null;
    const others = this.#reserve.writtenBytes + this.#storedBytes();
    return Math.max(0, device - others) / this.#writtenBytes;
  }

  #sample(): DiskSample {
    return { ...this.#room, reserveLackingBytes: this.#reserve.lackingBytes };
  }

  /** Returns whether the reserve may be restored. */
  async #look(): Promise<boolean> {
    const { config, clock } = this.#parts;
    await this.#lookAtJournal();
    this.#room = roomOf(config.dataDir);
    const now = clock.now();
    this.#growth.add(now.bootMs, this.#writtenBytes + this.#storedBytes());
    const { state, actions } = decideDisk(this.#sample(), this.#told ?? "ok", config.disk);
    this.#state = state;
    for (const action of actions) {
      if (action.kind === "tell") this.#tell(action.from, action.to, now);
    }
    await this.#payOwed(now);
    return actions.some(({ kind }) => kind === "restore-reserve");
  }

  async #lookAtJournal(): Promise<void> {
    // It finds out by itself that there is room again.
    if (this.#journal.health().state === "unwritable") this.#makeRoomToRecover();
    const { writtenBytes = 0 } = await this.#journal.status();
    this.#writtenBytes = writtenBytes;
    this.#tellHealth();
    const nowMs = performance.now();
    if (nowMs - this.#kept.atMs < KEPT_MS) return;
    this.#kept = { atMs: nowMs, since: await keptSince(this.#journal) };
  }

  #tellHealth(): void {
    const { clock, log } = this.#parts;
    const health = this.#journal.health();
    const now = clock.now();
    if (health.state === "unwritable") {
      if (this.#unwritable === null) log({ kind: "journal-unwritable", reason: health.reason });
      this.#unwritable ??= { reason: health.reason, since: now };
    } else if (this.#unwritable !== null) {
      const { reason, since } = this.#unwritable;
      const seconds = Math.round((now.bootMs - since.bootMs) / 1000);
      log({ kind: "journal-writable", seconds });
      const { wallMs, bootMs } = since;
      this.#owe("journal-unwritable", now, { reason, seconds, since: { wallMs, bootMs } });
      this.#unwritable = null;
    }
  }

  #tell(from: DiskState, to: DiskState, now: Stamp): void {
    this.#told = to;
    const { freeBytes, totalBytes, refuses, ...view } = this.view();
    const rounded = (value: number | null) => value === null ? null : Math.round(value * 10) / 10;
    const [used, left] = [rounded(view.usedPercent) ?? 0, rounded(view.daysLeft)];
    this.#parts.log({ kind: "disk", state: to, usedPercent: used, freeBytes, daysLeft: left });
    this.#owe(kindOf(to), now, {
      from,
      usedPercent: used,
      freeBytes,
      totalBytes,
      bytesADay: view.bytesADay === null ? null : Math.round(view.bytesADay),
      daysLeft: left,
      refuses,
    });
  }

  #owe(kind: string, now: Stamp, body: object): void {
    this.#owed.push(newEntry("alarm", kind, now, body));
    // Of very many the latest tell more.
    if (this.#owed.length > OWED_MAX) this.#owed.shift();
  }

  async #payOwed(now: Stamp): Promise<void> {
    const owed = [...this.#owed];
    if (owed.length === 0) return;
    try {
      await this.append(owed, now);
      this.#owed.splice(0, owed.length);
    } catch (error) {
      // The next look tries again.
      if (!(error instanceof JournalUnwritable)) throw error;
    }
  }
}

function isVital(stream: Stream): boolean {
  return stream === "alarm" || stream === "audit";
}

/** Bytes that this process gave to the device (proc(5), write_bytes); `null` where not told. */
function deviceBytes(): number | null {
  try {
    const line = /^write_bytes: (\d+)$/m.exec(Deno.readTextFileSync("/proc/self/io"));
    return line === null ? null : Number(line[1]);
  } catch {
    return null;
  }
}
