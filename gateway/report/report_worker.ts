/** The thread in which reports are drawn: seconds of a core that stall neither bus nor page. */
import { serveCalls } from "../../sync/worker_calls.ts";
import { pdfOf } from "./pdf.ts";
import type { Report } from "./report.ts";
import { reportFont } from "./report_font.ts";

export type ReportMethods = {
  pdf(report: Report): Promise<Uint8Array<ArrayBuffer>>;
};

const methods: ReportMethods = { pdf: (report) => pdfOf(report, reportFont()) };

serveCalls(methods);
