/**
 * Examples of what devices say, one YAML file beside the profiles each: registers or payloads,
 * and the readings that the profile makes of them.
 */
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import type { Reading } from "./driver.ts";
import { decodeBit, decodePoint } from "./modbus/decode.ts";
import { distrusted } from "./modbus/distrust.ts";
import { type Block, planBlocks } from "./modbus/plan.ts";
import { type ModbusProfile, registersOf, TABLES } from "./modbus/profile.ts";
import { decodePayload } from "./mqtt/payload.ts";
import { type MqttDevice, type MqttProfile, topicOf } from "./mqtt/profile.ts";
import { builtInProfiles } from "./profile_library.ts";

/** By point; `null` is a fault: the device says that it has no value. */
const readings = z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.null()]));

/** Words of four hex digits, bits of one digit, in order, separated by spaces. */
const words = z.string().regex(/^([0-9A-F]{4}( [0-9A-F]{4})*|[01]( [01])*)$/);

const told = {
  origin: z.enum(["documented", "packed", "recorded"]).describe(
    "documented: as its source prints it; packed: put together by hand from the layout; " +
      "recorded: as a device answered",
  ),
  from: z.string().min(1).describe("Where it is printed, or what it was packed from"),
};

const poll = z.strictObject({
  registers: z.partialRecord(
    z.enum(["coil", "discrete", "holding", "input"]),
    z.record(z.string().regex(/^\d+$/), words),
  ).describe("What stands in each table, by the address of the first, as the manual counts it"),
  readings,
});

const modbusExample = z.strictObject({ ...told, polls: z.array(poll).min(1) });

const message = z.strictObject({
  topic: z.string().min(1),
  json: z.unknown().optional().describe("A payload in JSON"),
  text: z.string().optional().describe("A payload in UTF-8"),
  hex: z.string().optional().describe("A payload in bytes"),
  id: z.string().optional().describe("The id that it bears"),
  time: z.iso.datetime().optional().describe("The time that it tells"),
  readings: readings.optional(),
  unreadable: z.string().min(1).optional().describe("No readings, for this reason"),
}).refine(
  (one) => (one.readings === undefined) !== (one.unreadable === undefined),
  "want readings or unreadable",
);

const mqttExample = z.strictObject({
  ...told,
  address: z.string().min(1).describe("What stands for {device} in its topics"),
  messages: z.array(message).min(1),
});

/** What a device says in a profile's example, as the driver reads it. */
export interface Told {
  readonly readings: readonly Reading[];
  readonly wanted: Readonly<Record<string, number | boolean | string | null>>;
  readonly id: string | null;
  readonly wantedId: string | null;
  readonly deviceMs: number | null;
  readonly wantedMs: number | null;
  /** Why nobody can read it. */
  readonly unreadable: string | null;
  readonly wantedUnreadable: string | null;
}

/** What is none in an example of registers. */
const NONE = {
  id: null,
  wantedId: null,
  deviceMs: null,
  wantedMs: null,
  unreadable: null,
  wantedUnreadable: null,
} as const;

/** Names of the built-in profiles that have an example. */
export function exampleNames(): string[] {
  return Array.from(Deno.readDirSync(folder()), ({ name }) => name.replace(/\.yaml$/, "")).sort();
}

/** Reads a profile's example through the driver's own code; scales have theirs as frames. */
export function decodeExample(profile: ModbusProfile | MqttProfile, from = folder()): Told[] {
  const document: unknown = parse(Deno.readTextFileSync(join(from, `${profile.profile}.yaml`)));
  return profile.protocol === "modbus"
    ? modbusExample.parse(document).polls.map((one) => polled(profile, one))
    : published(profile, mqttExample.parse(document));
}

function folder(): string {
  return join(builtInProfiles(), "examples");
}

function polled(profile: ModbusProfile, example: z.infer<typeof poll>): Told {
  const tables = new Map<string, Map<number, string>>();
  for (const [table, blocks = {}] of Object.entries(example.registers)) {
    const cells = new Map<number, string>();
    for (const [first, values] of Object.entries(blocks)) {
      values.split(" ").forEach((word, index) => {
        const address = Number(first) + index - profile.addressBase;
        if (cells.has(address)) throw new Error(`${table} ${address} is there twice`);
        cells.set(address, word);
      });
    }
    tables.set(table, cells);
  }
  const readings = planBlocks(profile).flatMap((block) =>
    readBlock(block, tables.get(block.table) ?? new Map())
  );
  return { readings: distrusted(profile, readings), wanted: example.readings, ...NONE };
}

/** A block's points; registers in between that the example leaves out hold 0. */
function readBlock({ table, start, points }: Block, cells: ReadonlyMap<number, string>): Reading[] {
  return points.map(({ point, at }) => {
    const count = registersOf(point.register);
    const found = Array.from({ length: count }, (_, index) => cells.get(start + at + index));
    if (found.includes(undefined)) {
      throw new Error(`The example lacks a register of ${point.point}`);
    }
    if (TABLES[table] <= TABLES.discrete) return decodeBit(point, found[0] === "1");
    return decodePoint(point, Uint8Array.fromHex(found.join("")));
  });
}

function published(profile: MqttProfile, example: z.infer<typeof mqttExample>): Told[] {
  const device: MqttDevice = { id: "example", profile, address: example.address };
  return example.messages.flatMap((told) => {
    const message = profile.messages.find(({ topic }) => topicOf(topic, device) === told.topic);
    if (message === undefined) throw new Error(`The profile has no message on "${told.topic}"`);
    const payload = told.hex === undefined
      ? new TextEncoder().encode(told.text ?? JSON.stringify(told.json))
      : Uint8Array.fromHex(told.hex.replaceAll(" ", ""));
    return decodePayload(payload, message).map((decoded): Told => {
      const read = decoded.kind === "readings" ? decoded : null;
      return {
        readings: read?.readings ?? [],
        wanted: told.readings ?? {},
        id: read?.id ?? null,
        wantedId: told.id ?? null,
        deviceMs: read?.deviceMs ?? null,
        wantedMs: told.time === undefined ? null : Date.parse(told.time),
        unreadable: decoded.kind === "unreadable" ? decoded.reason : null,
        wantedUnreadable: told.unreadable ?? null,
      };
    });
  });
}
