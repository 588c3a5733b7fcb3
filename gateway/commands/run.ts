/** `tributary run`: a node, from its configuration until a signal stops it. */
import { pause, systemTimer } from "../../sync/timer.ts";
import type { Clock } from "../clock.ts";
import { removeDelivered } from "../blobs/removal.ts";
import { centresOf, type Config, isLoopback } from "../config.ts";
import { withStoredUnits } from "../config_units.ts";
import { tellCatalogue } from "../devices/catalogue.ts";
import { despiteDisk } from "../disk_failure.ts";
import { type Domain, type DomainDesk, openDesks } from "../domain.ts";
import { DOMAINS } from "../domains.ts";
import { httpHandler } from "../http.ts";
import { followCentreKeys } from "../fleet/centre_keys.ts";
import { followLosses } from "../lost_entries.ts";
import { whatMayGo } from "../journal_keeping.ts";
import type { Log } from "../log.ts";
import { type Node, type NodeOpening, openNode } from "../node.ts";
import { diskNote, Notifier, statusLine, tellStatus } from "../notify.ts";
import { ownerUrl } from "../api.ts";
import { countyRole } from "../roles/county.ts";
import type { Role } from "../roles/role.ts";
import { siteRole } from "../roles/site.ts";
import { People } from "../people/people.ts";
import type { Sessions } from "../sessions.ts";
import { TABLES_THREAD } from "../tables_thread.ts";
import { VERSION } from "../version.ts";
import { watchdog } from "../watchdog.ts";
import { CommandError } from "./local_api.ts";

/** How often a node looks for segments that may go. */
const PRUNE_MS = 60_000;
/** How often a county looks for nodes that enrolled at the other centre. */
const REGISTRY_MS = 200;
/**
 * A start waits so long for the tables, which the catalogue is compared with. They mostly have
 * nothing to follow; where they are made anew, millions of entries hold up no collecting.
 */
const CATALOGUE_MS = 100;
/** Requests are finished for so long; then open pages, which would hold on for ever, are cut. */
const GRACE_MS = 300;

/** What a node is made of where it is not the product's own, as in tests. */
export interface Composition {
  readonly domains?: readonly Domain[];
  /** The thread that makes their tables. */
  readonly tablesThread?: URL;
  /** Names the hardware, where it is not to be asked itself. */
  readonly machine?: string;
  /** Tells the time, where it is not the machine's own. */
  readonly clock?: Clock;
}

