import { expect, test } from "vitest";
import type { Stamp } from "../../../sync/entry.ts";
import { stampAt } from "../../../sync/fixtures.ts";
import { LOT, movedBodyOf, PRODUCT, usedBodyOf } from "../flow/fixture_flow.ts";
import { openVials, type WrittenVial } from "../flow/vial_reads.ts";
import { NURSE, SITE } from "../life/fixture_life.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { LATE_VIAL_TOLD_MS } from "../rules/plans.ts";
import { MINUTE_MS, SiteCold } from "./fixture_cold_desk.ts";
import { lateVials } from "./late_vials.ts";

const CODE = `${PRODUCT}0000000012345`;

const at = (minute: number) => stampAt(minute * MINUTE_MS).wallMs;

const VIAL: WrittenVial = {
  ...{ id: "o-1", product: PRODUCT, lot: LOT, code: CODE, place: "session/s" },
  ...{ openedMs: 1000, useByMs: 1000 + 30 * MINUTE_MS, doses: 5, given: 2, discarded: 0, left: 3 },
  written: { ...stampAt(0), wallMs: 1000, node: SITE },
};

/** `now`: what the clocks say otherwise. */
function told(
  vials: readonly WrittenVial[],
  going: readonly string[],
  openForMs: number,
  now: Partial<Stamp> = {},
) {
  const own = going.map((episode) => ({ episode, cause: "late-vial" }));
  const other = { episode: "e", cause: "offline" };
  return lateVials(SITE, vials, [...own, other], {
    ...{ now: { ...stampAt(openForMs), wallMs: 9, ...now }, corrections: [], node: SITE },
  });
}

test("C14: a vial is late after its last moment, once, and no more once nothing is left in it", () => {
  expect(told([VIAL], [], 30 * MINUTE_MS).begun).toEqual([]);
  const { begun, ended } = told([VIAL], [], 30 * MINUTE_MS + 1);
  expect(begun).toMatchObject([{ level: 1, unit: WHOLE_SITE, sinceMs: VIAL.useByMs }]);
  expect(begun[0].vial).toEqual({ product: PRODUCT, lot: LOT, code: CODE });
  expect(ended).toEqual([]);
  const [{ episode }] = begun;
  expect(told([{ ...VIAL, id: "o-2" }], [], 31 * MINUTE_MS).begun[0].episode).not.toBe(episode);
  expect(told([VIAL], [episode], 31 * MINUTE_MS)).toEqual({ begun: [], ended: [] });
  expect(told([], [episode], 0).ended).toMatchObject([{ episode, cause: "late-vial" }]);
});

test("C14: a vial that nobody wrote off calls nobody a day after its last moment", () => {
  const dayMs = (24 * 60 + 30) * MINUTE_MS;
  const { begun } = told([VIAL], [], dayMs);
  expect(begun).toMatchObject([{ level: 1 }]);
  expect(told([VIAL], [], dayMs + 1)).toEqual({ begun: [], ended: [] });
  const [{ episode }] = begun;
  expect(told([VIAL], [episode], dayMs)).toEqual({ begun: [], ended: [] });
  const endedMs = VIAL.useByMs + LATE_VIAL_TOLD_MS;
  expect(told([VIAL], [episode], dayMs + 1).ended).toMatchObject([{ episode, endedMs }]);
});

test("C14 T12: after a reboot a vial is as old as clocks say that can be believed, in doubt late", () => {
  const boot = { bootId: "f".repeat(32), bootMs: 29 * MINUTE_MS };
  const begun = (now: Partial<Stamp>) =>
    told([VIAL], [], 0, { ...boot, ...now }).begun.map(({ level }) => level);
  const after = (minutes: number) => VIAL.openedMs + minutes * MINUTE_MS;
  expect(begun({ wallMs: 0, clock: "untrusted" })).toEqual([]);
  expect(begun({ wallMs: 0, clock: "untrusted", bootMs: 31 * MINUTE_MS })).toEqual([1]);
  expect(begun({ wallMs: after(30) })).toEqual([]);
  expect(begun({ wallMs: after(31) })).toEqual([1]);
  expect(begun({ wallMs: after(9999) })).toEqual([]);
  expect(begun({ wallMs: after(9999), clock: "untrusted" })).toEqual([1]);
});

