/** The one schema of `tributary.yaml`: shapes, defaults, units and help in one place. */
import * as z from "zod";
import { intervalSecondsOf as classSecondsOf } from "../drivers/modbus/schedule.ts";
import type { ModbusDevice } from "../drivers/modbus/settings.ts";
import { modbus, mqttBroker, mqttClient, printer, scale } from "../drivers/mod.ts";
import { toldPoints } from "../drivers/profile.ts";
import { nameSchema, textSchema } from "../drivers/profile_parts.ts";
import { HASH_NAMES } from "../sync/chain.ts";
import { NODE_NAME } from "../sync/origin.ts";
import { notificationConfig } from "./notifications/notification_config.ts";
import { cds } from "./prescription/doors_config.ts";
import { sterileConfig } from "./sterile/sterile_config.ts";
import { coldchainConfig, countyColdConfig } from "./coldchain/coldchain_config.ts";
import { vialsConfig } from "./coldchain/flow/vial_config.ts";
import { siteScope } from "./site_scope.ts";
import { wasteConfig } from "./waste/waste_config.ts";
import { HOST, SCHEMA } from "../sync/postgres/server.ts";

const nodeName = z.string().regex(NODE_NAME, "want a-z, 0-9 and -, beginning with a letter");
const port = z.number().int().min(1).max(65_535);

const tls = z.strictObject({
  certificate: z.string().describe("File with the certificate chain, PEM"),
  key: z.string().describe("File with its key, PEM"),
});

const http = z.strictObject({
  host: z.string().default("127.0.0.1")
    .describe("Address to listen on; anything but loopback needs tls"),
  port: port.default(8080).describe("Port of console, API and, at a county, of sites"),
  tls: tls.optional().describe("Certificate; without it the node answers on loopback only"),
});

const journal = z.strictObject({
  hash: z.enum(HASH_NAMES).default("sha256")
    .describe("Hash of the chain: sha256, or sm3 where the county asks for 国密; all nodes alike"),
  segmentMiB: z.number().int().min(1).max(1024).default(64)
    .describe("Size of one journal file; space is freed by whole files"),
  retentionDays: z.number().min(0).max(36_500).default(30)
    .describe("Own entries stay at least so long, and until both centres have given a receipt"),
  groupCommitMs: z.number().min(0).max(100).default(0)
    .describe(
      "So long a commit waits for more to share it, milliseconds: acknowledgements come later " +
        "by it and flash wears less; nothing that was acknowledged is lost either way",
    ),
});

const blobs = z.strictObject({
  fileMiB: z.number().int().min(1).max(4096).default(4096)
    .describe("Size of one file at most"),
  totalGiB: z.number().min(0.001).max(1_000_000).optional()
    .describe("Room that all files may take; none: what the disk has"),
  diskPercent: z.number().min(1).max(94).default(90)
    .describe("No file is taken that fills the file system further; readings go on to 95"),
  retentionDays: z.number().min(0).max(36_500).default(7)
    .describe("A site's files stay at least so long, and until both centres have given a receipt"),
});

const line = z.strictObject({
  mbit: z.number().min(0.064).max(100_000).default(20)
    .describe("Speed of the line to the other centres, Mbit/s"),
  sharePercent: z.number().min(1).max(100).default(50)
    .describe("How much of it replication may take, per cent; alarms are not held back"),
});
/** Shares of the file system in use, percent, each more than the one before it. */
export const DISK_SHARES = {
  alarmPercent: 80,
  refuseReadingsPercent: 95,
  refuseRecordsPercent: 97,
} as const;
const percent = (name: keyof typeof DISK_SHARES) =>
  z.number().min(1).max(99.9).default(DISK_SHARES[name]);

