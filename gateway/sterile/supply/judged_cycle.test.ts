import { describe, expect, test } from "vitest";
import { judged, partsOf, samplesOf } from "../fixture_cycle.ts";
import type { Judgement } from "../judge.ts";
import { cycleBodyOf, cycleId, type JudgedCycle } from "./judged_cycle.ts";
import { cycleBody } from "./supply_body.ts";

const samples = samplesOf(partsOf(240));
const [first] = samples;
const { bootId, bootMs, wallMs } = first;
const ABOUT: JudgedCycle = {
  site: "site-017",
  steriliser: "S1",
  cycle: cycleId("site-017", "S1", first),
  number: null,
  load: "L-1",
  loadType: "instruments",
  program: "p134",
  method: "prevacuum",
  source: "samples",
  started: { bootId, bootMs, wallMs },
  ended: null,
  upTo: { life: 1, seq: 1000 },
  rulesDay: "2026-03-02",
};

describe("S5 the entry of a judgement", () => {
  test.each(
    [
      ["pass", samples],
      ["fail", samplesOf(partsOf(200))],
      ["fail", samplesOf(partsOf(240).filter(({ phase }) => phase !== "hold"))],
      ["undetermined", []],
    ] as const,
  )("S5 %s: is what its body has to be, and the same when it is made again", (verdict, of) => {
    const judgement = judged(of);
    const body = cycleBodyOf(ABOUT, judgement);
    expect(cycleBody.parse(body)).toEqual(body);
    expect(body.verdict).toBe(verdict);
    expect(cycleBodyOf(ABOUT, judged(of)).id).toBe(body.id);
  });

  test("S5 more entries, other rules, or another load are another judgement", () => {
    const judgement = judged(samples);
    const idOf = (more: Partial<JudgedCycle>) => cycleBodyOf({ ...ABOUT, ...more }, judgement).id;
    const ids = [
      idOf({}),
      idOf({ upTo: { life: 1, seq: 1001 } }),
      idOf({ rulesDay: "2026-03-03" }),
      idOf({ load: "L-2" }),
      idOf({ loadType: "dressings" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("S3 however much is wrong with a print-out, its entry has room", () => {
    const reasons: Judgement["reasons"] = Array.from({ length: 200 }, () => ({
      code: "damaged",
      rule: null,
      text: "#".repeat(512),
    }));
    const body = cycleBodyOf(ABOUT, { ...judged([]), reasons });
    expect(cycleBody.parse(body).reasons).toHaveLength(50);
  });
});
