/** Reports as PDF, one at a time in a thread of their own. */
import { WorkerCalls } from "../../sync/worker_calls.ts";
import { checkSize, type Report } from "./report.ts";
import { reportFont } from "./report_font.ts";
import type { ReportMethods } from "./report_worker.ts";

/** Who comes when so many wait is told to come again: each takes 100 MB and a second. */
const WAITING_MAX = 8;

/** Too many reports are asked for at one moment. */
export class PrintingBusy extends Error {
  override name = "PrintingBusy";
}

/** The thread lives while somebody waits for it: an idle node keeps neither it nor the font. */
export class Printing {
  #worker: WorkerCalls<ReportMethods> | null = null;
  #waiting = 0;

  /** Throws `ReportTooLarge`, `ReportFontMissing`, {@link PrintingBusy}. */
  async pdf(report: Report): Promise<Uint8Array<ArrayBuffer>> {
    checkSize(report);
    reportFont();
    if (this.#waiting >= WAITING_MAX) {
      throw new PrintingBusy(`${WAITING_MAX} reports are being printed; ask again in a minute`);
    }
    this.#waiting++;
    this.#worker ??= new WorkerCalls<ReportMethods>(
      new URL("./report_worker.ts", import.meta.url),
      {
        onEnd: () => this.#worker = null,
      },
    );
    try {
      return await this.#worker.call("pdf", [report]);
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) {
        this.#worker?.terminate();
        this.#worker = null;
      }
    }
  }
}
