/** A site with a day of a fridge, as a running node, and a keeper's browser at its console. */
import type { Page } from "playwright-core";
import { freePort } from "../../../drivers/fixtures.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { newEntry } from "../../collected_entry.ts";
import { ownerLinkSchema } from "../../commands/status.ts";
import { PHONE, TestBrowser } from "../../console/fixtures.ts";
import { InnerNode } from "../../fixture_inner_node.ts";
import { type Node, openNode } from "../../node.ts";
import { TABLES_THREAD } from "../../tables_thread.ts";
import { LOT, movedBodyOf, PRODUCT } from "../flow/fixture_flow.ts";
import { SITE, siteConfig } from "../flow/fixture_flow_node.ts";
import { NURSE, unitBodyOf } from "../life/fixture_life.ts";
import { rulesOf } from "../series/fixture_series.ts";

const PASSWORD = "Ab3$-defgh";
const MINUTE_MS = 60_000;
const STEP_MINUTES = 10;
export const UNIT = "fridge-9";
export const OTHER_LOT = "HB-2";

/** The last 26 hours: 5 °C, 9 °C for the last three; nothing known 12 to 10 hours ago. */
function celsiusAt(minutesAgo: number): number | null {
  if (minutesAgo < 720 && minutesAgo > 600) return null;
  return minutesAgo <= 180 ? 9 : 5;
}

async function writeDay(node: Node): Promise<void> {
  const now = node.clock.now();
  const at = (minutesAgo: number) => ({
    wallMs: now.wallMs - minutesAgo * MINUTE_MS,
    bootId: "a".repeat(32),
    bootMs: (2000 - minutesAgo) * MINUTE_MS,
    clock: "trusted",
  } as const);
  const unit = {
    ...unitBodyOf(),
    ...{ id: "u-9", site: SITE, unit: UNIT, name: "二楼疫苗冰箱", rules: rulesOf("strict") },
    ...{ intervalSeconds: STEP_MINUTES * 60, manual: true },
  };
  await node.journal.append([newEntry("record", "cold-unit", at(1600), unit)], at(1600));
  for (let ago = 1560; ago >= 0; ago -= STEP_MINUTES) {
    const value = celsiusAt(ago);
    if (value === null) continue;
    const readings = [{ point: "temperature", value, unit: "Cel", quality: "good" }];
    const body = { device: "thermometer", readings };
    await node.journal.append([newEntry("reading", "reading", at(ago), body)], at(ago));
  }
  await writeStock(node, at);
  await node.tables.caughtUp(node.journal);
}

/** Two lots in the unit since yesterday, one of them since in a session too; goods at the door. */
async function writeStock(node: Node, at: (minutesAgo: number) => Stamp): Promise<void> {
  const write = async (kind: string, minutesAgo: number, body: object) => {
    const time = at(minutesAgo);
    await node.journal.append([newEntry("record", kind, time, body)], time);
  };
  const moves = async (minutesAgo: number, step: string, from: string, to: string, lot: string) => {
    const doses = step === "taken" ? 4 : 10;
    const lots = [{ product: PRODUCT, lot, expires: null, doses, codes: [] }];
    const of = { id: `${step} ${lot}`, site: SITE, atMs: at(minutesAgo).wallMs, lots };
    await write("cold-moved", minutesAgo, movedBodyOf(step, from, to, of));
  };
  for (const lot of [LOT, OTHER_LOT]) await moves(1500, "stored", "receipt/r", `unit/${UNIT}`, lot);
  await moves(60, "taken", `unit/${UNIT}`, "session/s-1", LOT);
  await write("cold-receipt", 30, {
    ...{ id: "r-2", site: SITE, consignment: "C-2", from: "县疾控中心", arrivedMs: at(30).wallMs },
    goods: [{ product: PRODUCT, lot: LOT, quantity: 20, unit: "剂" }],
    journey: { kind: "none", reason: "没有随车记录" },
    ...{ arrivalCelsius: 12, by: NURSE },
  });
}

export class ColdConsole implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly browser: TestBrowser;
  readonly url: string;

  private constructor(browser: TestBrowser, url: string, opened: AsyncDisposableStack) {
    this.browser = browser;
    this.url = url;
    this.#opened = opened;
  }

  static async open(): Promise<ColdConsole> {
    await using opened = new AsyncDisposableStack();
    const folder = opened.use(new TemporaryFolder());
    const config = siteConfig(folder.path, { http: { port: freePort() } });
    {
      await using node = await openNode(config, () => {}, { tablesThread: TABLES_THREAD });
      await writeDay(node);
    }
    const node = opened.use(await InnerNode.start(config));
    const browser = opened.use(await TestBrowser.start());
    const own = new ColdConsole(browser, node.url, opened.move());
    await own.#addKeeper(node);
    return own;
  }

  async #addKeeper(node: InnerNode): Promise<void> {
    const answer = await node.fetch("/api/owner-links", { method: "POST", body: "{}" });
    const { url } = ownerLinkSchema.parse(await answer.json());
    const owner = await this.browser.enter(await this.browser.person("en-US"), url);
    await owner.goto(`${this.url}/people/accounts`);
    const form = owner.locator('form[action="/people/accounts"]');
    if (!await form.isVisible()) await owner.click("summary");
    await form.locator('input[name="account"]').fill("li");
    await form.locator('input[name="zh"]').fill("李梅");
    await form.locator('input[value="vaccine-keeper"]').check();
    await form.locator("button").click();
    const link = await owner.locator("pre.shown").innerText();
    const own = await this.browser.open(await this.browser.person("en-US"), link);
    await own.fill('input[name="password"]', PASSWORD);
    await own.fill('input[name="again"]', PASSWORD);
    await own.click("button.enter");
    await own.waitForSelector('input[name="name"]');
  }

  /** On a telephone, signed in as the keeper. */
  async keeper(locale: "zh-CN" | "en-US"): Promise<Page> {
    const { browser, url } = this;
    const page = await browser.open(await browser.person(locale, PHONE), `${url}/sign-in`);
    await page.fill('input[name="name"]', "li");
    await page.fill('input[name="password"]', PASSWORD);
    await page.click("button.enter");
    await page.waitForSelector("footer");
    return page;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
