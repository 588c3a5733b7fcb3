/** In which order things were written down: by where they stand in journals, and by no clock. */
import { type Life, parseOrigin } from "../../../sync/origin.ts";
import type { EventPlace, SupplyEvent } from "./event.ts";

interface WritingKey {
  /** The site's own come before those of others; what is about to be written is behind all. */
  readonly rank: number;
  readonly node: string;
  readonly life: number;
  readonly nonce: string;
  readonly stream: string;
  readonly seq: number;
}

/**
 * Of one node, the order in which they happened. Between nodes nobody knows it: there it is only
 * always the same, whatever came first.
 */
export function inWritingOrder(events: readonly SupplyEvent[]): SupplyEvent[] {
  const lives = new Map<string, Life | null>();
  const lifeIn = (origin: string) => {
    const life = lives.get(origin) ?? parseOrigin(origin);
    lives.set(origin, life);
    return life;
  };
  return events.map((event) => ({ event, key: keyIn(event, lifeIn) }))
    .sort((one, other) => keyOrder(one.key, other.key))
    .map(({ event }) => event);
}

/** Below 0: the first was written before the other. */
export function writingOrder(one: SupplyEvent, other: SupplyEvent): number {
  return keyOrder(keyIn(one), keyIn(other));
}

/** The origin in which something stands; `null`: it is about to be written. */
export function originIn({ place }: Pick<EventPlace, "place">): string | null {
  const [origin] = place.split("/");
  return parseOrigin(origin) === null ? null : origin;
}

function keyIn({ place, body: { site } }: SupplyEvent, lifeIn = parseOrigin): WritingKey {
  const [origin, stream = "", seq = ""] = place.split("/");
  const life = lifeIn(origin);
  if (life === null) return { rank: 2, node: "", life: 0, nonce: "", stream: "", seq: 0 };
  return { ...life, rank: life.node === site ? 0 : 1, stream, seq: Number(seq) };
}

function keyOrder(one: WritingKey, other: WritingKey): number {
  return one.rank - other.rank || textOrder(one.node, other.node) || one.life - other.life ||
    textOrder(one.nonce, other.nonce) || textOrder(one.stream, other.stream) ||
    one.seq - other.seq;
}

function textOrder(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
