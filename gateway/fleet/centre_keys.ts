/**
 * New keys of centres: when one has another key, the other vouches for it in an entry for each
 * site. Whoever pins a key that is replaced takes the new one, with an `audit` entry and an alarm,
 * once the centre no longer answers with the key it had.
 */
import type { NewEntry } from "../../sync/append.ts";
import { newEntry, once } from "../collected_entry.ts";
import type { Timer } from "../../sync/timer.ts";
import { type Stream, streamTo } from "../../sync/stream.ts";
import {
  type Answering,
  CENTRE_KEY,
  type CentreKeyBody,
  type CentreKeyWord,
  mayHaveNewKey,
  replacedBy,
  vouched,
} from "../centre_key_words.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Node } from "../node.ts";

export const CENTRE_KEY_TAKEN = "centre-key-taken";

interface Parts extends Pick<Node, "journal" | "tables" | "registry" | "log"> {
  readonly config: Pick<Config, "node" | "role">;
  readonly clock: Pick<Clock, "now">;
  readonly timer: Timer;
  /** How a centre answers with the key that is pinned. */
  readonly answering: (centre: string) => Answering;
}

/** How often it is looked whether a word that has to wait may be taken; without one, … */
const LOOK_MS = 1000;
/** … whatever changes is told at once. */
const REST_MS = 3_600_000;

/** Takes what the other centre vouches for, and says at a county what has to be known. */
export async function followCentreKeys(parts: Parts, signal: AbortSignal): Promise<void> {
  const { registry, timer } = parts;
  const told = new Set<string>();
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let isNew = false;
  let wake = () => {};
  const watching = (async () => {
    for await (const _ of registry.changes(either)) {
      isNew = true;
      wake();
    }
  })();
  try {
    while (!signal.aborted) {
      isNew = false;
      const isWaiting = await takeCentreKeys(parts);
      await tellCentreKeys(parts, told);
      if (isNew) continue;
      const resting = new AbortController();
      wake = () => resting.abort();
      const restMs = isWaiting ? LOOK_MS : REST_MS;
      await timer.pause(restMs, AbortSignal.any([signal, resting.signal]));
    }
  } finally {
    over.abort();
    await watching;
  }
}

/** Returns whether there is a word that may not be taken yet. */
async function takeCentreKeys(parts: Parts): Promise<boolean> {
  const { config, tables, registry, timer, answering } = parts;
  const rows = await tables.rows("SELECT centre, publickey, replaced, saidby FROM centrekeys");
  const words = rows.map((row) => ({
    centre: row.text("centre"),
    publicKey: row.text("publickey"),
    replaced: row.text("replaced"),
    by: row.text("saidby"),
  }));
  // A centre believes its own word, which another process of it may have said.
  const isBelieved = config.role === "site"
    ? (by: string) => registry.pinned.get(by)?.role === "county"
    : (by: string) => by === config.node;
  let isWaiting = false;
  for (const [centre, { role }] of registry.pinned) {
    if (role !== "county" || centre === config.node) continue;
    for (;;) {
      const pinned = registry.pinned.get(centre);
      const word = pinned === undefined ? null : vouched(centre, pinned, words, isBelieved);
      if (word === null) break;
      // A centre has seen itself, with a code, what it says; at a site another's word cuts off
      // none that is well.
      if (config.role === "site" && !mayHaveNewKey(answering(centre), timer.nowMs())) {
        isWaiting = true;
        break;
      }
      await take(parts, word, replacedBy(word, words, isBelieved));
    }
  }
  return isWaiting;
}

/**
 * For people too: nobody at this site has seen the new key. The entries first: after a crash
 * between them and the file they are there once all the same.
 */
async function take(
  { journal, registry, clock, log }: Parts,
  { centre, publicKey, replaced, by }: CentreKeyWord,
  earlierKeys: readonly string[],
): Promise<void> {
  const time = clock.now();
  const body = JSON.stringify({ centre, publicKey, replaced, by });
  const entries = (["audit", "alarm"] as const).map((stream): NewEntry => {
    const id = `${stream === "audit" ? "" : `${stream} `}${centre} ${publicKey}`;
    const entry = { kind: "entry", stream, entryKind: CENTRE_KEY_TAKEN, time, body } as const;
    return once(entry, CENTRE_KEY_TAKEN, id);
  });
  await journal.append(entries, time);
  await registry.learn(new Map([[centre, { publicKey, role: "county", earlierKeys }]]));
  log({ kind: "centre-key", centre, by });
}

/** `told`: what this process has said already. Each word is written once, whoever says it again. */
async function tellCentreKeys(
  { config, journal, registry, clock }: Parts,
  told: Set<string>,
): Promise<void> {
  if (config.role !== "county") return;
  const members = registry.list();
  const sites = members.filter(({ member }) => member.role === "site");
  const streams: Stream[] = ["audit", ...sites.map(({ node }) => streamTo(node))];
  const time = clock.now();
  const words = members.flatMap(({ node: centre, member }) => {
    const { role, publicKey, earlierKeys = [] } = member;
    if (role !== "county" || centre === config.node || earlierKeys.length === 0) return [];
    const body: CentreKeyBody = { centre, publicKey, replaces: [...earlierKeys] };
    return streams.map((stream): { id: string; entry: NewEntry } => {
      const id = `${stream} ${centre} ${publicKey}`;
      return { id, entry: once(newEntry(stream, CENTRE_KEY, time, body), CENTRE_KEY, id) };
    });
  }).filter(({ id }) => !told.has(id));
  if (words.length === 0) return;
  await journal.append(words.map(({ entry }) => entry), time);
  for (const { id } of words) told.add(id);
}
