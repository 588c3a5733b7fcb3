/**
 * Contents under one key of a sender's (T2): nodes that hear each other refuse the second, those
 * that are apart take both. Which came later the entries tell, whichever came here first.
 */
import { createHash } from "node:crypto";
import { entryId } from "../../collected_entry.ts";
import type { LifeEvent } from "./event.ts";
import type { SameKeyBody } from "./same_key_body.ts";
import { ofKind, sorted } from "./told.ts";

/** Channel of a key that a sender gave beside the prescription's number. */
export const SEND_KEY = "idempotency-key";

export interface SameKey {
  readonly body: SameKeyBody;
  /** When the later of both was received, milliseconds since 1970 UTC. */
  readonly receivedMs: number;
  /** Whether an alarm was raised. */
  readonly isTold: boolean;
  /** Whether nobody has seen it yet, and the HIS has taken neither of both back. */
  readonly isOpen: boolean;
}

/** `events` are those of all prescriptions of a site that came under its `key`. */
export function sameKeys(site: string, key: string, events: readonly LifeEvent[]): SameKey[] {
  const contents = new Map<string, Content>();
  for (const { body, timeMs } of ofKind(events, "prescription")) {
    if (body.site !== site || body.key.channel !== SEND_KEY || body.key.id !== key) continue;
    const { hash, prescription: { id: prescription, version } } = body;
    const name = JSON.stringify([prescription, version, hash]);
    if (!contents.has(name)) contents.set(name, { prescription, version, hash, timeMs, name });
  }
  const [first, ...others] = [...contents.values()].sort(byTime);
  if (first === undefined) return [];
  const keyHash = keyHashOf(key);
  const told = new Set(ofKind(events, "prescription-same-key").map(({ body }) => body.id));
  const seen = new Set(ofKind(events, "prescription-same-key-seen").map(({ body }) => body.of));
  const voids = ofKind(events, "prescription-void");
  const isVoid = (one: Content) =>
    voids.some(({ body }) => body.prescription === one.prescription && body.version >= one.version);
  return others.map((later) => {
    const id = entryId("same-key", site, keyHash, first.name, later.name);
    const { prescription, version, hash } = later;
    const body: SameKeyBody = {
      ...{ id, site, prescription, version, hash, key: keyHash },
      first: { prescription: first.prescription, version: first.version, hash: first.hash },
      rule: "T2",
    };
    const isOver = seen.has(id) || isVoid(first) || isVoid(later);
    return { body, receivedMs: later.timeMs, isTold: told.has(id), isOpen: !isOver };
  });
}

/** As entries and people name it. */
export function keyHashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

interface Content {
  readonly prescription: string;
  readonly version: number;
  readonly hash: string;
  /** Wall clock of its first entry. */
  readonly timeMs: number;
  readonly name: string;
}

function byTime(one: Content, other: Content): number {
  return one.timeMs - other.timeMs || (one.name < other.name ? -1 : 1);
}

/** Beside the marks that a prescription was taken with. */
export interface SameKeyMark {
  readonly code: "same-key";
  readonly field: "Idempotency-Key";
  readonly detail: string;
}

/** What the sender of one content is told of it, whenever that is answered or shown. */
export function sameKeyMarks(
  events: readonly LifeEvent[],
  { version, hash }: { readonly version: number; readonly hash: string },
): SameKeyMark[] {
  const firsts = ofKind(events, "prescription-same-key")
    .filter(({ body }) => body.version === version && body.hash === hash)
    .map(({ body: { first } }) => `"${first.prescription}", version ${first.version}`);
  return sorted(firsts).map((first) => ({
    code: "same-key",
    field: "Idempotency-Key",
    detail: `same key, other content: it bore ${first} first, which this node could not know; ` +
      "both stand: void the one that is not meant",
  }));
}
