import { expect, test } from "vitest";
import { AUTHORITIES } from "../../fixture_entries.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { selectionOf } from "../../sql/table.ts";
import { CARRIER, OTHER_STORE, SHARPS, STORE, WARD } from "../fixture_waste.ts";
import { payloadOf } from "../label/label.ts";
import { bagOf, openAlarms } from "../record/waste_reads.ts";
import { StoredWords } from "../record/stored_words.ts";
import { rulesKey } from "../record/waste_entry.ts";
import { WASTE_ALARMS, WASTE_BAGS } from "../record/waste_tables.ts";
import { DEFAULT_RULES } from "../rules.ts";
import { AlarmDesk } from "./alarm_desk.ts";
import { epidemicOrder, turnEpidemic } from "./epidemic_desk.ts";
import { epidemicModes } from "./epidemic_read.ts";
import { BOTH, NURSE, PLACE, refusal, SiteDesk } from "./fixture_site_desk.ts";
import { resolveAtCounty } from "./county_resolution.ts";
import { labelOf } from "./label_route.ts";
import { resolutionOrder } from "./later_acts.ts";
import { tellRules } from "./rules_desk.ts";
import { rulesFor, toldRules } from "./rules_read.ts";
import { TellingDesk } from "./telling_desk.ts";
import { WasteDesk } from "./waste_desk.ts";

async function county(): Promise<TablesDesk> {
  return await TablesDesk.open({ node: AUTHORITIES[0], authorities: AUTHORITIES });
}

/** The county, with the clock of a site. */
function nodeOf({ journal, tables }: TablesDesk, { people }: SiteDesk) {
  const disk = {
    append: (...given: Parameters<typeof journal.append>) => journal.append(...given),
    noRoomFor: () => null,
  };
  return { name: AUTHORITIES[0], clock: { now: () => people.now() }, disk, journal, tables };
}

/** Rules of a county that waits for less long. */
const SHORT = {
  warnHours: { ...DEFAULT_RULES.warnHours, value: 12 },
  breachHours: { ...DEFAULT_RULES.breachHours, value: 20 },
  manifestYears: { ...DEFAULT_RULES.manifestYears, value: 12 },
};

test("W4, W5, W8 what a site shows of its waste its county shows, by the same rules", async () => {
  await using site = await SiteDesk.open("site-017", SHORT);
  for (let start = 0; start < 2; start++) await tellRules(site.desk);
  const [stored, kept] = [await site.sealed(1), await site.sealed(2)];
  await site.handsOver([stored]);
  await site.stores([stored], 1);
  site.people.nowMs += 24 * 3_600_000;
  await new AlarmDesk(site.desk, PLACE).look();
  await site.desk.caughtUp();
  await using centre = await county();
  await site.people.tables.handOver(centre);
  for (const table of [WASTE_BAGS, WASTE_ALARMS]) {
    const rowsAt = async ({ tables }: Pick<TablesDesk, "tables">) =>
      (await tables.rows(selectionOf(table))).map((row) =>
        Object.keys(table.columns).map((column) => row.value(column))
      );
    const here = await rowsAt(site);
    expect(here.length).toBeGreaterThan(0);
    expect(await rowsAt(centre)).toEqual(here);
  }
  expect(await bagOf(centre.tables, kept)).toMatchObject({ standing: { custodian: WARD } });
  expect((await openAlarms(centre.tables, "site-017")).listed.map(({ alarm }) => alarm).sort())
    .toEqual(["breach", "breach", "breach", "breach", "warning", "warning"]);
  const ruled = { node: centre, role: "county", rules: DEFAULT_RULES } as const;
  const rules = await rulesFor(ruled, ["site-017", "site-018"]);
  expect(rules("site-017")).toEqual({ ...DEFAULT_RULES, ...SHORT });
  expect(rules("site-018")).toEqual(DEFAULT_RULES);
  // It was told once, and is told again when it is another.
  const count = async () =>
    (await new StoredWords(site.tables).under([rulesKey("site-017")])).length;
  expect(await count()).toBe(1);
  for (const { rules } of [{ rules: DEFAULT_RULES }, { rules: site.desk.config.rules }]) {
    await tellRules(new WasteDesk(site.desk.node, { ...site.desk.config, rules }));
  }
  await site.desk.caughtUp();
  expect(await count()).toBe(3);
  const last = (await toldRules(site.tables, ["site-017"])).get("site-017");
  expect(last?.rules).toEqual(site.desk.config.rules);
});

