import { expect, test } from "vitest";
import { range } from "../../sync/fixtures.ts";
import { homeOf } from "../home_centre.ts";
import { Homes } from "./homes.ts";

const CENTRES = ["county-a", "county-b"] as const;
const SITES = range(1, 400).map((n) => `site-${n}`);
const OWN = { site: SITES.find((site) => homeOf(site, CENTRES) === "county-a") ?? "", number: "1" };
const OTHER = {
  site: SITES.find((site) => homeOf(site, CENTRES) !== "county-a") ?? "",
  number: "1",
};

function homes(isUp: () => boolean, other: string | null = "county-b") {
  return new Homes({ own: "county-a", other, isUp, takeOverMs: 400 });
}

test("P11: a site's home is the same at both centres, and each has about half of them", () => {
  const atA = SITES.filter((site) => homeOf(site, CENTRES) === "county-a");
  const turned = SITES.filter((site) => homeOf(site, [...CENTRES].reverse()) === "county-a");
  expect(turned).toEqual(atA);
  expect(atA.length).toBeGreaterThan(150);
  expect(atA.length).toBeLessThan(250);
});

test("P11: a centre decides for its own sites at once, for others when their home is silent", () => {
  const ours = homes(() => true);
  expect(ours.isOurs(OWN, 0)).toBe(true);
  expect(ours.isOurs(OTHER, 1000)).toBe(false);
  expect(ours.isOurs(OTHER, 1399)).toBe(false);
  expect(ours.isOurs(OTHER, 1400)).toBe(true);
  // What its home has decided, and what comes anew, waits anew.
  ours.keep([OWN]);
  expect(ours.isOurs(OTHER, 2000)).toBe(false);
});

test("P11: where the home is away, or there is one centre, nobody waits", () => {
  let isUp = true;
  const ours = homes(() => isUp);
  expect(ours.isOurs(OTHER, 0)).toBe(false);
  isUp = false;
  expect(ours.isOurs(OTHER, 1)).toBe(true);
  expect(homes(() => false, null).isOurs(OTHER, 0)).toBe(true);
});
