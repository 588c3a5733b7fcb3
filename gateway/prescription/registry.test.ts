import { describe, expect, test } from "vitest";
import { parseRegistry } from "./registry.ts";
import { dayOfDate } from "./shanghai_day.ts";

const REGISTRY = parseRegistry(`
registry: test
issued: 2026-11-01
prescribers:
  - { id: dr-1, title: attending, antimicrobials: restricted, from: 2026-03-01, until: 2026-03-31 }
  - { id: dr-1, title: chief, antimicrobials: special, narcotic: yes, from: 2026-04-01 }
  - { id: "7", sites: [site-1], title: village-doctor, antimicrobials: unrestricted, from: 2026-01-01 }
  - { id: "7", sites: [site-2], title: resident, from: 2026-01-01 }
pharmacists:
  - { account: li, title: pharmacist, dispensingSince: 2023-03-02, trained: 2026-03-05, from: 2026-01-01 }
  - { account: wang, title: assistant, dispensingSince: 2001-01-01, trained: 2020-01-01, from: 2020-01-01 }
  - { account: sun, title: senior, dispensingSince: 2001-01-01, from: 2020-01-01 }
places:
  - { site: site-1, kind: village-clinic, from: 2026-02-01, until: 2026-02-28 }
  - { site: site-1, kind: hospital, level: 2, from: 2026-03-01 }
intravenousAntimicrobials:
  - { site: site-1, from: 2026-02-01, until: 2026-02-28 }
`);

const of = (id: string, site: string, day: string) => REGISTRY.prescriber(id, site, dayOfDate(day));

describe("P14: rights are the registry's on the day of issue", () => {
  test.each([
    ["2026-02-28", null, []],
    ["2026-03-01", "attending", ["antimicrobial-unrestricted", "antimicrobial-restricted"]],
    ["2026-03-31", "attending", ["antimicrobial-unrestricted", "antimicrobial-restricted"]],
    ["2026-04-01", "chief", [
      ...["antimicrobial-unrestricted", "antimicrobial-restricted", "antimicrobial-special"],
      "narcotic",
    ]],
  ])("P14: on %s", (day, title, rights) => {
    expect(of("dr-1", "site-9", day)).toMatchObject({
      id: "dr-1",
      registered: title === null ? "no" : "yes",
      title,
      rights,
    });
  });

  test("P14: whom it does not know has none that anybody knows: could not check", () => {
    expect(of("dr-2", "site-1", "2026-03-01"))
      .toMatchObject({ id: "dr-2", registered: null, title: null, rights: null });
  });

  test("P14: a number of two sites is two persons, and nobody at a third", () => {
    const titles = ["site-1", "site-2", "site-3"].map((site) => of("7", site, "2026-03-01").title);
    expect(titles).toEqual(["village-doctor", "resident", null]);
  });

  test("P14: what a site is, is the registry's on the day of issue; else nobody knows", () => {
    const at = (site: string, day: string) => {
      const { place, level } = of("7", site, day);
      return [place, level];
    };
    expect(at("site-1", "2026-01-31")).toEqual([null, null]);
    expect(at("site-1", "2026-02-28")).toEqual(["village-clinic", null]);
    expect(at("site-1", "2026-03-01")).toEqual(["hospital", 2]);
    expect(at("site-2", "2026-03-01")).toEqual([null, null]);
  });

  test("P14: a clinic infuses antimicrobials from the day of its approval to the last", () => {
    const infuses = (site: string, day: string) =>
      of("7", site, day).rights?.includes("intravenous-antimicrobial");
    expect(["2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"]
      .map((day) => infuses("site-1", day))).toEqual([false, true, true, false]);
    expect(infuses("site-2", "2026-02-01")).toBe(false);
  });
});

test("P14: a reviewer has the title, three years to the day, and the training behind him", () => {
  const may = (account: string, day: string) => REGISTRY.mayReview(account, dayOfDate(day)).kind;
  expect([may("li", "2026-03-01"), may("li", "2026-03-04"), may("li", "2026-03-05")])
    .toEqual(["not", "not", "may"]);
  expect([may("wang", "2026-03-05"), may("sun", "2026-03-05"), may("zhao", "2026-03-05")])
    .toEqual(["not", "not", "not"]);
  const short = REGISTRY.mayReview("li", dayOfDate("2026-03-01"));
  expect(short).toMatchObject({ reason: expect.stringContaining("3 years: since 2023-03-02") });
});
