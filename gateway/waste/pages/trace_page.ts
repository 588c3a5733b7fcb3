/** From any code to all the others: bag, load, box, manifest, national number, receipt (W8). */
import { html } from "hono/html";
import { dataTable } from "../../console/data_table.ts";
import type { Page } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { tracedBy } from "../desk/trace_read.ts";
import type { Trace } from "../manifest/trace.ts";
import { loadLink } from "./bag_page.ts";
import * as parts from "./parts.ts";
import type { Shown } from "./shown.ts";
import { isWasteText, wasteTexts, wordText } from "./text.ts";

/** What a reader reads of a label. */
const CODE_LENGTH_MAX = 500;

export function tracePages(shown: Shown): readonly Page[] {
  return [{
    path: "/waste/trace",
    still: true,
    assets: ["waste.css"],
    render: async (view, _places, _parts, { query }) => {
      const code = (query.get("code") ?? "").trim().slice(0, CODE_LENGTH_MAX);
      const trace = code === "" ? null : await tracedBy(shown.node.tables, code);
      return tracePage(view, shown, code, trace);
    },
  }];
}

function tracePage(view: View, shown: Shown, code: string, trace: Trace | null): Html {
  const say = wasteTexts(view.language);
  const main = html`
    <section class="panel">
      <h2>${say("trace")}</h2>
      <form method="get" action="/waste/trace" class="form">
        ${parts.field(view, { name: "code", label: "code", value: code })}
        <p class="note">${say("traceHint")}</p>
        ${parts.action(view, "trace")}
      </form>
    </section>
    ${trace === null ? "" : found(view, trace)}
  `;
  return parts.wasteFrame(view, shown, "/waste/trace", main);
}

function found(view: View, { foundAs, bags }: Trace): Html {
  const { language } = view;
  const say = wasteTexts(language);
  if (bags.length === 0) return html`<p class="banner warn">${say("notFound")}</p>`;
  const heads = [say("bag"), say("state"), say("loads"), say("manifest"), say("receipt")];
  const rows = bags.map(({ bag, state, loads, manifest, number, receipt }) => [
    parts.bagLink(bag),
    wordText(language, state),
    html`${
      loads.map(({ load, box }) => html`${loadLink(load)}${box === null ? "" : `(${box}) `}`)
    }`,
    manifest === null ? "—" : html`${parts.manifestLink(manifest)} ${number ?? ""}`,
    receipt ?? "—",
  ]);
  const as = foundAs.map((one) => isWasteText(one) ? say(one) : one).join(" · ");
  return html`<section class="panel"><h2>${say("foundAs", as)}</h2>${
    dataTable(heads.map((head) => ({ head })), rows)
  }</section>`;
}
