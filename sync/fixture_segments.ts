/** Journals in memory, that never fail: for what is measured over much more than a disk's time. */
import type { Stamp } from "./entry.ts";
import { journalEnd } from "./journal_methods.ts";
import { type JournalCalls, JournalShell } from "./journal_shell.ts";
import type {
  Block,
  Change,
  Draft,
  KeyState,
  Range,
  ReadLimits,
  Receipt,
  Remains,
} from "./segments.ts";
import type { Segment, Segments, SegmentState, StreamState } from "./segments.ts";
import { receiptKey, streamKey } from "./segments.ts";
import type { Timer } from "./timer.ts";
import type { Methods } from "./worker_calls.ts";

/** A journal whose thread is this one. */
export async function memoryJournal(
  node: string,
  timer: Timer,
  stamp: Stamp,
): Promise<JournalShell> {
  const { methods, notice } = journalEnd({
    storage: () => new MemorySegments(),
    nowMs: () => timer.nowMs(),
    nonce: () => crypto.getRandomValues(new Uint8Array(8)).toHex(),
  });
  const table: Methods = methods;
  let last: Promise<unknown> = Promise.resolve();
  const journal = new JournalShell("sha256", ({ onNotice }) => {
    const call: JournalCalls["call"] = (method, parameters) => {
      const values: readonly unknown[] = parameters;
      const answer = last.then(() => {
        const value = Reflect.apply(table[method], undefined, values);
        const told = notice();
        if (told !== undefined) onNotice(told);
        return value;
      });
      last = answer.catch(() => {});
      return answer;
    };
    return { call, terminate: () => {} };
  }, timer);
  const opening = { directory: "", node, hashName: "sha256", segmentBytesMax: 64 << 20 } as const;
  await journal.open({ ...opening, stamp });
  return journal;
}

class MemorySegments implements Segments {
  readonly #segments = new Map<string, MemorySegment>();

  names(): string[] {
    return [...this.#segments.keys()];
  }

  draft(name: string): Draft {
    const segment = new MemorySegment();
    return {
      add: (changes) => segment.commit(changes),
      publish: () => {
        this.#segments.set(name, segment);
        return segment;
      },
      discard: () => {},
    };
  }

  open(name: string): Segment {
    const segment = this.#segments.get(name);
    if (segment === undefined) throw new Error(`There is no segment "${name}"`);
    return segment;
  }

  useKeys(): void {}

  isOutdated(): boolean {
    return false;
  }

  salvage(name: string): Remains {
    throw new Error(`Cannot salvage "${name}": memory is never damaged`);
  }

  setAside(name: string): void {
    this.#segments.delete(name);
  }

  unlink(name: string): void {
    this.#segments.delete(name);
  }
}

class MemorySegment implements Segment {
  readonly #streams = new Map<string, StreamState>();
  readonly #blocks = new Map<string, Block[]>();
  readonly #keys = new Map<string, KeyState>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #meta = new Map<string, string>();
  #bytes = 0;

  bytes(): number {
    return this.#bytes;
  }

  commit(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === "block") {
        const key = streamKey(change.origin, change.stream);
        const blocks = this.#blocks.get(key) ?? [];
        blocks.push(change.block);
        this.#blocks.set(key, blocks);
        this.#bytes += change.block.contents.length + change.block.hashes.length;
      } else if (change.kind === "stream") {
        this.#streams.set(streamKey(change.state.origin, change.state.stream), change.state);
      } else if (change.kind === "key") {
        this.#keys.set(`${change.key.channel}\n${change.key.id}`, change.key);
      } else if (change.kind === "receipt") {
        this.#receipts.set(receiptKey(change.receipt), change.receipt);
      } else this.#meta.set(change.name, change.value);
    }
  }

  state(): SegmentState {
    return {
      streams: [...this.#streams.values()],
      receipts: [...this.#receipts.values()],
      meta: new Map(this.#meta),
      ranges: [...this.#blocks].map(([key, blocks]): Range => {
        const [origin, stream] = key.split(" ");
        return { origin, stream, first: blocks[0].first, last: blocks[blocks.length - 1].last };
      }),
      keys: { count: this.#keys.size, order: 0, atMs: 0 },
    };
  }

  blocks(origin: string, stream: string, from: number, limits: ReadLimits): Block[] {
    const all = this.#blocks.get(streamKey(origin, stream)) ?? [];
    let [low, high] = [0, all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle].last < from) low = middle + 1;
      else high = middle;
    }
    const found: Block[] = [];
    let bytes = 0;
    for (const block of all.slice(low, low + 1000)) {
      found.push(block);
      bytes += block.contents.length;
      if (bytes >= limits.bytesMax || block.last - from + 1 >= limits.entriesMax) break;
    }
    return found;
  }

  key(channel: string, id: string): KeyState | undefined {
    return this.#keys.get(`${channel}\n${id}`);
  }

  hasClaims(channel: string, order: number): boolean {
    return [...this.#keys.values()].some((key) => key.channel === channel && key.order > order);
  }

  keys(): KeyState[] {
    return [...this.#keys.values()];
  }

  keysBehind(channel: string, id: string, max: number): KeyState[] {
    const place = (key: Pick<KeyState, "channel" | "id">) => `${key.channel}\n${key.id}`;
    return [...this.#keys.values()].filter((key) => place(key) > place({ channel, id }))
      .sort((a, b) => place(a) < place(b) ? -1 : 1).slice(0, max);
  }

  settle(): void {}

  seal(): void {}

  close(): void {}

  abandon(): void {}
}
