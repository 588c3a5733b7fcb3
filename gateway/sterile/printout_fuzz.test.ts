import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  capturedOf,
  exampleBytes,
  grammarNamed,
  judgedBytes,
  printoutsOf,
} from "./fixture_printouts.ts";
import { cutLines, LINE_BYTES_MAX, NO_LINE } from "../../drivers/printer/line_cut.ts";
import { printoutsIn } from "./printout.ts";

const GOOD = ["dac-universal", "prevac-blocks", "tuttnauer-elara"] as const;
/** Of each print-out; others each time, so that all of them are tried in the end. */
const BYTES_TRIED = 500;
const ALL = [...GOOD, "panelview-batch"] as const;

/** What a pass rests on: it must be what the whole print-out says. */
function restOf(name: string, bytes: Uint8Array) {
  return judgedBytes(grammarNamed(name), bytes).flatMap(({ printout, judgement }) => {
    const { facts, setpointCel } = printout;
    const { hold, verdict, f0Minutes } = judgement;
    return verdict === "pass" ? [{ facts, setpointCel, hold, f0Minutes }] : [];
  });
}

describe("S3 bytes that a line loses", () => {
  test.each(GOOD)("S3 %s: whichever byte is lost, a pass rests on nothing else", (name) => {
    const bytes = exampleBytes(name);
    const [{ f0Minutes, ...whole }] = restOf(name, bytes);
    // The start is drawn, and a byte that fails is named.
    const step = Math.ceil(bytes.length / BYTES_TRIED);
    const start = Math.floor(Math.random() * step);
    let passed = 0;
    for (let lost = start; lost < bytes.length; lost += step) {
      const rest = new Uint8Array([...bytes.slice(0, lost), ...bytes.slice(lost + 1)]);
      for (const found of restOf(name, rest)) {
        passed++;
        const { f0Minutes: f0, ...other } = found;
        expect({ lost, ...other }).toEqual({ lost, ...whole });
        expect(f0).toBeLessThanOrEqual(f0Minutes + 1e-9);
      }
    }
    // Blanks at the end of lines, and what means nothing.
    expect(passed).toBeLessThan(bytes.length / 2);
  });

  test("S3 no damage makes a pass of what did not hold", () => {
    const damage = fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        kind: fc.constantFrom("drop", "flip", "insert", "copy", "nul"),
        size: fc.integer({ min: 1, max: 40 }),
        byte: fc.integer({ min: 0, max: 255 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...ALL), damage, (name, edits) => {
        const bytes = [...exampleBytes(name)];
        for (const { at, kind, size, byte } of edits) {
          const from = Math.floor(at * bytes.length);
          if (kind === "drop") bytes.splice(from, size);
          if (kind === "flip") bytes[from] ^= 1 << (byte % 8);
          if (kind === "nul") bytes.fill(0, from, from + size);
          if (kind === "insert") bytes.splice(from, 0, ...Array(size).fill(byte));
          if (kind === "copy") bytes.splice(from, 0, ...bytes.slice(from, from + size));
        }
        for (const { hold, setpointCel } of restOf(name, Uint8Array.from(bytes))) {
          expect(name).not.toBe("panelview-batch");
          expect(hold?.lowestCel).toBeGreaterThanOrEqual(setpointCel ?? Infinity);
          expect(hold?.seconds).toBeGreaterThanOrEqual(180);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("S3 whatever bytes come, nothing throws and nothing passes", () => {
    const noise = fc.uint8Array({ maxLength: 2000 });
    fc.assert(fc.property(fc.constantFrom(...ALL), noise, (name, bytes) => {
      expect(restOf(name, bytes)).toEqual([]);
    }));
  });
});

describe("lines", () => {
  test("S6 are the same wherever the chunks are cut, and however lines end", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(sizes, fc.constantFrom("\n", "\r\n", "\r"), (chunks, end) => {
      const text = new TextDecoder().decode(exampleBytes("dac-universal")).replaceAll("\n", end);
      const bytes = new TextEncoder().encode(text);
      const whole = cutLines(NO_LINE, bytes).lines;
      const pieces = [];
      let state = NO_LINE;
      for (let from = 0, index = 0; from < bytes.length; index++) {
        const size = chunks[index % chunks.length];
        const cut = cutLines(state, bytes.slice(from, from + size));
        state = cut.state;
        pieces.push(...cut.lines);
        from += size;
      }
      expect(pieces).toEqual(whole);
      expect(whole.map((line) => line.bytes.length).slice(0, 2)).toEqual([32, 18]);
    }));
  });

  test("S3 one that is longer than a line can be is kept to its limit, and told", () => {
    const bytes = new Uint8Array(LINE_BYTES_MAX + 2).fill(0x41);
    bytes[LINE_BYTES_MAX + 1] = 0x0a;
    const { lines, state } = cutLines(NO_LINE, bytes);
    expect(lines).toHaveLength(1);
    expect(lines[0].tooLong).toBe(true);
    expect(lines[0].bytes).toHaveLength(LINE_BYTES_MAX);
    expect(state).toEqual(NO_LINE);
  });

  test("S3 T12 the order in which they arrive, and repeats, change nothing", () => {
    const grammar = grammarNamed("tuttnauer-elara");
    const lines = capturedOf(grammar, exampleBytes("tuttnauer-elara"));
    const expected = printoutsOf(grammar, exampleBytes("tuttnauer-elara"));
    const order = fc.array(fc.nat(), { minLength: lines.length, maxLength: lines.length });
    fc.assert(
      fc.property(order, (keys) => {
        const shuffled = lines.map((line, index) => ({ line, key: keys[index] }))
          .sort((one, other) => one.key - other.key).map(({ line }) => line);
        expect(printoutsIn(grammar, [...shuffled, ...shuffled.slice(0, 9)], 101.325))
          .toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});
