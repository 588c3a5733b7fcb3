/** A collector for tests, with a journal on disk. */
import type { Batch, Outcome, Run } from "../drivers/driver.ts";
import { stampAt, TemporaryFolder } from "../sync/fixtures.ts";
import { type Journal, openJournal } from "../sync/journal.ts";
import { entriesOf } from "../sync/run.ts";
import type { Stream } from "../sync/stream.ts";
import type { NoRoom } from "./admission.ts";
import { Collector } from "./collector.ts";
import { Counters } from "./counters.ts";
import type { LogLine } from "./log.ts";
import { Refusals } from "./refusals.ts";
import type { DeviceConfig } from "./config.ts";
import { Values } from "./values/values.ts";

export class CollectorDesk implements AsyncDisposable {
  readonly counters = new Counters();
  readonly refusals = new Refusals();
  readonly lines: LogLine[] = [];
  /** Devices that told something of now, in the order in which they did. */
  readonly heard: string[] = [];
  readonly journal: Journal;
  readonly values: Values;
  readonly collector: Collector;
  /** Why a stream is not taken; all are. */
  noRoom: (stream: Stream) => NoRoom | null = () => null;
  /** What the journal says to whatever it is given. */
  failure: Error | null = null;
  readonly #folder: TemporaryFolder;

  private constructor(
    folder: TemporaryFolder,
    journal: Journal,
    devices: readonly DeviceConfig[],
  ) {
    this.#folder = folder;
    this.journal = journal;
    this.values = new Values(devices);
    this.collector = new Collector({
      journal,
      admission: {
        noRoomFor: (stream) => this.noRoom(stream),
        append: (items, stamp) =>
          this.failure === null ? journal.append(items, stamp) : Promise.reject(this.failure),
      },
      counters: this.counters,
      refusals: this.refusals,
      values: this.values,
      heard: (device) => this.heard.push(device),
      log: (line) => this.lines.push(line),
      clock: {
        now: () => stampAt(0),
        ruler: () => (performanceMs) => stampAt(Math.round(performanceMs)),
      },
    });
  }

  /** `devices`: those whose profiles say more than that all is kept. */
  static async open(
    folder = new TemporaryFolder(),
    devices: readonly DeviceConfig[] = [],
  ): Promise<CollectorDesk> {
    const journal = await openJournal({
      directory: folder.path,
      node: "site-1",
      hashName: "sha256",
      segmentBytesMax: 64 << 20,
      stamp: stampAt(0),
    });
    return new CollectorDesk(folder, journal, devices);
  }

  /** Another one behind the same files, as after a restart. */
  async reopened(devices: readonly DeviceConfig[] = []): Promise<CollectorDesk> {
    await this.journal.close();
    return await CollectorDesk.open(this.#folder, devices);
  }

  /** Hands batches over as a driver does; resolves with the outcomes of each. */
  async give(...batches: Batch[]): Promise<(readonly Outcome[])[]> {
    const outcomes: (readonly Outcome[])[] = [];
    await this.collector.drive("line-1", scripted(batches, outcomes), () => {});
    return outcomes;
  }

  /** Kind and body of every entry of a stream. */
  async entries(stream: Stream): Promise<{ kind: string; body: Record<string, unknown> }[]> {
    const limits = { entriesMax: 1e6, bytesMax: 1e9 };
    const { origin } = this.journal;
    const result = await this.journal.read(origin, stream, 0, limits);
    if (result.kind !== "run") return [];
    return Array.from(entriesOf(result.run, new Uint8Array(32)), ({ kind, body }) => ({
      kind,
      body: JSON.parse(new TextDecoder().decode(body)),
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.journal.close().catch(() => {});
    this.#folder[Symbol.dispose]();
  }
}

/** A driver that hands these batches over, and keeps what it was told of each. */
export async function* scripted(batches: readonly Batch[], told: (readonly Outcome[])[]): Run {
  for (const batch of batches) told.push(yield batch);
}
