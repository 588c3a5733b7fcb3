import { describe, expect, test } from "vitest";
import {
  BOOT,
  cycleOf,
  GRAVITY,
  judged,
  type Part,
  partsOf,
  PREVACUUM,
  RULES,
  samplesOf,
  SETTING,
  told,
} from "./fixture_cycle.ts";
import { judge } from "./judge.ts";
import { rulesOn } from "./rules.ts";
import type { Sample } from "./sample.ts";
import { STANDARD_RULES } from "./standard_rules.ts";

/** The sample in the middle of the hold, changed. */
function middle(samples: readonly Sample[], change: (sample: Sample) => Sample): Sample[] {
  const holds = samples.flatMap(({ phase }, index) => phase === "hold" ? [index] : []);
  const at = holds[Math.floor(holds.length / 2)];
  return samples.map((sample, index) => index === at ? change(sample) : sample);
}

const at = (cel: number) => (sample: Sample): Sample => ({
  ...sample,
  temperaturesCel: { chamber: cel },
});

describe("S1 a cycle passes", () => {
  test.each([
    [132, 132, "pass"],
    [134, 134, "pass"],
    [134, 133.999, "fail below-setpoint"],
    [134, 133.9, "fail below-setpoint"],
    [134, 137.0, "pass"],
    [134, 137.001, "fail above-band"],
    [134, 137.1, "fail above-band"],
    [132, 135.0, "pass"],
    [132, 135.1, "fail above-band"],
  ])("S1 set to %s °C, with one sample at %s °C: %s", (setpointCel, cel, expected) => {
    const samples = middle(samplesOf(partsOf(240, setpointCel)), at(cel));
    expect(told(judged(samples, { program: { ...PREVACUUM, setpointCel } }))).toBe(expected);
  });

  test.each(
    [
      ["prevacuum", "instruments", 239, "fail hold-short"],
      ["prevacuum", "instruments", 240, "pass"],
      ["prevacuum", "dressings", 241, "pass"],
      ["gravity", "instruments", 1199, "fail hold-short"],
      ["gravity", "instruments", 1200, "pass"],
      ["gravity", "instruments", 1201, "pass"],
      ["gravity", "dressings", 1200, "fail hold-short"],
      ["gravity", "dressings", 1799, "fail hold-short"],
      ["gravity", "dressings", 1800, "pass"],
      ["gravity", "mixed", 1799, "fail hold-short"],
      ["gravity", "mixed", 1800, "pass"],
    ] as const,
  )("S1 %s with %s held for %s s: %s", (method, load, seconds, expected) => {
    const program = method === "gravity" ? GRAVITY : PREVACUUM;
    const samples = samplesOf(partsOf(seconds, program.setpointCel));
    const judgement = judged(samples, { program, load });
    expect(told(judgement)).toBe(expected);
    expect(judgement.hold?.seconds).toBe(seconds);
    const hidden = samplesOf(partsOf(seconds, program.setpointCel), true);
    expect(told(judged(hidden, { program, load }))).toBe(expected);
  });

  test("S1 a reason says what was found, what was wanted, and by which rule", () => {
    const [short] = judged(samplesOf(partsOf(239))).reasons;
    expect(short).toMatchObject({ rule: "s1-hold-prevacuum", found: 239, wanted: 240 });
    const [hot] = judged(middle(samplesOf(partsOf(240)), at(137.1))).reasons;
    expect(hot).toMatchObject({ rule: "s1-band", found: 137.1, wanted: 137 });
  });

  test("S1 a program that holds longer than the rule is held to its own time", () => {
    const program = { ...PREVACUUM, holdSeconds: 1080 };
    expect(told(judged(samplesOf(partsOf(240)), { program }))).toBe("fail hold-short");
    expect(told(judged(samplesOf(partsOf(1080)), { program }))).toBe("pass");
  });

  test("S1 less is enough only where the program was validated for this device", () => {
    const program = { ...PREVACUUM, holdSeconds: 210 };
    expect(told(judged(samplesOf(partsOf(210)), { program }))).toBe("fail hold-short");
    const validated = { by: "检测机构", report: "2026-017", day: "2026-01-05" };
    const proved = { ...program, validated };
    expect(told(judged(samplesOf(partsOf(209)), { program: proved }))).toBe("fail hold-short");
    expect(told(judged(samplesOf(partsOf(210)), { program: proved }))).toBe("pass");
  });

  test.each(
    [
      ["load-unknown", { load: null }],
      ["program-unknown", { program: null }],
      ["load-not-in-program", { load: "other" }],
      ["no-rule", { program: { ...PREVACUUM, setpointCel: 135 } }],
      ["no-rule", { program: { ...PREVACUUM, method: "gravity" } }],
      ["no-rule", { rules: rulesOn(STANDARD_RULES, "2017-05-31") }],
    ] as const,
  )("S1 is undetermined: %s", (code, setting) => {
    expect(told(judged(samplesOf(partsOf(1800)), setting))).toBe(`undetermined ${code}`);
  });

  test("S1 of several temperatures each has to hold", () => {
    const both = (chamber: number, load: number) =>
      samplesOf(partsOf(240)).map((sample): Sample => ({
        ...sample,
        temperaturesCel: sample.phase === "hold"
          ? { chamber, load }
          : { ...sample.temperaturesCel, load: 100 },
      }));
    const temperatures = ["chamber", "load"];
    expect(told(judged(both(135, 134), { temperatures }))).toBe("pass");
    expect(told(judged(both(135, 133.9), { temperatures }))).toBe("fail below-setpoint");
    expect(told(judged(both(134, 137.1), { temperatures }))).toBe("fail above-band");
  });

  test("S1 a cycle that ended and never held has failed", () => {
    const parts = partsOf(240).filter(({ phase }) => phase !== "hold");
    expect(told(judged(samplesOf(parts)))).toBe("fail no-hold");
    expect(told(judged(samplesOf(parts, true)))).toBe("fail no-hold");
    const cold = samplesOf([...parts.slice(0, 2), { phase: "hold", cel: 130, count: 300 }], true);
    expect(told(judged(cold))).toBe("fail no-hold");
    expect(told(judged([], {}, { ended: false }))).toBe("undetermined not-ended");
  });

  test("S1 the device's own word that it failed is a failure, its word that it passed is none", () => {
    const samples = samplesOf(partsOf(239));
    expect(told(judged(samples, {}, { deviceSays: "completed" }))).toBe("fail hold-short");
    const good = samplesOf(partsOf(240));
    expect(told(judged(good, {}, { deviceSays: "failed" }))).toBe("fail device-failed");
  });
});

