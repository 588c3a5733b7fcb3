import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer } from "./answers.ts";
import { pageOf } from "./page.ts";
import type { Report } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Where pictures of the page go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
const BEGAN_MS = 1_780_000_000_000;
const SECONDS = 60;
const RATE = 20;

/** One in a hundred takes long, and all do for five seconds after half of the time. */
function answerOf(index: number): Answer {
  const seconds = index / RATE;
  const isSlow = seconds > SECONDS / 2 && seconds < SECONDS / 2 + 5;
  return {
    isWarmUp: false,
    key: `site-${index % 4}/1/run-load-${index}`,
    begunMs: BEGAN_MS + seconds * 1000,
    tookMs: isSlow ? 900 + index % 50 : index % 100 === 7 ? 60 : 4 + index % 7,
    status: 201,
    tries: isSlow ? 2 : 1,
    outcome: index % 10 === 3 ? "pharmacist" : "pass",
    isUnexpected: false,
    isDegraded: false,
  };
}

function reportOf(lost: readonly string[]): Report {
  const scenario = SCENARIOS.steady;
  const answers = Array.from({ length: SECONDS * RATE }, (_, index) => answerOf(index));
  const count = { prescriptions: 1200, second: 3, lost: [], doubled: [], unlinked: [] };
  const happening = (seconds: number, what: string) => ({ atMs: BEGAN_MS + seconds * 1000, what });
  return {
    name: "steady",
    scenario,
    k6: { version: "1.1.0", answers, iterations: answers.length, dropped: 0, aborted: false },
    answers,
    beganMs: BEGAN_MS,
    happenings: [
      happening(30, "A killed"),
      happening(33, "A started"),
      happening(SECONDS - 1, "all that sites had queued is shipped"),
    ],
    counts: [
      { ...count, node: "county-a", undecided: [] },
      { ...count, node: "county-b", undecided: [], lost: [...lost] },
    ],
    equalAfterSeconds: 0.21,
    promised: [],
    figures: [],
  };
}

const MACHINE = [["processors", "2 × a long name of a processor that a person can still read"]];

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
});
afterAll(() => browser.close());

async function shown(report: Report, width: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const machine = MACHINE.map(([name, value]) => [name, value] as const);
  await page.setContent(pageOf(report, machine));
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Texts of charts that stand outside of their picture. */
const OUTSIDE = `[...document.querySelectorAll("svg")].flatMap((svg) => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    return left < box.left || right > box.right || top < box.top || bottom > box.bottom;
  }).map((text) => text.textContent);
})`;

describe.each([["a desk", 1280], ["a phone", 360]])(
  "the page of a result, at %s",
  (where, width) => {
    test("has all words within its pictures, and scrolls only down", async () => {
      const page = await shown(reportOf([]), width);
      await picture(page, `load-page-${where.replace(" ", "-")}`);
      expect(await page.evaluate(OUTSIDE)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
        width,
      );
      await page.close();
    });
  },
);

test("a promise that is broken is told first; an aim that is missed breaks none", async () => {
  const good = await shown(reportOf([]), 1280);
  expect(await good.locator("p.yes").innerText()).toBe("All promises hold.");
  expect(await good.locator("td.missed").innerText()).toBe("○ missed");
  expect(await good.locator("td.no").count()).toBe(0);
  const lost = Array.from({ length: 7 }, (_, index) => `site-1/1/run-load-${index}`);
  const bad = await shown(reportOf(lost), 1280);
  await picture(bad, "load-page-broken");
  expect(await bad.locator("p.no").innerText()).toMatch(/^1 of \d+ promises do not hold\.$/);
  expect(await bad.locator("tr:has(td.no)").innerText()).toContain("not at county-b");
  expect(await bad.locator("tr:has(td.no)").innerText()).toContain("7: site-1/1/run-load-0");
  await Promise.all([good.close(), bad.close()]);
});
