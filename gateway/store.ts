/** Opens a node's journal in the store that its configuration names. */
import { join } from "node:path";
import { type Journal, openJournal } from "../sync/journal.ts";
import { openPostgresJournal } from "../sync/postgres/postgres_journal.ts";
import type { Server } from "../sync/postgres/server.ts";
import type { Stamp } from "../sync/entry.ts";
import { type Config, isLoopback, type StoreConfig } from "./config.ts";

export interface StoreOpening {
  /** At-rest keys of the files, the newest first; a PostgreSQL has its own means. */
  readonly storageKeys: readonly string[];
  readonly stamp: Stamp;
  readonly machine: string;
  /** The latest life of this node that others hold, where that is known. */
  readonly latest: string | null;
}

export function openStore(config: Config, opening: StoreOpening): Promise<Journal> {
  const { stamp, machine, latest } = opening;
  const life = {
    node: config.node,
    hashName: config.journal.hash,
    stamp,
    machine,
    ...(latest === null ? {} : { after: latest }),
  };
  if (config.role === "county" && config.store.kind === "postgres") {
    return openPostgresJournal({ ...life, server: serverOf(config.store) });
  }
  const directory = join(config.dataDir, "journal");
  Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
  return openJournal({
    ...life,
    directory,
    encryptionKeys: opening.storageKeys,
    segmentBytesMax: config.journal.segmentMiB * (1 << 20),
    groupCommitMs: config.journal.groupCommitMs,
  });
}

/** Files are read at each connect: a password or an authority may change meanwhile. */
export function serverOf(store: Extract<StoreConfig, { kind: "postgres" }>): Server {
  const { hosts, database, user, passwordFile, schema, ca } = store;
  return {
    hosts,
    database,
    user,
    schema,
    tls: hosts.some((host) => !isHere(host)),
    ...(passwordFile === undefined ? {} : { password: () => read(passwordFile).trim() }),
    ...(ca === undefined ? {} : { ca: () => read(ca) }),
  };
}

/** Whether the line to it leaves this machine. */
function isHere(host: string): boolean {
  return host.startsWith("/") || isLoopback(host.replace(/:\d+$/, ""));
}

function read(file: string): string {
  return Deno.readTextFileSync(file);
}