test("C14 T12: people are told of a late vial, again after an hour, and of its end, whatever the wall clock", async () => {
  await using cold = await SiteCold.open();
  const tell = (kind: string, minute: number, body: object) =>
    cold.tables.append(kind, body, minute * MINUTE_MS, "record");
  const use = { site: SITE, code: CODE, atMs: at(1) };
  await tell("cold-used", 1, usedBodyOf("u-1", use));
  await tell("cold-opened", 1, {
    ...{ id: "o-1", place: "session/s", product: PRODUCT, lot: LOT, doses: 5, by: NURSE },
    ...{ ...use, useByMs: at(31), source: "说明书" },
  });
  const vials = async () => (await cold.told()).filter((one) => one.includes("vial"));
  await cold.look(1);
  cold.aheadMs = 5 * 60 * MINUTE_MS;
  await cold.look(30);
  expect(await vials()).toEqual([]);
  cold.aheadMs = 0;
  await cold.look(32);
  expect(await vials()).toEqual(["raised cold-late-vial 1"]);
  await cold.look(33);
  expect(await cold.episodes()).toContain("late-vial 1 open");
  await cold.look(92);
  expect(await vials()).toEqual(["raised cold-late-vial 1", "escalated cold-late-vial 2"]);
  const lots = [{ product: PRODUCT, lot: LOT, expires: null, doses: 4, codes: [CODE] }];
  const wasted = { site: SITE, lots, reason: "超时", atMs: at(93) };
  await tell("cold-moved", 93, movedBodyOf("wasted", "session/s", "waste/w", wasted));
  await cold.look(94);
  expect(await cold.episodes()).toContain("late-vial 2 recovered");
  expect((await vials()).slice(2).sort())
    .toEqual(["recovered cold-late-vial 1", "recovered cold-late-vial 2"]);
  const select = "SELECT body FROM notifications ORDER BY life, seq";
  const [first] = (await cold.tables.tables.rows(select)).map((row) => JSON.parse(row.text("body")))
    .filter(({ what }) => what.code === "cold-late-vial");
  expect(first.where).toMatchObject({ code: "00012345", zh: `${LOT} · …00012345` });
});

test("C14 T12: of a vial that is late after a reboot people are told level by level, for a day", async () => {
  await using cold = await SiteCold.open();
  for (const [name, minute, useBy] of [["1", 1, 361], ["2", 2, 9999]] as const) {
    const use = { site: SITE, code: `${PRODUCT}000000000000${name}`, atMs: at(minute) };
    const opened = {
      ...{ id: `o-${name}`, place: "session/s", product: PRODUCT, lot: LOT, doses: 5, by: NURSE },
      ...{ ...use, useByMs: at(useBy), source: "说明书" },
    };
    await cold.tables.append("cold-used", usedBodyOf(`u-${name}`, use), 0, "record");
    await cold.tables.append("cold-opened", opened, minute * MINUTE_MS, "record");
  }
  await cold.look(2);
  expect((await openVials(cold.tables.tables, SITE)).map(({ id }) => id)).toEqual(["o-2", "o-1"]);
  cold.nowMs = 350 * MINUTE_MS;
  const boot = { id: "f".repeat(32), fromMs: cold.nowMs };
  cold.boot = { ...boot, clock: "untrusted" };
  cold.aheadMs = -9_999_999 * MINUTE_MS;
  await cold.restart();
  await cold.look(350);
  cold.boot = { ...boot, clock: "trusted" };
  cold.aheadMs = 0;
  const vials = async () =>
    (await cold.told()).filter((one) => one.includes("vial"))
      .map((one) => one.replace(" cold-late-vial", ""));
  await cold.look(361);
  expect(await vials()).toEqual([]);
  for (const minute of [500, 501, 559]) {
    await cold.look(minute);
    expect(await vials(), `${minute}`).toEqual(["raised 1"]);
  }
  await cold.look(560);
  expect(await vials()).toEqual(["raised 1", "escalated 2"]);
  await cold.look(361 + 24 * 60);
  expect(await cold.episodes()).toContain("late-vial 2 open");
  await cold.look(362 + 24 * 60);
  expect(await cold.episodes()).toContain("late-vial 2 recovered");
  expect((await cold.words()).zh).toContain("一直未登记报损");
});