describe("S1 where the device tells no phases", () => {
  const parts = (...hot: readonly (readonly [cel: number, count: number])[]): Part[] => [
    { phase: "heating", cel: 120, count: 20 },
    ...hot.map(([cel, count]): Part => ({ phase: "hold", cel, count })),
    { phase: "exhaust", cel: 105, count: 5 },
  ];

  test("S1 it may swing for 15 s as it comes to its temperature, and no longer", () => {
    const swing = (seconds: number) =>
      samplesOf(parts([134.5, seconds], [133.5, 1], [134.5, 241]), true);
    expect(told(judged(swing(14)))).toBe("pass");
    expect(told(judged(swing(15)))).toBe("fail below-setpoint");
  });

  test("S1 a fall within the hold fails it, however long it holds after", () => {
    const fallen = samplesOf(parts([134.5, 200], [133.5, 1], [134.5, 500]), true);
    expect(told(judged(fallen))).toBe("fail below-setpoint");
  });

  test("S1 phases are told by the vacuum and the temperature", () => {
    const phases = (hidden: boolean) =>
      judged(samplesOf(partsOf(240), hidden)).spans.map(({ phase }) => phase);
    expect(phases(false))
      .toEqual(["air-removal", "heating", "hold", "exhaust", "drying", "complete"]);
    expect(phases(true)).toEqual(["air-removal", "heating", "hold", "exhaust", "drying"]);
  });
});

