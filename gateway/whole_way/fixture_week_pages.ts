/** What a county's pages say of the scripted week, as somebody reads it in a browser. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { ownerLinkSchema } from "../commands/status.ts";
import { DESKTOP, TestBrowser } from "../console/fixtures.ts";
import type { NodeProcess } from "../fixtures.ts";

/** Where pictures of the pages go, for people to look at; none: nowhere. */
const PICTURES = Deno.env.get("TRIBUTARY_PICTURES");

export class CountyPages implements AsyncDisposable {
  readonly #browser: TestBrowser;

  private constructor(browser: TestBrowser) {
    this.#browser = browser;
  }

  static async start(): Promise<CountyPages> {
    return new CountyPages(await TestBrowser.start());
  }

  /** Alarms that nobody explained, bags that have not left, cycles, and recalls. */
  async told(node: NodeProcess, site: string) {
    const { url } = ownerLinkSchema.parse(await node.ask("/api/owner-links", {}));
    const page = await this.#browser.enter(await this.#browser.person("en-US", DESKTOP), url);
    const rows = (path: string) => this.#rows(page, node, path);
    const cold = await rows(`/coldchain/${site}`);
    const waste = await rows(`/waste/sites/${site}`);
    const sterile = await rows("/sterile");
    const recalls = await rows("/sterile/recalls");
    return {
      alarms: cold.map(([, cause, level, state]) => `${cause} ${level} ${state}`).sort(),
      bags: waste.filter(([, , weight]) => weight?.endsWith(" kg")).length,
      cycles: sterile.flatMap(([verdict, , , , load, hold]) =>
        hold?.endsWith(" s") === true ? [`${load} ${verdict}`] : []
      ).sort(),
      recalls: recalls.map(([cause, of]) => `${of} ${cause}`),
    };
  }

  /** Cells of the rows of a page's tables. */
  async #rows(page: Page, node: NodeProcess, path: string): Promise<string[][]> {
    await page.goto(node.url + path);
    if (PICTURES !== undefined) {
      const name = `week_${node.name}${path.replaceAll("/", "_")}.png`;
      await page.screenshot({ path: join(PICTURES, name), fullPage: true });
    }
    const rows = await page.locator("main table tbody tr").all();
    return await Promise.all(
      rows.map(async (row) =>
        (await row.locator("td").allInnerTexts()).map((cell) => cell.replaceAll(/\s+/g, " ").trim())
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser[Symbol.asyncDispose]();
  }
}
