import { expect, test } from "vitest";
import { range } from "../../sync/fixtures.ts";
import { homeOf } from "../home_centre.ts";
import { HomeWatch } from "./home_watch.ts";
import { Homes, SLOW_MAX_MS } from "./homes.ts";

const CENTRES = ["county-a", "county-b"] as const;
const SITES = range(1, 400).map((n) => `site-${n}`);
const OWN = { site: SITES.find((site) => homeOf(site, CENTRES) === "county-a") ?? "", number: "1" };
const OTHER = {
  site: SITES.find((site) => homeOf(site, CENTRES) !== "county-a") ?? "",
  number: "1",
};

function homes(
  isUp: () => boolean,
  other: string | null = "county-b",
  movedMs: () => number = () => -Infinity,
) {
  return new Homes({ own: "county-a", other, isUp, takeOverMs: 400, movedMs });
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

test("P11: a home that is slow and goes on keeps its own, and one that stops loses them", () => {
  let movedMs = -Infinity;
  const ours = homes(() => true, "county-b", () => movedMs);
  expect(ours.isOurs(OTHER, 1000)).toBe(false);
  for (const nowMs of [1399, 1798, 2197]) {
    movedMs = nowMs;
    expect(ours.isOurs(OTHER, nowMs + 399)).toBe(false);
  }
  expect(ours.isOurs(OTHER, 2596)).toBe(false);
  expect(ours.isOurs(OTHER, 2597)).toBe(true);
});

test("P11: what a home that goes on leaves for 30 s is taken over: it cannot do it", () => {
  let nowMs = 0;
  const ours = homes(() => true, "county-b", () => nowMs);
  expect(ours.isOurs(OTHER, nowMs)).toBe(false);
  nowMs = SLOW_MAX_MS - 1;
  expect(ours.isOurs(OTHER, nowMs)).toBe(false);
  nowMs = SLOW_MAX_MS;
  expect(ours.isOurs(OTHER, nowMs)).toBe(true);
});

test("P11: a home goes on where its word to a site comes, and not by what else is written", () => {
  const watch = new HomeWatch("county-b");
  watch.note([
    { origin: "county-b.1-0000000000000000", stream: "record" },
    { origin: "county-a.1-0000000000000000", stream: "to:site-1" },
    { origin: "site-1.1-0000000000000000", stream: "record" },
  ], 76);
  expect(watch.movedMs).toBe(-Infinity);
  watch.note([
    { origin: "site-1.1-0000000000000000", stream: "record" },
    { origin: "county-b.1-0000000000000000", stream: "to:site-1" },
  ], 77);
  expect(watch.movedMs).toBe(77);
});

test("P11: where the home is away, or there is one centre, nobody waits", () => {
  let isUp = true;
  const ours = homes(() => isUp);
  expect(ours.isOurs(OTHER, 0)).toBe(false);
  isUp = false;
  expect(ours.isOurs(OTHER, 1)).toBe(true);
  expect(homes(() => false, null).isOurs(OTHER, 0)).toBe(true);
});
