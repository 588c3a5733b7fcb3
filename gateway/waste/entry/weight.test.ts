import { describe, expect, test } from "vitest";
import { BOTH, confirmed, INFECTIOUS, keyed, scaled, SITE } from "../fixture_waste.ts";
import { sealedBody } from "./bag_body.ts";
import { evidenceFor, type ReadingBody, weightOf } from "./weight.ts";

const SCALE = { point: "weight", divisionGrams: 10, ageMsMax: 60_000 };
const PLACE = "site-017.3-9f2c/reading/812";

function read(reading: object, ageMs = 0, more: object = {}): ReturnType<typeof weightOf> {
  const good = { point: "weight", value: 4.139, unit: "kg", quality: "good" };
  const body: ReadingBody = {
    device: "ward-scale",
    readings: [{ ...good, ...reading }],
    ...more,
  };
  return weightOf({ body, place: PLACE, ageMs }, SCALE);
}

describe("W2 a weight comes from the scale", () => {
  test("in whole grams, with the entry of its reading as evidence", () => {
    expect(read({})).toEqual({
      kind: "weight",
      weight: {
        from: "scale",
        grams: 4139,
        divisionGrams: 10,
        device: "ward-scale",
        point: "weight",
        reading: PLACE,
      },
    });
  });

  test.each([
    [59_999, "weight"],
    [60_000, "weight"],
    [60_001, "refused"],
    [-1, "refused"],
  ])("of the last 60 s: at an age of %i ms it is a %s", (ageMs, kind) => {
    expect(read({}, ageMs).kind).toBe(kind);
  });

  test.each([
    ["what moves", { value: null, quality: "uncertain", reason: "it is not stable" }, "not-stable"],
    ["a live value", { quality: "uncertain" }, "not-stable"],
    ["a fault", { value: null, quality: "fault", reason: "overload" }, "not-stable"],
    ["nothing", { value: 0 }, "not-stable"],
    ["less than nothing", { value: -0.02 }, "not-stable"],
    ["pounds", { unit: "[lb_av]" }, "not-kilograms"],
    ["another point", { point: "tare" }, "no-point"],
  ])("not of %s", (_, reading, why) => {
    expect(read(reading)).toMatchObject({ kind: "refused", why });
  });

  test.each(["historical", "possibleDuplicate"])("not of one that is %s", (mark) => {
    expect(read({}, 0, { [mark]: true })).toMatchObject({ kind: "refused", why: "uncertain" });
  });
});

test("W2 a weight is proved by the entry of its reading, or is not", () => {
  const weighed = read({});
  if (weighed.kind !== "weight") throw new Error("no weight");
  const { weight } = weighed;
  const body = (value: number, device = "ward-scale") => ({
    device,
    readings: [{ point: "weight", value, unit: "kg", quality: "good" }],
  });
  expect(evidenceFor(weight, body(4.139))).toBe("proved");
  expect(evidenceFor(weight, body(4.138))).toBe("differs");
  expect(evidenceFor(weight, body(4.139, "another"))).toBe("differs");
  expect(evidenceFor(weight, null)).toBe("not-here");
});

describe("W2 a keyed weight", () => {
  const body = {
    id: "1",
    site: SITE,
    bag: "B1",
    category: INFECTIOUS,
    source: { ward: "ward-3" },
    weight: keyed(4000),
    confirmations: BOTH,
  };
  const faults = (otherwise: object) =>
    sealedBody.safeParse({ ...body, ...otherwise }).error?.issues.map(({ path }) => path.join("."));

  test("has a reason, a photo and a second person, and is marked", () => {
    expect(sealedBody.parse(body).weight).toMatchObject({ from: "keyed", grams: 4000 });
    expect(faults({ confirmations: [confirmed("nurse")] })).toEqual(["confirmations"]);
    expect(faults({ confirmations: [confirmed("a"), confirmed("a")] })).toEqual(["confirmations"]);
    expect(faults({ weight: { ...keyed(4000), reason: " " } })).toEqual(["weight.reason"]);
    expect(faults({ weight: { ...keyed(4000), photo: "none" } })).toEqual(["weight.photo"]);
  });

  test("from the scale one person may seal", () => {
    expect(faults({ weight: scaled(4000), confirmations: [confirmed("nurse")] })).toBeUndefined();
    expect(faults({ weight: { ...scaled(4000), reading: "none" } })).toEqual(["weight.reading"]);
  });

  test("W1 of five categories only", () => {
    expect(faults({ category: "841-006-01" })).toEqual(["category"]);
  });
});