test("W4, W5 ward and store that are cut off from each other lose nothing when links return", async () => {
  await using ward = await SiteDesk.open("site-017");
  await using store = await SiteDesk.open("site-018");
  const bag = await ward.sealed(4);
  await ward.handsOver([bag]);
  const standing = await ward.standing(bag);
  const label = standing === undefined
    ? null
    : await labelOf(standing, new StoredWords(ward.tables), "河口镇卫生院");
  if (label === null) throw new Error("It has no label");
  // The store never heard of the bag: its label says what has to be known.
  const labels = [payloadOf(label)];
  expect(refusal(await store.stores([bag], 4, { labels }))).toContain("was not collected");
  const unexpected = [{ bag, explanation: "网络中断" }];
  expect(refusal(await store.stores([bag], 4, { labels, unexpected }))).toBe("it was written");
  expect(await store.standing(bag)).toMatchObject({ state: "stored", custodian: STORE });
  expect((await store.standing(bag))?.sealings).toMatchObject([{ from: "label" }]);
  expect(await ward.standing(bag)).toMatchObject({ state: "handed-over", custodian: CARRIER });

  ward.people.nowMs += 24 * 3_600_000;
  const warned = async () => {
    await new AlarmDesk(ward.desk, PLACE).look();
    await ward.desk.caughtUp();
    return (await openAlarms(ward.tables, "site-017")).listed.map(({ alarm }) => alarm);
  };
  expect(await warned()).toEqual(["warning"]);

  await using centre = await county();
  await store.people.tables.handOver(centre);
  await ward.people.tables.handOver(centre);
  const merged = (await bagOf(centre.tables, bag))?.standing;
  expect(merged).toMatchObject({ state: "stored", site: "site-018", custodian: STORE });
  expect(merged?.conflicts).toEqual([]);
  expect(merged?.history.map(({ kind }) => kind).sort()).toEqual([
    "waste-handover",
    "waste-sealed",
    "waste-stored",
  ]);

  // Each site hears of its county what the other wrote: the ward's clock is at rest.
  const telling = new TellingDesk(nodeOf(centre, ward), { other: null, isUp: () => false });
  await telling.look();
  expect(await telling.look()).toBe(false);
  await centre.handOver(ward.people.tables, "to:site-017");
  await centre.handOver(store.people.tables, "to:site-018");
  const facts = { state: "stored", site: "site-018", custodian: STORE, conflicts: [] };
  for (const site of [ward, store]) {
    expect(await site.standing(bag)).toMatchObject({ ...facts, category: merged?.category });
    expect((await site.standing(bag))?.history).toHaveLength(3);
  }
  expect(await warned()).toEqual([]);
});

