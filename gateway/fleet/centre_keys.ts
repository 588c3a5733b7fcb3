/**
 * New keys of centres: when one has another key, the other vouches for it in an entry for each
 * site. Whoever pins a key that is replaced takes the new one, with an `audit` entry.
 */
import type { NewEntry } from "../../sync/append.ts";
import { type Stream, streamTo } from "../../sync/stream.ts";
import {
  CENTRE_KEY,
  type CentreKeyBody,
  type CentreKeyWord,
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
}

/** Takes what the other centre vouches for, and says at a county what has to be known. */
export async function followCentreKeys(parts: Parts, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  for await (const _ of parts.registry.changes(signal)) {
    await takeCentreKeys(parts);
    await tellCentreKeys(parts, told);
  }
}

async function takeCentreKeys(parts: Parts): Promise<void> {
  const { config, tables, registry } = parts;
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
  for (const [centre, { role }] of registry.pinned) {
    if (role !== "county" || centre === config.node) continue;
    for (;;) {
      const pinned = registry.pinned.get(centre);
      const word = pinned === undefined ? null : vouched(centre, pinned, words, isBelieved);
      if (word === null) break;
      await take(parts, word, replacedBy(word, words, isBelieved));
    }
  }
}

/** The audit entry first: after a crash between the two it is there once all the same. */
async function take(
  { journal, registry, clock, log }: Parts,
  { centre, publicKey, replaced, by }: CentreKeyWord,
  earlierKeys: readonly string[],
): Promise<void> {
  const time = clock.now();
  const id = `${centre} ${publicKey}`;
  await journal.append([{
    kind: "entry",
    stream: "audit",
    entryKind: CENTRE_KEY_TAKEN,
    time,
    body: JSON.stringify({ centre, publicKey, replaced, by }),
    key: { channel: CENTRE_KEY_TAKEN, id, digest: new Uint8Array(32), windowMs: null },
  }], time);
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
      const key = { channel: CENTRE_KEY, id, digest: new Uint8Array(32), windowMs: null };
      const entry = { kind: "entry", stream, entryKind: CENTRE_KEY, time } as const;
      return { id, entry: { ...entry, body: JSON.stringify(body), key } };
    });
  }).filter(({ id }) => !told.has(id));
  if (words.length === 0) return;
  await journal.append(words.map(({ entry }) => entry), time);
  for (const { id } of words) told.add(id);
}
