/** What a Modbus device's profile says: its registers, and how they are to be read. */
import * as z from "zod";
import { ORDERS } from "../packed_value.ts";
import {
  nameSchema,
  pointParts,
  profileParts,
  refuseRareTemperature,
  refuseUnknownSources,
} from "../profile_parts.ts";

/** The four tables and the function codes that read them (MODBUS Application Protocol V1.1b3). */
export const TABLES = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;
export type Table = keyof typeof TABLES;

export const TYPES = [
  "int16",
  "uint16",
  "int32",
  "uint32",
  "float32",
  "int64",
  "float64",
  "bool",
  "string",
] as const;
export type ValueType = typeof TYPES[number];

const REGISTERS: Record<Exclude<ValueType, "string">, number> = {
  bool: 1,
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  int64: 4,
  float64: 4,
};

/** Registers that a value takes; a coil or discrete input counts as one. */
export function registersOf(
  { type, length }: { readonly type: ValueType; readonly length?: number | undefined },
): number {
  return type === "string" ? length ?? 1 : REGISTERS[type];
}

const register = z.strictObject({
  table: z.enum(["coil", "discrete", "holding", "input"]).default("holding")
    .describe("coil: function 1, discrete: 2, holding: 3, input: 4"),
  address: z.number().int().min(0).max(65536)
    .describe("As the device's manual counts it, see addressBase"),
  type: z.enum(TYPES).describe("How the registers are to be read"),
  order: z.enum(ORDERS).default("ABCD").describe("Order of bytes and words"),
  bit: z.number().int().min(0).max(15).optional().describe("For bool in a register: which bit"),
  length: z.number().int().min(1).max(125).optional().describe("For string: how many registers"),
  scale: z.number().default(1).describe("Factor from the register's number to the unit"),
  offset: z.number().default(0).describe("Added after scaling"),
  faults: z.array(z.number()).max(20).default([])
    .describe("Numbers by which the device tells a fault, before scaling, such as 32767"),
  faultIf: z.array(nameSchema).max(8).default([])
    .describe("Switches among the points: while one is on, this value is a fault"),
});

/** How a point is written, where a site permits it: at the place where it is read. */
const write = z.strictObject({
  function: z.union([z.literal(5), z.literal(6), z.literal(15), z.literal(16)]).optional()
    .describe("5 or 15 for a coil, 6 or 16 for registers; none: 5, 6, or 16 for more than one"),
  min: z.number().optional().describe("Lowest value that may be written, in the point's unit"),
  max: z.number().optional().describe("Highest value that may be written, in the point's unit"),
  values: z.array(z.number()).min(1).max(100).optional()
    .describe("Of an enumeration: the values that may be written; each has its label"),
  settleMs: z.number().int().min(0).max(60_000).default(500)
    .describe("How long after a write its register may still tell what was before"),
});

/** How often a point is read, by how soon it has to be known. */
export const POLL_CLASSES = ["fast", "normal", "slow"] as const;
export type PollClass = typeof POLL_CLASSES[number];

const point = z.strictObject({
  ...pointParts,
  register,
  write: write.optional().describe("How it is written; none: it never is"),
  poll: z.enum(POLL_CLASSES).default("normal")
    .describe("fast: each fastSeconds; normal: each intervalSeconds; slow: each slowSeconds"),
}).superRefine(refuseRareTemperature);

/** Where reading along does harm: some devices hang, some clear what is read. */
const forbidden = z.strictObject({
  table: z.enum(["coil", "discrete", "holding", "input"]).default("holding"),
  from: z.number().int().min(0).max(65536).describe("First address, as the manual counts it"),
  to: z.number().int().min(0).max(65536).describe("Last address"),
});

/** What holds for one table in place of the profile's own limits. */
const tableLimits = z.strictObject({
  gapMax: z.number().int().min(0).max(120).optional(),
  lengthMax: z.number().int().min(1).max(2000).optional(),
});

/** How a serial line has to be set for a device as it leaves its factory. */
const serialDefaults = z.strictObject({
  baud: z.number().int().min(300).max(921_600).optional()
    .describe("Bits a second; none: it finds out by itself, or its source does not say"),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8).describe("Bits of one character"),
  parity: z.enum(["none", "even", "odd"]).default("none").describe("Its parity bit"),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1).describe("Its stop bits"),
});

