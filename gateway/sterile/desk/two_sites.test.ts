import { expect, test } from "vitest";
import { dayAfter } from "../../china_calendar.ts";
import { AUTHORITIES } from "../../fixture_entries.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { partsOf } from "../fixture_cycle.ts";
import { reversing } from "./acts.ts";
import { LI, refusal, SITE, SterileSite, TODAY, WANG } from "./fixture_desk.ts";
import * as orders from "./orders.ts";
import { RecallTelling } from "./recall_telling.ts";
import { lookForSupplierRecalls } from "./supplier_recalls.ts";
import { alarmsOf, loadView, packView, recallView } from "./views.ts";

const WARD = "site-018";

async function released(site: SterileSite, load: string): Promise<string[]> {
  const seen = async () =>
    (await loadView(site.tables.tables, SITE, load, site.desk.rules))?.seen ?? [];
  const check = await site.step(load, "check", LI, await seen());
  const release = await site.step(load, "release", WANG, await seen());
  return [refusal(check), refusal(release)];
}

async function alarmsAt({ tables: { tables, journal } }: SterileSite) {
  await tables.caughtUp(journal);
  const open = await alarmsOf(tables, { site: null, open: true, limit: 50 });
  return open.map(({ what, subject, why }) => [what, subject, why.join()]);
}

function tellingOf(centre: TablesDesk, clock: SterileSite): RecallTelling {
  const { journal, tables, folder } = centre;
  const disk = {
    append: (...given: Parameters<typeof journal.append>) => journal.append(...given),
    noRoomFor: () => null,
  };
  const { desk: { node } } = clock;
  const about = { name: AUTHORITIES[0], title: node.title, dataDir: folder.path, suppliers: [] };
  const own = { ...about, clock: node.clock, disk, journal, tables };
  return new RecallTelling(own, { other: null, isUp: () => false });
}

