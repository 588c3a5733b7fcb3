/** What the demo consists of: two centres, two sites, their devices, and where all of it is. */
import { join } from "node:path";
import { stringify } from "yaml";
import { hashPassword } from "../../drivers/mqtt/password.ts";
import type { Text } from "../../drivers/profile_parts.ts";
import { newPassword } from "../commands/device/password.ts";
import { demonstrationSection } from "../prescription/demonstration_section.ts";

/** A device on a site's broker; without a model nothing simulates it. */
export interface MqttPart {
  readonly id: string;
  readonly title: Text;
  readonly profile: string;
  readonly password: string;
  readonly topic: string;
  readonly model: "room" | "scale" | "example" | null;
  readonly intervalMs: number;
}

export interface ModbusPart {
  readonly id: string;
  readonly title: Text;
  readonly profile: string;
  readonly port: number;
  /** Shifts its behaviour against that of the others, seconds. */
  readonly offset: number;
}

/** An indicator behind a converter. */
export interface ScalePart {
  readonly id: string;
  readonly title: Text;
  readonly profile: string;
  readonly port: number;
}

export interface NodePlan {
  readonly name: string;
  readonly role: "site" | "county";
  readonly title: Text;
  readonly port: number;
  readonly config: string;
  readonly dataDir: string;
  readonly mqttPort: number;
  readonly mqtt: readonly MqttPart[];
  readonly modbus: readonly ModbusPart[];
  readonly scales: readonly ScalePart[];
}

export interface DemoPlan {
  readonly counties: readonly NodePlan[];
  readonly sites: readonly NodePlan[];
}

const HOST = "127.0.0.1";
const DAY_MS = 86_400_000;

/** Chooses ports and passwords, and writes a configuration for each node into the folder. */
export async function makePlan(dir: string): Promise<DemoPlan> {
  const ports = freePorts(13).values();
  const port = () => ports.next().value ?? 0;
  const node = (name: string, role: NodePlan["role"], title: Text): NodePlan => ({
    name,
    role,
    title,
    port: port(),
    config: join(dir, `${name}.yaml`),
    dataDir: join(dir, name),
    mqttPort: role === "site" ? port() : 0,
    mqtt: [],
    modbus: [],
    scales: [],
  });
  const counties = [
    node("county-a", "county", { zh: "县数据中心 A", en: "County centre A" }),
    node("county-b", "county", { zh: "县数据中心 B", en: "County centre B" }),
  ];
  const sites: NodePlan[] = [
    {
      ...node("site-1", "site", { zh: "青山镇卫生院", en: "Qingshan Township Hospital" }),
      mqtt: [
        mqtt("pharmacy", "药房温湿度", "Pharmacy climate", "temperature-humidity", "room", 3000),
        mqtt("ward-scale", "病区医废秤", "Ward waste scale", "waste-scale", "scale", 8000),
        mqtt("guest", "访客传感器", "Guest sensor", "temperature-humidity", null, 0),
      ],
      modbus: [
        fridge("fridge-1", "疫苗冷藏箱 1 号", "Vaccine fridge 1", port(), 60),
        fridge("fridge-2", "疫苗冷藏箱 2 号", "Vaccine fridge 2", port(), 165),
        {
          id: STERILISER,
          title: STERILISER_TITLE,
          profile: "enbio-steriliser",
          port: port(),
          offset: 0,
        },
      ],
    },
    {
      ...node("site-2", "site", { zh: "白云乡卫生院", en: "Baiyun Township Hospital" }),
      mqtt: [
        mqtt(
          "laboratory",
          "检验室温湿度",
          "Laboratory climate",
          "temperature-humidity",
          "room",
          4000,
        ),
        mqtt("cold-box", "冷藏包探头", "Cold box probe", "tasmota-ds18b20", "example", 5000),
        mqtt("guest-2", "访客传感器", "Guest sensor", "temperature-humidity", null, 0),
      ],
      modbus: [fridge("fridge-3", "疫苗冷藏箱", "Vaccine fridge", port(), 100)],
      scales: [scale("waste-scale", "医废暂存间台秤", "Waste room scale", "yaohua-a12e", port())],
    },
  ];
  const prescription = demonstrationSection(dir, sites.map(({ name }) => name));
  for (const [index, county] of counties.entries()) {
    writeConfig(county, { peer: centre(counties[1 - index]), prescription });
  }
  for (const site of sites) {
    const shared = { counties: counties.map(centre), sources: await sources(site), prescription };
    const sterilises = site.modbus.some(({ id }) => id === STERILISER);
    const coldchain = { units: site.modbus.filter(isFridge).map(coldUnit) };
    const sterile = sterilises ? { sterile: sterileSection() } : {};
    writeConfig(site, { ...shared, coldchain, ...sterile });
  }
  return { counties, sites };
}