test("W5 what the county turned on for an epidemic the site does not end", async () => {
  await using site = await SiteDesk.open("site-017");
  await using centre = await county();
  const centreNode = nodeOf(centre, site);
  const turns = async (isOn: boolean, by: "site" | "county") => {
    const asked = { ...site.act(), isOn, basis: "文件", reason: "疫情" };
    const problem = by === "site"
      ? await turnEpidemic(site.desk.node, by, epidemicOrder.parse(asked), NURSE)
      : await turnEpidemic(
        centreNode,
        by,
        epidemicOrder.parse({ ...asked, site: "site-017" }),
        NURSE,
      );
    await centre.handOver(site.people.tables, "to:site-017");
    await site.people.tables.handOver(centre);
    await site.desk.caughtUp();
    const mode = (await epidemicModes(site.tables))("site-017");
    expect((await epidemicModes(centre.tables))("site-017")).toEqual(mode);
    return [problem?.code ?? "turned", mode.isOn];
  };
  expect(await turns(true, "county")).toEqual(["turned", true]);
  expect(await turns(false, "site")).toEqual(["county-set", true]);
  expect(await turns(true, "site")).toEqual(["turned", true]);
  expect(await turns(false, "site")).toEqual(["turned", true]);
  expect(await turns(false, "county")).toEqual(["turned", false]);
  // What a site set itself a county ends, too.
  expect(await turns(true, "site")).toEqual(["turned", true]);
  expect(await turns(false, "county")).toEqual(["turned", false]);
});

test("W1, W4 what two points say differently a person at their county resolves", async () => {
  await using ward = await SiteDesk.open("site-017");
  await using store = await SiteDesk.open("site-018");
  const bag = await ward.sealed(4);
  await ward.handsOver([bag]);
  const standing = await ward.standing(bag);
  const label = standing === undefined
    ? null
    : await labelOf(standing, new StoredWords(ward.tables), PLACE.zh);
  if (label === null) throw new Error("It has no label");
  // Both are cut off: the store reads a label that says sharps; at the ward another has it.
  const labels = [payloadOf({ ...label, category: SHARPS })];
  const unexpected = [{ bag, explanation: "网络中断" }];
  await store.stores([bag], 4, { labels, unexpected });
  const elsewhere = { from: CARRIER, to: OTHER_STORE };
  expect(refusal(await ward.handsOver([bag], BOTH, elsewhere))).toBe("it was written");

  await using centre = await county();
  await store.people.tables.handOver(centre);
  await ward.people.tables.handOver(centre);
  const merged = async () => (await bagOf(centre.tables, bag))?.standing;
  const disputed = await merged();
  expect(disputed).toMatchObject({ category: null, custodian: null });
  expect(disputed?.history).toHaveLength(4);
  const { journal } = centre;
  const node = nodeOf(centre, ward);
  for (const { id, subject, about, alternatives } of disputed?.conflicts ?? []) {
    const [keeps, ...against] = alternatives
      .toSorted(({ node: one }) => one === "site-018" ? -1 : 1).map((one) => one.id);
    const asked = { subject, about, keeps, against, over: [], reason: "已到现场核实" };
    const order = resolutionOrder.parse({ id: `act-${id.slice(0, 8)}`, ...asked });
    if (about === "custodian") {
      const alone = await resolveAtCounty(node, order, [NURSE]);
      expect(alone).toMatchObject({ kind: "refused", problem: { code: "second-person-needed" } });
      expect(await merged()).toMatchObject({ custodian: null });
    }
    const by = about === "custodian" ? BOTH : [NURSE];
    const none = resolutionOrder.parse({ ...order, id: "act-against", against: [id.slice(0, 8)] });
    expect((await resolveAtCounty(node, none, by)).kind).toBe("refused");
    expect((await resolveAtCounty(node, order, by)).kind).toBe("done");
    expect((await resolveAtCounty(node, order, by)).kind).toBe("done");
    // It is resolved: nobody says it otherwise by another order.
    const again = resolutionOrder.parse({ ...order, id: `again-${id.slice(0, 8)}` });
    expect(refusal(await resolveAtCounty(node, again, by))).toContain("nothing to resolve");
  }
  expect(await merged()).toMatchObject({ category: SHARPS, custodian: STORE, conflicts: [] });
  // Each site that wrote one of the entries is told, once for each dispute.
  const told = journal.positions().filter(({ stream }) => stream.startsWith("to:"));
  expect(told.map(({ stream, seq }) => [stream, seq]).sort()).toEqual([
    ["to:site-017", 2],
    ["to:site-018", 2],
  ]);
});
