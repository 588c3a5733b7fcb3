/** `tributary check`: tries what can be tried before a node is started. */
import * as https from "node:https";
import * as http from "node:http";
import * as net from "node:net";
import { dirname, join, resolve } from "node:path";
import { lineLoad } from "../../drivers/modbus/line_load.ts";
import { SystemClock } from "../clock.ts";
import type { Config, SourceConfig } from "../config.ts";
import { dig } from "../dig.ts";
import { withStoredUnits } from "../config_units.ts";
import { hasKeys, openKeystore, PeersFile } from "../keystore.ts";
import { askNode } from "./local_api.ts";

export interface Finding {
  readonly level: "ok" | "warning" | "fault";
  /** What was tried. */
  readonly what: string;
  /** What was found, and what to do about it. */
  readonly found: string;
}

const TIMEOUT_MS = 5000;
/** A disk with less room is full before a township's month of readings is. */
const FREE_BYTES_MIN = 1 << 30;

export async function checkNode(config: Config): Promise<Finding[]> {
  const running = await runs(config);
  return [
    checkFolder(config),
    await checkDisk(config),
    checkClock(),
    ...checkFiles(config),
    ...await checkUnits(config),
    ...checkCertificate(config),
    ...(running
      ? [ok("the node", "it is running; its ports are its own")]
      : await checkPorts(config)),
    ...(await checkCentres(config)),
    ...(config.role === "site" ? await Promise.all(config.sources.flatMap(checkSource)) : []),
  ];
}

function ok(what: string, found: string): Finding {
  return { level: "ok", what, found };
}

/** Only looks: what a check run as another user made, the node could not read. */
function checkFolder({ dataDir, keyFile }: Config): Finding {
  const what = `folder ${dataDir}`;
  try {
    const folder = nearestFolder(dataDir);
    const probe = join(folder, ".tributary-check");
    Deno.writeTextFileSync(probe, "");
    Deno.removeSync(probe);
    if (!hasKeys(dataDir)) return ok(what, "can be written; keys are made at the first start");
    openKeystore(dataDir, keyFile);
    return ok(what, "can be written, and its keys can be read");
  } catch (error) {
    return { level: "fault", what, found: `${message(error)}; set dataDir to a folder of its own` };
  }
}

