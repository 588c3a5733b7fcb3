/** A site with scale, store and two nurses, each a real node or person; for tests of its pages. */
import type { Page } from "playwright-core";
import { freePort } from "../../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { ownerLinkSchema } from "../../commands/status.ts";
import { PHONE, TestBrowser } from "../../console/fixtures.ts";
import { centresFor, enrol, NodeProcess } from "../../fixtures.ts";
import { brokerLine, publishedBy } from "../../whole_way/fixtures.ts";

const PASSWORD = "Ab3$-defgh";
export const PINS: Readonly<Record<string, string>> = { li: "274916", wang: "805273" };
const SCALE = "ward-scale";

export const PLACES = [
  { kind: "ward", id: "ward-3", name: "内科三病区" },
  { kind: "person", id: "carrier", name: "收集员" },
  { kind: "vehicle", id: "lorry", name: "转运车" },
  { kind: "disposer", id: "disposer", name: "处置中心" },
];

export const WASTE = {
  scales: [{ device: SCALE, divisionGrams: 10 }],
  stores: [{ id: "store-1", name: "暂存间", capacityGrams: 200_000 }],
  places: PLACES,
};

export class WasteSite implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly brokerPort = freePort();
  readonly county: NodeProcess;
  readonly site: NodeProcess;
  #browser: TestBrowser | null = null;
  #weighings = 0;

  private constructor() {
    const { path } = this.folder;
    this.county = new NodeProcess(path, { name: "county-a", role: "county" });
    const sources = [brokerLine(this.brokerPort, { [SCALE]: "waste-scale" })];
    const counties = centresFor([this.county]);
    const more = { counties, sources, waste: WASTE };
    this.site = new NodeProcess(path, { name: "site-017", role: "site", more });
  }

  static async open(): Promise<WasteSite> {
    const own = new WasteSite();
    await own.county.start();
    await enrol(own.county, own.site);
    await own.site.start();
    own.#browser = await TestBrowser.start();
    for (const node of [own.site, own.county]) await own.#addNurses(node);
    return own;
  }

  get browser(): TestBrowser {
    if (this.#browser === null) throw new Error("The browser is not open");
    return this.#browser;
  }

  async #addNurses(node: NodeProcess): Promise<void> {
    const { url } = ownerLinkSchema.parse(await node.ask("/api/owner-links", {}));
    const owner = await this.browser.enter(await this.browser.person("en-US"), url);
    const names = node === this.site ? ["li", "wang"] : ["zhao"];
    for (const name of names) {
      await owner.goto(`${node.url}/people/accounts`);
      const form = owner.locator('form[action="/people/accounts"]');
      if (!await form.isVisible()) await owner.click("summary");
      await form.locator('input[name="account"]').fill(name);
      await form.locator('input[name="zh"]').fill(`护士${name}`);
      await form.locator('input[value="nurse"]').check();
      await form.locator("button").click();
      const link = await owner.locator("pre.shown").innerText();
      const own = await this.browser.open(await this.browser.person("en-US"), link);
      await own.fill('input[name="password"]', PASSWORD);
      await own.fill('input[name="again"]', PASSWORD);
      await own.click("button.enter");
      await own.waitForSelector('input[name="name"]');
      if (node === this.site) await this.#setPin(name);
    }
  }

  async #setPin(name: string): Promise<void> {
    const page = await this.signIn(name);
    await page.goto(`${this.site.url}/people/me`);
    const form = page.locator('form[action="/people/me/pin"]');
    await form.locator('input[name="pin"]').fill(PINS[name]);
    await form.locator('input[name="again"]').fill(PINS[name]);
    await form.locator('input[name="now"]').fill(PASSWORD);
    await form.locator("button").click();
    await page.waitForSelector(".banner.good");
  }

  /** A page on a telephone of somebody who is signed in. */
  async signIn(
    name: string,
    more: { readonly node?: NodeProcess; readonly locale?: "zh-CN" | "en-US" } = {},
  ): Promise<Page> {
    const { node = this.site, locale = "en-US" } = more;
    const person = await this.browser.person(locale, PHONE);
    const page = await this.browser.open(person, `${node.url}/sign-in`);
    await page.fill('input[name="name"]', name);
    await page.fill('input[name="password"]', PASSWORD);
    await page.click("button.enter");
    await page.waitForSelector("footer");
    return page;
  }

  /** The scale says a stable weight. */
  async weighs(kilograms: number): Promise<void> {
    this.#weighings++;
    const payload = JSON.stringify({
      id: `weighing-${this.#weighings}`,
      time: Date.now(),
      weight: kilograms,
      stable: true,
      category: "841-001-01",
    });
    const topic = `scales/${SCALE}/weighing`;
    await until(
      "the scale is heard",
      async () => await publishedBy(SCALE, this.brokerPort, topic, payload),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser?.[Symbol.asyncDispose]();
    await this.site[Symbol.asyncDispose]();
    await this.county[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}
