/**
 * A site and two centres in the test's own process, by a clock of the test: so a week passes in a
 * minute. Devices are simulated and speak MQTT to the site's own broker; the lines to the centres
 * are real and can be cut.
 */
import mqtt from "mqtt";
import * as z from "zod";
import { freePort, listening } from "../../drivers/fixtures.ts";
import { encodePayload } from "../../drivers/mqtt/encode.ts";
import { PASSWORD, PASSWORD_HASH } from "../../drivers/mqtt/fixtures.ts";
import { topicOf } from "../../drivers/mqtt/profile.ts";
import { builtInProfiles, ProfileLibrary } from "../../drivers/profile_library.ts";
import type { Values } from "../../drivers/simulation.ts";
import type { Stamp } from "../../sync/entry.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { pause } from "../../sync/timer.ts";
import type { Clock, Ruler } from "../clock.ts";
import { WEEK_START_MS, type WeekUnit } from "../demo/township_week.ts";
import { InnerNode } from "../fixture_inner_node.ts";
import { testedTablesThread } from "../fixture_program.ts";
import { enrol, NodeProcess } from "../fixtures.ts";
import { addNurse, PINS, sessionOf } from "../waste/fixture_nurses.ts";
import { latestOf, writeProfiles } from "./fixtures.ts";
import { type ToxicLine, ToxicLines } from "./toxic_lines.ts";

export const SITE = "site-1";
export const SCALES = { ward: "ward-scale", store: "store-scale" } as const;
export const STORE = "store-1";
const STERILISER = "autoclave-1";
const STERILISER_PROFILE = "steriliser-gateway";
const POLL_MS = 20;
const LOGIN = "township";
const MINUTE_MS = 60_000;
/** A centre looks every 10 s whom it has not heard; after so long it has on a slow machine, too. */
const LOOKED_MS = 20_000;
/** A centre takes the site for silent after so many minutes without a word. */
export const SILENT_MINUTES = 120;
/** As people's roles at a small site are: whoever is there does all. */
const ROLES = ["nurse", "vaccine-keeper", "sterile-technician"];
/** A session ends after 15 minutes without a use. */
const SESSION_MS = 14 * MINUTE_MS;

/** What all clocks of the test show. */
interface Time {
  ms: number;
}

/** A machine's clock that stands still until the test moves it on; `boot` counts its starts. */
class ScriptedClock implements Clock {
  readonly #time: Time;
  readonly #bootId: string;
  readonly #bootedMs: number;

  constructor(time: Time, boot: string) {
    this.#time = time;
    this.#bootId = boot.padStart(32, "0");
    this.#bootedMs = time.ms - MINUTE_MS;
  }

  now(): Stamp {
    const { ms } = this.#time;
    return { wallMs: ms, bootId: this.#bootId, bootMs: ms - this.#bootedMs, clock: "trusted" };
  }

  ruler(): Ruler {
    const now = this.now();
    return () => now;
  }
}

/** A node in this process, by a clock of the test. */
class ClockedNode extends NodeProcess {
  readonly #time: Time;
  readonly #number: string;
  #boots = 0;
  #inner: InnerNode | null = null;

