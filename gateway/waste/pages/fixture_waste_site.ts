/** A site with scale, store and two nurses, each a real node or person; for tests of its pages. */
import type { Page } from "playwright-core";
import { freePort } from "../../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { PHONE, TestBrowser } from "../../console/fixtures.ts";
import { centresFor, enrol, NodeProcess } from "../../fixtures.ts";
import { addNurse, PASSWORD } from "../fixture_nurses.ts";
import { brokerLine, publishedBy } from "../../whole_way/fixtures.ts";

const SCALE = "ward-scale";

export const PLACES = [
  { kind: "ward", id: "ward-3", name: "内科三病区" },
  { kind: "person", id: "carrier", name: "收集员" },
  { kind: "vehicle", id: "lorry", name: "转运车" },
  { kind: "disposer", id: "disposer", name: "处置中心" },
];

/** By the county's own word it keeps manifests for longer. */
const YEARS = { value: 12, unit: "a", source: "本县通知", effective: "2026-06-01" };

export const WASTE = {
  rules: { manifestYears: { ...YEARS, rule: "W8", confirmed: true } },
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
    for (const name of ["li", "wang"]) await addNurse(own.site, name);
    await addNurse(own.county, "zhao");
    return own;
  }

  get browser(): TestBrowser {
    if (this.#browser === null) throw new Error("The browser is not open");
    return this.#browser;
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
