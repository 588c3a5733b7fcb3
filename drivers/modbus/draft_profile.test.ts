import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  checkDraftedPoints,
  type Draft,
  DraftError,
  draftProfile,
  parseDraftedPoint,
} from "./draft_profile.ts";

/** 6666 4086 is 4.2 as float32 CDAB; then 546, 5 as bits, "AB", and 32767. */
const BYTES = Uint8Array.fromHex("666640860222000541427fff");
const DRAFT: Draft = {
  profile: "ward-fridge",
  table: "input",
  start: 10,
  read: { bytes: BYTES },
  points: [],
  identity: [],
  place: "unit 2 on tcp://10.0.0.5:502",
  time: "2026-08-01T10:00:00.000Z",
  timeoutMs: 1000,
};
const drafted = (...points: string[]) =>
  draftProfile({ ...DRAFT, points: points.map(parseDraftedPoint) });

test("each kind of point has its register, and what was just read as its example", () => {
  const { profile, text, example } = drafted(
    "10:float32:CDAB:temperature:Cel",
    "12:int16/10:ABCD:humidity:%",
    "13:bool.2:ABCD:door-open",
    "14:string.1:ABCD:model",
    "10:uint16:BADC:raw",
  );
  expect(profile.points.map(({ point, unit, example }) => [point, unit, example])).toEqual([
    ["temperature", "Cel", 4.2],
    ["humidity", "%", 54.6],
    ["door-open", "", true],
    ["model", "", "AB"],
    ["raw", "", 0x6666],
  ]);
  expect(parse(text)).toMatchObject({
    profile: "ward-fridge",
    source: "Read from unit 2 on tcp://10.0.0.5:502 on 2026-08-01T10:00:00.000Z",
    points: expect.arrayContaining([
      expect.objectContaining({
        point: "humidity",
        register: { table: "input", address: 12, type: "int16", scale: 0.1 },
      }),
    ]),
  });
  expect(text).toContain(
    "    register: { table: input, address: 10, type: float32, order: CDAB }\n",
  );
  expect(parse(example)).toMatchObject({
    origin: "recorded",
    polls: [{ registers: { input: { "10": "6666 4086 0222 0005 4142 7FFF" } } }],
  });
});

test("what the device says of itself, and how its line was set, is kept", () => {
  const { text } = draftProfile({
    ...DRAFT,
    points: [parseDraftedPoint("12:int16:ABCD:raw")],
    identity: [{ name: "VendorName", text: "Acme: the maker" }, { name: "ProductCode", text: "X" }],
    serial: { baud: 4800, parity: "even", stopBits: 1 },
  });
  expect(parse(text)).toMatchObject({
    title: { zh: "Acme: the maker X 设备", en: "Acme: the maker X device" },
    source: expect.stringMatching(/; it says: Acme: the maker X$/),
    serial: { baud: 4800, parity: "even", stopBits: 1 },
  });
});

test("coils and discrete inputs are switches", () => {
  const points = [parseDraftedPoint("1:bool:ABCD:door-open")];
  const read = { bits: [false, true] };
  const { profile, example } = draftProfile({
    ...DRAFT,
    table: "discrete",
    start: 0,
    read,
    points,
  });
  expect(profile.points[0]).toMatchObject({ example: true, register: { table: "discrete" } });
  expect(parse(example).polls[0].registers).toEqual({ discrete: { "0": "0 1" } });
});

describe("a point that cannot be is refused, naming it, its part and the fix:", () => {
  test.each([
    ["10", "want REGISTER:TYPE:ORDER:ID[:UNIT]"],
    ["10:int16:ABCD", "want REGISTER:TYPE:ORDER:ID[:UNIT]"],
    ["10:int16:ABCD:a:Cel:b", "want REGISTER:TYPE:ORDER:ID[:UNIT]"],
    ["x:int16:ABCD:a", 'register "x": want its address'],
    ["10:int:ABCD:a", 'type "int": want one of int16, uint16'],
    ["10:int16:AB:a", 'order "AB": want one of ABCD, CDAB'],
    ["10:int16/0:ABCD:a", 'type "int16/0": only numbers are divided'],
    ["10:bool/2:ABCD:a", 'type "bool/2": only numbers are divided'],
    ["10:int16.1:ABCD:a", 'type "int16.1": want bool.BIT'],
    ["10:string:ABCD:a", 'type "string": want how many registers it takes'],
    ["10:bool.16:ABCD:a", "register.bit: "],
    ["10:int16:ABCD:A", "point: want lower-case letters"],
    ["15:int16:ABCD:probe", "32767 as int16 ABCD: what many devices say where there is no sensor"],
    ["14:float32:CDAB:probe", "NaN is no number; connect its sensor and probe again"],
  ])("%s", (text, message) => {
    const all = text.startsWith("14") ? Uint8Array.fromHex("00000000000000000000" + "7fc0") : BYTES;
    const attempt = () =>
      draftProfile({ ...DRAFT, read: { bytes: all }, points: [parseDraftedPoint(text)] });
    expect(attempt).toThrow(DraftError);
    expect(attempt).toThrow(`"${text}"`);
    expect(attempt).toThrow(message);
  });

  test.each([
    [["9:int16:ABCD:a"], "input 9 is not read; give --address and --count"],
    [["15:float32:ABCD:a"], "input 15 to 16 is not read; give --address and --count"],
    [["10:int16:ABCD:a", "11:int16:ABCD:a"], '"11:int16:ABCD:a": there is a "a" already'],
    [["10:int16:ABCD:a:°C"], 'unit "°C" is no UCUM code: want such as Cel'],
  ])("%j", async (points, message) => {
    const range = { table: "input", start: 10, count: 6 } as const;
    await expect(checkDraftedPoints(points.map(parseDraftedPoint), range)).rejects.toThrow(message);
  });
});
