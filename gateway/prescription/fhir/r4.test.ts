import { describe, expect, test } from "vitest";
import { cardsOf } from "../cds/cards.ts";
import { findingOf, HOOK_INSTANCE, hookCall } from "../cds/fixtures.ts";
import { bundleOf, hookCallOf } from "../cited/cited_bundle.ts";
import { citedRows, sentRow } from "../cited/cited_table.ts";
import { accepted, NOW, received, withAt } from "../fixture_intake.ts";
import { OUTCOMES } from "../verdict.ts";
import { answerFhir, operationOutcome } from "./answer.ts";
import { capabilityStatement, operationDefinition } from "./capability.ts";
import { reviewed } from "./fixture_reviewed.ts";
import { r4Faults } from "./fixture_r4.ts";
import { prescriptionBundle } from "./fixtures.ts";

const LEVELS = ["black", "red", "orange", "yellow", "blue", "could-not-check"] as const;
const NODE = { url: "https://county-a.example", version: "1.2.3", name: "county-a", title: "甲" };

describe("what others wrote to validate FHIR R4 finds", () => {
  const answer = () => JSON.parse(JSON.stringify(answerFhir(reviewed())));
  test.each<[string, () => object, RegExp]>([
    [
      "an element that there is not",
      () => ({ ...capabilityStatement(NODE), x: 1 }),
      /property "x"/,
    ],
    [
      "an element that is missing",
      () => ({ ...operationDefinition(NODE), code: undefined }),
      /code/,
    ],
    [
      "a code of no value set",
      () => withAt(answer(), ["entry", 0, "resource", "status"], "new"),
      /new/,
    ],
    [
      "another type",
      () => withAt(answer(), ["entry", 0, "resource", "output", 0, "type"], "hash"),
      /output/,
    ],
    [
      "an invariant that does not hold",
      () => withAt(answer(), ["entry", 1, "fullUrl"], answer().entry[0].fullUrl),
      /bdl-7/,
    ],
    [
      "a moment that is none",
      () => withAt(answer(), ["entry", 0, "resource", "authoredOn"], "x"),
      /authoredOn/,
    ],
  ])("%s", (_, made, says) => expect(r4Faults(made()).join()).toMatch(says));
});

describe("is valid FHIR R4, as others validate it", () => {
  test.each(OUTCOMES)(
    "the answer %s, with findings of all levels, marks and a token",
    (outcome) => {
      const findings = LEVELS.flatMap((level) => [
        findingOf(level, [1, 3]),
        { ...findingOf(level, []), comment: "2-6" },
      ]);
      const detail = "600 s ahead of this node's clock, which is trusted";
      const marks = [{ code: "issued-in-future", field: "issuedAt", detail }] as const;
      expect(r4Faults(answerFhir(reviewed({ outcome, findings, marks, token: "a.b.c" })))).toEqual(
        [],
      );
      expect(r4Faults(answerFhir(reviewed({ outcome, findings: [], degraded: true })))).toEqual([]);
    },
  );

  test("an answer to a prescription of which least is told", () => {
    const { prescription } = accepted(
      received(withAt(prescriptionBundle(), ["x"], 1), { door: "fhir" }),
    );
    const { lines: [line] } = prescription;
    const bare = { ...line, drug: { code: line.drug.code } };
    const least = { ...prescription, lines: [bare], diagnoses: [] };
    const findings = [findingOf("red", [1, 2])];
    expect(r4Faults(answerFhir(reviewed({ prescription: least, findings })))).toEqual([]);
  });

  test.each([400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503])(
    "the refusal %s",
    (status) => {
      const problem = { status, code: "x", title: "It cannot be read", hint: "send it again" };
      expect(r4Faults(operationOutcome(problem))).toEqual([]);
      const faults = [{ field: "", message: "no JSON" }, {
        field: "entry[0]",
        message: "want one",
      }];
      expect(r4Faults(operationOutcome({ ...problem, faults }))).toEqual([]);
    },
  );

  test("what the node says of itself", () => {
    expect(r4Faults(capabilityStatement(NODE))).toEqual([]);
    expect(r4Faults(operationDefinition(NODE))).toEqual([]);
  });

  test("codes in cards of CDS Hooks", () => {
    const context = { hookInstance: HOOK_INSTANCE, selected: null };
    const cards = cardsOf(LEVELS.map((level) => findingOf(level, [1])), context);
    const codings = cards.flatMap(({ source: { topic }, overrideReasons = [] }) => [
      ...(topic === undefined ? [] : [topic]),
      ...overrideReasons,
    ]);
    expect(codings.length).toBeGreaterThan(LEVELS.length);
    for (const coding of codings) expect(r4Faults(coding, "Coding")).toEqual([]);
  });
});

describe("what tests send as a HIS is valid FHIR R4 too, so that others' may be as it is", () => {
  test("the Bundle of three lines", () => expect(r4Faults(prescriptionBundle())).toEqual([]));

  test("each cited prescription as a Bundle", () => {
    const wrong = citedRows().flatMap((row) => {
      const faults = r4Faults(
        bundleOf(sentRow(row, { trial: "r4", codes: new Map(), nowMs: NOW.wallMs })),
      );
      return faults.length === 0 ? [] : [{ row: row.id, faults }];
    });
    expect(wrong).toEqual([]);
  });

  test("each resource of a call of CDS Hooks", () => {
    const [row] = citedRows();
    const sent = sentRow(row, { trial: "r4", codes: new Map(), nowMs: NOW.wallMs });
    for (const call of [hookCall("order-sign"), hookCallOf(sent, HOOK_INSTANCE)]) {
      const { context: { draftOrders }, prefetch } = call;
      const resources = [
        ...draftOrders.entry,
        ...Object.values(prefetch).map((resource) => ({ resource })),
      ];
      for (const { resource } of resources) {
        if (resource !== null) expect(r4Faults(resource)).toEqual([]);
      }
    }
  });
});
