import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { NOTIFICATION } from "../../notifications/notification.ts";
import { badgeSecret } from "../../people/badge.ts";
import { PIN_COST } from "../../people/passwords.ts";
import { code } from "../entry/subject.ts";
import { CARRIER, MANIFEST, SHARPS, STORE, VEHICLE, WARD } from "../fixture_waste.ts";
import { bagOf, openAlarms } from "../record/waste_reads.ts";
import * as acts from "./acts.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { BOTH, NURSE, PLACE, PORTER, refusal, SiteDesk } from "./fixture_site_desk.ts";
import * as later from "./later_acts.ts";
import { epidemicOrder, turnEpidemic } from "./epidemic_desk.ts";
import { personsOf } from "./persons.ts";

const HOUR_MS = 3_600_000;
const NUMBER = "20263401000001";
const SITE = "site-017";

let site: SiteDesk;
beforeAll(async () => {
  site = await SiteDesk.open(SITE);
});
afterAll(async () => await site[Symbol.asyncDispose]());

describe("a bag is sealed", () => {
  test("W2 with what the scale said, once, though the act is sent again", async () => {
    const asked = acts.sealOrder.parse({
      ...site.act(),
      category: SHARPS,
      source: { ward: WARD.id },
      weight: { from: "scale", reading: await site.weighs(4.2) },
    });
    const done = await site.desk.write(acts.sealing(site.desk, asked, [NURSE]));
    expect(await site.desk.write(acts.sealing(site.desk, asked, [NURSE]))).toEqual(done);
    if (done.kind === "refused") throw new Error(done.problem.detail);
    expect(await site.standing(done.subject)).toMatchObject({
      state: "sealed",
      category: SHARPS,
      weight: { grams: 4200, from: "scale" },
      custodian: WARD,
    });
    expect((await site.standing(done.subject))?.history).toHaveLength(1);
  });

  test("W2 not with a weighing of another bag, an unstable one, or one that is not here", async () => {
    const reading = await site.weighs(3);
    await site.sealed(3, { weight: { from: "scale", reading } });
    expect(refusal(await site.seals(3, { weight: { from: "scale", reading } })))
      .toContain("this weighing is that of bag");
    const unstable = await site.weighs(3, "fault");
    expect(refusal(await site.seals(3, { weight: { from: "scale", reading: unstable } })))
      .toContain("weight.reading");
    const gone = `${site.journal.origin}/reading/9999`;
    expect(refusal(await site.seals(3, { weight: { from: "scale", reading: gone } })))
      .toContain("there is no such reading here");
  });

  test("W2 within 60 s of its weighing, not a millisecond later", async () => {
    const reading = await site.weighs(2);
    site.people.nowMs += 60_000;
    expect((await site.seals(2, { weight: { from: "scale", reading } })).kind).toBe("done");
    const late = await site.weighs(2);
    site.people.nowMs += 60_001;
    expect(refusal(await site.seals(2, { weight: { from: "scale", reading: late } })))
      .toContain("too-old");
  });

  test("W7 up to 30 kg", async () => {
    expect((await site.seals(30)).kind).toBe("done");
    expect(refusal(await site.seals(30.001))).toContain("weight.grams");
  });

  test("W2, W4 with a keyed weight only by two persons", async () => {
    const keyed = { from: "keyed", grams: 4000, reason: "秤坏了" };
    const weight = { ...keyed, photo: "c".repeat(64) };
    expect(refusal(await site.seals(4, { weight }))).toContain("confirmations");
  });
});