const disk = z.strictObject({
  alarmPercent: percent("alarmPercent")
    .describe("From this share of the file system in use it is an alarm, with the days left"),
  refuseReadingsPercent: percent("refuseReadingsPercent")
    .describe("From this share on no new readings are taken, and none acknowledged"),
  refuseRecordsPercent: percent("refuseRecordsPercent")
    .describe("From this share on no new records either; alarms and audit always are"),
  releasePercent: z.number().min(0).max(20).default(2)
    .describe("Each of these ends so much below where it began"),
  reserveMiB: z.number().min(0).max(10_240).default(64)
    .describe("Set aside for alarms and audit; a tenth of the file system at most"),
  checkSeconds: z.number().min(0.2).max(300).default(5)
    .describe("How often the disk is looked at"),
  forecastHours: z.number().min(1).max(24 * 30).default(24)
    .describe("The days left are told from the growth in so many hours"),
  forecastAfterSeconds: z.number().min(1).max(86_400).default(600)
    .describe("Nothing is told before so much was watched"),
});
export type DiskConfig = z.infer<typeof disk>;

const people = z.strictObject({
  localNetworks: z.array(z.union([z.cidrv4(), z.cidrv6()])).max(50).default([])
    .describe("Networks in this building, as 10.20.0.0/16: who comes from there is not remote"),
  secondFactor: z.enum(["remote", "always"]).default("remote")
    .describe(
      "When administrators need a second factor: from anywhere but this machine and the local " +
        "networks, or always, as behind a proxy on this machine, where all seem to be here",
    ),
});

/** Packs that are kept compiled (`Shelf`), and sites that a county has mappings of. */
const PACKS_MAX = 16;
const MAPPINGS_MAX = 1000;

