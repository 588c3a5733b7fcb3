import { expect, test } from "vitest";
import { profileOf } from "./fixtures.ts";
import { modbusProfile } from "./profile.ts";
import { modbusSettings } from "./settings.ts";
import { writeRequest, type WriteValue } from "./write_request.ts";

const LABELS = { "0": { zh: "关", en: "Off" }, "2": { zh: "化霜", en: "Defrost" } };

function profileWith(register: object, write: object, more: object = {}) {
  const point = { point: "p", title: { zh: "点", en: "Point" }, unit: "Cel", example: 0 };
  return profileOf({}, { points: [{ ...point, register, write, ...more }] });
}

function requestFor(profile: object, value: WriteValue) {
  const parsed = modbusProfile.parse(profile);
  return writeRequest(parsed.points[0], parsed, value);
}

const TENTHS = { address: 9, type: "int16", scale: 0.1 };
const RANGE = { min: -30, max: 8 };

test.each<[string, object, object, WriteValue, object]>([
  ["5", { table: "coil", address: 9, type: "bool" }, {}, true, { kind: "write-coil", on: true }],
  ["15", { table: "coil", address: 9, type: "bool" }, { function: 15 }, false, {
    kind: "write-coils",
    bits: [false],
  }],
  ["6", TENTHS, RANGE, -18.5, { kind: "write-register", value: 65_536 - 185 }],
  ["16", TENTHS, { ...RANGE, function: 16 }, 4.2, {
    kind: "write-registers",
    bytes: Uint8Array.of(0, 42),
  }],
  ["16, words swapped", { address: 9, type: "float32", order: "CDAB" }, RANGE, -18.5, {
    kind: "write-registers",
    bytes: Uint8Array.of(0, 0, 0xc1, 0x94),
  }],
])("function %s writes its own registers", (_, register, write, value, request) => {
  expect(requestFor(profileWith(register, write), value)).toEqual({ start: 9, ...request });
});

test("registers that a manual counts from 1 are written one lower, as they are read", () => {
  const profile = { ...profileWith(TENTHS, RANGE), addressBase: 1 };
  expect(requestFor(profile, 4)).toMatchObject({ start: 8 });
});

test.each<[string, object, WriteValue, string]>([
  ["above its range", profileWith(TENTHS, RANGE), 8.1, "want -30 to 8 Cel"],
  ["no number", profileWith(TENTHS, RANGE), NaN, "want a number"],
  ["a switch", profileWith(TENTHS, RANGE), true, "want a number"],
  ["a number", profileWith({ table: "coil", address: 1, type: "bool" }, {}), 1, "true or false"],
  ["between steps", profileWith(TENTHS, RANGE), 4.25, "cannot hold it: they would say 4.3"],
  [
    "beyond its type",
    profileWith({ address: 9, type: "int16" }, { min: 0, max: 1e6 }),
    40_000,
    "they would say -25536",
  ],
  [
    "a sign of a fault",
    profileWith({ ...TENTHS, faults: [70] }, RANGE),
    7,
    "its registers would say: 70 tells a fault",
  ],
  [
    "none of the enumeration",
    profileWith({ address: 9, type: "uint16" }, { values: [0, 2] }, { labels: LABELS }),
    1,
    "want 0 (Off) or 2 (Defrost)",
  ],
])("C12: a value that is %s is not written", (_, profile, value, reason) => {
  expect(requestFor(profile, value)).toContain(reason);
});

test.each<[string, object, string]>([
  [
    "an input register",
    profileWith({ ...TENTHS, table: "input" }, RANGE),
    '"input" is only read',
  ],
  ["one bit of a register", profileWith({ address: 1, type: "bool" }, {}), "its neighbours"],
  ["a number without a range", profileWith(TENTHS, { min: 0 }), "want min and max, or values"],
  ["an unlabelled value", profileWith(TENTHS, { values: [7] }), "7 has no label"],
  [
    "two registers with function 6",
    profileWith({ address: 1, type: "int32" }, {
      ...RANGE,
      function: 6,
    }),
    "want 16",
  ],
])("a profile cannot declare %s as writable", (_, profile, message) => {
  const { success, error } = modbusProfile.safeParse(profile);
  expect(success).toBe(false);
  expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
});

test("C12: a site can permit nothing that the profile does not declare", () => {
  const connection = { type: "tcp", host: "127.0.0.1", port: 1502 };
  const device = { id: "fridge-1", profile: profileWith(TENTHS, RANGE) };
  const permitting = (writes: string[]) =>
    modbusSettings.safeParse({ connection, devices: [{ ...device, writes }] });
  expect(permitting(["p"]).success).toBe(true);
  expect(permitting(["p", "q"]).error?.issues).toMatchObject([{
    path: ["devices", 0, "writes", 1],
    message: 'want a point that "test" declares as writable: p',
  }]);
  expect(modbusSettings.parse({ connection, devices: [device] }).devices[0].writes).toEqual([]);
});