const STERILISER = "autoclave-1";
const STERILISER_TITLE = { zh: "供应室灭菌器", en: "Steriliser" };

/** What the simulated steriliser runs, see `steriliser_model.ts`. */
function sterileSection() {
  const program = { method: "prevacuum", setpointCel: 134 };
  const validated = { by: "演示", report: "demonstration", day: "2026-01-01" };
  return {
    sterilisers: [{
      id: STERILISER,
      title: STERILISER_TITLE,
      device: STERILISER,
      points: "enbio-steriliser",
      temperatures: ["chamber"],
      altitudeMetres: 0,
      programs: [
        {
          ...{ id: "p134", names: ["134 °C"], holdSeconds: 240, ...program },
          loads: ["instruments", "dressings", "mixed"],
        },
        { id: "bd", names: ["B-D"], holdSeconds: 210, ...program, loads: ["test"], validated },
      ],
    }],
  };
}

function mqtt(
  id: string,
  zh: string,
  en: string,
  profile: string,
  model: MqttPart["model"],
  intervalMs: number,
): MqttPart {
  const topics: Readonly<Record<string, string>> = {
    "temperature-humidity": `sensors/${id}/state`,
    "waste-scale": `scales/${id}/weighing`,
    "tasmota-ds18b20": `tele/${id}/SENSOR`,
  };
  const password = newPassword();
  return { id, title: { zh, en }, profile, password, topic: topics[profile], model, intervalMs };
}

function isFridge({ profile }: ModbusPart): boolean {
  return profile === "vaccine-fridge";
}

/** A fridge as the cold chain watches it, by the rules of the county's platform. */
function coldUnit({ id, title }: ModbusPart) {
  const calibration = {
    ...{ on: dayIn(-90), until: dayIn(275), certificate: "demonstration" },
    points: [{ reference: 2, error: 0.1 }, { reference: 8, error: -0.1 }],
  };
  const probes = [{ id: `${id}-probe`, device: id, calibration }];
  return { id, name: title.zh, form: "refrigerator", preset: "platform", probes };
}

function dayIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, "2026-01-01".length);
}

function fridge(id: string, zh: string, en: string, port: number, offset: number): ModbusPart {
  return { id, title: { zh, en }, profile: "vaccine-fridge", port, offset };
}

function scale(id: string, zh: string, en: string, profile: string, port: number): ScalePart {
  return { id, title: { zh, en }, profile, port };
}

function centre({ name, port }: NodePlan) {
  return { node: name, url: `http://${HOST}:${port}` };
}

async function sources({ mqttPort, mqtt, modbus, scales }: NodePlan) {
  const clients = await Promise.all(mqtt.map(async ({ id, title, profile, password }) => ({
    username: id,
    passwordHash: await hashPassword(password),
    devices: [{ id, title, profile }],
  })));
  return [
    { name: "sensors", driver: "mqtt-broker", settings: { host: HOST, port: mqttPort, clients } },
    ...modbus.map(({ id, title, profile, port }) => ({
      name: id,
      driver: "modbus",
      settings: {
        connection: { type: "tcp", host: HOST, port },
        devices: [{ id, title, profile, intervalSeconds: id === STERILISER ? 1 : 2 }],
      },
    })),
    ...scales.map(({ id, title, profile, port }) => ({
      name: id,
      driver: "scale",
      settings: {
        connection: { type: "socket", host: HOST, port },
        devices: [{ id, title, profile }],
      },
    })),
  ];
}

function writeConfig(node: NodePlan, more: object): void {
  const { name, role, title, port, dataDir } = node;
  const document = { role, node: name, title, dataDir, http: { host: HOST, port }, ...more };
  Deno.writeTextFileSync(node.config, stringify(document), { mode: 0o600 });
}

/** Ports that are free now; they are asked for together, so that none comes twice. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: HOST, port: 0 }));
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