const prescription = z.strictObject({
  packs: z.array(z.string()).min(1).max(PACKS_MAX)
    .describe("Files with the signed rule packs that are in force"),
  signers: z.array(z.string().regex(/^[\w-]{43}$/, "want a key as `pack sign` prints it"))
    .min(1).max(PACKS_MAX)
    .describe("Public keys whose packs count, as `pack sign` prints them")
    .meta({ examples: [["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]] }),
  drugs: z.string().describe("File with the county's drug list"),
  mappings: z.array(z.string()).min(1).max(MAPPINGS_MAX)
    .describe("Files with what a site's own codes mean, one a site"),
  registry: z.string().optional()
    .describe("File with what prescribers may, and who reviews (P14); none: nobody knows"),
  patientKeyFile: z.string()
    .describe(
      "File with the key under which patients' histories are kept, 64 hexadecimal digits; the " +
        "same at all nodes of the county",
    ),
  waitMs: z.number().int().min(0).max(10_000).default(800)
    .describe("A site waits so long for the county's verdict, milliseconds, then decides alone"),
  takeOverMs: z.number().int().min(0).max(10_000).default(400)
    .describe("A centre waits so long for the other one's verdict on a site of that, milliseconds"),
  perSecond: z.number().min(0.1).max(100_000).default(1000)
    .describe("Prescriptions a second that one sender may bring"),
  burst: z.number().int().min(1).max(100_000).default(2000)
    .describe("That it may bring at once after a rest"),
  inFlight: z.number().int().min(1).max(100_000).default(500)
    .describe(
      "That may wait for their verdict at one time, of all senders: some 500 are a second's work " +
        "of two processors, and whoever waits longer sends again and makes it more",
    ),
  changes: z.boolean().optional()
    .describe(
      "Keeps what changes for those who listen, which costs work for each prescription. None: a " +
        "site does, for its HIS, and whoever has a webhook",
    ),
  webhook: z.strictObject({
    url: z.url({ protocol: /^https?$/, error: "want an address such as https://his.example/told" })
      .describe("Where the HIS takes changes; http only on this machine")
      .meta({ examples: ["https://his.example/prescriptions"] }),
    secretFile: z.string()
      .describe("File with the secret that signs them, as Standard Webhooks writes it: whsec_…"),
    sites: siteScope.optional()
      .describe("At a county, whose changes it hears: names of sites, or all")
      .meta({ examples: ["all"] }),
    timeoutSeconds: z.int().min(1).max(60).default(10)
      .describe("An answer is waited for so long; then it is sent again"),
  }).optional().describe("Tells the HIS of each change of a prescription"),
  review: z.strictObject({
    warnSeconds: z.int().min(1).max(3600).default(180)
      .describe("One that waits for so long is warned of, on workbenches and as an alarm"),
    escalateSeconds: z.int().min(2).max(7200).default(300)
      .describe("And is escalated after so long"),
    awaySeconds: z.int().min(1).max(60).default(60)
      .describe("A pharmacist whose connection is lost for so long gives claims back (P7)"),
    secondBySenior: z.boolean().default(false)
      .describe("The second of two signatures is a senior pharmacist's"),
  }).refine(({ warnSeconds, escalateSeconds }) => warnSeconds < escalateSeconds, {
    path: ["escalateSeconds"],
    error: "want more than warnSeconds: it comes after the warning",
  }).prefault({})
    .describe("When a pharmacist's review is late: warned of, then escalated (P8)"),
  cds: cds.optional()
    .describe("CDS Hooks: drafts are checked before they are signed; without it nobody may ask"),
});
const vaccines = z.strictObject({
  recipientKeyFile: z.string().optional()
    .describe(
      "File with the key under which recipients of vaccine are found again, 64 hexadecimal " +
        "digits, the same at all nodes of the county; without it no dose is recorded as given",
    ),
  vials: vialsConfig.describe(
    "Vaccines in vials of several doses; a pack of any other one is a dose (C14)",
  ),
});

export type PrescriptionConfig = z.infer<typeof prescription>;

const node = (example: string) => ({
  node: nodeName.describe("Name of this node, unique in the county").meta({ examples: [example] }),
  title: textSchema.describe("What people call it"),
  dataDir: z.string().min(1).default("/var/lib/tributary")
    .describe("Folder for journal, keys and tables; nobody else may use it"),
  keyFile: z.string().optional()
    .describe(
      "File with the at-rest key, 64 hexadecimal digits; to rotate it: a new one on the first " +
        "line. None: systemd's credential storage.key, else made in dataDir/keys",
    ),
  http: http.prefault({}).describe("Console and API"),
  journal: journal.prefault({}).describe("Where entries are kept"),
  blobs: blobs.prefault({}).describe("Large contents such as ECG, documents and images"),
  line: line.prefault({}).describe("The line that other traffic shares"),
  disk: disk.prefault({}).describe("What happens when the file system of dataDir fills up"),
  people: people.prefault({}).describe("How people sign in"),
  prescription: prescription.optional()
    .describe("Reviews prescriptions by rules; without it the node takes none"),
  vaccines: vaccines.prefault({}).describe("How doses of vaccine are followed"),
  sterile: sterileConfig.optional()
    .describe("Sterile supply: sterilisers and programs; without it the node judges none"),
  waste: wasteConfig.optional()
    .describe("Medical waste: scales and stores; without it the node takes none"),
  notifications: notificationConfig.prefault({})
    .describe("How people are told of alarms, and who"),
  profilesDir: z.string().optional()
    .describe("Folder with further device profiles; they replace those that came with the program"),
});

const centreCalled = (example: string) =>
  z.strictObject({
    node: nodeName.describe("Name of the centre's node").meta({ examples: [example] }),
    url: z.url({ protocol: /^https?$/, error: "want an address such as https://county-a.example" })
      .describe("Its address; http only on this machine")
      .meta({ examples: [`https://${example}.example`] }),
    ca: z.string().optional()
      .describe("File with the only authority that may have issued its certificate, PEM"),
  });
const centre = centreCalled("county-a");
export type Centre = z.infer<typeof centre>;

const sourceParts = {
  name: nameSchema.describe("Name of this line, for console and log").meta({
    examples: ["sensors"],
  }),
};

const source = z.discriminatedUnion("driver", [
  z.strictObject({
    ...sourceParts,
    driver: z.literal("mqtt-broker").describe("A broker of our own, for devices that speak MQTT"),
    settings: mqttBroker.settings,
  }),
  z.strictObject({
    ...sourceParts,
    driver: z.literal("mqtt-client").describe("A broker that the hospital already has"),
    settings: mqttClient.settings,
  }),
  z.strictObject({
    ...sourceParts,
    driver: z.literal("modbus").describe("One Modbus line and the devices on it"),
    settings: modbus.settings,
  }),
  z.strictObject({
    ...sourceParts,
    driver: z.literal("scale").describe("One scale, on a serial port or a converter's socket"),
    settings: scale.settings,
  }),
  z.strictObject({
    ...sourceParts,
    driver: z.literal("printer").describe("The printer port of one device, such as a steriliser"),
    settings: printer.settings,
  }),
]);
export type SourceConfig = z.infer<typeof source>;

const site = z.strictObject({
  role: z.literal("site").describe("Collects from devices and ships to the county"),
  ...node("site-017"),
  counties: z.array(centre).max(2).default([]).describe("The county's two centres"),
  sources: z.array(source).max(100).default([]).describe("Lines to devices"),
  coldchain: coldchainConfig.prefault({})
    .describe("The cold chain: units that are watched, their probes and rules"),
});
export type SiteConfig = z.infer<typeof site>;

const postgresHost = z.string().regex(HOST, "want NAME, NAME:PORT or the folder of a Unix socket");

const store = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("libsql").describe("Files in dataDir, on this machine"),
  }),
  z.strictObject({
    kind: z.literal("postgres").describe("PostgreSQL, which several county nodes may share"),
    hosts: z.array(postgresHost).min(1).max(8).default(["127.0.0.1"])
      .describe("Its members; the one that takes writes is used. Others than this machine: by TLS"),
    database: z.string().min(1).default("tributary").describe("Name of the database"),
    user: z.string().min(1).default("tributary").describe("Who this node is there"),
    passwordFile: z.string().optional().describe("File with the user's password"),
    schema: z.string().regex(SCHEMA, "want a-z, 0-9 and _, beginning with no digit")
      .default("tributary").describe("Schema for the tables; made where it is missing"),
    ca: z.string().optional()
      .describe("File with the only authority that may have issued its certificate, PEM"),
  }),
]);
export type StoreConfig = z.infer<typeof store>;

