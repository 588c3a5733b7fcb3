import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DispensingBody, GoodsLine, ReturnBody } from "./dispensing_body.ts";
import { planDispensing, planReturn, singleUseKey } from "./dispense.ts";
import { doubleUse } from "./double_use.ts";
import type { LifeEvent } from "./event.ts";
import { ALL, OTHER_HASH, SITE, Story } from "./fixture_life.ts";
import { decimalText, millionths } from "./quantity.ts";
import { standingOf } from "./standing.ts";

const line = (number: number, value: string, unit = number === 1 ? "片" : "盒"): GoodsLine => ({
  line: number,
  quantity: { value, unit },
});

function passed() {
  const [a, site] = [new Story("county-a"), new Story(SITE)];
  const pass = a.verdict("pass", { token: "a.b.c" });
  return { a, site, pass, events: [a.prescription(), pass] };
}

const plan = (events: readonly LifeEvent[], lines: GoodsLine[], more: object = {}) =>
  planDispensing(standingOf(events), { id: "new", version: 1, lines, ...more });

const dispensingOf = (event: LifeEvent): DispensingBody => {
  if (event.kind !== "dispensing") throw new Error("no dispensing");
  return event.body;
};

const returnsOf = (events: readonly LifeEvent[]): ReturnBody[] =>
  events.flatMap((event) => event.kind === "dispensing-return" ? [event.body] : []);

describe("P9 dispensing", () => {
  test("P9 whole or in parts, up to the very quantity and never above", () => {
    const { site, pass, events } = passed();
    expect(plan(events, ALL)).toEqual({ kind: "part", part: 1 });
    expect(plan(events, [line(1, "30.000001")])).toMatchObject({ why: "over-quantity" });
    const part = site.dispensing(pass, "pass", { lines: [line(1, "29.9"), line(2, "1.75")] });
    const partly = [...events, part];
    expect(standingOf(partly).goods).toMatchObject({
      state: "partly",
      lines: [{ line: 1, prescribed: "30", out: "29.9" }, { line: 2, out: "1.75" }],
    });
    expect(plan(partly, [line(1, "0.1"), line(2, "0.75")])).toEqual({ kind: "part", part: 2 });
    expect(plan(partly, [line(1, "0.100001")])).toMatchObject({ why: "over-quantity" });
    expect(plan(partly, [line(2, "0.5"), line(2, "0.25")])).toEqual({ kind: "part", part: 2 });
    expect(plan(partly, [line(2, "0.5"), line(2, "0.250001")]))
      .toMatchObject({ why: "over-quantity" });
    const rest = [line(1, "0.1"), line(2, "0.75")];
    const wholly = [...partly, site.dispensing(pass, "pass", { part: 2, lines: rest })];
    expect(standingOf(wholly).goods.state).toBe("wholly");
    expect(plan(wholly, [line(1, "0.000001")])).toMatchObject({ why: "over-quantity" });
  });

  test("P9 of no other line, no other unit and no nothing", () => {
    const { events } = passed();
    expect(plan(events, [line(3, "1")])).toMatchObject({ why: "unknown-line" });
    expect(plan(events, [line(1, "1", "盒")])).toMatchObject({ why: "other-unit" });
    expect(plan(events, [line(1, "0")])).toMatchObject({ why: "nothing" });
    expect(plan(events, [line(1, "0.000000")])).toMatchObject({ why: "nothing" });
  });

  test("P9 only what passed, of the latest version, and not taken back", () => {
    const { a, site, pass, events } = passed();
    expect(plan([a.prescription()], ALL)).toMatchObject({ why: "not-passed" });
    expect(plan([...events, a.verdict("pharmacist")], ALL)).toMatchObject({ why: "not-passed" });
    expect(plan([...events, site.taken()], ALL)).toMatchObject({ why: "cancelled" });
    const second = { version: 2, hash: OTHER_HASH };
    const higher = [a.prescription({ version: 2 }, OTHER_HASH), a.verdict("pass", second)];
    expect(plan([...events, ...higher], ALL)).toMatchObject({ why: "superseded" });
    expect(plan([...events, ...higher], ALL, { version: 2 })).toEqual({ kind: "part", part: 1 });
    const out = [...events, site.dispensing(pass, "pass"), ...higher];
    expect(plan(out, ALL, { version: 2 })).toMatchObject({ why: "earlier-out" });
    expect(standingOf(out).due.find((one) => one.do === "open-contact-case"))
      .toMatchObject({ body: { cause: "changed", version: 1, against: ["version 2"] } });
    const back = [...out, site.goodsBack()];
    expect(plan(back, ALL, { version: 2 })).toEqual({ kind: "part", part: 1 });
    expect(standingOf(back).due.some((one) => one.do === "open-contact-case")).toBe(false);
  });

  test("P9 a void takes back its version and those before, and goods that are out are a case", () => {
    const { a, site, pass, events } = passed();
    const goods = site.dispensing(pass, "pass");
    expect(standingOf([...events, site.taken()])).toMatchObject({ state: "cancelled", by: "his" });
    expect(standingOf([...events, site.taken(), goods]).due)
      .toMatchObject([{ do: "open-contact-case", body: { cause: "cancelled" } }]);
    const higher = a.prescription({ version: 2 }, OTHER_HASH);
    expect(standingOf([...events, site.taken(), higher])).toMatchObject({ state: "screening" });
    expect(standingOf([...events, site.taken(2), higher])).toMatchObject({ state: "cancelled" });
  });

  test("T2 P9 the same key again is the same part; with other content it is refused", () => {
    const { site, pass, events } = passed();
    const part = site.dispensing(pass, "pass", { lines: [line(1, "10")] });
    const { id } = dispensingOf(part);
    const again = [...events, part];
    expect(plan(again, [line(1, "10")], { id })).toEqual({ kind: "repeated", part: 1 });
    expect(plan(again, [line(1, "10.0")], { id })).toEqual({ kind: "repeated", part: 1 });
    expect(plan(again, [line(1, "11")], { id })).toMatchObject({ why: "other-content" });
  });

  test("P9 what came back may leave anew as another part; no more comes back than left", () => {
    const { site, pass, events } = passed();
    const out = [...events, site.dispensing(pass, "pass")];
    const ask = (lines: GoodsLine[], sofar: readonly LifeEvent[] = out, part = 1) =>
      planReturn(standingOf(sofar), returnsOf(sofar), { id: "back", part, lines });
    expect(ask([line(1, "30"), line(2, "2.5")])).toEqual({ kind: "part", part: 1 });
    expect(ask([line(1, "30.000001")])).toMatchObject({ why: "over-quantity" });
    expect(ask([line(1, "1")], out, 2)).toMatchObject({ why: "unknown-part" });
    expect(ask([line(3, "1")])).toMatchObject({ why: "unknown-line" });
    const one = [...out, site.goodsBack({ lines: [line(1, "10")] })];
    expect(ask([line(1, "20")], one)).toEqual({ kind: "part", part: 1 });
    expect(ask([line(1, "20.5")], one)).toMatchObject({ why: "over-quantity" });
    expect(standingOf(one).goods.state).toBe("partly");
    expect(plan(one, [line(1, "10")])).toEqual({ kind: "part", part: 2 });
    expect(plan(one, [line(1, "10.5")])).toMatchObject({ why: "over-quantity" });
    const all = [...out, site.goodsBack()];
    expect(standingOf(all).goods.state).toBe("returned");
  });

  test("P9 the journal's key is one for a part, whatever token and whoever asks", () => {
    const { site, pass } = passed();
    const one = singleUseKey(dispensingOf(site.dispensing(pass, "pass")));
    const other = singleUseKey(dispensingOf(site.dispensing("another token", "approved")));
    const second = singleUseKey(dispensingOf(site.dispensing(pass, "pass", { part: 2 })));
    expect([one.channel, one.id, one.windowMs]).toEqual([other.channel, other.id, null]);
    expect(one.digest).not.toEqual(other.digest);
    expect(second.id).not.toBe(one.id);
  });
});