describe("from ward to disposer", () => {
  test("W4 a handover waits for the second person, who confirms later", async () => {
    const bag = await site.sealed(4);
    const alone = await site.handsOver([bag], [NURSE]);
    expect(await site.standing(bag)).toMatchObject({ state: "sealed", custodian: WARD });
    if (alone.kind === "refused") throw new Error(alone.problem.detail);
    const asked = later.confirmOrder.parse({ ...site.act(), of: alone.entry });
    await site.desk.write(later.confirming(site.desk, asked, PORTER));
    expect(await site.standing(bag)).toMatchObject({ state: "handed-over", custodian: CARRIER });
    expect(refusal(await site.handsOver([bag]))).toContain("a handover is missing");
    await site.stores([bag], 4);
  });

  test("W6 a store names the bag that is missing, and blocks until it is explained", async () => {
    const [here, gone] = [await site.sealed(1), await site.sealed(1.5)];
    await site.handsOver([here, gone]);
    expect(refusal(await site.stores([here], 1)))
      .toContain(`missing: bag ${gone} was collected and is not here`);
    expect(await site.standing(here)).toMatchObject({ state: "handed-over" });
    const missing = [{ bag: gone, explanation: "箱中未找到" }];
    expect((await site.stores([here], 1, { missing })).kind).toBe("done");
    expect(await site.standing(here)).toMatchObject({ state: "stored", custodian: STORE });
    expect((await site.standing(gone))?.missing).toMatchObject({ explanation: "箱中未找到" });
    expect((await site.stores([gone], 1.5)).kind).toBe("done");
    expect((await site.standing(gone))?.missing).toBeNull();
  });

  test("W6 a keyed weight is as exact as the site's scales, whatever is asked", async () => {
    const bags = [await site.sealed(0.4), await site.sealed(0.6)];
    await site.handsOver(bags);
    const weight = { from: "keyed", grams: 1, reason: "秤坏了", photo: "c".repeat(64) };
    await expect(site.stores(bags, 1, { weight: { ...weight, divisionGrams: 1_000_000 } }))
      .rejects.toThrow("divisionGrams");
    expect(refusal(await site.stores(bags, 1, { weight })))
      .toContain("0.001 kg came in, 1.000 kg were collected, 0.020 kg may differ");
    expect(refusal(await site.stores(bags, 1, { weight: { ...weight, grams: 979 } })))
      .toContain("may differ");
    expect((await site.stores(bags, 1, { weight: { ...weight, grams: 980 } })).kind).toBe("done");
  });

  test("W8 in a closed box, on a manifest, both ways", async () => {
    const bag = await site.sealed(2);
    const box = acts.boxOrder.parse({ ...site.act(), box: "box-7", bags: [bag] });
    const boxed = await site.desk.write(acts.boxing(site.desk, box, [NURSE]));
    if (boxed.kind === "refused") throw new Error(boxed.problem.detail);
    const loads = [boxed.subject];
    const moved = acts.handoverOrder.parse({ ...site.act(), from: WARD, to: CARRIER, loads });
    await site.desk.write(acts.handover(site.desk, moved, BOTH));
    expect((await site.stores([], 2, { loads })).kind).toBe("done");
    const leaving = { ...site.act(), from: STORE, to: VEHICLE, loads, manifest: "M-1" };
    const first = acts.departOrder.parse(leaving);
    expect(refusal(await site.desk.write(acts.departure(site.desk, first, BOTH)))).toContain(
      "there is no manifest M-1",
    );
    const draft = acts.manifestOrder.parse({ ...MANIFEST, ...site.act(), bags: [], loads });
    expect(refusal(await site.desk.write(acts.drafting(site.desk, draft, [NURSE])))).toBe(
      "it was written",
    );
    const left = acts.departOrder.parse({ ...leaving, ...site.act() });
    // Without the national number it stays, and nothing is written in its place.
    expect(refusal(await site.desk.write(acts.departure(site.desk, left, BOTH)))).toContain(
      "number: ",
    );
    const number = acts.numberOrder.parse({ ...site.act(), manifest: "M-1", number: NUMBER });
    await site.desk.write(acts.numbering(site.desk, number, NURSE));
    expect(refusal(await site.desk.write(acts.departure(site.desk, left, BOTH)))).toBe(
      "it was written",
    );
    expect(await site.standing(bag)).toMatchObject({ state: "departed", manifest: "M-1" });
  });

  test("W1 what was wrong is reversed by two persons, and sealed anew", async () => {
    const wrong = await site.seals(3);
    if (wrong.kind === "refused") throw new Error(wrong.problem.detail);
    const bag = wrong.subject;
    expect(refusal(await site.seals(3, { bag, category: SHARPS }))).toContain(
      "reverse that entry first",
    );
    const reversal = later.reversalOrder.parse({
      ...site.act(),
      of: wrong.entry,
      reason: "类别有误",
    });
    await site.desk.write(later.reversing(reversal, BOTH));
    expect(await site.standing(bag)).toMatchObject({ state: "void" });
    expect((await site.seals(3, { bag, category: SHARPS })).kind).toBe("done");
    expect(await site.standing(bag)).toMatchObject({ state: "sealed", category: SHARPS });
  });
});

