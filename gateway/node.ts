/** What a node of either role is made of, opened in order and closed in the opposite one. */
import { join } from "node:path";
import { Arrivals } from "../sync/blobs/arrivals.ts";
import type { BlobStore } from "../sync/blobs/store.ts";
import type { Journal } from "../sync/journal.ts";
import { openBlobs } from "./blobs/blob_folder.ts";
import { centresOf, type Config } from "./config.ts";
import { type Clock, SystemClock } from "./clock.ts";
import { ClockWatch } from "./clock_watch.ts";
import { Counters } from "./counters.ts";
import { DiskWatch, openReserve } from "./disk_watch.ts";
import { Registry } from "./fleet/registry.ts";
import { KeyRotation } from "./key_rotation.ts";
import { type Keystore, openKeystore, PeersFile, readLatestLife } from "./keystore.ts";
import { CentreLosses } from "./known_losses.ts";
import type { Log } from "./log.ts";
import { readMachine } from "./machine.ts";
import { Refusals } from "./refusals.ts";
import { openStore } from "./store.ts";
import { QueryTables } from "./tables.ts";

export interface Node extends AsyncDisposable {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  readonly refusals: Refusals;
  readonly keystore: Keystore;
  readonly journal: Journal;
  readonly disk: DiskWatch;
  readonly clockWatch: ClockWatch;
  readonly tables: QueryTables;
  readonly registry: Registry;
  readonly rotation: KeyRotation;
  readonly losses: CentreLosses;
  readonly blobs: BlobStore;
  /** Files that come from other nodes; `null` at a site, to which none come. */
  readonly arrivals: Arrivals | null;
  /** Resolves with the reason when the node cannot go on and has to be started anew. */
  readonly failed: Promise<Error>;
}

export interface NodeOpening {
  /** The module of the thread that makes the tables, see tables_service.ts. */
  readonly tablesThread: URL;
  /** Names the hardware, see machine.ts; none: it is asked itself. */
  readonly machine?: string;
  /** Tells the time; none: the machine's own. */
  readonly clock?: Clock;
}

/** Opens keys, journal and tables in the data folder, which is made where it is missing. */
export async function openNode(
  config: Config,
  log: Log,
  { tablesThread, machine = readMachine(), clock = new SystemClock() }: NodeOpening,
): Promise<Node> {
  const { dataDir } = config;
  await using opened = new AsyncDisposableStack();
  Deno.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  opened.adopt(lockFolder(dataDir), (file) => file.close());
  const keystore = openKeystore(dataDir, config.keyFile);
  const reserve = openReserve(config);
  const journal = opened.adopt(
    await openStore(config, {
      storageKeys: keystore.storage.keys,
      stamp: clock.now(),
      machine,
      latest: readLatestLife(dataDir),
    }),
    (journal) => journal.close(),
  );
  const disk = new DiskWatch(journal, reserve, { config, clock, log });
  const authorities = centresOf(config);
  const tables = opened.use(
    await QueryTables.open(journal, {
      thread: tablesThread,
      path: join(dataDir, "tables.db"),
      encryptionKeys: keystore.storage.keys,
      authorities,
    }, (error) => log({ kind: "failed", error: String(error), stack: undefined })),
  );
  if (tables.madeAnew !== null) log({ kind: "projection-rebuilt", reason: tables.madeAnew });
  const registry = new Registry(new PeersFile(dataDir), tables);
  await registry.refresh();
  const losses = new CentreLosses(tables);
  await losses.refresh();
  const blobs = opened.use(await openBlobs(config, { keystore, clock, log }));
  disk.countFiles(() => blobs.storedBytes);
  const arrivals = config.role === "county"
    ? opened.use(await Arrivals.open({ store: blobs, nowMs: () => performance.now() }))
    : null;
  const closing = opened.move();
  return {
    config,
    clock,
    log,
    counters: new Counters(),
    refusals: new Refusals(),
    keystore,
    journal,
    disk,
    clockWatch: new ClockWatch({ clock, journal, admission: disk, log }),
    tables,
    registry,
    rotation: new KeyRotation({ keystore, journal, tables, blobs, clock, log }),
    losses,
    blobs,
    arrivals,
    failed: Promise.race([journal.failed, tables.failed]),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

/** Keeps a second process out of the folder: two writers of one journal would fork it. */
function lockFolder(dataDir: string): Deno.FsFile {
  const file = Deno.openSync(join(dataDir, "lock"), { write: true, create: true });
  // The lock goes with the process, however it ends.
  if (!file.tryLockSync(true)) {
    file.close();
    throw new Error(`Cannot open "${dataDir}": another Tributary is running in it`);
  }
  return file;
}
