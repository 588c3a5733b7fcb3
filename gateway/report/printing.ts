/** Reports as PDF, one at a time in a thread of their own. */
import { NeededThread } from "../needed_thread.ts";
import { checkSize, type Report } from "./report.ts";
import { reportFont } from "./report_font.ts";
import type { ReportMethods } from "./report_worker.ts";

/** Who comes when so many wait is told to come again: each takes 100 MB and a second. */
const WAITING_MAX = 8;

/** Too many reports are asked for at one moment. */
export class PrintingBusy extends Error {
  override name = "PrintingBusy";
}

export class Printing {
  readonly #thread = new NeededThread<ReportMethods>({
    url: new URL("./report_worker.ts", import.meta.url),
    waitingMax: WAITING_MAX,
    refusal: () =>
      new PrintingBusy(`${WAITING_MAX} reports are being printed; ask again in a minute`),
  });

  /** Throws `ReportTooLarge`, `ReportFontMissing`, {@link PrintingBusy}. */
  async pdf(report: Report): Promise<Uint8Array<ArrayBuffer>> {
    checkSize(report);
    reportFont();
    return await this.#thread.use((worker) => worker.call("pdf", [report]));
  }
}