describe("who confirms", () => {
  const actor = (account: string | null) => ({
    kind: "person" as const,
    account,
    rights: new Set<never>(),
    who: `person ${account} from 127.0.0.1`,
    address: "127.0.0.1",
    session: null,
    sites: "all" as const,
  });

  test("W4 is signed in, and the second is another one with a PIN and the right", async () => {
    const { people: own } = site.people;
    const { id: li } = await site.people.add("li", ["nurse"]);
    for (const [name, role] of [["wang", "nurse"], ["zhao", "technician"]] as const) {
      const { id } = await site.people.add(name, [role]);
      const secret = await own.argon.hash("135791", PIN_COST, own.pinKey);
      await own.desk.set({ account: id, what: "pin", secret, who: "a test" });
    }
    const codeOf = async (account: string | null, name?: string, pin = "135791") => {
      const second = name === undefined ? undefined : { account: name, pin };
      const given = await personsOf(actor(account), second, own);
      return given.kind === "refused"
        ? given.problem.code
        : given.by.map(({ person }) => person.id);
    };
    expect(await codeOf(null)).toBe("person-needed");
    expect(await codeOf(li)).toEqual([li]);
    expect(await codeOf(li, "wang")).toEqual([li, `wang@${SITE}`]);
    expect(await codeOf(li, "li")).toBe("second-person-needed");
    expect(await codeOf(li, "wang", "135792")).toBe("pin-wrong");
    expect(await codeOf(li, "nobody")).toBe("pin-wrong");
    expect(await codeOf(li, "zhao")).toBe("missing-right");
  });

  test("W4 or reads a badge, which is one person's and of this node alone", async () => {
    const { people: own } = site.people;
    const { id: chen } = await site.people.add("chen", ["nurse"]);
    const { id: sun } = await site.people.add("sun", ["nurse"]);
    const [card, double] = ["0012345678", "00DE78AD"];
    const give = (account: string, number: string | null) => {
      const secret = number === null ? null : badgeSecret(number, own.pinKey);
      return own.desk.set({ account, what: "badge", secret, who: "a test" });
    };
    await give(sun, card);
    const by = async (account: string, badge: string) => {
      const given = await personsOf(actor(account), { badge }, own);
      return given.kind === "refused"
        ? given.problem.code
        : given.by.map(({ credential }) => `${credential.method} ${credential.id}`);
    };
    expect(await by(chen, card)).toEqual([`password ${chen}`, `badge ${sun}`]);
    // As an input method for Chinese types it.
    expect(await by(chen, "００１２３４５６７８")).toEqual([`password ${chen}`, `badge ${sun}`]);
    expect(await by(sun, card)).toBe("second-person-needed");
    await give(sun, null);
    expect(await by(chen, card)).toBe("badge-wrong");
    await give(sun, double);
    await give(chen, double);
    expect(await by(chen, double)).toBe("badge-wrong");
    for (let times = 3; times <= 4; times++) expect(await by(chen, "999999")).toBe("badge-wrong");
    // The fifth failure locks whoever tries numbers, also for a right one, and nobody else.
    expect(await by(chen, "999999")).toBe("pin-wrong");
    await give(chen, null);
    expect(await by(chen, double)).toBe("pin-wrong");
    expect(await by(`wang@${SITE}`, double)).toEqual([`password wang@${SITE}`, `badge ${sun}`]);
    const told = await site.people.saidOf("pin-failed");
    expect(JSON.stringify(told)).not.toMatch(/00DE78AD|0012345678/);
  });
});

