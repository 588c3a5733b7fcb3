import { expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { viewOf } from "../../console/language.ts";
import { epidemicBody, type EpidemicTurn, modeAt } from "../clock/epidemic.ts";
import { confirmed, SITE } from "../fixture_waste.ts";
import { epidemicPage } from "./epidemic_page.ts";

function turn(node: string, isOn = true): EpidemicTurn {
  const body = epidemicBody.parse({
    ...{ id: `turn-${node}`, site: SITE, scope: SITE, isOn, replaces: [] },
    ...{ basis: "卫生健康委通知", reason: "疫情", confirmation: confirmed("head") },
  });
  return { place: `${node}.1-0/audit/1`, node, time: stampAt(0), body };
}

test.each(
  [
    ["nobody", "site", "Turn on", []],
    ["the site", "site", "Turn off", [turn(SITE)]],
    ["the county", "site", null, [turn("county-a")]],
    ["the county", "county", "Turn off", [turn("county-a")]],
    ["the site", "county", "Turn off", [turn(SITE)]],
    ["both", "site", "Turn off", [turn("county-a"), turn(SITE)]],
  ] as const,
)("W5 what %s turned on the page of a %s has: %s", (_who, role, offered, turns) => {
  const shown = { role, desk: null };
  const page = String(epidemicPage(viewOf("en"), shown, SITE, modeAt(SITE, turns), {}));
  const offers = ["Turn on", "Turn off"].filter((text) => page.includes(text));
  expect(offers).toEqual(offered === null ? [] : [offered]);
  const isCountys = role === "site" && turns.some(({ node }) => node === "county-a");
  expect(page.includes("the county alone turns it off")).toBe(isCountys);
});