const county = z.strictObject({
  role: z.literal("county").describe("Receives from sites, keeps both centres equal"),
  ...node("county-a"),
  store: store.default({ kind: "libsql" })
    .describe("The journal: libsql, or postgres (with hosts, database, user, passwordFile, ca)"),
  peer: centreCalled("county-b").optional().describe("The county's other centre"),
  coldchain: countyColdConfig.prefault({}).describe("The cold chain: when a site is silent"),
});
export type CountyConfig = z.infer<typeof county>;

export const configSchema = z.discriminatedUnion("role", [site, county]);
export type Config = z.infer<typeof configSchema>;

/** The county's centres, as one of them knows them; at a site none. */
export function centresOf(config: Config): string[] {
  if (config.role !== "county") return [];
  return [config.node, ...(config.peer === undefined ? [] : [config.peer.node])];
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host);
}

/** A device as configured, whatever it speaks. */
export type DeviceConfig =
  | Extract<SourceConfig, { driver: "modbus" }>["settings"]["devices"][number]
  | Extract<SourceConfig, { driver: "mqtt-client" }>["settings"]["devices"][number]
  | Extract<SourceConfig, { driver: "scale" | "printer" }>["settings"]["devices"][number];

/** How often a device tells its values, as configured, else as its profile says. */
export function intervalSecondsOf(device: DeviceConfig): number {
  const own = "intervalSeconds" in device ? device.intervalSeconds : undefined;
  return own ?? device.profile.intervalSeconds;
}

/** How often it tells those that it tells most often: silent for longer, it is silent. */
export function shortestIntervalSeconds(device: DeviceConfig): number {
  const all = toldPoints(device.profile).map(({ point }) => pointIntervalSeconds(device, point));
  return Math.min(...all);
}

/** How often it tells one of them, as configured, else as its profile says. */
export function pointIntervalSeconds(device: DeviceConfig, point: string): number {
  if (!isModbus(device)) return device.profile.intervalSeconds;
  const poll = device.profile.points.find((one) => one.point === point)?.poll ?? "normal";
  return classSecondsOf(device, poll);
}

function isModbus(device: DeviceConfig): device is ModbusDevice {
  return device.profile.protocol === "modbus";
}

/** The devices on a line. */
export function devicesOf(config: SourceConfig): readonly DeviceConfig[] {
  return config.driver === "mqtt-broker"
    ? config.settings.clients.flatMap((client) => client.devices)
    : config.settings.devices;
}
