/** A county with yesterday's fridges, waste and cycles of one site, and a browser at its page. */
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort } from "../../drivers/fixtures.ts";
import type { NewEntry } from "../../sync/append.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { dayAfter, dayText, spanOfDay } from "../china_calendar.ts";
import { NURSE, unitBodyOf } from "../coldchain/life/fixture_life.ts";
import { rulesOf } from "../coldchain/series/fixture_series.ts";
import { newEntry } from "../collected_entry.ts";
import { ownerLinkSchema } from "../commands/status.ts";
import type { Config } from "../config.ts";
import { parseConfig } from "../config_file.ts";
import { PHONE, TestBrowser } from "../console/fixtures.ts";
import { InnerNode } from "../fixture_inner_node.ts";
import { openNode } from "../node.ts";
import { Story as SterileStory } from "../sterile/supply/fixture_supply.ts";
import { TABLES_THREAD } from "../tables_thread.ts";
import { SHARPS, Story as WasteStory } from "../waste/fixture_waste.ts";

/** The county's word counts on its own name as on a site's. */
export const SITE = "county-1";
const MINUTE_MS = 60_000;

type Stream = "record" | "reading";

/** Entries of one day, by their minutes. */
class Told {
  readonly entries: NewEntry[] = [];
  readonly #fromMs: number;

  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  tell(kind: string, body: object, minute: number, stream: Stream = "record"): void {
    const time = {
      wallMs: this.#fromMs + minute * MINUTE_MS,
      bootId: "a".repeat(32),
      bootMs: (2000 + minute) * MINUTE_MS,
      clock: "trusted",
    } as const;
    this.entries.push(newEntry(stream, kind, time, { ...body, site: SITE }));
  }
}

/** A fridge that was warm for an hour and silent for two, one that was well, one without values. */
function fridges(told: Told, fromMs: number): void {
  const names = ["二楼疫苗冰箱", "接种室冰箱", "备用冷柜"];
  for (const [at, name] of names.entries()) {
    const unit = {
      ...unitBodyOf({ name, unit: `fridge-${at}`, intervalSeconds: 600, manual: at === 0 }),
      ...{ id: `u-${at}`, rules: rulesOf("platform") },
      probes: [{ id: `probe-${at}`, device: `thermometer-${at}`, point: "temperature" }],
    };
    told.tell("cold-unit", unit, 0);
    const calibration = {
      ...{ id: `k-${at}`, probe: `probe-${at}`, certificate: "K1", by: NURSE },
      ...{ calibratedOn: "2026-01-01", validUntil: "2099-12-31" },
      points: [{ reference: 5, error: 0.1 }],
    };
    told.tell("cold-calibration", calibration, 0);
  }
  for (let minute = 0; minute < 1440; minute += 10) {
    for (const at of [0, 1]) {
      if (at === 0 && minute > 600 && minute < 720) continue;
      const value = at === 0 && minute >= 900 && minute < 960 ? 9.3 : 4.6 + at / 10;
      const reading = { point: "temperature", value, unit: "Cel", quality: "good" };
      const body = { device: `thermometer-${at}`, readings: [reading] };
      told.tell("reading", body, minute, "reading");
    }
  }
  const byHand = { id: "r-1", unit: "fridge-0", celsius: 4.8, by: NURSE };
  told.tell("cold-reading", { ...byHand, takenMs: fromMs + 490 * MINUTE_MS }, 490);
}

function waste(told: Told): void {
  const story = new WasteStory(SITE);
  const bags = ["WB-0001", "WB-0002", "WB-0003", "WB-0004"];
  const sealed = bags.map((bag, at) =>
    story.sealed(bag, at === 3 ? { category: SHARPS, source: { ward: "ward-4" } } : {})
  );
  const moves = [
    story.handover(bags),
    story.stored(bags.slice(1), { missing: [{ bag: bags[0], explanation: "不在箱中" }] }),
    story.departed(bags.slice(2)),
    story.received(bags.slice(3)),
  ];
  for (const [at, { kind, body }] of [...sealed, ...moves].entries()) {
    told.tell(kind, body, 500 + at);
  }
}

function cycles(told: Told, fromMs: number): void {
  const story = new SterileStory();
  const started = (minute: number) => ({
    started: {
      ...{ wallMs: fromMs + minute * MINUTE_MS, bootId: "a".repeat(32) },
      bootMs: (2000 + minute) * MINUTE_MS,
    },
  });
  story.cycle("BD-1", null, "pass", { ...started(480), number: "1041" });
  const test = story.bowieDick("BD-1");
  story.pack("P1");
  story.load("L-1", ["P1"]);
  const judged = story.cycle("C-1", "L-1", "pass", { ...started(540), number: "1042" });
  story.release("L-1", [test, judged, story.chemical("C-1")]);
  story.pack("P2");
  story.load("L-2", ["P2"]);
  story.cycle("C-2", "L-2", "fail", {
    ...{ ...started(600), number: "1043", holdSeconds: 239 },
    reasons: [{ code: "hold-short", rule: "s1-hold-prevacuum", found: 239, wanted: 240 }],
  });
  for (const [at, { kind, body }] of story.events.entries()) told.tell(kind, body, 480 + at);
}

export class ReportNode implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly node: InnerNode;
  readonly browser: TestBrowser;
  /** As `2026-11-28`. */
  readonly yesterday: string;

  private constructor(
    node: InnerNode,
    browser: TestBrowser,
    yesterday: string,
    opened: AsyncDisposableStack,
  ) {
    [this.node, this.browser, this.yesterday, this.#opened] = [node, browser, yesterday, opened];
  }

  static async open(): Promise<ReportNode> {
    await using opened = new AsyncDisposableStack();
    const config = countyConfig(opened.use(new TemporaryFolder()).path);
    let yesterday = "";
    {
      await using node = await openNode(config, () => {}, { tablesThread: TABLES_THREAD });
      yesterday = dayAfter(dayText(node.clock.now().wallMs), -1);
      const { fromMs } = spanOfDay(yesterday);
      const told = new Told(fromMs);
      fridges(told, fromMs);
      waste(told);
      cycles(told, fromMs);
      await node.journal.append(told.entries, node.clock.now());
      await node.tables.caughtUp(node.journal);
    }
    const node = opened.use(await InnerNode.start(config));
    const browser = opened.use(await TestBrowser.start());
    return new ReportNode(node, browser, yesterday, opened.move());
  }

  /** On a telephone, at the console. */
  async visitor(locale: "zh-CN" | "en-US") {
    const answer = await this.node.fetch("/api/owner-links", { method: "POST", body: "{}" });
    const { url } = ownerLinkSchema.parse(await answer.json());
    return await this.browser.enter(await this.browser.person(locale, PHONE), url);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

function countyConfig(folder: string): Config {
  return parseConfig(stringify({
    role: "county",
    node: SITE,
    title: { zh: "青山县医共体", en: "Qingshan County" },
    dataDir: join(folder, "data"),
    http: { port: freePort() },
  }));
}
