/** A site as it runs, without its doors: journal, tables, disk; with fridges and a receipt. */
import { join } from "node:path";
import { stringify } from "yaml";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { newEntry } from "../../collected_entry.ts";
import type { Config } from "../../config.ts";
import { parseConfig } from "../../config_file.ts";
import { type Node, openNode } from "../../node.ts";
import { TABLES_THREAD } from "../../tables_thread.ts";
import { GOOD_JOURNEY, MORNING_MS, NURSE, unitBodyOf } from "../life/fixture_life.ts";
import { LOT, PRODUCT } from "./fixture_flow.ts";
import { FlowDesk } from "./flow_desk.ts";
import { RecipientKey } from "./recipient.ts";

export const SITE = "site-1";
export const NURSE_LI = { account: "li", who: "person li from 127.0.0.1" };
/** A vaccine in vials of five. */
export const VIALS = {
  ...{ product: "8234567", doses: 5, openMinutes: 60 },
  ...{ source: "说明书", effective: "2026-01-01" },
};
const KEY = new Uint8Array(32).fill(7);

/** `more`: settings beside those that it needs. */
export function siteConfig(folder: string, more: object = {}): Config {
  return parseConfig(stringify({
    role: "site",
    node: SITE,
    title: { zh: "青山镇中心卫生院", en: "Qingshan Township Hospital" },
    dataDir: join(folder, "data"),
    vaccines: { vials: [VIALS] },
    ...more,
  }));
}

export class FlowNode implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly node: Node;
  readonly desk: FlowDesk;

  private constructor(node: Node, opened: AsyncDisposableStack) {
    this.node = node;
    this.#opened = opened;
    this.desk = new FlowDesk(node, new RecipientKey(KEY));
  }

  /** `config`: of a folder that stays; none: in one of its own. */
  static async open(given: Config | null = null): Promise<FlowNode> {
    await using opened = new AsyncDisposableStack();
    const config = given ?? siteConfig(opened.use(new TemporaryFolder()).path);
    const node = opened.use(await openNode(config, () => {}, { tablesThread: TABLES_THREAD }));
    const own = new FlowNode(node, opened.move());
    for (const unit of ["fridge-1", "fridge-2"]) {
      await own.tell("cold-unit", { ...unitBodyOf(), id: unit, site: SITE, unit });
    }
    return own;
  }

  async tell(kind: string, body: object, stream: "record" | "alarm" = "record"): Promise<void> {
    const time = this.node.clock.now();
    await this.node.journal.append([newEntry(stream, kind, time, body)], time);
    await this.node.tables.caughtUp(this.node.journal);
  }

  /** Goods have come, and were taken in where `decision` says so. */
  async receives(id: string, doses: number, decision: "accepted" | null = "accepted") {
    await this.tell("cold-receipt", {
      ...{ id, site: SITE, consignment: "C-1", from: "县疾控中心", arrivedMs: MORNING_MS },
      goods: [{ product: PRODUCT, lot: LOT, quantity: doses, unit: "剂" }],
      ...{ journey: GOOD_JOURNEY, arrivalCelsius: 5, by: NURSE },
    });
    if (decision === null) return;
    const decided = { id: `${id} decided`, site: SITE, receipt: id, decision };
    await this.tell("cold-receipt-decided", { ...decided, storedIn: "fridge-1", by: NURSE });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