/** Runs until the signal aborts; throws when the node cannot go on. */
export async function runNode(
  given: Config,
  log: Log,
  signal: AbortSignal,
  { domains = DOMAINS, tablesThread = TABLES_THREAD, machine, clock }: Composition = {},
): Promise<void> {
  const startedMs = performance.now();
  const config = await withStoredUnits(given).catch((cause) => {
    throw new CommandError(`Cannot start "${given.node}": ${cause.message}`, { cause });
  });
  await using node = await opened(config, log, { tablesThread, machine, clock });
  const { journal } = node;
  log({
    kind: "started",
    node: config.node,
    role: config.role,
    origin: journal.origin,
    version: VERSION,
  });
  const stop = new AbortController();
  const stopping = AbortSignal.any([signal, stop.signal]);
  const steadily = (run: () => Promise<void>) => despiteDisk(log, run, stopping);
  const catalogue = steadily(() => tellCatalogue(node, stopping));
  // Whatever it throws later is heard with what the other parts throw.
  catalogue.catch(() => {});
  await Promise.race([catalogue, pause(CATALOGUE_MS, stopping)]);
  const role = config.role === "site" ? siteRole(node, config) : countyRole(node, config, stopping);
  await role.collector?.recall();
  const { recallComputed, silence } = role;
  const desks = await openDesks(domains, node, role).catch((cause) => cannotStart(config, cause));
  using notifier = new Notifier();
  let unready: string | null = "starting";
  const people = await People.open(node, centresOf(node.config));
  const server = serve(node, { role, people, desks }, { startedMs, unready: () => unready });
  const who = `${config.role} ${config.node} at ${server.url}`;
  const status = () =>
    statusLine(who, role.links.map((link) => link.status()), diskNote(node.disk.view()));
  const running = [
    ...role.supervisors.map((supervisor) => supervisor.run(stopping)),
    ...role.links.map((link) => steadily(() => link.run(stopping))),
    catalogue,
    ...(recallComputed === null ? [] : [steadily(() => recallComputed(stopping))]),
    ...(silence === null ? [] : [steadily(() => silence.run(stopping))]),
    ...desks.flatMap(({ run }) => run === undefined ? [] : [steadily(() => run(stopping))]),
    steadily(() => node.disk.run(stopping)),
    steadily(() => node.clockWatch.run(stopping)),
    steadily(() => pruneNow(node, role, stopping)),
    ...role.couriers.map((courier) => steadily(() => courier.run(stopping))),
    steadily(() => removeDelivered(node, role.links.map(({ centre }) => centre), stopping)),
    steadily(() => followTables(node, stopping)),
    steadily(() => people.run(stopping)),
    steadily(() => followCentreKeys(keyParts(node, role), stopping)),
    steadily(() => node.rotation.run(stopping)),
    steadily(() => followLosses({ ...node, wants: role.replication.wants }, stopping)),
    watchdog({ notifier, journal, collector: role.collector, signal: stopping }),
    tellStatus(notifier, status, stopping),
  ];
  const failed = Promise.race([
    node.failed.then((error) => Promise.reject(error)),
    // A part that throws is a broken invariant: the process ends, and systemd starts it anew.
    ...running.map((part) => part.then(() => new Promise<never>(() => {}))),
  ]);
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
  try {
    unready = null;
    log({
      kind: "ready",
      node: config.node,
      url: server.url,
      milliseconds: Math.round(performance.now() - startedMs),
    });
    if (server.sessions.unowned && !people.book.isManaged) {
      log({ kind: "owner-link", url: ownerUrl(server.url, server.sessions.newLink()) });
    }
    await notifier.send("READY=1", `STATUS=${status()}`);
    await Promise.race([aborted, failed]);
    log({ kind: "stopping", reason: "a signal" });
  } finally {
    unready = "stopping";
    await notifier.send("STOPPING=1");
    stop.abort();
    await Promise.allSettled(running);
    await server.close();
  }
  log({ kind: "stopped" });
}

/** Mistakes of ours, which only their stack explains. */
const MISTAKES = [TypeError, ReferenceError, RangeError];

/** The node; what keeps it from opening is told as something to be mended, without a stack. */
async function opened(config: Config, log: Log, opening: NodeOpening): Promise<Node> {
  try {
    return await openNode(config, log, opening);
  } catch (cause) {
    return cannotStart(config, cause);
  }
}

function cannotStart({ node }: Config, cause: unknown): never {
  if (!(cause instanceof Error) || MISTAKES.some((mistake) => cause instanceof mistake)) {
    throw cause;
  }
  throw new CommandError(`Cannot start "${node}": ${cause.message}`, { cause });
}

/** What keeps a node from listening, and what to do about it. */
function cannotListen({ http: { host, port } }: Config, cause: unknown): CommandError {
  const found = cause instanceof Deno.errors.AddrInUse
    ? "another program has this port; set http.port to a free one, or stop the other"
    : cause instanceof Deno.errors.AddrNotAvailable
    ? "this machine has no such address; set http.host to one that it has"
    : cause instanceof Deno.errors.PermissionDenied
    ? "this port is not for everybody; set http.port to one above 1023"
    : cause instanceof Error
    ? cause.message
    : String(cause);
  return new CommandError(`Cannot listen on ${host}:${port}: ${found}`, { cause });
}

/** Certificate and key, where the node has them. */
function certificateOf({ http: { tls } }: Config): { cert?: string; key?: string } {
  if (tls === undefined) return {};
  const read = (setting: string, path: string) => {
    try {
      return Deno.readTextFileSync(path);
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw new CommandError(`Cannot use http.tls.${setting} "${path}": ${found}`, { cause });
    }
  };
  return { cert: read("certificate", tls.certificate), key: read("key", tls.key) };
}

/**
 * A host that a browser can open: who listens on all addresses has none that is called so. Then
 * it is the machine's first IPv4 address that others reach, else loopback.
 */
