/**
 * Finds messages that a device sends again without saying so (G3): under the same number, with
 * the same content, over another connection. They are kept and marked, never dropped.
 */
import * as z from "zod";
import type { Delivery, ReadingItem, UnreadableItem } from "../drivers/driver.ts";
import { firstHash } from "../sync/chain.ts";
import type { Journal } from "../sync/journal.ts";
import { lifeOf, nodeOf } from "../sync/origin.ts";
import { entriesOf } from "../sync/run.ts";

/** Messages that a device may have under way at one time; more are not recognised. */
const NUMBERS_MAX = 100;
/** Parts of its messages: two lists as long as can be read. The newest message stays as it is. */
const PARTS_MAX = 2000;
/** Entries looked at after a start: what all devices together may have had under way. */
const RECALLED_MAX = 2000;
const READ_LIMITS = { entriesMax: RECALLED_MAX, bytesMax: 4 << 20 };

/** Of one message; one that is a single item has part 0 alone. */
interface Parts {
  /** The part that came last: they come in order. */
  last: number;
  readonly contents: Map<number, number>;
}

interface Numbers {
  connectedMs: number;
  /** What came under each number over this connection, and over those before. */
  now: Map<number, Parts>;
  before: Map<number, Parts>;
}

interface Delivered {
  readonly device: string;
  readonly packet: number;
  readonly part: number;
  readonly content: number;
}

interface Told {
  readonly point: string;
  readonly value: unknown;
  /** Added by us: it may come out otherwise the next time. */
  readonly computed?: true | undefined;
}

/** What of an item or of its entry's body says that two are the same. */
type Content =
  & Pick<ReadingItem, "device">
  & (
    | { readonly readings: readonly Told[] }
    | { readonly bytes: string }
  );

const bodySchema = z.intersection(
  z.object({
    device: z.string(),
    packet: z.number(),
    part: z.number().optional(),
    deviceTime: z.number().optional(),
  }),
  z.union([
    z.object({
      readings: z.array(z.object({
        point: z.string(),
        value: z.unknown(),
        computed: z.literal(true).optional(),
      })),
    }),
    z.object({ bytes: z.string() }),
  ]),
);

export class Redeliveries {
  readonly #devices = new Map<string, Numbers>();

  /** Whether the item may be there already; takes note of it. */
  isRepeat(item: ReadingItem | UnreadableItem, delivery: Delivery): boolean {
    const { connectedMs, number, part = 0 } = delivery;
    const { device } = item;
    const content = item.kind === "reading"
      ? fingerprint(item, item.deviceMs)
      : fingerprint({ device, bytes: item.bytes.toBase64() }, null);
    const numbers = this.#numbersOf(device, connectedMs);
    if (numbers.connectedMs !== connectedMs) {
      for (const [known, parts] of numbers.now) keep(numbers.before, known, parts);
      numbers.now = new Map();
      numbers.connectedMs = connectedMs;
    }
    const earlier = numbers.before.get(number)?.contents;
    const repeats = earlier?.get(part) === content;
    // Whatever came under it, the number stands for that now. The others stay: some senders give
    // what is new first and their backlog later. A false mark is harmless, a missing one is not.
    earlier?.delete(part);
    if (earlier?.size === 0) numbers.before.delete(number);
    note(numbers.now, number, part, content);
    return repeats;
  }

  /** The device will send nothing again of what it has sent so far. */
  settle(device: string): void {
    this.#devices.delete(device);
  }

  /** Takes note of what was stored before this process began. */
  async recall(journal: Journal): Promise<void> {
    const own = journal.positions()
      .filter(({ origin, stream }) =>
        stream === "reading" && nodeOf(origin) === nodeOf(journal.origin)
      )
      .sort((a, b) => lifeOf(b.origin) - lifeOf(a.origin));
    const found: Delivered[] = [];
    for (const { origin, stream, seq, floor } of own) {
      const left = RECALLED_MAX - found.length;
      const after = Math.max(floor - 1, seq - left);
      if (left <= 0 || after >= seq) continue;
      const result = await journal.read(origin, stream, after, READ_LIMITS);
      if (result.kind !== "run") continue;
      const bodies = Array.from(entriesOf(result.run, firstHash()), ({ body }) => body);
      found.unshift(...bodies.flatMap(deliveryIn));
    }
    for (const { device, packet, part, content } of found) {
      note(this.#numbersOf(device, 0).now, packet, part, content);
    }
  }

  #numbersOf(device: string, connectedMs: number): Numbers {
    let numbers = this.#devices.get(device);
    if (numbers === undefined) {
      numbers = { connectedMs, now: new Map(), before: new Map() };
      this.#devices.set(device, numbers);
    }
    return numbers;
  }
}

/** Takes note of a part; one that is not behind the last one noted begins another message. */
function note(numbers: Map<number, Parts>, number: number, part: number, content: number): void {
  const known = numbers.get(number);
  const parts = known !== undefined && known.last < part
    ? known
    : { last: part, contents: new Map<number, number>() };
  parts.last = part;
  parts.contents.set(part, content);
  keep(numbers, number, parts);
}

/** The newest stand last; of too many the oldest go. */
function keep(numbers: Map<number, Parts>, number: number, parts: Parts): void {
  numbers.delete(number);
  numbers.set(number, parts);
  let left = numbers.values().reduce((sum, { contents }) => sum + contents.size, 0);
  for (const [oldest, { contents }] of numbers) {
    if (oldest === number || numbers.size <= NUMBERS_MAX && left <= PARTS_MAX) return;
    numbers.delete(oldest);
    left -= contents.size;
  }
}

function deliveryIn(body: Uint8Array): Delivered[] {
  try {
    const parsed = bodySchema.parse(JSON.parse(new TextDecoder().decode(body)));
    const { device, packet, part = 0, deviceTime = null } = parsed;
    return [{ device, packet, part, content: fingerprint(parsed, deviceTime) }];
  } catch {
    // Of another kind, or without a number.
    return [];
  }
}

/** FNV-1a: to tell the contents under one number apart, nobody's work is worth more. */
function fingerprint(content: Content, deviceMs: number | null): number {
  let hash = 0x811c9dc5;
  const add = (text: string) => {
    for (let at = 0; at < text.length; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
  };
  add(`${deviceMs}`);
  if ("bytes" in content) add(content.bytes);
  else {
    for (const { point, value, computed } of content.readings) {
      if (!computed) add(`|${point}=${value}`);
    }
  }
  return hash >>> 0;
}
