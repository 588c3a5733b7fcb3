import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Answer } from "./answer.ts";
import type { Respondent } from "./bus.ts";
import { profileOf } from "./fixtures.ts";
import { signatureOf } from "./guard.ts";
import { GuardedUnit } from "./guarded_unit.ts";
import { PointReader } from "./point_reader.ts";
import {
  limitsOf,
  type ModbusProfile,
  modbusProfile,
  POLL_CLASSES,
  registersOf,
} from "./profile.ts";
import { isBits, type ReadRequest, type Request } from "./request.ts";

type Fate = "answered" | "timeout" | "crc" | "noise" | "refused" | "other value";

/** A device on a serial line whose every answer has a fate; its time is given. */
class FatefulLine implements Respondent {
  readonly named = false;
  readonly asked: ReadRequest[] = [];
  nowMs = 0;
  readonly #fates: Iterator<Fate>;

  constructor(fates: Iterable<Fate>) {
    this.#fates = fates[Symbol.iterator]();
  }

  hasten(): void {}

  ask(_unit: number, request: Request) {
    if (request.kind !== "read") throw new Error("nothing else is asked here");
    this.asked.push(request);
    this.nowMs += 10;
    const fate = this.#fates.next().value ?? "answered";
    const asked = {
      answer: answerOf(request, fate, this.asked.length),
      latencyMs: 10,
      clean: fate !== "noise",
      answeredMs: this.nowMs,
    };
    return Promise.resolve(asked);
  }
}

function answerOf({ table, count }: ReadRequest, fate: Fate, number: number): Answer {
  if (fate === "timeout") return { kind: "failed", code: "timeout", reason: "no answer" };
  if (fate === "crc") return { kind: "failed", code: "crc", reason: "wrong CRC" };
  if (fate === "refused") return { kind: "exception", code: 2 };
  const value = fate === "other value" ? number & 0xff : 0;
  if (isBits(table)) return { kind: "bits", bits: Array.from({ length: count }, () => false) };
  return { kind: "registers", bytes: new Uint8Array(2 * count).fill(value) };
}

/** What is wrong with a question by the words of the profile; empty for nothing. */
function fault(profile: ModbusProfile, { table, start, count }: ReadRequest): string {
  const { gapMax, lengthMax } = limitsOf(profile, table);
  const isOf = (address: number, register: ModbusProfile["points"][number]["register"]) =>
    register.table === table && register.address <= address &&
    address < register.address + registersOf(register);
  const addresses = Array.from({ length: count }, (_, at) => start + at + profile.addressBase);
  const forbidden = addresses.find((address) =>
    profile.forbidden.some((one) => one.table === table && one.from <= address && address <= one.to)
  );
  if (forbidden !== undefined) return `${table} ${forbidden} is forbidden`;
  if (count > lengthMax) return `${count} registers at once`;
  let gap = 0;
  for (const address of addresses) {
    gap = profile.points.some(({ register }) => isOf(address, register)) ? 0 : gap + 1;
    if (gap > gapMax || gap === count) return `${table} ${address} is of no point`;
  }
  return "";
}

const ADDRESSES = 16;
const profiles = fc.record({
  registers: fc.uniqueArray(
    fc.record({
      address: fc.integer({ min: 1, max: ADDRESSES }),
      type: fc.constantFrom("uint16", "int32", "bool"),
      table: fc.constantFrom("holding", "input", "coil"),
    }).filter(({ type, table }) => (type === "bool") === (table === "coil")),
    { minLength: 1, maxLength: 5, selector: ({ table, address }) => `${table} ${address}` },
  ),
  forbidden: fc.array(fc.integer({ min: 1, max: ADDRESSES + 4 }), { maxLength: 3 }),
  gapMax: fc.integer({ min: 0, max: 9 }),
  lengthMax: fc.integer({ min: 4, max: 20 }),
  addressBase: fc.constantFrom(0, 1),
}).map(({ registers, forbidden, ...limits }) =>
  modbusProfile.safeParse(profileOf(
    Object.fromEntries(registers.map((register, index) => [`p${index}`, register])),
    {
      ...limits,
      timeoutMs: 50,
      latenessMs: 500,
      forbidden: forbidden.map((address) => ({ table: "holding", from: address, to: address })),
    },
  )).data
).filter((profile) => profile !== undefined);

const fates = fc.array(
  fc.constantFrom<Fate>("answered", "timeout", "crc", "noise", "refused", "other value"),
  { maxLength: 40 },
);

/** Polls until nothing is left of the fates, each when it may be asked again. */
async function polled(profile: ModbusProfile, fates: readonly Fate[], polls: number) {
  const line = new FatefulLine(fates);
  const unit = new GuardedUnit(line, 1, profile, () => {}, () => line.nowMs);
  const reader = new PointReader(unit, profile);
  const came = [];
  for (let poll = 0; poll < polls; poll++) {
    line.nowMs = Math.max(line.nowMs + 100, unit.waitsUntilMs);
    came.push(await reader.read(POLL_CLASSES));
  }
  return { came, line, unit };
}

const single = (more: object = {}) =>
  modbusProfile.parse(
    profileOf({ a: { address: 7, type: "uint16" } }, { timeoutMs: 50, latenessMs: 500, ...more }),
  );

describe("what a unit is asked to find the step again", () => {
  test("is never a register that its profile does not let be read", async () => {
    await fc.assert(
      fc.asyncProperty(profiles, fates, async (profile, fates) => {
        const { line } = await polled(profile, fates, 12);
        const wrong = line.asked.map((one) => fault(profile, one)).filter((one) => one !== "");
        expect(wrong).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("is of another length than all that may still come, wherever one may be read", async () => {
    const profile = modbusProfile.parse(profileOf(
      { a: { address: 7, type: "uint16" }, b: { address: 20, type: "int32" } },
      { gapMax: 0, timeoutMs: 50, latenessMs: 500 },
    ));
    const { line } = await polled(profile, ["timeout"], 2);
    expect(line.asked.slice(0, 2).map(signatureOf)).toEqual(["3 2", "3 4"]);
    const { line: other } = await polled(profile, ["answered", "timeout"], 2);
    expect(other.asked.slice(1, 3).map(signatureOf)).toEqual(["3 4", "3 2"]);
  });

  test("is nothing where there is no other length: the lateness is waited out, then two agree", async () => {
    const { came, line, unit } = await polled(single({ gapMax: 0 }), ["timeout"], 2);
    expect(line.asked.map(({ start, count }) => [start, count])).toEqual([[7, 1], [7, 1], [7, 1]]);
    expect(came.map(({ kind }) => kind)).toEqual(["silent", "read"]);
    expect(unit.waitsUntilMs).toBe(-Infinity);
  });

  test("is waited for after a wrong CRC, too, where there is no other length", async () => {
    const { came, line, unit } = await polled(single({ gapMax: 0 }), ["crc"], 1);
    expect([line.asked.length, unit.waitsUntilMs - line.nowMs]).toEqual([1, 500]);
    expect(came).toEqual([{ kind: "silent", reason: "wrong CRC" }]);
    const { came: others } = await polled(single(), ["crc"], 1);
    expect(others.map(({ kind }) => kind)).toEqual(["read"]);
  });

  test("leaves a value that changes with each read readable, where there is no other length", async () => {
    const changing: Fate[] = ["timeout", ...Array<Fate>(40).fill("other value")];
    const { came } = await polled(single({ gapMax: 0 }), changing, 3);
    expect(came.map(({ kind }) => kind)).toEqual(["silent", "read", "read"]);
  });
});