export function openableHost(
  host: string,
  interfaces: readonly Pick<Deno.NetworkInterfaceInfo, "family" | "address">[],
): string {
  if (host !== "0.0.0.0" && host !== "::") return host;
  const reachable = interfaces.find(({ family, address }) =>
    family === "IPv4" && !isLoopback(address)
  );
  return reachable?.address ?? "127.0.0.1";
}

interface Server {
  readonly url: string;
  readonly sessions: Sessions;
  close(): Promise<void>;
}

interface Process {
  readonly startedMs: number;
  readonly unready: () => string | null;
}

interface Served {
  readonly role: Role;
  readonly people: People;
  readonly desks: readonly DomainDesk[];
}

function serve(
  node: Node,
  { role, people, desks }: Served,
  { startedMs, unready }: Process,
): Server {
  const { config } = node;
  const { host, port, tls } = config.http;
  const scheme = tls === undefined ? "http" : "https";
  const name = openableHost(host, Deno.networkInterfaces());
  const url = `${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}`;
  const { sessions } = people;
  const { supervisors, links, couriers, sync } = role;
  const concerns = () => desks.flatMap((desk) => desk.concerns?.() ?? []);
  const shown = { node, supervisors, links, couriers, concerns, startedMs, version: VERSION };
  const handler = httpHandler({ ...shown, sessions, people, url, desks, sync, unready });
  const hurry = new AbortController();
  let finished = false;
  const server = listen(config, {
    ...certificateOf(config),
    signal: hurry.signal,
    onListen: () => {},
    onError: (error) => {
      node.log({ kind: "failed", error: String(error), stack: undefined });
      return new Response(null, { status: 500 });
    },
  }, (request, info) => handler(request, { remoteAddr: remoteOf(info) }));
  server.finished.then(() => finished = true);
  return {
    url,
    sessions,
    close: async () => {
      const graceful = server.shutdown();
      await Promise.race([graceful, pause(GRACE_MS, new AbortController().signal)]);
      if (!finished) hurry.abort();
      await server.finished;
    },
  };
}

function listen(
  config: Config,
  options: Omit<Deno.ServeTcpOptions, "hostname" | "port">,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer {
  const { host: hostname, port } = config.http;
  try {
    return Deno.serve({ hostname, port, ...options }, handler);
  } catch (cause) {
    throw cannotListen(config, cause);
  }
}

function remoteOf(info: Deno.ServeHandlerInfo): { hostname: string } {
  return "hostname" in info.remoteAddr ? { hostname: info.remoteAddr.hostname } : { hostname: "" };
}

/** A site's disk is freed of what both centres hold; a county keeps what it was given. */
async function pruneNow(
  { config, journal, clockWatch, disk, log, losses }: Node,
  { links, replication }: Role,
  signal: AbortSignal,
): Promise<void> {
  const { role, journal: { retentionDays } } = config;
  const centres = links.map(({ centre }) => centre);
  if (whatMayGo({ role, retentionDays, centres, lost: new Set() }) === null) return;
  while (!signal.aborted) {
    disk.makeRoomToPrune();
    const may = whatMayGo({ role, retentionDays, centres, lost: losses.lost });
    const segments = may === null ? 0 : await journal.prune({
      ...may,
      adopted: replication.lives.adopted,
      nowMs: clockWatch.ageingMs(),
    });
    if (segments > 0) log({ kind: "pruned", segments });
    await pause(PRUNE_MS, signal);
  }
}

/** A word on a centre's key counts by how that centre answers. */
function keyParts(node: Node, { links }: Role): Parameters<typeof followCentreKeys>[0] {
  const { config, journal, tables, registry, clock, log } = node;
  const answering = (name: string) =>
    links.find(({ centre }) => centre === name)?.answering ?? { kind: "unknown" as const };
  return { config, journal, tables, registry, clock, log, timer: systemTimer, answering };
}

/** Nodes that enrolled at the other centre, and centres declared lost, are known here soon. */
async function followTables(
  { tables, registry, losses }: Node,
  signal: AbortSignal,
): Promise<void> {
  for await (const _ of tables.changes(signal)) {
    await registry.refresh();
    await losses.refresh();
    await pause(REGISTRY_MS, signal);
  }
}
