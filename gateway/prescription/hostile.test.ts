import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dig, type Path } from "../dig.ts";
import { hookCall, hooked, hookText } from "./cds/fixtures.ts";
import { readFeedback } from "./cds/feedback.ts";
import { prescriptionBundle } from "./fhir/fixtures.ts";
import { faultsOf, NOW, plainPrescription, received, withAt } from "./fixture_intake.ts";
import { FAULTS_MAX, receive } from "./intake.ts";

const DOORS = [["json", plainPrescription], ["fhir", prescriptionBundle]] as const;

/** Every place in a document. */
function placesIn(document: unknown, at: Path = []): Path[] {
  if (typeof document !== "object" || document === null) return [at];
  const inner = Object.entries(document).flatMap(([key, value]) =>
    placesIn(value, [...at, Array.isArray(document) ? Number(key) : key])
  );
  return at.length === 0 ? inner : [at, ...inner];
}

/** What stands nowhere in a prescription. */
const STRANGE = fc.oneof(
  fc.jsonValue({ maxDepth: 3, noUnicodeString: false }),
  fc.string({ unit: "binary", maxLength: 2000 }),
  fc.constantFrom<unknown>(
    -1,
    1e308,
    "-0.5",
    "1e400",
    "０．５",
    "\u0000",
    "\u202e\u200b",
    "ﬁ",
    [],
    [[[[]]]],
    {},
    { toString: 1 },
    { length: 1e9 },
    null,
  ),
);

describe.each(DOORS)("by the door %s", (door, fresh) => {
  test("whatever stands anywhere, it is accepted or each fault has a field of the document", () => {
    const places = placesIn(fresh());
    fc.assert(
      fc.property(fc.constantFrom(...places), STRANGE, (place, value) => {
        const faults = faultsOf(received(withAt(fresh(), place, value), { door }));
        expect(faults.length).toBeLessThanOrEqual(FAULTS_MAX);
        for (const fault of faults) {
          expect(fault).toMatch(/^[^:\n]+.*: ./s);
          expect(fault.length).toBeLessThan(1000);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("whatever is left out, it is accepted or the fault names it", () => {
    for (const place of placesIn(fresh())) {
      const receipt = received(withAt(fresh(), place, undefined), { door });
      if (receipt.kind === "refused") expect(faultsOf(receipt).join("\n")).not.toMatch(/^: /m);
    }
  });

  test("any bytes are refused or accepted, and nothing is thrown", () => {
    const types = fc.constantFrom(
      null,
      "application/json",
      "application/json; charset=gb18030",
      "a/b;;",
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), types, (bytes, contentType) => {
        expect(receive(door, bytes, { contentType, now: NOW }).kind).toBe("refused");
      }),
      { numRuns: 500 },
    );
  });

  test("a text of which any part is cut, doubled or replaced does not throw", () => {
    const text = JSON.stringify(fresh());
    const part = fc.tuple(
      fc.nat(text.length),
      fc.nat(40),
      fc.string({ unit: "binary", maxLength: 8 }),
    );
    fc.assert(
      fc.property(part, ([from, length, instead]) => {
        const hurt = text.slice(0, from) + instead + text.slice(from + length);
        expect(["accepted", "refused"]).toContain(received(hurt, { door }).kind);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["lists of a million", `{"lines":[${"0,".repeat(999_999)}0]}`],
    ["a depth of a hundred thousand", "[".repeat(100_000)],
    ["objects of a depth of twenty thousand", '{"a":'.repeat(20_000)],
    [
      "a hundred thousand names",
      `{${Array.from({ length: 20_000 }, (_, at) => `"${at}":0`).join()}}`,
    ],
    ["twenty thousand lines", `{"lines":[${"{},".repeat(19_000)}{}]}`],
    ["twenty thousand entries", `{"resourceType":"Bundle","entry":[${"{},".repeat(19_000)}{}]}`],
    ["one long text", `{"id":"${"a".repeat(250_000)}"}`],
    ["one long name", `{"${"a".repeat(250_000)}":0}`],
    ["one long number", `{"id":${"1".repeat(250_000)}}`],
    ["the prototype", '{"__proto__":{"id":"1"}}'],
    ["what every object has", '{"constructor":{"prototype":{"id":1}},"toString":1}'],
  ])("%s is refused in few words", (_, text) => {
    const receipt = received(text, { door });
    expect(receipt.kind).toBe("refused");
    expect(JSON.stringify(receipt).length).toBeLessThan(20_000);
  });
});

test("the prototype of objects is what it was", () => {
  received('{"__proto__":{"polluted":1}}');
  received('{"constructor":{"prototype":{"polluted":1}}}', { door: "fhir" });
  expect(dig({}, "polluted")).toBeUndefined();
});

test("whatever a HIS calls a CDS service with, it gets an answer", () => {
  const places = placesIn(hookCall("order-sign"));
  fc.assert(
    fc.property(fc.constantFrom(...places), STRANGE, (place, value) => {
      const check = hooked(hookText(withAt(hookCall("order-sign"), place, value)));
      expect(["draft", "nothing", "incomplete", "refused"]).toContain(check.kind);
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(STRANGE, (value) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ feedback: [value] }));
    expect(readFeedback(bytes, null).kind).toBe("refused");
  }));
});