describe("S3 what was not seen is never a pass", () => {
  /** One pause in the middle of the hold. */
  const paused = (pauseMs: number) => {
    const samples = samplesOf(partsOf(300));
    const half = samples.findIndex(({ phase }) => phase === "hold") + 100;
    return samples.map((sample, index): Sample =>
      index < half ? sample : {
        ...sample,
        bootMs: sample.bootMs + pauseMs - 1000,
        wallMs: sample.wallMs + pauseMs - 1000,
      }
    );
  };

  test.each([[9000, "pass"], [10_000, "pass"], [10_001, "undetermined gap"], [
    11_000,
    "undetermined gap",
  ]])("S3 a pause of %s ms in the hold: %s", (pauseMs, expected) => {
    expect(told(judged(paused(pauseMs)))).toBe(expected);
  });

  test("S3 samples without their temperature were not seen", () => {
    const blind = (seconds: number) => {
      const samples = samplesOf(partsOf(300));
      const half = samples.findIndex(({ phase }) => phase === "hold") + 100;
      return samples.map((sample, index): Sample =>
        index < half || index >= half + seconds
          ? sample
          : { ...sample, temperaturesCel: { chamber: null } }
      );
    };
    expect(told(judged(blind(9)))).toBe("pass");
    expect(told(judged(blind(10)))).toBe("undetermined gap");
  });

  test.each(["heating", "exhaust"])("S3 a pause between the hold and %s is one too", (phase) => {
    // Of twenty samples only the one that is furthest from the hold is left.
    const kept = phase === "heating" ? 0 : 19;
    const samples = samplesOf(partsOf(300)).filter((sample, index) =>
      sample.phase !== phase || index % 20 === kept
    );
    expect(told(judged(samples))).toBe("undetermined gap");
  });

  test("S3 a pause before or behind the hold takes nothing from it", () => {
    const samples = samplesOf(partsOf(240)).filter(({ phase }, index) =>
      phase !== "air-removal" && (phase !== "drying" || index % 15 === 0)
    );
    expect(told(judged(samples))).toBe("pass");
  });

  test("S3 five seconds apart, 4 minutes may be 3:55 to 4:05: nobody can tell", () => {
    const coarse = (count: number) =>
      samplesOf([
        { phase: "heating", cel: 120, count: 20, stepMs: 5000 },
        { phase: "hold", cel: 134.5, count, stepMs: 5000 },
        { phase: "exhaust", cel: 105, count: 3, stepMs: 5000 },
      ]);
    expect(told(judged(coarse(49)))).toBe("pass");
    expect(told(judged(coarse(48)))).toBe("undetermined hold-unresolved");
    expect(told(judged(coarse(47)))).toBe("undetermined hold-unresolved");
    expect(told(judged(coarse(46)))).toBe("fail hold-short");
  });

  test("S3 T12 a wall clock that is set by more than a second makes it doubtful", () => {
    const set = (byMs: number) => {
      const samples = samplesOf(partsOf(240));
      return samples.map((sample, index) =>
        index < 100 ? sample : { ...sample, wallMs: sample.wallMs + byMs }
      );
    };
    expect(told(judged(set(1000)))).toBe("pass");
    expect(told(judged(set(1001)))).toBe("undetermined clock-jump");
    expect(told(judged(set(-1001)))).toBe("undetermined clock-jump");
  });

  test("S3 T12 after the hold a clock may be set: its times are known", () => {
    const samples = samplesOf(partsOf(240)).map((sample) =>
      sample.phase === "drying" ? { ...sample, wallMs: sample.wallMs + 3_600_000 } : sample
    );
    expect(told(judged(samples))).toBe("pass");
  });

  test("S3 T12 a boot-time clock that goes back is doubtful, whatever the wall clock says", () => {
    const samples = middle(samplesOf(partsOf(240)), (sample) => ({
      ...sample,
      bootMs: sample.bootMs - 5000,
      wallMs: sample.wallMs - 5000,
    }));
    expect(told(judged(samples))).toContain("undetermined clock-jump");
  });

  test("S3 a box that starts anew within the hold leaves it undetermined, after it does not", () => {
    const anew = (from: number) =>
      samplesOf(partsOf(240)).map((sample, index): Sample =>
        index < from ? sample : { ...sample, life: 2, bootId: "c".repeat(32) }
      );
    expect(told(judged(anew(100)))).toBe("undetermined restart");
    expect(told(judged(anew(300)))).toBe("pass");
    const crashed = samplesOf(partsOf(240)).map((sample, index): Sample =>
      index < 100 ? sample : { ...sample, life: 2 }
    );
    // The program started anew, its clock went on, and less than 10 s are missing.
    expect(told(judged(crashed))).toBe("pass");
  });

  test("S3 a hold that was interrupted is no hold, and the end has to be seen", () => {
    const mixed = middle(samplesOf(partsOf(240)), (sample) => ({ ...sample, phase: "heating" }));
    expect(told(judged(mixed))).toBe("undetermined phases-mixed");
    expect(told(judged(samplesOf(partsOf(240)), {}, { ended: false })))
      .toBe("undetermined not-ended");
  });

  test("S3 a hold that nobody could have seen is undetermined, not failed", () => {
    const withoutHold = samplesOf(partsOf(240)).filter(({ phase }) => phase !== "hold");
    expect(told(judged(withoutHold))).toBe("undetermined gap");
    const late = samplesOf(partsOf(240)).filter(({ phase }) =>
      phase !== "hold" && phase !== "heating" && phase !== "air-removal"
    );
    expect(told(judged(late))).toBe("undetermined gap");
    expect(told(judged([]))).toBe("undetermined gap");
  });

  test("S3 a failure that was seen stands, whatever is missing beside it", () => {
    const cold = middle(paused(60_000), at(130));
    expect(told(judged(cold))).toBe("fail below-setpoint gap");
  });
});

