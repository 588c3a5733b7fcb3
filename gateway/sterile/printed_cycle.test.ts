import { describe, expect, test } from "vitest";
import { told } from "./fixture_cycle.ts";
import {
  capturedOf,
  exampleBytes,
  grammarNamed,
  GRAMMARS,
  judgedBytes,
  type Printed,
  settingOf,
} from "./fixture_printouts.ts";
import { grammarSchema } from "./grammar.ts";
import { judgePrintout } from "./printed_cycle.ts";
import { printoutsIn } from "./printout.ts";

const GOOD = ["dac-universal", "prevac-blocks", "tuttnauer-elara"] as const;

function textOf(name: string): string {
  return new TextDecoder().decode(exampleBytes(name));
}

function judgedText(grammar: string, text: string, more = {}): Printed[] {
  return judgedBytes(grammarNamed(grammar), new TextEncoder().encode(text), more);
}

/** The example, changed: each replacement has to find what it replaces. */
function changed(name: string, ...changes: readonly (readonly [from: string, to: string])[]) {
  const text = changes.reduce((left, [from, to]) => {
    expect(left).toContain(from);
    return left.replace(from, to);
  }, textOf(name));
  return judgedText(name, text).map(({ judgement }) => told(judgement)).join(" | ");
}

describe("S6 print-outs of real devices", () => {
  test("S6 there is a grammar for each of four devices, with its source and what it leaves open", () => {
    expect(GRAMMARS).toEqual([
      "dac-universal",
      "panelview-batch",
      "prevac-blocks",
      "tuttnauer-elara",
    ]);
    for (const name of GRAMMARS) {
      const { grammar, source } = grammarNamed(name);
      expect(grammar).toBe(name);
      expect(source).toMatch(/https:\/\/github\.com\//);
    }
  });

  test.each([
    ["dac-universal", 181, 135.2, 135.5, "218", 134],
    ["tuttnauer-elara", 300, 135.222, 135.556, "001207", 134],
    ["prevac-blocks", 240, 132, 133.8, undefined, 132],
  ])("S6 %s: held %s s at %s to %s °C", (name, seconds, lowest, highest, cycle, setpointCel) => {
    const [{ printout, judgement }, ...others] = judgedText(name, textOf(name));
    expect(others).toEqual([]);
    expect(told(judgement)).toBe("pass");
    expect(printout.facts.cycle).toBe(cycle);
    expect(printout).toMatchObject({ setpointCel, ended: true, says: "completed", found: [] });
    expect(judgement.hold).toMatchObject({ seconds, lowestCel: lowest, highestCel: highest });
    expect(judgement.offSaturation).toBeNull();
  });

  test("S6 what a device calls failed has failed, whatever else stands there", () => {
    const [dac] = judgedText("dac-universal", textOf("dac-universal-failed"), {
      previousCycle: 218,
    });
    expect(dac.judgement.verdict).toBe("fail");
    expect(dac.judgement.reasons.map(({ code }) => code)).toContain("device-failed");
    expect(dac.printout.alarms).toEqual(["Error code   97"]);
    const [batch] = judgedText("panelview-batch", textOf("panelview-batch-failed"));
    expect(told(batch.judgement)).toBe("fail device-failed below-setpoint above-band");
    expect(batch.printout.alarms).toEqual(["LOW AIR SUPPLY"]);
  });

  test("S6 how that device ends a good batch is not known: it is undetermined, not guessed", () => {
    const [{ judgement }] = judgedText("panelview-batch", textOf("panelview-batch"));
    expect(told(judgement)).toBe("undetermined not-ended");
    const unknown = judgedText(
      "panelview-batch",
      `${textOf("panelview-batch")}End of Cycle. Good Process.\n`,
    );
    expect(told(unknown[0].judgement)).toBe("undetermined damaged not-ended");
  });

  test("S1 T12 a hold across midnight is as long as any other", () => {
    const shifted = textOf("dac-universal").replaceAll(/(\d\d):(\d\d):(\d\d)/g, (time) => {
      const day = Date.parse(`2026-03-02T${time}Z`);
      // From 09:26:00 to midnight.
      return new Date(day + ((14 * 60) + 34) * 60_000).toISOString().slice(11, 19);
    });
    const lines = shifted.split("\n").filter((line) => line.startsWith("00:00"));
    expect(lines.length).toBeGreaterThan(1);
    const [{ printout, judgement }] = judgedText("dac-universal", shifted);
    expect(printout.found).toEqual([]);
    expect(judgement.hold?.seconds).toBe(181);
  });

  test("S6 two print-outs behind each other are two, and what a printer says between them is none", () => {
    const both = `${textOf("dac-universal")}\r\nPapier\r\n${textOf("dac-universal-failed")}`;
    expect(judgedText("dac-universal", both).map(({ printout }) => printout.facts.cycle))
      .toEqual(["218", "219"]);
  });
});

describe("S3 a print-out that is not whole", () => {
  test.each(GOOD)("S3 %s: cut anywhere before its end it is never a pass", (name) => {
    const grammar = grammarNamed(name);
    const bytes = exampleBytes(name);
    const end = {
      "dac-universal": "Zyklusende",
      "tuttnauer-elara": "Status",
      "prevac-blocks": "CYCLE COMPLETED",
    }[name];
    const endAt = textBytes(textOf(name).lastIndexOf(end), name);
    const step = Math.max(1, Math.floor(endAt / 150));
    for (let length = 1; length <= endAt; length += step) {
      const verdicts = judgedBytes(grammar, bytes.slice(0, length)).map(({ judgement }) =>
        judgement.verdict
      );
      expect(verdicts.filter((verdict) => verdict !== "undetermined")).toEqual([]);
    }
  });

  test("S3 the next print-out's beginning cuts the one before it", () => {
    const whole = textOf("dac-universal");
    const cut = whole.slice(0, whole.indexOf("Sterilisation"));
    const verdicts = judgedText("dac-universal", cut + whole).map(({ judgement }) =>
      told(judgement)
    );
    expect(verdicts[0]).toContain("undetermined");
    expect(verdicts[0]).toContain("not-ended");
    expect(verdicts[1]).toBe("pass");
  });

  test("S3 without its beginning it is undetermined", () => {
    const text = textOf("dac-universal");
    const judged = judgedText("dac-universal", text.slice(text.indexOf("Programm")));
    expect(judged.map(({ judgement }) => told(judgement)))
      .toEqual(["undetermined damaged damaged"]);
  });

  test("S3 what comes behind its end takes nothing from it, and is another one", () => {
    const whole = textOf("prevac-blocks");
    const noise = judgedText("prevac-blocks", `${whole}#@!\nDoor B open\n`);
    expect(noise.map(({ judgement }) => told(judgement))).toEqual(["pass"]);
    const next = whole.slice(whole.indexOf("CYCLE NAME"));
    const both = judgedText("prevac-blocks", whole + next).map(({ judgement }) => told(judgement));
    expect(both).toEqual(["pass", "undetermined damaged"]);
  });

  test.each([
    ["a row", "09:25:51           135.3    3.18\n", "undetermined gap"],
    ["the last row", "09:27:21           135.4    3.19\n", "undetermined gap"],
    ["that the hold begins", "Beginn Haltezeit   09:24:11 Ok  \n", "undetermined contradiction"],
    ["that the hold ended", "Sterilisation      09:27:23 Ok  \n", "undetermined gap"],
    ["the maximum", "Maximum            135.5    3.21\n", "undetermined damaged"],
    ["the program", "Programm:   Universal/134?C/3min\n", "undetermined damaged"],
  ])("S3 a line that is lost whole: %s", (_what, line, expected) => {
    expect(changed("dac-universal", [line, ""]).split(" ").slice(0, 2).join(" "))
      .toBe(expected.split(" ").slice(0, 2).join(" "));
  });
});

/** Where a place in the text stands among the bytes. */
function textBytes(index: number, name: string): number {
  return new TextEncoder().encode(textOf(name).slice(0, index)).length;
}

describe("S3 a print-out that contradicts itself is undetermined", () => {
  test.each(
    [
      ["its temperature and its pressure", ["135.3    3.18\n09:26:21", "105.3    3.18\n09:26:21"]],
      ["a row and the device's own maximum", [
        "Maximum            135.5",
        "Maximum            135.1",
      ]],
      ["its rows and the duration", ["Dauer (m-s)        03-12", "Dauer (m-s)        01-12"]],
      ["a time that goes back", ["09:25:51  ", "09:24:51  "]],
      ["a program at another temperature", ["Universal/134", "Universal/135"]],
      ["another device", ["700123", "700124"]],
      ["a number that was counted already", ["Zyklus:     218", "Zyklus:     21"]],
    ] as const,
  )("S3 %s", (_what, change) => {
    const verdict = changed("dac-universal", change);
    expect(verdict).toMatch(/^undetermined .*(contradiction|program-unknown)/);
  });

  test("S1 the device's own extremes count, also between its rows", () => {
    const cold = changed("dac-universal", ["Minimum            135.2", "Minimum            133.9"]);
    expect(cold).toBe("fail below-setpoint");
    const hot = changed("dac-universal", ["Maximum            135.5", "Maximum            137.1"]);
    expect(hot).toBe("fail above-band");
    const warm = changed("dac-universal", ["Maximum            135.5", "Maximum            137.0"]);
    expect(warm).toBe("pass");
  });

  test("S3 T12 the box's own clock has to agree on how long it held", () => {
    const grammar = grammarNamed("dac-universal");
    const late = (byMs: number) => {
      const lines = capturedOf(grammar, exampleBytes("dac-universal")).map((line) =>
        line.text.startsWith("09:27:21") ? { ...line, bootMs: line.bootMs + byMs } : line
      );
      const [printout] = printoutsIn(grammar, lines, 101.325);
      return told(judgePrintout(grammar, printout, settingOf("dac-universal")));
    };
    expect(late(5000)).toBe("pass");
    expect(late(5001)).toBe("undetermined clock-jump");
    expect(late(-5001)).toBe("undetermined clock-jump");
  });
});

describe("grammars are data", () => {
  test("one that cannot be used says which line, and what is wrong with it", () => {
    const raw = {
      grammar: "mine",
      title: { zh: "我的", en: "Mine" },
      source: "its manual",
      live: true,
      rowSeconds: 30,
      temperatureUnit: "Cel",
      pressure: { unit: "kPa", kind: "gauge" },
      needs: [],
      lines: [{ line: "(", is: "begin" }, { line: "(?<heat>\\d)", is: "row" }],
    };
    const issues = grammarSchema.safeParse(raw).error?.issues.map(({ path, message }) =>
      `${path.join(".")}: ${message}`
    );
    expect(issues?.[0]).toMatch(/^lines\.0\.line: it is no pattern: /);
    expect(issues?.[1]).toMatch(/^lines\.1\.line: there is no group "heat"; want serial, model/);
  });
});
