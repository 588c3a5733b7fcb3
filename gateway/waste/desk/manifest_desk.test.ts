import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CARRIER, DISPOSER, MANIFEST, STORE, VEHICLE, WARD } from "../fixture_waste.ts";
import { openAlarms } from "../record/waste_reads.ts";
import { DEFAULT_RULES } from "../rules.ts";
import * as acts from "./acts.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { BOTH, NURSE, PLACE, PORTER, refusal, SiteDesk } from "./fixture_site_desk.ts";
import * as later from "./later_acts.ts";
import { around } from "./surroundings.ts";

const SITE = "site-017";

let site: SiteDesk;
beforeAll(async () => {
  site = await SiteDesk.open(SITE);
});
afterAll(async () => await site[Symbol.asyncDispose]());

describe("W8 of a manifest", () => {
  const drafted = async (manifest: string, bags: readonly string[]) => {
    const draft = acts.manifestOrder.parse({ ...MANIFEST, ...site.act(), manifest, bags });
    expect(refusal(await site.desk.write(acts.drafting(site.desk, draft, [NURSE])))).toBe(
      "it was written",
    );
  };
  const numbers = async (manifest: string, number: string) => {
    const asked = acts.numberOrder.parse({ ...site.act(), manifest, number });
    return refusal(await site.desk.write(acts.numbering(site.desk, asked, NURSE)));
  };
  const leaves = async (manifest: string, bags: readonly string[], by = BOTH) => {
    const asked = { ...site.act(), from: STORE, to: VEHICLE, bags, manifest };
    return await site.desk.write(
      acts.departure(site.desk, acts.departOrder.parse(asked), by),
    );
  };
  const receives = async (manifest: string, bags: readonly string[], otherwise: object) => {
    const asked = acts.receiptOrder.parse({
      ...{ ...site.act(), from: VEHICLE, to: DISPOSER, bags, manifest, receipt: "R-21" },
      ...{ grams: 100 * bags.length, ...otherwise },
    });
    return refusal(await site.desk.write(acts.receipt(site.desk, asked, BOTH)));
  };
  const inStore = async (count: number) => {
    const bags: string[] = [];
    for (let at = 0; at < count; at++) bags.push(await site.sealed(0.1));
    await site.handsOver(bags);
    expect(refusal(await site.stores(bags, count / 10))).toBe("it was written");
    return bags;
  };

  test("W5 a receipt or a disposal of a draft is refused, and its bags' clocks run on", async () => {
    const [bag] = await inStore(1);
    await drafted("M-21", [bag]);
    expect(await receives("M-21", [bag], {})).toContain("M-21 never departed");
    const order = { method: "D10", receipt: "R-21", disposedMs: 1 };
    const asked = acts.disposalOrder.parse({ ...site.act(), ...order, manifest: "M-21" });
    expect(refusal(await site.desk.write(acts.disposal(asked, BOTH)))).toContain(
      "has no receipt R-21",
    );
    expect(await site.standing(bag)).toMatchObject({ state: "stored" });
  });

  test("a draft has its bags and their weights, before any of them leaves", async () => {
    const { manifests } = await around(site.tables, { manifests: ["M-21"] }, DEFAULT_RULES);
    expect(manifests.get("M-21")?.lines).toMatchObject([{ tonnes: "0.000100" }]);
  });

  test("the number is checked, and borne once", async () => {
    expect(await numbers("M-21", "20263401000021")).toBe("it was written");
    expect(await numbers("M-21", "20263401000022")).toContain("has the number 20263401000021");
    const [bag] = await inStore(1);
    await drafted("M-22", [bag]);
    expect(await numbers("M-22", "20263401000021")).toContain("manifest M-21 bears this number");
    expect(await numbers("M-22", "20269901000021")).toContain("code of a province");
    expect(await numbers("M-22", "20273401000021")).toContain("first 4 digits are the year");
    expect(await numbers("M-22", "20263401000022")).toBe("it was written");
  });

  test("W4 a departure that waits is looked at again when the second person confirms", async () => {
    const bags = await inStore(2);
    await drafted("M-23", bags);
    expect(await numbers("M-23", "20263401000023")).toBe("it was written");
    const waiting = await leaves("M-23", bags, [NURSE]);
    if (waiting.kind === "refused") throw new Error(waiting.problem.detail);
    expect(refusal(await leaves("M-23", [bags[0]]))).toContain(
      `bag ${bags[1]} is on manifest M-23`,
    );
    const back = { from: STORE, to: CARRIER };
    expect(refusal(await site.handsOver([bags[1]], BOTH, back))).toBe("it was written");
    const confirms = async () => {
      const asked = later.confirmOrder.parse({ ...site.act(), of: waiting.entry });
      return refusal(await site.desk.write(later.confirming(site.desk, asked, PORTER)));
    };
    expect(await confirms()).toContain(`bag ${bags[1]} is not in store store-1`);
    expect(await site.standing(bags[0])).toMatchObject({ state: "stored" });
    expect(refusal(await site.stores([bags[1]], 0.1))).toBe("it was written");
    expect(await confirms()).toBe("it was written");
    expect(await site.standing(bags[0])).toMatchObject({ state: "departed" });
    expect(refusal(await leaves("M-23", bags))).toContain("M-23 has departed");
  });

  test("W6 W7 a receipt that does not fit says why, and is told until it fits", async () => {
    const open = async () => {
      await new AlarmDesk(site.desk, PLACE).look();
      await site.desk.caughtUp();
      return (await openAlarms(site.tables, SITE)).listed
        .filter(({ alarm }) => /^(receipt|not-)/.test(alarm))
        .map(({ alarm, subject }) => `${alarm} ${subject}`);
    };
    const bags = await inStore(2);
    await drafted("M-24", bags);
    await numbers("M-24", "20263401000024");
    expect(refusal(await leaves("M-24", bags))).toBe("it was written");
    expect(await receives("M-24", bags, { grams: 300 })).toContain("0.200 kg were sealed");
    const difference = "一袋未到";
    expect(await receives("M-24", [bags[0]], {})).toContain(`bag ${bags[1]} left and is not`);
    expect(await open()).toEqual([]);
    expect(await receives("M-24", [bags[0]], { grams: 150, difference })).toBe("it was written");
    const told = ["not-received " + bags[1], "receipt-weight M-24"];
    expect((await open()).sort()).toEqual(told);
    const rest = { receipt: "R-22" };
    const nowMs = site.people.now().wallMs;
    const early = { ...rest, receivedMs: nowMs - 60_000 };
    expect(await receives("M-24", [bags[1]], early)).toContain("before it left");
    const later = { ...rest, receivedMs: nowMs + 1 };
    expect(await receives("M-24", [bags[1]], later)).toContain("after now");
    const now = { ...rest, receivedMs: nowMs };
    expect(await receives("M-24", [bags[1]], now)).toBe("it was written");
    const { manifests } = await around(site.tables, { manifests: ["M-24"] }, DEFAULT_RULES);
    expect(manifests.get("M-24")?.received.map(({ body }) => body.receivedMs))
      .toEqual([undefined, nowMs]);
    expect(await open()).toEqual(["receipt-weight M-24"]);
  });

  test("W6 W8 into a store goes what is weighed there, to a disposer what is on a manifest", async () => {
    const bag = await site.sealed(1);
    const ways = { from: WARD, to: STORE };
    expect(refusal(await site.handsOver([bag], BOTH, ways))).toContain("take it into the store");
    const away = { from: WARD, to: DISPOSER };
    expect(refusal(await site.handsOver([bag], BOTH, away))).toContain("on a manifest");
  });

  test("W4 nothing is resolved that is in no dispute", async () => {
    const [bag] = await inStore(1);
    const moves = (await site.standing(bag))?.history ?? [];
    const [handover, stored] = moves.filter(({ kind }) => /handover|stored/.test(kind));
    const asked = later.resolutionOrder.parse({
      ...{ ...site.act(), subject: bag, about: "custodian", keeps: handover.id },
      ...{ against: [stored.id], over: [], reason: "我说的对" },
    });
    expect(refusal(await site.desk.write(later.resolving(asked, [NURSE])))).toContain(
      "there is nothing to resolve",
    );
    expect(await site.standing(bag)).toMatchObject({ state: "stored" });
  });
});
