/**
 * What a single field cannot tell: names that stand twice, addresses that others can hear. Works
 * on a document that may be wrong in other ways too, so that all faults are told at once.
 */
import { DISK_SHARES, isLoopback } from "./config.ts";
import { dig } from "./dig.ts";

export interface RuleFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export function ruleFaults(document: unknown): RuleFault[] {
  const host = dig(document, "http", "host");
  const faults: RuleFault[] = [];
  if (typeof host === "string" && !isLoopback(host) && dig(document, "http", "tls") === undefined) {
    const message = `"${host}" can be heard by others: it needs http.tls`;
    faults.push({ path: ["http", "host"], message });
  }
  faults.push(...notRising(dig(document, "disk")));
  faults.push(...clearText(dig(document, "peer", "url"), ["peer", "url"]));
  const cds = ["prescription", "cds", "url"] as const;
  faults.push(...clearText(dig(document, ...cds), cds));
  const webhook = ["prescription", "webhook", "url"] as const;
  faults.push(...clearText(dig(document, ...webhook), webhook));
  faults.push(...ofNoSite(document));
  for (const [index, channel] of list(dig(document, "notifications", "channels")).entries()) {
    const at = ["notifications", "channels", index] as const;
    faults.push(...clearText(dig(channel, "url"), [...at, "url"]));
    if (dig(channel, "security") === "none" && !isLoopback(String(dig(channel, "host")))) {
      faults.push({ path: [...at, "security"], message: "found none; want tls or starttls" });
    }
    faults.push(...unknownSiren(channel, document, at));
  }
  faults.push(...itself(document, ["peer", "node"]));
  const counties = list(dig(document, "counties"));
  for (const index of counties.keys()) {
    faults.push(...clearText(dig(counties[index], "url"), ["counties", index, "url"]));
    faults.push(...itself(document, ["counties", index, "node"]));
  }
  const sources = list(dig(document, "sources"));
  return [
    ...faults,
    ...unknownProbes(document, sources.flatMap(devices)),
    ...repeats(
      "centre",
      counties.map((county, index) => ({
        name: dig(county, "node"),
        path: ["counties", index, "node"],
      })),
    ),
    ...repeats(
      "line",
      sources.map((source, index) => ({
        name: dig(source, "name"),
        path: ["sources", index, "name"],
      })),
    ),
    ...repeats("device", sources.flatMap(devices)),
    ...sharedLines(sources),
    ...sources.flatMap((source, index) =>
      repeats(
        "client",
        list(dig(source, "settings", "clients")).map((client, at) => ({
          name: dig(client, "username"),
          path: ["sources", index, "settings", "clients", at, "username"],
        })),
      )
    ),
  ];
}

/** What is refused first must not be what is refused last. */
function notRising(disk: unknown): RuleFault[] {
  const shares = Object.entries(DISK_SHARES).map(([name, fallback]) => {
    const share = dig(disk, name) ?? fallback;
    return { name, share: typeof share === "number" ? share : fallback };
  });
  return shares.slice(1).flatMap(({ name, share }, index) => {
    const before = shares[index];
    return share > before.share
      ? []
      : [{ path: ["disk", name], message: `found ${share}; want more than ${before.name}` }];
  });
}

interface Named {
  readonly name: unknown;
  readonly path: readonly (string | number)[];
}

function repeats(what: string, places: readonly Named[]): RuleFault[] {
  const seen = new Set<unknown>();
  return places.flatMap(({ name, path }) => {
    if (typeof name !== "string" || !seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path, message: `another ${what} is called "${name}" already` }];
  });
}

/**
 * Two masters on one line talk into each other's answers: a line has one owner. Where a port has
 * several names, as under /dev/serial/by-id, they are one port; one that is not there is its name.
 */
function sharedLines(sources: readonly unknown[]): RuleFault[] {
  const owners = new Map<string, unknown>();
  return sources.flatMap((source, index): RuleFault[] => {
    const line = lineOf(dig(source, "settings", "connection"));
    if (line === null) return [];
    const owner = owners.get(line.key);
    if (owner === undefined) {
      owners.set(line.key, dig(source, "name") ?? `sources[${index}]`);
      return [];
    }
    const message = `the line "${owner}" has ${line.called} already; ` +
      `a line has one owner: put its devices there`;
    return [{ path: ["sources", index, "settings", "connection", line.field], message }];
  });
}