describe("S4 steam and its pressure", () => {
  const off = (kelvin: number) => {
    const samples = samplesOf(partsOf(240));
    // Pressure of 135 °C, and so much more or less on the thermometer.
    return samples.map((sample): Sample =>
      sample.phase === "hold"
        ? { ...sample, pressureKPa: 313.2010364, temperaturesCel: { chamber: 135 + kelvin } }
        : sample
    );
  };

  test.each([[1.9, false], [2.0, false], [2.1, true], [-0.9, false]])(
    "S4 %s K off what the pressure says is flagged: %s",
    (kelvin, isFlagged) => {
      const judgement = judged(off(kelvin), { program: { ...PREVACUUM, setpointCel: 134 } });
      expect(judgement.offSaturation !== null).toBe(isFlagged);
      expect(judgement.offSaturation?.kelvin ?? kelvin).toBeCloseTo(kelvin, 3);
    },
  );

  test("S4 is shown beside the verdict, which it does not change, and without pressure nothing is", () => {
    const cold = judged(off(-1), { program: { ...PREVACUUM, setpointCel: 134 } });
    expect(told(cold)).toBe("pass");
    const air = samplesOf(partsOf(240)).map((sample) => ({ ...sample, pressureKPa: 330 }));
    const flagged = judged(air);
    expect(flagged.verdict).toBe("pass");
    expect(flagged.offSaturation).toMatchObject({ rule: "s4-saturation" });
    expect(flagged.offSaturation?.kelvin).toBeLessThan(-2);
    const blind = samplesOf(partsOf(240)).map((sample) => ({ ...sample, pressureKPa: null }));
    expect(judged(blind).offSaturation).toBeNull();
  });
});

test("S2 a cycle's F0 is that of all its samples", () => {
  const { f0Minutes } = judged(samplesOf(partsOf(240)));
  expect(Math.abs(f0Minutes / 78 - 1)).toBeLessThan(0.02);
  expect(judge(cycleOf(samplesOf(partsOf(240))), SETTING).f0Gaps).toBe(0);
  expect(RULES.one("gap")?.seconds).toBe(10);
  expect(samplesOf(partsOf(1))[0].bootId).toBe(BOOT);
});
