import { expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { LOT, movedBodyOf, PRODUCT, usedBodyOf } from "../flow/fixture_flow.ts";
import type { KnownVial } from "../flow/vial_rules.ts";
import { NURSE, SITE } from "../life/fixture_life.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { MINUTE_MS, SiteCold } from "./fixture_cold_desk.ts";
import { lateVials } from "./late_vials.ts";

const CODE = `${PRODUCT}0000000012345`;

const VIAL: KnownVial = {
  ...{ id: "o-1", product: PRODUCT, lot: LOT, code: CODE, place: "session/s" },
  ...{ openedMs: 1000, useByMs: 1000 + 30 * MINUTE_MS, doses: 5, given: 2, discarded: 0, left: 3 },
};

function told(vials: readonly KnownVial[], going: readonly string[], openForMs: number) {
  const own = going.map((episode) => ({ episode, cause: "late-vial" }));
  const other = { episode: "e", cause: "offline" };
  return lateVials(SITE, vials, [...own, other], { nowMs: 9, openForMs: () => openForMs });
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

test("C14 T12: people are told of a late vial, again after an hour, and of its end, whatever the wall clock", async () => {
  await using cold = await SiteCold.open();
  const at = (minute: number) => stampAt(minute * MINUTE_MS).wallMs;
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