describe("rules at work", () => {
  const alarmed = async (bag: string) => {
    await new AlarmDesk(site.desk, PLACE).look();
    await site.desk.caughtUp();
    return (await openAlarms(site.tables, SITE)).listed.filter(({ subject }) => subject === bag)
      .map(({ alarm, level }) => `${alarm} ${level}`).sort();
  };

  test("W5, W9 warn at 24 h and breach at 48 h, once, tell people, and end when it is gone", async () => {
    const bag = await site.sealed(5);
    site.people.nowMs += 24 * HOUR_MS - 1;
    expect(await alarmed(bag)).toEqual([]);
    site.people.nowMs += 1;
    expect(await alarmed(bag)).toEqual(["warning site"]);
    site.people.nowMs += 24 * HOUR_MS;
    const both = ["breach institution", "breach site", "warning site"];
    expect(await alarmed(bag)).toEqual(both);
    const { journal } = site;
    const alarms = () => journal.positions().find(({ stream }) => stream === "alarm")?.seq;
    const before = alarms();
    expect(await alarmed(bag)).toEqual(both);
    expect(alarms()).toBe(before);
    const done = await bagOf(site.tables, bag);
    const of = done?.standing.history[0].id ?? "";
    const reversal = later.reversalOrder.parse({ ...site.act(), of, reason: "误封" });
    await site.desk.write(later.reversing(reversal, BOTH));
    expect(await alarmed(bag)).toEqual([]);
    const told = (await site.people.said("alarm")).map(({ kind, body }) => ({ kind, ...body }));
    const words = z.object({ event: z.string(), level: z.int(), where: z.object({ code }) });
    const notices = told.filter(({ kind }) => kind === NOTIFICATION).map((one) => words.parse(one))
      .filter(({ where }) => where.code === bag).map(({ event, level }) => `${event} ${level}`);
    expect(notices.slice(0, 3).sort()).toEqual(["escalated 2", "raised 1", "raised 1"]);
    expect(notices.slice(3).sort()).toEqual(["recovered 1", "recovered 1", "recovered 2"]);
    // Each stands beside its alarm, in one commit.
    for (const [index, { kind }] of told.entries()) {
      if (kind.startsWith("waste-alarm")) expect(told.at(index + 1)?.kind).toBe(NOTIFICATION);
    }
  });

  test("W7 a store that is over 80 % full warns, until it is not", async () => {
    expect(await alarmed(STORE.id)).toEqual([]);
    const bag = await site.sealed(8);
    await site.handsOver([bag]);
    expect((await site.stores([bag], 8)).kind).toBe("done");
    expect(await alarmed(STORE.id)).toEqual(["store-full site"]);
    const back = { from: STORE, to: { kind: "store", id: "elsewhere" } as const };
    await site.handsOver([bag], BOTH, back);
    expect(await alarmed(STORE.id)).toEqual([]);
  });
});

describe("W5 the switch of an epidemic", () => {
  const turn = async (isOn: boolean) => {
    const asked = { ...site.act(), isOn, basis: "文件", reason: "疫情" };
    const done = await turnEpidemic(site.desk.node, "site", epidemicOrder.parse(asked), NURSE);
    return done?.code ?? "turned";
  };
  const alarmed = async () => {
    await new AlarmDesk(site.desk, PLACE).look();
    await site.desk.caughtUp();
    return (await openAlarms(site.tables, SITE)).listed.flatMap(({ alarm, level }) =>
      alarm === "epidemic" ? [level] : []
    ).sort();
  };

  test("a site turns on and off, and people are told of both", async () => {
    expect(await alarmed()).toEqual([]);
    expect(await turn(true)).toBe("turned");
    expect(await alarmed()).toEqual(["institution", "site"]);
    expect(await turn(false)).toBe("turned");
    expect(await alarmed()).toEqual([]);
    const told = (await site.people.said("alarm")).map(({ body }) => JSON.stringify(body))
      .filter((text) => text.includes("waste-epidemic"));
    expect(told.filter((text) => text.includes('"recovered"'))).toHaveLength(2);
    expect(told).toHaveLength(4);
  });
});

test("W4 a confirmation of the same person does not count twice", async () => {
  const bag = await site.sealed(1);
  await site.handsOver([bag], [NURSE, NURSE]);
  expect(await site.standing(bag)).toMatchObject({ state: "sealed", custodian: WARD });
});
