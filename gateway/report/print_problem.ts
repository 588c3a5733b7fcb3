/** Why a report was not made, as whoever asked for it is told. */
import type { Problem } from "../../sync/problem.ts";
import { EvidenceTooLarge } from "./evidence_file.ts";
import { PrintingBusy } from "./printing.ts";
import { ReportTooLarge } from "./report.ts";
import { ReportFontMissing } from "./report_font.ts";

/** What keeps a report from being printed; throws what else there is. */
export function printProblem(error: unknown): Problem {
  if (!(error instanceof Error)) throw error;
  const detail = error.message;
  if (error instanceof ReportTooLarge || error instanceof EvidenceTooLarge) {
    return { status: 400, code: "report-too-large", title: "The report is too large", detail };
  }
  if (error instanceof PrintingBusy) {
    return { status: 503, code: "printing-busy", title: "Too many reports are printed", detail };
  }
  if (error instanceof ReportFontMissing) {
    const { hint } = error;
    return { status: 503, code: "no-font", title: "Nothing can be printed here", detail, hint };
  }
  throw error;
}