test("S5 what one site sterilised another uses without an alarm, until it is called back", async () => {
  await using cssd = await SterileSite.open();
  await using ward = await SterileSite.open(WARD);
  await using centre = await TablesDesk.open({ node: AUTHORITIES[0], authorities: AUTHORITIES });
  await cssd.loaded("BD", [], "test");
  await cssd.tells(partsOf(210));
  const [bd] = await cssd.cycles(1);
  await cssd.bowieDick(bd.cycle);
  const packs = ["P-1", "P-2", "P-3"];
  for (const pack of packs) await cssd.packed(pack);
  await cssd.loaded("L-1", packs);
  await cssd.tells(partsOf(240));
  const [, { cycle }] = await cssd.cycles(2);
  await cssd.indicator(cycle, { indicator: "chemical", class: 1, place: "outside" });
  expect(await released(cssd, "L-1")).toEqual(["written", "written"]);
  for (const pack of packs) expect(refusal(await cssd.issued(pack))).toBe("written");

  for (const pack of ["P-1", "P-2"]) {
    expect(refusal(await ward.received(pack, SITE))).toBe("written");
  }
  expect(refusal(await ward.received("P-1", SITE))).toContain("here-already pack");
  expect(refusal(await ward.received("P-9", WARD))).toContain("own-pack supplier");
  expect(refusal(await ward.received("P-9", SITE, { expires: dayAfter(TODAY, -1) })))
    .toContain("no-such-day");
  expect(refusal(await ward.received("P-9", SITE, { sterilisedOn: dayAfter(TODAY, 1) })))
    .toContain("no-such-day");
  // An implant by its supplier's result; a name that no node is known by brings no recalls.
  const result = { indicator: "biological", result: "pass", document: "B-260301" };
  for (const proof of [undefined, { ...result, result: "fail" }]) {
    expect(refusal(await ward.received("I-1", SITE, { implant: true, proof })))
      .toMatch(/supplier-unproved proof: .*供应单位.* \/ .*supplier/);
  }
  const proved = { implant: true, proof: result };
  expect(await ward.received("I-1", SITE, proved)).not.toHaveProperty("warning");
  expect(refusal(await ward.issued("I-1"))).toBe("written");
  expect(await ward.received("I-2", "site-O17", proved)).toMatchObject({
    kind: "done",
    warning: expect.stringMatching(/^supplier: "site-O17" .*召回.* \/ .*recalls/),
  });
  // One that was received before anybody asked for it.
  const { name } = ward.desk.node;
  const lacking = { id: "old", site: name, pack: "I-3", title: "钢板", implant: true, by: LI };
  const label = { supplier: SITE, lot: "C-7", sterilisedOn: TODAY, expires: dayAfter(TODAY, 10) };
  await ward.write({
    ...{ kind: "sterile-receipt", id: "old-receipt", subject: "I-3" },
    body: { ...lacking, ...label, checkedBy: WANG },
  });
  expect(refusal(await ward.issued("I-3"))).toContain("supplier-unproved pack");
  await ward.used("I-3", "patient-3");
  expect(await alarmsAt(ward)).toEqual([["unsterile-use", "I-3", "supplier-unproved"]]);
  const [{ alarm }] = await alarmsOf(ward.tables.tables, { site: null, open: true, limit: 9 });
  await ward.desk.close(alarm, "已追踪患者", LI);
  expect(refusal(await ward.packed("P-1"))).toContain("label-taken pack");
  expect(refusal(await ward.loaded("L-9", ["P-1"]))).toContain("not packed: P-1");
  expect(refusal(await ward.issued("P-1"))).toBe("written");
  expect(refusal(await ward.used("P-1", "320101199001011234"))).toBe("written");
  expect(await alarmsAt(ward)).toEqual([]);

  // A test that grew at the supplier: the county knows where the packs went, and tells the site.
  const telling = tellingOf(centre, ward);
  const shipped = async () => {
    for (const site of [cssd, ward]) await site.tables.handOver(centre);
  };
  await shipped();
  expect(await telling.look()).toBe(false);
  await cssd.indicator(cycle, { indicator: "biological", controlGrew: true, result: "fail" });
  await shipped();
  const asked = { rules: cssd.desk.rules, now: ward.desk.node.clock.now(), suppliers: [] };
  expect(await packView(centre.tables, WARD, "P-1", asked)).toMatchObject({
    received: { supplier: SITE, lot: "C-7", by: LI, checkedBy: WANG },
    isSupplierKnown: true,
    supplied: { site: SITE, loads: [{ load: { load: "L-1" }, state: "recalled" }] },
  });
  expect(await packView(centre.tables, WARD, "I-2", asked)).toMatchObject({
    isSupplierKnown: false,
  });
  expect(await packView(centre.tables, SITE, "P-1", asked)).toMatchObject({ sentTo: [WARD] });
  await telling.look();
  expect(await telling.look()).toBe(false);
  await centre.handOver(ward.tables, `to:${WARD}`);
  const alarmed = new Set<string>();
  for (let look = 0; look < 2; look++) await lookForSupplierRecalls(ward.desk, alarmed);
  await lookForSupplierRecalls(ward.desk, new Set());
  const [row] = await ward.tables.tables.rows("SELECT recall FROM sterilerecalls");
  const recall = row.text("recall");
  expect(await alarmsAt(ward)).toEqual([["recall", recall, ""]]);
  const used = { pack: "P-1", state: "used", place: "手术室", patients: ["****234"] };
  const here = [{ ...used, site: WARD }, { pack: "P-2", site: WARD, state: "store" }];
  const view = { supplier: SITE, cause: "biological-failed", openPacks: 1, packs: here };
  for (const { tables } of [ward.tables, centre]) {
    expect(await recallView(tables, WARD, recall)).toMatchObject(view);
  }
  const [own] = await cssd.tables.tables.rows("SELECT recall FROM sterilerecalls");
  const whole = await recallView(centre.tables, SITE, own.text("recall"));
  expect(whole?.packs.map(({ site, pack, state }) => `${site} ${pack} ${state}`)).toEqual([
    ...packs.map((pack) => `${SITE} ${pack} issued`),
    ...[`${WARD} P-1 used`, `${WARD} P-2 store`],
  ]);
  expect(refusal(await ward.issued("P-2"))).toContain("its supplier called it back");
  await ward.used("P-2", "patient-2");
  expect(await alarmsAt(ward)).toContainEqual(["unsterile-use", "P-2", "called-back"]);

  // What is received only now is called back, too.
  await ward.received("P-3", SITE);
  await ward.tables.handOver(centre);
  await telling.look();
  await centre.handOver(ward.tables, `to:${WARD}`);
  await lookForSupplierRecalls(ward.desk, alarmed);
  expect((await alarmsAt(ward)).filter(([what]) => what === "recall")).toHaveLength(2);
  expect(centre.failures).toEqual([]);

  // A receipt that was a mistake: for its use nobody answers any more.
  const mistake = await ward.received("P-4", "市中心医院");
  await ward.used("P-4", "patient-4");
  const ofMistake = async () => (await alarmsAt(ward)).filter(([, pack]) => pack === "P-4");
  expect(await ofMistake()).toEqual([]);
  const reverses = mistake.kind === "done" ? mistake.entry : "";
  const back = orders.reversalOrder.parse({ ...ward.act(), reverses, reason: "扫错" });
  expect(refusal(await ward.write(reversing([back, LI])))).toBe("written");
  expect(await ofMistake()).toEqual([["unsterile-use", "P-4", "unknown-label"]]);
});