  constructor(time: Time, number: string, ...given: ConstructorParameters<typeof NodeProcess>) {
    super(...given);
    [this.#time, this.#number] = [time, number];
  }

  override async start(): Promise<this> {
    const clock = new ScriptedClock(this.#time, `${this.#number}${++this.#boots}`);
    this.#inner = await InnerNode.start(this.config, { clock, tablesThread: testedTablesThread() });
    return this;
  }

  override async kill(): Promise<void> {
    const inner = this.#inner;
    this.#inner = null;
    await inner?.[Symbol.asyncDispose]();
  }
}

/** A point of the steriliser's gateway, as a profile has it. */
function point(name: string, unit: string | undefined, example: number) {
  const title = { zh: name, en: name };
  const measured = unit === undefined ? {} : { unit };
  return { point: name, title, path: name, example, ...measured };
}

const STERILISER_POINTS = [
  point("phase", undefined, 0),
  point("temperature", "Cel", 134),
  point("pressure", "bar", 3),
  point("pressure-ambient", "bar", 1),
];

const program = (id: string, holdSeconds: number, more: object) => ({
  ...{ id, names: [id], method: "prevacuum", setpointCel: 134, holdSeconds, ...more },
});

function siteSettings(folder: string, port: number, units: readonly WeekUnit[], minutes: number) {
  const devices = [
    ...units.map(({ id }) => ({ id, profile: "temperature-humidity" })),
    ...Object.values(SCALES).map((id) => ({ id, profile: "waste-scale" })),
    { id: STERILISER, profile: STERILISER_PROFILE },
  ];
  const clients = [{ username: LOGIN, passwordHash: PASSWORD_HASH, devices }];
  const title = { zh: "灭菌器", en: "Steriliser" };
  const profile = {
    ...{ protocol: "mqtt", profile: STERILISER_PROFILE, title, source: "a test" },
    ...{ intervalSeconds: 86_400 },
    messages: [{ topic: "steriliser/{device}", points: STERILISER_POINTS }],
  };
  const validated = { by: "厂家", report: "BD-1", day: "2026-01-01" };
  return {
    profilesDir: writeProfiles(folder, profile),
    sources: [{
      ...{ name: "sensors", driver: "mqtt-broker" },
      settings: { host: "127.0.0.1", port, clients },
    }],
    coldchain: {
      units: units.map(({ id, name, preset }) => ({
        ...{ id, name, preset, form: "refrigerator", manual: false },
        intervalSeconds: minutes * 60,
        probes: [{ id: `probe-${id}`, device: id }],
      })),
    },
    waste: {
      scales: Object.values(SCALES).map((device) => ({ device, divisionGrams: 10 })),
      stores: [{ id: STORE, name: "暂存间", capacityGrams: 500_000 }],
    },
    sterile: {
      sterilisers: [{
        ...{ id: "S1", title, device: STERILISER, points: "enbio-steriliser" },
        ...{ temperatures: ["chamber"], altitudeMetres: 0 },
        programs: [
          program("p134", 240, { loads: ["instruments"] }),
          program("bd", 210, { loads: ["test"], validated }),
        ],
      }],
    },
  };
}

const done = z.object({ entry: z.string(), subject: z.string() });

export interface Watched {
  readonly units: readonly WeekUnit[];
  /** Minutes from one value to the next. */
  readonly sampleMinutes: number;
  /** Of the week, when they begin to run. */
  readonly startMinute: number;
}

interface Place {
  readonly folder: string;
  /** To both centres. */
  readonly lines: readonly ToxicLine[];
  readonly ports: readonly number[];
}

export class Town implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly #time: Time = { ms: WEEK_START_MS };
  readonly #profiles = new ProfileLibrary(builtInProfiles());
  readonly #sessions = new Map<string, { readonly cookie: string; ms: number }>();
  readonly #port = freePort();
  #client: mqtt.MqttClient | null = null;
  #lines: readonly ToxicLine[] = [];
  #acts = 0;
  #messages = 0;
  isCut = false;
  readonly a: NodeProcess;
  readonly b: NodeProcess;
  readonly site: NodeProcess;

  private constructor(opened: AsyncDisposableStack, { folder, lines, ports }: Place, of: Watched) {
    this.#opened = opened;
    this.minute = of.startMinute;
    this.#lines = lines;
    const [a, b] = ["county-a", "county-b"].map((name, n) => {
      const peer = { node: ["county-b", "county-a"][n], url: `http://127.0.0.1:${ports[1 - n]}` };
      const more = { peer, coldchain: { silentSiteMinutes: SILENT_MINUTES } };
      const options = { name, role: "county", port: ports[n], more } as const;
      return this.#opened.use(new ClockedNode(this.#time, `${n + 1}a`, folder, options));
    });
    const counties = lines.map(({ url }, n) => ({ node: ["county-a", "county-b"][n], url }));
    const more = { counties, ...siteSettings(folder, this.#port, of.units, of.sampleMinutes) };
    const options = { name: SITE, role: "site", more } as const;
    this.site = this.#opened.use(new ClockedNode(this.#time, "3a", folder, options));
    [this.a, this.b] = [a, b];
  }

  /** All three run. */
  static async open(of: Watched): Promise<Town> {
    await using opened = new AsyncDisposableStack();
    const folder = opened.use(new TemporaryFolder()).path;
    const toxic = opened.use(await ToxicLines.start());
    const ports = [freePort(), freePort()];
    const lines = [await toxic.to("to-a", ports[0]), await toxic.to("to-b", ports[1])];
    await using starting = new AsyncDisposableStack();
    const town = starting.use(new Town(opened.move(), { folder, lines, ports }, of));
    await Promise.all([town.a.start(), town.b.start()]);
    await enrol(town.a, town.b);
    await enrol(town.a, town.site);
    await town.start();
    for (const name of Object.keys(PINS)) await addNurse(town.site, name, ROLES);
    starting.move();
    return town;
  }

  /** Minutes since the week began, with fractions. */
  get minute(): number {
    return (this.#time.ms - WEEK_START_MS) / MINUTE_MS;
  }

  set minute(minute: number) {
    this.#time.ms = WEEK_START_MS + Math.round(minute * MINUTE_MS);
  }

  get isUp(): boolean {
    return this.#client !== null;
  }

  /** Also after its power was cut. */
  async start(): Promise<void> {
    await this.site.start();
    await listening(this.#port);
    const login = { username: LOGIN, password: PASSWORD, reconnectPeriod: 0 };
    this.#client = await mqtt.connectAsync(`mqtt://127.0.0.1:${this.#port}`, login);
  }

  /** Both centres have heard all before it stops. */
  async stop(): Promise<void> {
    await this.level();
    const client = this.#client;
    this.#client = null;
    // The box is dark before it can notice that its devices are.
    await this.site.kill();
    await client?.endAsync(true);
    await this.#looked();
  }

  async cut(): Promise<void> {
    await this.level();
    for (const line of this.#lines) await line.cut();
    this.isCut = true;
    await this.#looked();
  }

  async join(): Promise<void> {
    for (const line of this.#lines) await line.join();
    this.isCut = false;
    await this.level();
  }

  /** Both centres hold what the site does. */
  async level(): Promise<void> {
    const hashes = async (node: NodeProcess) => (await node.positionsOf(SITE)).join("\n");
    await until("both centres are equal to the site", async () => {
      const own = await hashes(this.site);
      if (own === await hashes(this.a) && own === await hashes(this.b)) return true;
      await pause(POLL_MS, new AbortController().signal);
      return false;
    });
  }

  /** What came last, the centres have heard before the clock moves on. */
  async #looked(): Promise<void> {
    await pause(LOOKED_MS, new AbortController().signal);
  }

  /** Resolves once the site has it on its disk. */
  async tells(device: string, profile: string, values: Values): Promise<void> {
    const found = this.#profiles.get(profile);
    if (found?.protocol !== "mqtt") throw new Error(`"${profile}" is no MQTT profile`);
    const told = { id: `message-${++this.#messages}`, ms: this.#time.ms };
    await Promise.all(found.messages.map((message) => {
      const payload = encodePayload(message, values, told);
      return this.#publish(topicOf(message.topic, { id: device, profile: found }), payload);
    }));
  }

  async steriliserTells(values: Values): Promise<void> {
    const payload = new TextEncoder().encode(JSON.stringify(values));
    await this.#publish(`steriliser/${STERILISER}`, payload);
  }

  async #publish(topic: string, payload: Uint8Array): Promise<void> {
    await this.#client?.publishAsync(topic, Buffer.from(payload), { qos: 1 });
  }

  /** The place of the reading of a weighing. */
  async weighs(device: string, values: Values): Promise<string> {
    await this.tells(device, "waste-scale", values);
    let place: string | null = null;
    await until("the weighing is shown", async () => {
      const shown = (await latestOf(this.site, device)).find(({ point }) => point === "weight");
      const isOfNow = shown !== undefined && Date.parse(shown.time) === this.#time.ms;
      if (isOfNow && shown.value === values.weight) place = `${shown.origin}/reading/${shown.seq}`;
      return place !== null;
    });
    return place ?? "";
  }

  /** What a person does at the site, whatever comes of it. */
  async tries(person: string, path: string, body: object) {
    const headers = { cookie: await this.#cookie(person), "content-type": "application/json" };
    const text = JSON.stringify({ id: `act-${String(++this.#acts).padStart(6, "0")}`, ...body });
    const init = { method: "POST", token: false, headers, body: text };
    const answer = await this.site.fetch(`/api/${path}`, init);
    const json: unknown = await answer.json();
    return { status: answer.status, json };
  }

  /** The same, that has to be done. */
  async acts(person: string, path: string, body: object): Promise<z.infer<typeof done>> {
    const { status, json } = await this.tries(person, path, body);
    if (status !== 201) throw new Error(`${path} was refused: ${JSON.stringify(json)}`);
    return done.partial().transform(({ entry = "", subject = "" }) => ({ entry, subject }))
      .parse(json);
  }

  /** Whoever is signed in looks at something. */
  async asks(): Promise<void> {
    for (const [person, { ms }] of this.#sessions) {
      if (!this.isUp || this.#time.ms - ms > SESSION_MS) continue;
      const headers = { cookie: await this.#cookie(person) };
      const answer = await this.site.fetch("/api/waste/alarms", { token: false, headers });
      await answer.body?.cancel();
    }
  }

  async #cookie(person: string): Promise<string> {
    const held = this.#sessions.get(person);
    if (held !== undefined && this.#time.ms - held.ms <= SESSION_MS) {
      held.ms = this.#time.ms;
      return held.cookie;
    }
    const cookie = await sessionOf(this.site, person);
    this.#sessions.set(person, { cookie, ms: this.#time.ms });
    return cookie;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.endAsync(true);
    await this.#opened.disposeAsync();
  }
}
