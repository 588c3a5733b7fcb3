/** What a county says where two boxes bear one name. */
import { html } from "hono/html";
import type { TwinsView } from "../fleet/twins.ts";
import { dataTable } from "./data_table.ts";
import { type Html, moment, type View } from "./view.ts";

/** Both boxes, and what to do. */
export function twinsBanner(view: View, { node, seen, boxes }: TwinsView): Html {
  const { t } = view;
  const columns = [
    { head: t("box") },
    { head: t("life") },
    { head: t("hardware") },
    { head: t("address") },
    { head: t("lifeBegan") },
  ];
  const rows = boxes.map(({ origin, machine, remote, began }, index) => [
    `${t("box")} ${index + 1}`,
    html`<code>${origin}</code>`,
    machine === "" ? t("unknown") : html`<code title="${machine}">${machine.slice(0, 8)}</code>`,
    remote ?? t("unknown"),
    began === null ? t("unknown") : moment(view, began),
  ]);
  const [before, behind] = t("twoBoxesSeen").split("{}");
  return html`
    <section class="panel alert">
      <h2>${t("twoBoxesClaim").replace("{}", node)}</h2>
      <p>${t("twoBoxesHint").replace("{}", node)}</p>
      ${dataTable(columns, rows)}
      <p class="note">${before}${moment(view, seen)}${behind}</p>
    </section>
  `;
}
