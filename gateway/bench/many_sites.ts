/** Many sites that ship what waits to one centre at once: a real one, the sites simulated. */
import { join } from "node:path";
import { freePort, listening } from "../../drivers/fixtures.ts";
import type { NodeKey } from "../../sync/identity.ts";
import { Peer } from "../../sync/peer.ts";
import { PostgresServer } from "../../sync/postgres/fixture_server.ts";
import type { SignedRun } from "../../sync/run.ts";
import { readConfig } from "../config_file.ts";
import { openKeystore, PeersFile } from "../keystore.ts";
import { enrolAt, type NodeFiles, startNode, writeNode } from "./bench_nodes.ts";
import { cpuSecondsOf, deno } from "./processes.ts";
import { measurePostgresFloor } from "./postgres_floor.ts";
import { readings } from "./readings.ts";
import { shipRun, StreamWriter, type Written } from "./simulated_site.ts";

export const SITES = 20;
/** Entries of a request: what a link sends at most, and so what a block holds. */
const RUN = 4096;

export interface ManySites {
  readonly rate: number;
  /** Entries a second that the store takes in such blocks from as many writers. */
  readonly floor: number;
  /** Processors used. */
  readonly county: number;
  readonly database: number | null;
  readonly sites: number;
  /** Of the store's files, for an entry. */
  readonly storedBytes: number;
}

/** Ships so many entries in all. */
export async function measureManySites(
  store: "libsql" | "postgres",
  entries: number,
): Promise<ManySites> {
  const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.removeSync(dir, { recursive: true }));
  const postgres = store === "postgres" ? stack.use(await PostgresServer.start()) : null;
  const port = freePort();
  const county = writeNode(
    dir,
    "county-a",
    port,
    "county",
    postgres === null ? {} : {
      store: {
        kind: "postgres",
        hosts: postgres.server.hosts,
        database: postgres.server.database,
        user: postgres.server.user,
      },
    },
  );
  const process = stack.use(startNode(county));
  await listening(port);
  const each = Math.ceil(entries / SITES);
  const fleet: FilledSite[] = [];
  for (let number = 1; number <= SITES; number++) {
    fleet.push(await FilledSite.enrol(dir, `site-${number}`, county, each));
  }
  const before = { county: process.usage().cpuSeconds, database: postgres?.cpuSeconds() ?? 0 };
  const ownBefore = cpuSecondsOf(Deno.pid);
  const from = performance.now();
  await Promise.all(fleet.map((site) => site.ship()));
  const seconds = (performance.now() - from) / 1000;
  const database = postgres === null ? null : postgres.cpuSeconds() - before.database;
  const countySeconds = process.usage().cpuSeconds - before.county;
  const siteSeconds = cpuSecondsOf(Deno.pid) - ownBefore;
  const size = await storeBytes(join(dir, "county-a", "journal"), postgres);
  await process[Symbol.asyncDispose]();
  const contentBytes = Math.round(fleet[0].contentBytes / each);
  const floor = postgres === null
    ? await libsqlFloor(dir, contentBytes)
    : await measurePostgresFloor(postgres.server, RUN, contentBytes);
  return {
    rate: SITES * each / seconds,
    floor,
    county: countySeconds / seconds,
    database: database === null ? null : database / seconds,
    sites: siteSeconds / seconds,
    storedBytes: size / (SITES * each),
  };
}

/** A site's journal in memory, cut into runs and signed, as a link would have it read. */
class FilledSite {
  readonly #peer: Peer;
  readonly #runs: readonly SignedRun[];

  private constructor(peer: Peer, runs: readonly SignedRun[]) {
    this.#peer = peer;
    this.#runs = runs;
  }

  static async enrol(
    dir: string,
    name: string,
    county: NodeFiles,
    entries: number,
  ): Promise<FilledSite> {
    const url = `http://127.0.0.1:${county.port}`;
    const files = writeNode(dir, name, freePort(), "site", {
      counties: [{ node: county.name, url }],
    });
    await enrolAt(county, files);
    const { dataDir } = readConfig(files.file);
    const { key } = openKeystore(dataDir, undefined);
    const publicKey = new PeersFile(dataDir).read().get(county.name)?.publicKey ?? "";
    const peer = new Peer({ url: new URL(url), node: county.name, publicKey, self: name, key });
    return new FilledSite(peer, [...runsOf(`${name}.1-00112233445566ff`, key, entries)]);
  }

  get contentBytes(): number {
    return this.#runs.reduce((sum, { contents }) => sum + contents.length, 0);
  }

  /** One request after the other, each once the one before is stored. */
  async ship(): Promise<void> {
    const { signal } = new AbortController();
    for (const run of this.#runs) await shipRun(this.#peer, run, signal);
    this.#peer[Symbol.dispose]();
  }
}

function* runsOf(origin: string, key: NodeKey, entries: number): Generator<SignedRun> {
  const writer = new StreamWriter(origin, "reading", key);
  let next: Written[] = [];
  for (const one of readings(entries)) {
    next.push({ kind: "reading", ...one });
    if (next.length < RUN) continue;
    yield writer.run(next);
    next = [];
  }
  if (next.length > 0) yield writer.run(next);
}

async function libsqlFloor(dir: string, contentBytes: number): Promise<number> {
  const path = join(dir, "floor.db");
  const floor = import.meta.resolve("./floor.ts");
  const [command, args] = deno(floor, path, String(RUN), "x".repeat(contentBytes));
  const { stdout } = await new Deno.Command(command, { args: [...args] }).output();
  return Number(new TextDecoder().decode(stdout));
}

/** Of the journal's files, or of the tables. */
async function storeBytes(folder: string, postgres: PostgresServer | null): Promise<number> {
  if (postgres !== null) return await postgres.bytes();
  return Array.from(Deno.readDirSync(folder))
    .reduce((sum, { name }) => sum + Deno.statSync(join(folder, name)).size, 0);
}