function lineOf(connection: unknown): { key: string; called: string; field: string } | null {
  const [host, port] = [dig(connection, "host"), dig(connection, "port")];
  if (typeof host === "string") {
    const number = port ?? (dig(connection, "type") === "tcp" ? 502 : null);
    const called = `${host.toLowerCase()}:${number}`;
    return { key: called, called, field: "host" };
  }
  if (typeof port !== "string") return null;
  try {
    const key = Deno.realPathSync(port);
    return { key, called: key === port ? port : `${port} (${key})`, field: "port" };
  } catch {
    return { key: port, called: port, field: "port" };
  }
}

function devices(source: unknown, index: number): Named[] {
  const named = (owner: unknown, path: (string | number)[]) =>
    list(dig(owner, "devices")).map((device, at): Named => ({
      name: dig(device, "id"),
      path: ["sources", index, "settings", ...path, "devices", at, "id"],
    }));
  const settings = dig(source, "settings");
  const clients = list(dig(settings, "clients"));
  return [
    ...named(settings, []),
    ...clients.flatMap((client, at) => named(client, ["clients", at])),
  ];
}

function itself(document: unknown, path: readonly (string | number)[]): RuleFault[] {
  const node = dig(document, ...path);
  return typeof node === "string" && node === dig(document, "node")
    ? [{ path, message: `"${node}" is this node itself; want another one` }]
    : [];
}

/** Who is told, or may ask, at a county says of which sites: one that may of all says that too. */
function ofNoSite(document: unknown): RuleFault[] {
  if (dig(document, "role") !== "county") return [];
  const faults: RuleFault[] = [];
  const hook = ["prescription", "webhook"] as const;
  const said = 'at a county it needs sites: names of them, or "all"';
  if (dig(document, ...hook) !== undefined && dig(document, ...hook, "sites") === undefined) {
    faults.push({ path: hook, message: said });
  }
  const clients = ["prescription", "cds", "clients"] as const;
  for (const [index, client] of list(dig(document, ...clients)).entries()) {
    if (dig(client, "site") !== undefined || dig(client, "sites") !== undefined) continue;
    faults.push({ path: [...clients, index], message: `${said}, or the one site that it is of` });
  }
  return faults;
}

/** A siren at a point that no device permits would be found out by the first alarm. */
function unknownSiren(
  channel: unknown,
  document: unknown,
  path: readonly (string | number)[],
): RuleFault[] {
  if (dig(channel, "kind") !== "siren-coil") return [];
  const [wanted, point] = [dig(channel, "device"), dig(channel, "point")];
  const all = list(dig(document, "sources"))
    .flatMap((source) => list(dig(source, "settings", "devices")));
  const device = all.find((one) => dig(one, "id") === wanted);
  if (device === undefined) {
    return [{ path: [...path, "device"], message: `there is no device "${wanted}"` }];
  }
  return list(dig(device, "writes")).includes(point) ? [] : [{
    path: [...path, "point"],
    message: `device "${wanted}" does not permit it: want it in its writes`,
  }];
}

/** A unit whose probe, or contact of power, nobody reads would be silent for ever. */
function unknownProbes(document: unknown, known: readonly Named[]): RuleFault[] {
  const names = new Set(known.map(({ name }) => name));
  return list(dig(document, "coldchain", "units")).flatMap((unit, index) => {
    const named = [
      [dig(unit, "power", "device"), ["power"]] as const,
      ...list(dig(unit, "probes")).map((probe, at) =>
        [dig(probe, "device"), ["probes", at]] as const
      ),
    ];
    return named.flatMap(([device, below]): RuleFault[] => {
      if (typeof device !== "string" || names.has(device)) return [];
      const path = ["coldchain", "units", index, ...below, "device"];
      return [{ path, message: `there is no device "${device}"; want one of sources` }];
    });
  });
}

function clearText(url: unknown, path: readonly (string | number)[]): RuleFault[] {
  if (typeof url !== "string" || !URL.canParse(url)) return [];
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !isLoopback(hostname)
    ? [{ path, message: "want https: http is for this machine itself" }]
    : [];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
