import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { START_MS } from "../fixture_waste.ts";
import { checkCharacter, codeKind, newCode, normalCode } from "./bag_code.ts";
import { LABEL } from "./fixture_label.ts";
import { labelLines, payloadOf, readLabel } from "./label.ts";

const random = fc.uint8Array({ minLength: 12, maxLength: 12 });

describe("a code", () => {
  test("has the check character of ISO 7064 MOD 37,36, as a GRid has it", () => {
    // The example of the GRid standard 2.1: A1-2425G-ABC1234002-M.
    expect(checkCharacter("A12425GABC1234002")).toBe("M");
  });

  test("says of what it is, however it was typed", () => {
    fc.assert(fc.property(random, (bytes) => {
      const code = newCode("bag", bytes);
      expect(codeKind(code)).toBe("bag");
      expect(codeKind(newCode("load", bytes))).toBe("load");
      const typed = ` ${code.slice(0, 8).toLowerCase()}-${code.slice(8)}\r\n`;
      expect(normalCode(typed)).toBe(code);
    }));
  });

  test("with one wrong character is none", () => {
    const wrong = fc.record({ bytes: random, at: fc.nat(14), other: fc.constantFrom(..."AKZ059") });
    fc.assert(fc.property(wrong, ({ bytes, at, other }) => {
      const code = newCode("bag", bytes);
      fc.pre(code[at] !== other);
      expect(codeKind(code.slice(0, at) + other + code.slice(at + 1))).toBeNull();
    }));
  });
});

describe("W5 a label", () => {
  test("tells a store all that it needs, and comes back through a keyboard", () => {
    const payload = payloadOf(LABEL);
    const said = {
      bag: LABEL.bag,
      category: "841-001-01",
      grams: 4139,
      sealedMs: START_MS,
      clock: "trusted",
      ward: "ward-3",
    };
    expect(readLabel(payload)).toEqual({ kind: "label", said });
    expect(readLabel(`${payload}\r\n`)).toEqual({ kind: "label", said });
    // An input method that was left on types full-width marks.
    expect(readLabel(payload.replaceAll(";", "；")).kind).toBe("label");
    expect(payload.length).toBeLessThan(70);
  });

  test("of a ward with any name comes back", () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }), (code) => {
      fc.pre(code.isWellFormed());
      const read = readLabel(payloadOf({ ...LABEL, ward: { code, name: "" } }));
      expect(read).toMatchObject({ kind: "label", said: { ward: code } });
    }));
  });

  test("of which a character was lost, doubled or changed is refused", () => {
    const payload = payloadOf(LABEL);
    const places = fc.nat(payload.length - 1);
    fc.assert(fc.property(places, fc.constantFrom("", "55", "x"), (at, other) => {
      const typed = payload.slice(0, at) + other + payload.slice(at + 1);
      fc.pre(typed !== payload);
      expect(readLabel(typed).kind).toBe("refused");
    }));
  });

  test("whose code alone was typed gives the code; anything else is refused", () => {
    expect(readLabel(LABEL.bag.toLowerCase())).toEqual({ kind: "code", code: LABEL.bag });
    fc.assert(fc.property(fc.string(), (text) => {
      expect(readLabel(text).kind).toBe("refused");
    }));
  });

  test("has institution, date, category and remarks in Chinese; a keyed weight is marked (W2)", () => {
    const sealed = { wallMs: START_MS, clock: "untrusted" as const };
    const lines = labelLines({ ...LABEL, isKeyed: true, remarks: "新冠", sealed }, "zh");
    expect(lines).toEqual([
      "医疗废物 · 感染性废物",
      "841-001-01",
      "河口镇中心卫生院",
      "内科三病区",
      "4.139 kg（手工录入）",
      "2026-09-01 08:00（时钟存疑）",
      "新冠",
    ]);
    expect(labelLines(LABEL, "en")[0]).toBe("Medical waste · Infectious waste");
  });
});
