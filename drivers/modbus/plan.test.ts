import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { profileOf } from "./fixtures.ts";
import { signatureOf } from "./guard.ts";
import { type Block, permitted, planBlocks, rangeOf } from "./plan.ts";
import { limitsOf, type ModbusProfile, modbusProfile, registersOf } from "./profile.ts";
import { splitBlock } from "./split.ts";

const ADDRESSES = 24;
const TYPES = ["uint16", "int32", "float64"] as const;

/** Profiles small enough to find the minimum by trying everything. */
const profiles = fc.record({
  registers: fc.uniqueArray(
    fc.record({
      address: fc.integer({ min: 1, max: ADDRESSES }),
      type: fc.constantFrom(...TYPES),
      table: fc.constantFrom("holding", "input"),
    }),
    { minLength: 1, maxLength: 6, selector: ({ table, address }) => `${table} ${address}` },
  ),
  forbidden: fc.array(fc.integer({ min: 1, max: ADDRESSES + 4 }), { maxLength: 3 }),
  gapMax: fc.integer({ min: 0, max: 6 }),
  lengthMax: fc.integer({ min: 4, max: 12 }),
  addressBase: fc.constantFrom(0, 1),
  inputGapMax: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
}).map(({ registers, forbidden, inputGapMax, ...limits }) =>
  modbusProfile.safeParse(profileOf(
    Object.fromEntries(registers.map((register, index) => [`p${index}`, register])),
    {
      ...limits,
      forbidden: forbidden.map((address) => ({ table: "holding", from: address, to: address })),
      tables: inputGapMax === undefined ? {} : { input: { gapMax: inputGapMax } },
    },
  )).data
).filter((profile) => profile !== undefined);

/** Whether one request may bring all of these points, by the words of the profile. */
function isAllowed(profile: ModbusProfile, points: ModbusProfile["points"]): boolean {
  const { table } = points[0].register;
  if (points.some((point) => point.register.table !== table)) return false;
  const wanted = new Set(
    points.flatMap(({ register }) =>
      Array.from({ length: registersOf(register) }, (_, at) => register.address + at)
    ),
  );
  const [first, last] = [Math.min(...wanted), Math.max(...wanted)];
  const { gapMax, lengthMax } = limitsOf(profile, table);
  if (last - first + 1 > lengthMax) return false;
  let gap = 0;
  for (let address = first; address <= last; address++) {
    gap = wanted.has(address) ? 0 : gap + 1;
    if (gap > gapMax) return false;
    const isForbidden = profile.forbidden.some((one) =>
      one.table === table && one.from <= address && address <= one.to
    );
    if (isForbidden) return false;
  }
  return true;
}

/** The least number of requests, by trying every way to group the points. */
function fewest(profile: ModbusProfile): number {
  const { points } = profile;
  const place = (index: number, groups: ModbusProfile["points"][]): number => {
    if (index === points.length) {
      return groups.every((group) => isAllowed(profile, group)) ? groups.length : Infinity;
    }
    const own = place(index + 1, [...groups, [points[index]]]);
    return groups.reduce((least, group, at) => {
      const joined = groups.with(at, [...group, points[index]]);
      return Math.min(least, place(index + 1, joined));
    }, own);
  };
  return place(0, []);
}

function expectSound(profile: ModbusProfile, blocks: readonly Block[]): void {
  const brought = blocks.flatMap(({ points }) => points.map(({ point }) => point.point));
  expect(brought.toSorted()).toEqual(profile.points.map(({ point }) => point).toSorted());
  const may = permitted(profile, []);
  for (const block of blocks) {
    expect(may(rangeOf(block))).toBe(true);
    for (const { point: { register }, at } of block.points) {
      expect(block.table).toBe(register.table);
      expect(block.start + at + profile.addressBase).toBe(register.address);
      expect(at + registersOf(register)).toBeLessThanOrEqual(block.count);
    }
  }
}

describe("the plan", () => {
  test("brings exactly what is asked, nothing forbidden, in the least number of requests", () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const blocks = planBlocks(profile);
        expectSound(profile, blocks);
        expect(blocks.length).toBe(fewest(profile));
        // Nothing is read but points and what lies between them.
        for (const { points, count } of blocks) {
          const ends = points.map(({ point, at }) => at + registersOf(point.register));
          expect([Math.min(...points.map(({ at }) => at)), Math.max(...ends)]).toEqual([0, count]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("with lengths apart it has as many requests, and still reads nothing forbidden", () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const blocks = planBlocks(profile, profile.points, { apart: true });
        expectSound(profile, blocks);
        expect(blocks.length).toBe(planBlocks(profile).length);
      }),
      { numRuns: 500 },
    );
  });

  const far = (count: number, more: object = {}) =>
    modbusProfile.parse(profileOf(
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `p${index}`,
          { address: 100 * index, type: "uint16" },
        ]),
      ),
      more,
    ));

  test("neighbouring requests of one unit have answers of different lengths", () => {
    const blocks = planBlocks(far(5), undefined, { apart: true });
    const signatures = blocks.map(signatureOf);
    for (let at = 1; at < signatures.length; at++) {
      expect(signatures[at]).not.toBe(signatures[at - 1]);
    }
  });

  test("who may read nothing along reads no register more for that either", () => {
    const blocks = planBlocks(far(3, { gapMax: 0 }), undefined, { apart: true });
    expect(blocks.map(({ count }) => count)).toEqual([1, 1, 1]);
  });

  test("what a device refused whole is never asked for whole again", () => {
    const profile = modbusProfile.parse(profileOf({
      a: { address: 0, type: "uint16" },
      b: { address: 3, type: "uint16" },
      c: { address: 5, type: "uint16" },
    }));
    expect(planBlocks(profile)).toHaveLength(1);
    const [whole] = planBlocks(profile);
    const split = splitBlock(whole);
    if (split === null) throw new Error("it can be split");
    const refused = [split.between];
    expect(planBlocks(profile, undefined, { refused }).map(({ start, count }) => [start, count]))
      .toEqual([[0, 1], [3, 3]]);
  });

  test("a point among forbidden registers is a fault of the profile", () => {
    const forbidden = [{ table: "holding", from: 1, to: 4 }];
    const profile = profileOf({ a: { address: 0, type: "int32" } }, { forbidden });
    const found = modbusProfile.safeParse(profile);
    expect(found.error?.issues[0].message).toBe("it is among the forbidden registers 1 to 4");
  });
});
