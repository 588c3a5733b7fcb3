import { describe, expect, test } from "vitest";
import { viewOf } from "../../console/language.ts";
import type { LifeEvent } from "../life/event.ts";
import { idOf, SITE, Story } from "../life/fixture_life.ts";
import { shownOf } from "../review/shown.ts";
import type { Earlier, Finding } from "../verdict.ts";
import { findingsPart } from "./findings_part.ts";
import { historyPart } from "./said_part.ts";

const collected = (site: string): Earlier => ({
  ...{ site, prescription: "RX-7", version: 2, line: 3, drug: "morphine" },
  issuedMs: Date.parse("2026-02-28T23:30:00+08:00"),
  untilMs: Date.parse("2026-03-03T23:30:00+08:00"),
});

const twice = (level: Finding["level"], site: string): Finding => ({
  ...{ rule: "controlled-twice", level, lines: [1], source: "a test", inputs: {}, missing: [] },
  text: { zh: "重复领取", en: "Collected twice" },
  earlier: [collected(site)],
});

const shared: Finding = { ...twice("yellow", "site-c"), rule: "shared" };
const historyOf = (site: string) => [{
  ...collected(site),
  ...{ ingredients: [], atc: [], classes: [], route: null },
}];

/** One centre's orange finding is approved, the other's red one is not signed yet. */
function shownWith(...more: readonly LifeEvent[]) {
  const [a, b] = [new Story("county-a"), new Story("county-b")];
  const orange = a.verdict("pharmacist", {
    findings: [twice("orange", "site-a"), shared],
    history: historyOf("site-a"),
  });
  const red = b.verdict("pharmacist", {
    findings: [twice("red", "site-b"), shared],
    history: historyOf("site-b"),
  });
  const events = [a.prescription(), orange, red, a.decision("approve", "P-1"), ...more];
  const shown = shownOf(events);
  if (shown === null) throw new Error("nothing is shown");
  return { shown, red, orange };
}

describe("P3 P12 a prescription with two verdicts, as a pharmacist sees it", () => {
  test("P3 the red one is decided on, and the findings of both are shown", async () => {
    const { shown, red, orange } = shownWith();
    expect(shown.verdict?.id).toBe(idOf(red));
    expect(shown.beside.map(({ id, node }) => [id, node])).toEqual([[idOf(orange), "county-a"]]);
    const page = String(await findingsPart(viewOf("en"), shown));
    for (const site of ["site-a", "site-b"]) {
      expect(page).toContain(`morphine · site ${site} · prescription RX-7 (version 2, line 3)`);
    }
    expect(page).toContain("Other findings, of another verdict (county-a)");
    // What both found is told once.
    expect(page.split("site-c")).toHaveLength(2);
  });

  test("P3 the prescriber, who has to answer the red one, is told what both found, once", () => {
    const { shown, red } = shownWith();
    const { verdict, toAnswer } = shown.standing;
    const found = verdict?.findings?.map(({ level, earlier }) => [level, earlier?.[0].site]) ?? [];
    expect(found.toSorted())
      .toEqual([["orange", "site-a"], ["red", "site-b"], ["yellow", "site-c"]]);
    expect(toAnswer).toEqual([idOf(red)]);
  });

  test("P3 and so after the prescriber insists on the red one, and one has signed", () => {
    const { red } = shownWith();
    const insisted = new Story(SITE, 1_772_416_900_000).answer("insist", red);
    expect(shownWith(insisted).shown.verdict?.id).toBe(idOf(red));
    const signed = new Story("county-c", 1_772_417_000_000)
      .decision("sign", "P-1", insisted, { verdict: idOf(red) });
    const { shown } = shownWith(insisted, signed);
    expect([shown.standing.state, shown.verdict?.id]).toEqual(["signing", idOf(red)]);
  });

  test("P12 an earlier collection is told with its day in Shanghai, and leads to the history", async () => {
    const { shown } = shownWith();
    const page = String(await findingsPart(viewOf("zh"), shown));
    expect(page).toContain(
      "morphine · 站点 site-b · 处方 RX-7（第 2 版第 3 行） · 2026-02-28 开具",
    );
    expect(page).toContain('href="#earlier-1"');
    expect(String(await historyPart(viewOf("zh"), shown))).toContain('id="earlier-1"');
    // The other verdict's history is not on the page.
    expect(page.split('href="#earlier-1"')).toHaveLength(2);
  });
});