/** The folder itself, or the one in which it will be made. */
function nearestFolder(path: string): string {
  for (let folder = resolve(path);; folder = dirname(folder)) {
    try {
      if (Deno.statSync(folder).isDirectory) return folder;
      throw new Error(`"${folder}" is no folder`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Files that the configuration names, for people, and where it names them. */
function* namedFiles(config: Config): Generator<[what: string, path: string | undefined]> {
  yield ["keyFile", config.keyFile];
  const centres = config.role === "site" ? config.counties : [config.peer];
  for (const centre of centres) yield [`ca of ${centre?.node}`, centre?.ca];
  for (const { name, driver, settings } of config.role === "site" ? config.sources : []) {
    if (driver === "mqtt-broker") {
      yield [`${name}: tls.certificate`, settings.tls?.certificate];
      yield [`${name}: tls.key`, settings.tls?.key];
      yield [`${name}: tls.clientCa`, settings.tls?.clientCa];
    } else if (driver === "mqtt-client") {
      yield [`${name}: passwordFile`, settings.passwordFile];
      yield [`${name}: ca`, settings.ca];
      yield [`${name}: certificate`, settings.certificate];
      yield [`${name}: key`, settings.key];
    }
  }
}

function checkFiles(config: Config): Finding[] {
  return [...namedFiles(config)].flatMap(([name, path]): Finding[] => {
    if (path === undefined) return [];
    try {
      Deno.readTextFileSync(path);
      return [ok(`${name} ${path}`, "can be read")];
    } catch (error) {
      const found = `${message(error)}; name a file that the node's user may read`;
      return [{ level: "fault", what: `${name} ${path}`, found }];
    }
  });
}

async function checkUnits(config: Config): Promise<Finding[]> {
  try {
    await withStoredUnits(config);
    return [];
  } catch (error) {
    return [{ level: "fault", what: "units of the devices' profiles", found: message(error) }];
  }
}

async function checkDisk({ dataDir }: Config): Promise<Finding> {
  const { statfs } = await import("node:fs/promises");
  const what = `disk of ${dataDir}`;
  try {
    const { bsize, bavail } = await statfs(nearestFolder(dataDir));
    const free = bsize * bavail;
    const found = `${(free / 1e9).toFixed(1)} GB free`;
    return free < FREE_BYTES_MIN ? { level: "warning", what, found } : ok(what, found);
  } catch (error) {
    return { level: "fault", what, found: message(error) };
  }
}

function checkClock(): Finding {
  const { clock, wallMs } = new SystemClock().now();
  const what = "clock";
  const time = new Date(wallMs).toISOString();
  if (wallMs < Date.UTC(2026, 0)) {
    const found = `it says ${time}, which is before this program was made; set it`;
    return { level: "fault", what, found };
  }
  if (clock === "trusted") return ok(what, `${time}, synchronised`);
  const found = `${time}, and no time source confirms it: entries will say so; set up NTP`;
  return { level: "warning", what, found };
}

function checkCertificate({ http: { tls } }: Config): Finding[] {
  return Object.entries(tls ?? {}).map(([setting, path]) => {
    const what = `http.tls.${setting} ${path}`;
    try {
      Deno.readTextFileSync(path);
      return ok(what, "can be read");
    } catch (error) {
      return { level: "fault", what, found: message(error) };
    }
  });
}

async function checkPorts(config: Config): Promise<Finding[]> {
  const listeners = [
    { what: "console and API", host: config.http.host, port: config.http.port },
    ...(config.role === "site" ? config.sources.flatMap(brokers) : []),
  ];
  return await Promise.all(listeners.map(async ({ what, host, port }) => {
    const { promise, resolve } = Promise.withResolvers<Finding>();
    const server = net.createServer();
    const where = `port ${host}:${port} (${what})`;
    server.once("error", (error) => {
      resolve({ level: "fault", what: where, found: `${error.message}; choose another port` });
    });
    server.listen(port, host, () => server.close(() => resolve(ok(where, "free"))));
    return await promise;
  }));
}

function brokers(source: SourceConfig): { what: string; host: string; port: number }[] {
  if (source.driver !== "mqtt-broker") return [];
  const { host, port } = source.settings;
  return [{ what: source.name, host, port }];
}

function checkSource(source: SourceConfig): Promise<Finding>[] {
  const what = `line ${source.name} (${source.driver})`;
  switch (source.driver) {
    case "mqtt-broker":
      return [];
    case "mqtt-client": {
      const { hostname, port } = mqttAddress(source.settings.url);
      return [reach(what, hostname, port)];
    }
    case "modbus": {
      const { connection, devices } = source.settings;
      const writable = devices.filter(({ writes }) => writes.length > 0).map(({ id, writes }) =>
        ok(`writes of ${id}`, `a person may write ${writes.join(", ")}`)
      );
      const load = checkLoad(what, lineLoad(source.settings));
      const told = [...load, ...checkFactory(source.settings), ...writable];
      return [lineOf(what, connection), ...told.map((finding) => Promise.resolve(finding))];
    }
    case "printer":
    case "scale": {
      const { connection } = source.settings;
      return [lineOf(what, connection)];
    }
  }
}

type Connection = Extract<
  SourceConfig,
  { driver: "modbus" | "scale" | "printer" }
>["settings"]["connection"];

function lineOf(what: string, connection: Connection): Promise<Finding> {
  return connection.type === "serial"
    ? Promise.resolve(checkPort(what, connection.port))
    : reach(what, connection.host, connection.port);
}

/** What does not fit on the line is left out, poll by poll. */
function checkLoad(what: string, load: number): Finding[] {
  if (load === 0) return [];
  const found = `its polls take ${Math.ceil(load * 100)} % of the line's time or more`;
  if (load <= 1) return [ok(what, found)];
  const times = (Math.ceil(load * 10) / 10).toFixed(1);
  const fix = `make intervalSeconds ${times} times as long, raise the baud rate, ` +
    "or put devices on a second line";
  return [{ level: "warning", what, found: `${found}, so that some are left out; ${fix}` }];
}

/** A device that was never set otherwise hears only a line that is as it left its factory. */
function checkFactory(
  { connection, devices }: Extract<SourceConfig, { driver: "modbus" }>["settings"],
): Finding[] {
  if (connection.type !== "serial") return [];
  return devices.flatMap(({ id, profile }): Finding[] => {
    const factory = Object.entries(profile.serial ?? {});
    const other = factory.filter(([name, value]) => dig(connection, name) !== value)
      .map(([name, value]) => `${name} ${value}, the line has ${dig(connection, name)}`);
    if (other.length === 0) return [];
    const found = `it leaves its factory with ${other.join("; ")}; set one like the other`;
    return [{ level: "warning", what: `line of ${id}`, found }];
  });
}

/** Only looks: a running node has it open. */
function checkPort(what: string, path: string): Finding {
  try {
    if (Deno.statSync(path).isCharDevice) return ok(what, `${path} is there`);
    return { level: "fault", what, found: `${path} is no serial port; ${PORT_HINT}` };
  } catch (error) {
    return { level: "fault", what, found: `${message(error)}; ${PORT_HINT}` };
  }
}

const PORT_HINT = "look under /dev/serial/by-id for what is plugged in";

function mqttAddress(url: string): { hostname: string; port: number } {
  const { hostname, port, protocol } = new URL(url);
  return { hostname, port: Number(port || (protocol === "mqtts:" ? 8883 : 1883)) };
}

async function reach(what: string, host: string, port: number): Promise<Finding> {
  const { promise, resolve } = Promise.withResolvers<Finding>();
  const socket = net.connect({ host, port });
  const failed = (found: string) =>
    resolve({ level: "fault", what, found: `cannot reach ${host}:${port}: ${found}` });
  socket.setTimeout(TIMEOUT_MS, () => failed("no answer"));
  socket.once("error", (error) => failed(error.message));
  socket.once("connect", () => resolve(ok(what, `${host}:${port} can be reached`)));
  const finding = await promise;
  socket.destroy();
  return finding;
}

async function checkCentres(config: Config): Promise<Finding[]> {
  const centres = config.role === "site"
    ? config.counties
    : config.peer === undefined
    ? []
    : [config.peer];
  const known = readPeers(config);
  const findings = await Promise.all(centres.map(async ({ node, url, ca }): Promise<Finding> => {
    const what = `centre ${node}`;
    try {
      const authority = ca === undefined ? undefined : Deno.readTextFileSync(ca);
      const { status, date } = await get(new URL("/healthz", url), authority);
      if (status !== 200) return { level: "fault", what, found: `${url} answered ${status}` };
      const driftSeconds = Math.round((Date.now() - Date.parse(date ?? "")) / 1000);
      const enrolled = known.includes(node)
        ? "enrolled"
        : "not enrolled yet: `tributary enroll CODE`";
      if (Math.abs(driftSeconds) > 5) {
        const found = `${url} can be reached, but its clock differs by ${driftSeconds} s`;
        return { level: "warning", what, found };
      }
      return { level: known.includes(node) ? "ok" : "warning", what, found: `${url}, ${enrolled}` };
    } catch (error) {
      return { level: "fault", what, found: `cannot reach ${url}: ${message(error)}` };
    }
  }));
  if (config.role === "site" && centres.length < 2) {
    const found =
      `${centres.length} of 2 centres configured: what only one holds can be lost with it`;
    findings.push({ level: "warning", what: "counties", found });
  }
  return findings;
}

function readPeers({ dataDir }: Config): string[] {
  try {
    return [...new PeersFile(dataDir).read().keys()];
  } catch {
    return [];
  }
}

/** Whether it is this very node that answers on its port: another one may have it. */
async function runs(config: Config): Promise<boolean> {
  try {
    return dig(await askNode(config, "/api/status"), "node") === config.node;
  } catch {
    return false;
  }
}

async function get(
  url: URL,
  ca: string | undefined,
): Promise<{ status: number; date: string | undefined }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    date: string | undefined;
  }>();
  const library = url.protocol === "https:" ? https : http;
  const request = library.get(url, { timeout: TIMEOUT_MS, agent: false, ca }, (response) => {
    response.resume();
    resolve({ status: response.statusCode ?? 0, date: response.headers.date });
  });
  request.once("timeout", () => request.destroy(new Error("no answer")));
  request.once("error", reject);
  return await promise;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function findingsText(findings: readonly Finding[]): string {
  const marks = { ok: "✓", warning: "!", fault: "✕" } as const;
  return findings.map(({ level, what, found }) => `${marks[level]} ${what}: ${found}`).join("\n");
}
