/** What the tests of the whole way share: a consortium of real nodes, lines, equality. */
import { join } from "node:path";
import { stringify } from "yaml";
import * as z from "zod";
import { PASSWORD, PASSWORD_HASH } from "../../drivers/mqtt/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { mosquittoPub } from "../../drivers/fixtures.ts";
import { pointView } from "../devices/device_list.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";

/** Two centres and a site, each a process; the site is enrolled and not yet started. */
export interface Consortium extends AsyncDisposable {
  readonly folder: string;
  readonly a: NodeProcess;
  readonly b: NodeProcess;
  readonly site: NodeProcess;
}

/**
 * `more` makes the rest of the site's configuration, with the folder at hand, `everywhere` what
 * stands in that of all three.
 */
export async function consortium(
  more: (folder: string) => object,
  everywhere: (folder: string) => object = () => ({}),
): Promise<Consortium> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(new TemporaryFolder()).path;
  const shared = everywhere(folder);
  const [a, b] = await startCentres(folder, shared);
  stack.use(a);
  stack.use(b);
  const counties = centresFor([a, b]);
  const site = stack.use(
    new NodeProcess(folder, {
      name: "site-1",
      role: "site",
      more: { counties, ...shared, ...more(folder) },
    }),
  );
  await enrol(a, site);
  const closing = stack.move();
  return { folder, a, b, site, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/** A line of our own broker, on which each client is one device, by profile. */
export function brokerLine(
  port: number,
  devices: Readonly<Record<string, string>>,
  more: object = {},
) {
  const clients = Object.entries(devices).map(([id, profile]) => ({
    username: id,
    passwordHash: PASSWORD_HASH,
    devices: [{ id, profile }],
  }));
  const settings = { host: "127.0.0.1", port, clients, ...more };
  return { name: "sensors", driver: "mqtt-broker", settings };
}

/** A Modbus line with one device of the same name. */
export function modbusLine(name: string, port: number, profile: string) {
  const connection = { type: "tcp", host: "127.0.0.1", port };
  return { name, driver: "modbus", settings: { connection, devices: [{ id: name, profile }] } };
}

/** Writes profiles into a folder of their own, which a site's `profilesDir` names. */
export function writeProfiles(folder: string, ...profiles: readonly object[]): string {
  const directory = join(folder, "profiles");
  Deno.mkdirSync(directory, { recursive: true });
  for (const profile of profiles) {
    const name = z.object({ profile: z.string() }).parse(profile).profile;
    Deno.writeTextFileSync(join(directory, `${name}.yaml`), stringify(profile));
  }
  return directory;
}

/** A profile of an MQTT device that counts: its number, and where it is told, its id. */
export function countingProfile(profile: string, more: object = {}) {
  return {
    protocol: "mqtt",
    profile,
    title: { zh: "计数器", en: "Counter" },
    source: "a test",
    intervalSeconds: 1,
    messages: [{
      topic: "count/{device}",
      points: [
        { point: "number", title: { zh: "数", en: "Number" }, unit: "1", path: "n", example: 0 },
      ],
      ...more,
    }],
  };
}

/** Debian's client as the device of this name; `true` once it has its PUBACK. */
export async function publishedBy(
  device: string,
  port: number,
  topic: string,
  payload: string | Uint8Array,
): Promise<boolean> {
  const login = { username: device, password: PASSWORD };
  return (await mosquittoPub({ port, ...login, topic, payload })).code === 0;
}

const latest = z.array(
  pointView.omit({ ageSeconds: true, stale: true, title: true })
    .extend({ site: z.string(), device: z.string() }),
);
export type LatestPoint = z.infer<typeof latest>[number];

/** The last values of a site's device as a node shows them, without what depends on now. */
export async function latestOf(node: NodeProcess, device: string): Promise<LatestPoint[]> {
  return latest.parse(await node.ask("/api/latest?site=site-1"))
    .filter((point) => point.device === device);
}

/** How many entries of a site's stream a node holds, over all its lives. */
export async function held(node: NodeProcess, of: string, stream: string): Promise<number> {
  return (await node.positions())
    .filter((position) => position.origin.startsWith(`${of}.`) && position.stream === stream)
    .reduce((sum, { seq }) => sum + seq, 0);
}

/** Waits until both centres hold all that the site does, by position and hash (G6). */
export async function bothEqual(
  { a, b, site }: Pick<Consortium, "a" | "b" | "site">,
  withinMs = 60_000,
): Promise<void> {
  await until(`both centres are equal to ${site.name}, by position and hash`, async () => {
    const [own, atA, atB] = await Promise.all(
      [site, a, b].map(async (node) => (await node.positionsOf(site.name)).join("\n")),
    );
    return own !== "" && own === atA && own === atB;
  }, withinMs);
}
