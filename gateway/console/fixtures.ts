/** A browser for tests of the console: Debian's Chromium, with nothing fetched from elsewhere. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { tool } from "../../drivers/fixtures.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export const DESKTOP = { width: 1280, height: 900 };
/** A small phone of today, in CSS pixels. */
export const PHONE = { width: 360, height: 740 };

export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  /** What pages complained of: script errors, refused resources. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    const executablePath = tool("chromium", "chromium");
    return new TestBrowser(await chromium.launch({ executablePath, args: FLAGS }));
  }

  /** A person with a browser of their own. */
  person(locale: "zh-CN" | "en-US", viewport = DESKTOP): Promise<BrowserContext> {
    return this.#browser.newContext({ locale, viewport });
  }

  /** A page that has gone to the address. */
  async open(person: BrowserContext, url: string): Promise<Page> {
    const page = await person.newPage();
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  /** The console, through an owner's link and its button. */
  async enter(person: BrowserContext, link: string): Promise<Page> {
    const page = await this.open(person, link);
    await page.click("button.enter");
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