export const modbusProfile = z.strictObject({
  protocol: z.literal("modbus"),
  ...profileParts,
  serial: serialDefaults.optional()
    .describe("What its serial line is set to at the factory; the line's own settings count"),
  addressBase: z.union([z.literal(0), z.literal(1)]).default(0)
    .describe("1: the manual counts registers from 1, the wire from 0"),
  gapMax: z.number().int().min(0).max(120).default(8)
    .describe("Registers in between that may be read along to save a request"),
  lengthMax: z.number().int().min(1).max(125).default(64)
    .describe("Registers of one request at most; the protocol allows 125"),
  forbidden: z.array(forbidden).max(100).default([])
    .describe("Registers that are never read, not along with others either"),
  tables: z.partialRecord(z.enum(["coil", "discrete", "holding", "input"]), tableLimits)
    .default({}).describe("Limits of a table that differ from gapMax and lengthMax"),
  fastSeconds: z.number().min(0.1).max(86_400).optional()
    .describe("How often its fast points are read; none: a fifth of intervalSeconds"),
  slowSeconds: z.number().min(0.1).max(86_400).optional()
    .describe("How often its slow points are read; none: ten times intervalSeconds"),
  timeoutMs: z.number().int().min(50).max(60_000).default(1000)
    .describe("How long the device may take to answer"),
  latenessMs: z.number().int().min(0).max(60_000).default(1000)
    .describe("How much later than timeoutMs an answer may still come on a serial line"),
  gapMs: z.number().min(0).max(1000).default(0)
    .describe("Silence it needs before a request, where 3.5 characters are not enough"),
  turnaroundMs: z.number().min(0).max(5000).default(0)
    .describe("Silence it needs after its answer, before anybody is asked"),
  points: z.array(point).min(1).max(500),
}).superRefine((profile, context) => {
  const { points, addressBase, computed } = profile;
  refuseUnknownSources(points, computed, context);
  refuseUnknownSwitches(points, context);
  for (const [index, one] of points.entries()) {
    const { register } = one;
    for (const [field, message] of writeFaults(one)) {
      const path = ["points", index, "write", ...(field === "" ? [] : [field])];
      context.addIssue({ code: "custom", path, message });
    }
    const { lengthMax } = limitsOf(profile, register.table);
    const first = register.address;
    const last = first + registersOf(register) - 1;
    for (const { table, from, to } of profile.forbidden) {
      if (table !== register.table || last < from || first > to) continue;
      const message = `it is among the forbidden registers ${from} to ${to}`;
      context.addIssue({ code: "custom", path: ["points", index, "register", "address"], message });
    }
    const complain = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: ["points", index, "register", field], message });
    if (register.address < addressBase) complain("address", `want ${addressBase} or more`);
    if (register.type === "string" && register.length === undefined) {
      complain("length", "a string needs its length in registers");
    }
    if (registersOf(register) > lengthMax) {
      complain(
        "type",
        `it takes ${registersOf(register)} registers, lengthMax allows ${lengthMax}`,
      );
    }
    const bits = register.table === "coil" || register.table === "discrete";
    if (bits && register.type !== "bool") complain("type", `a ${register.table} is a bool`);
  }
});

/** Why a point cannot be written as its profile says, by field. */
function writeFaults(
  { register, write, labels = {} }: z.infer<typeof point>,
): [field: string, message: string][] {
  if (write === undefined) return [];
  const { table, type } = register;
  if (table !== "holding" && table !== "coil") return [["", `"${table}" is only read`]];
  if (type === "string") return [["", "text is not written"]];
  if (type === "bool" && table === "holding") {
    return [["", "a switch within a register cannot be written without its neighbours"]];
  }
  const faults: [string, string][] = [];
  const { function: code = functionToWrite(register), min, max, values } = write;
  const fitting = table === "coil" ? [5, 15] : registersOf(register) > 1 ? [16] : [6, 16];
  if (!fitting.includes(code)) faults.push(["function", `want ${fitting.join(" or ")}`]);
  if (type === "bool") {
    if ([min, max, values].some((one) => one !== undefined)) {
      faults.push(["", "a coil is on or off: it has neither range nor values"]);
    }
    return faults;
  }
  if (values !== undefined) {
    const bare = values.find((value) => labels[String(value)] === undefined);
    if (bare !== undefined) faults.push(["values", `${bare} has no label`]);
  } else if (min === undefined || max === undefined) {
    faults.push(["", "want min and max, or values: nothing else is written"]);
  } else if (min > max) faults.push(["min", "it is above max"]);
  return faults;
}

/** The function that writes a value of this kind where its profile names none. */
export function functionToWrite(
  register: Pick<Register, "table" | "type" | "length">,
): 5 | 6 | 16 {
  if (register.table === "coil") return 5;
  return registersOf(register) === 1 ? 6 : 16;
}

/** A switch that is not read whenever the value is would leave that value without a word on it. */
function refuseUnknownSwitches(
  points: readonly z.infer<typeof point>[],
  context: z.RefinementCtx,
): void {
  const switches = new Map(
    points.filter(({ register }) => register.type === "bool").map((one) => [one.point, one.poll]),
  );
  for (const [index, { register, poll }] of points.entries()) {
    const path = ["points", index, "register", "faultIf"];
    const complain = (message: string) => context.addIssue({ code: "custom", path, message });
    for (const name of register.faultIf) {
      const read = switches.get(name);
      if (read === undefined) complain(`there is no bool named "${name}"`);
      else if (read !== poll) complain(`"${name}" is read at other times: its poll is ${read}`);
    }
  }
}

/** Registers or bits that one request may read, and that may be read along in between. */
export function limitsOf(
  profile: {
    readonly gapMax: number;
    readonly lengthMax: number;
    readonly tables: Readonly<Partial<Record<Table, z.infer<typeof tableLimits>>>>;
  },
  table: Table,
): { gapMax: number; lengthMax: number } {
  const own = profile.tables[table];
  const lengthMax = own?.lengthMax ?? profile.lengthMax;
  const most = table === "coil" || table === "discrete" ? 2000 : 125;
  return { gapMax: own?.gapMax ?? profile.gapMax, lengthMax: Math.min(most, lengthMax) };
}

export type ModbusProfile = z.infer<typeof modbusProfile>;
export type ModbusPoint = ModbusProfile["points"][number];
export type Register = ModbusPoint["register"];
