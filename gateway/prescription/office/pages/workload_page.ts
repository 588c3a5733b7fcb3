/** The page of workload and timeliness. */
import { html } from "hono/html";
import { dataTable } from "../../../console/data_table.ts";
import { durationText, type Html, type View } from "../../../console/view.ts";
import { dayAfter } from "../../../china_calendar.ts";
import type { Work, Workload } from "../workload.ts";
import { besides, officeFrame } from "./parts.ts";
import { officeTexts } from "./text.ts";

export function workloadPage(view: View, day: string, workload: Workload): Html {
  const say = officeTexts(view.language);
  const { all, persons, hours } = workload;
  const hour = (n: number) => `${String(n).padStart(2, "0")}:00`;
  const main = html`
    ${besides(
      view,
      [`/office/workload/${dayAfter(day, -1)}`, "earlier"],
      day,
      [`/office/workload/${dayAfter(day, 1)}`, "later"],
    )}
    <section class="panel"><h2>${say("person")}</h2>${table(view, say("person"), [
      ...persons.map((one) => [one.person, one] as const),
      [say("all"), all],
    ])}</section>
    <section class="panel"><h2>${say("hour")}</h2>${hours.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : table(view, say("hour"), hours.map((one) => [hour(one.hour), one]))}</section>
  `;
  return officeFrame(view, "/office/workload", main);
}

function table(
  view: View,
  head: string,
  rows: readonly (readonly [name: string, work: Work])[],
): Html {
  const say = officeTexts(view.language);
  const length = (ms: number | null) => ms === null ? "–" : durationText(view.language, ms / 1000);
  const heads = (["decided", "waitMedian", "waitP95", "handlingMedian", "handlingP95"] as const)
    .map((key) => ({ head: say(key), number: true }));
  const share = ({ wait, inTime }: Work) =>
    wait.count === 0 ? "–" : `${Math.floor(100 * inTime / wait.count)} %`;
  return dataTable(
    [{ head }, ...heads, { head: say("inTime"), number: true }],
    rows.map(([name, work]) => [
      ...[name, work.decided, length(work.wait.medianMs), length(work.wait.p95Ms)],
      ...[length(work.handling.medianMs), length(work.handling.p95Ms), share(work)],
    ]),
  );
}
