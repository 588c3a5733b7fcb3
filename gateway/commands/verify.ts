/** `tributary verify`: walks every chain on this disk and names the first entry that is bad. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Database } from "../../sync/database.ts";
import { keysOf } from "../../sync/desk.ts";
import { LibsqlSegments } from "../../sync/libsql_segments.ts";
import { verifyPostgres } from "../../sync/postgres/postgres_verify.ts";
import { type Verification, verify } from "../../sync/verify.ts";
import type { Config } from "../config.ts";
import { openKeystore, PeersFile } from "../keystore.ts";
import { serverOf } from "../store.ts";
import { CommandError } from "./local_api.ts";
import { table } from "./table.ts";

/** Reads the journal beside a node that may be running; changes nothing. */
export async function verifyJournal(config: Config): Promise<Verification> {
  const store = config.role === "county" && config.store.kind === "postgres" ? config.store : null;
  if (store === null) requireJournal(config);
  const keystore = openKeystore(config.dataDir, config.keyFile);
  const keys = Map.groupBy(memberKeys(config, keystore.storage.keys), ([node]) => node);
  const publicKeysOf = (node: string) => (keys.get(node) ?? []).map(([, key]) => key);
  const { hash: hashName } = config.journal;
  if (store !== null) {
    return await verifyPostgres({ server: serverOf(store), hashName, publicKeysOf });
  }
  const segments = new LibsqlSegments({
    directory: join(config.dataDir, "journal"),
    encryptionKeys: keystore.storage.keys,
    readOnly: true,
  });
  return verify({ segments, hashName, publicKeysOf });
}

/** Keys of the county's nodes, from the enrolment; at a county, all that ever enrolled there. */
function memberKeys(config: Config, encryptionKeys: readonly string[]): [string, string][] {
  const { dataDir } = config;
  const own = Array.from(new PeersFile(dataDir).read()).flatMap(([node, member]) =>
    keysOf(member).map((key) => [node, key] satisfies [string, string])
  );
  const path = join(dataDir, "tables.db");
  if (config.role === "site" || !existsSync(path)) return own;
  let failure: unknown = null;
  for (const encryptionKey of encryptionKeys) {
    try {
      return [...own, ...membersIn(path, encryptionKey)];
    } catch (error) {
      failure ??= error;
    }
  }
  const found = failure instanceof Error ? failure.message : String(failure);
  const hint = "is the at-rest key the node's? If so, a start of the node makes it anew";
  throw new CommandError(`Cannot read the members in "${path}": ${found}; ${hint}`, {
    cause: failure,
  });
}

function membersIn(path: string, encryptionKey: string): [string, string][] {
  using tables = new Database({
    path,
    encryptionKey,
    readOnly: true,
    synchronous: "NORMAL",
    checkpointPages: 0,
  });
  return tables.rows("SELECT node, publickey FROM memberkeys")
    .map((row) => [row.text("node"), row.text("publickey")]);
}

/** Keys are made where there are none: without this a wrong folder would get some. */
function requireJournal({ dataDir }: Config): void {
  const folder = join(dataDir, "journal");
  let files: string[] = [];
  try {
    files = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw new CommandError(`Cannot read the journal in "${folder}": ${found}`, { cause });
    }
  }
  if (!files.some((name) => name.endsWith(".journal"))) {
    throw new CommandError(`There is no journal in "${folder}": is dataDir that of the node?`);
  }
}

export function isSound({ findings, unreadable }: Verification): boolean {
  return unreadable.length === 0 && findings.every(({ bad }) => bad === null);
}

export function verificationText(verification: Verification): string {
  const { findings, unreadable } = verification;
  const span = ({ seq, upTo }: { seq: number; upTo?: number }) =>
    upTo === undefined ? `${seq}` : `${seq} to ${upTo}`;
  const rows = findings.map(({ origin, stream, first, good, bad }) => [
    origin,
    stream,
    String(good),
    bad === null ? `sound, from ${first}` : `BAD at ${span(bad)}: ${bad.reason}`,
  ]);
  const gaps = findings.flatMap(({ origin, stream, gaps }) =>
    gaps.map(({ first, last }) =>
      `gap: origin ${origin}, stream ${stream}, ${first} to ${last}: its origin lost them`
    )
  );
  const entries = findings.reduce((sum, { good }) => sum + good, 0);
  const troubles = unreadable.map(({ segment, reason }) => `segment ${segment}: ${reason}`);
  const bad = findings.flatMap(({ origin, stream, bad }) =>
    bad === null ? [] : [`first bad entry: origin ${origin}, stream ${stream}, seq ${bad.seq}`]
  );
  const verdict = isSound(verification) ? `${entries} entries, all sound` : "NOT sound";
  return [
    table(["ORIGIN", "STREAM", "GOOD", "VERDICT"], rows),
    ...gaps,
    ...troubles,
    ...bad,
    verdict,
  ]
    .join("\n");
}