describe("P9 double use", () => {
  test("P9 the same part left at two nodes: one alarm, the same at both", () => {
    const { site, pass, events } = passed();
    const b = new Story("county-b");
    const [one, other] = [site.dispensing(pass, "pass"), b.dispensing(pass, "pass")];
    expect(doubleUse([...events, one])).toEqual([]);
    const found = doubleUse([...events, one, other]);
    expect(found).toMatchObject([{
      reasons: ["same-part", "over-quantity"],
      uses: [{ node: "county-b" }, { node: SITE }],
      excess: [{ line: 1, prescribed: "30", out: "60" }, { line: 2, out: "5" }],
    }]);
    expect(doubleUse([other, one, ...events])).toEqual(found);
    expect(standingOf([...events, one, other]).due)
      .toContainEqual({ do: "alarm-double-use", body: found[0] });
    const raised = [...events, one, other, b.write("prescription-double-use", { ...found[0] })];
    expect(standingOf(raised).due.some((due) => due.do === "alarm-double-use")).toBe(false);
  });

  test("P9 parts that are too much together, and one key with two contents", () => {
    const { site, pass, events } = passed();
    const parts = [
      site.dispensing(pass, "pass", { lines: [line(1, "20")] }),
      site.dispensing(pass, "pass", { lines: [line(1, "10.5")], part: 2 }),
    ];
    expect(doubleUse([...events, ...parts])).toMatchObject([{ reasons: ["over-quantity"] }]);
    const keyed = [
      site.dispensing(pass, "pass", { id: "key", lines: [line(1, "20")] }),
      site.dispensing(pass, "pass", { id: "key", lines: [line(1, "10")], part: 2 }),
    ];
    expect(doubleUse([...events, ...keyed])).toMatchObject([{ reasons: ["same-key"] }]);
  });

  test("P9 the same dispensing told by two nodes is one", () => {
    const { site, pass, events } = passed();
    const twin = new Story("county-b");
    const same = [
      site.dispensing(pass, "pass", { id: "key" }),
      twin.dispensing(pass, "pass", { id: "key" }),
    ];
    expect(doubleUse([...events, ...same])).toEqual([]);
    expect(standingOf([...events, ...same]).goods).toMatchObject({ state: "wholly", excess: [] });
  });
});

test("P9 quantities are added as they are written, not in floating point", () => {
  const digits = fc.nat({ max: 999_999_999 });
  const decimals = fc.tuple(digits, fc.nat({ max: 999_999 }))
    .map(([whole, part]) => `${whole}.${String(part).padStart(6, "0")}`);
  fc.assert(fc.property(decimals, (text) => {
    expect(millionths(decimalText(millionths(text)))).toBe(millionths(text));
  }));
  expect(decimalText(millionths("0.1") + millionths("0.2"))).toBe("0.3");
  expect(decimalText(-millionths("2.50"))).toBe("-2.5");
  expect(decimalText(millionths("999999999.999999"))).toBe("999999999.999999");
});
