/** The page of reports: which one, of which day or month and site; its tables, and as files. */
import { html } from "hono/html";
import { dayAfter, dayText, monthAfter } from "../china_calendar.ts";
import { dataTable } from "../console/data_table.ts";
import type { Page } from "../console/page.ts";
import { badge, factRows, type Html, type View } from "../console/view.ts";
import { cellText, titleOf } from "./data_forms.ts";
import type { DataCell, DataColumn, DataReport, DataRow, DataTable } from "./data_report.ts";
import { type DataTextKey, TEXTS } from "./data_text.ts";
import { type Drawn, type DrawnReports, SITES_DEFAULT } from "./drawn_reports.ts";
import { momentText } from "./moment_text.ts";
import { type Period, periodOf } from "./period.ts";

const PATH = "/reports";
/** Of one list to choose from; whoever looks for another one writes it into the address. */
const SITES_LISTED = 500;

interface Choice {
  readonly of: DataReport;
  /** `null`: all. */
  readonly site: string | null;
  readonly after: string;
  /** `null`: what was asked for is none. */
  readonly period: Period | null;
}

/** `own`: the site whose page it is; `null` at a county, which shows all. */
export function reportPage(reports: DrawnReports, own: string | null): Page {
  return {
    path: PATH,
    tab: TEXTS.reports,
    // It costs much to draw, and a form is filled in on it.
    still: true,
    render: async (view, _places, _parts, { query, actor }) => {
      const of = reports.named(query.get("report")) ?? reports.all[0];
      const site = own ?? (query.get("site") || null);
      const period = periodIn(query, reports.nowMs);
      const choice = { of, site, period, after: query.get("after") ?? "" };
      const sites = own === null ? await of.sites("", SITES_LISTED) : [];
      const form = choiceForm(view, reports, choice, sites);
      if (period === null) return html`${form}<p class="banner warn">${say(view, "noPeriod")}</p>`;
      const limit = SITES_DEFAULT;
      const drawn = await reports.draw({ ...choice, period, limit });
      if (drawn === null) return html`${form}<p class="banner warn">${say(view, "notBegun")}</p>`;
      const signs = actor.rights.has("audit.export");
      return html`${form}${drawnPanel(view, { ...choice, period }, drawn, signs)}`;
    },
  };
}

function say({ language }: View, key: DataTextKey): string {
  return TEXTS[key][language];
}

/** `period`, as links have it, or `kind` and `date` of the form; none: yesterday. */
function periodIn(query: URLSearchParams, nowMs: number): Period | null {
  const date = query.get("date");
  const asked = query.get("period") ??
    (date === null ? null : query.get("kind") === "month" ? date.slice(0, 7) : date);
  return periodOf(asked ?? dayAfter(dayText(nowMs), -1));
}

function choiceForm(
  view: View,
  { all, nowMs }: DrawnReports,
  { of, site, period }: Choice,
  sites: readonly string[],
): Html {
  const option = (value: string, text: string, isChosen: boolean) =>
    html`<option value="${value}" ${isChosen ? "selected" : ""}>${text}</option>`;
  // A site that is not in the list stays chosen.
  const listed = site === null || sites.length === 0 || sites.includes(site)
    ? sites
    : [site, ...sites];
  const date = period === null ? dayText(nowMs) : period.dates[0];
  return html`
    <section class="panel">
      <h2>${say(view, "reports")}</h2>
      <form method="get" action="${PATH}" class="form row">
        <label class="field"><span>${say(view, "report")}</span>
          <select name="report">${all.map((one) =>
            option(one.name, one.title[view.language], one === of)
          )}</select></label>
        <label class="field"><span>${say(view, "period")}</span>
          <select name="kind">${(["day", "month"] as const).map((kind) =>
            option(kind, say(view, kind), period?.kind === kind)
          )}</select></label>
        <label class="field"><span>${say(view, "date")}</span>
          <input type="date" name="date" required value="${date}" max="${dayText(nowMs)}"></label>
        ${listed.length === 0 ? "" : html`
          <label class="field"><span>${say(view, "site")}</span>
            <select name="site">${option("", say(view, "allSites"), site === null)}${listed.map((
              one,
            ) => option(one, one, one === site))}</select></label>
        `}
        <button class="action">${say(view, "show")}</button>
      </form>
    </section>
  `;
}

interface Shown extends Choice {
  readonly period: Period;
}

function addressOf({ of, site }: Shown, period: string, more: Record<string, string> = {}) {
  const query = new URLSearchParams({ report: of.name, period, ...more });
  if (site !== null) query.set("site", site);
  return `${PATH}?${query}`;
}

function drawnPanel(view: View, shown: Shown, drawn: Drawn, signs: boolean): Html {
  const { of, site, period, after } = shown;
  const { language } = view;
  const step = period.kind === "day" ? dayAfter : monthAfter;
  const [before, behind] = [step(period.name, -1), step(period.name, 1)];
  const file = (kind: string, more: Record<string, string> = {}) => {
    const query = new URLSearchParams({ period: period.name, language, ...more });
    if (site === null) query.set("after", after);
    else query.set("site", site);
    return `/api/reports/${of.name}/${kind}?${query}`;
  };
  const isOver = drawn.asOfMs >= period.toMs;
  return html`
    <section class="panel">
      <h2>${titleOf(of, period, language)} · ${site ?? say(view, "allSites")} · ${period.name}</h2>
      <p class="subtabs"><a href="${addressOf(shown, before)}">← ${before}</a>${isOver
        ? html`<a href="${addressOf(shown, behind)}">${behind} →</a>`
        : ""}</p>
      ${isOver
        ? ""
        : html`<p class="note">${say(view, "asOf")} ${
          momentText(drawn.asOfMs, "Asia/Shanghai")
        }</p>`}
      ${drawn.cut === null
        ? ""
        : html`<p class="banner warn">${say(view, "cut")}${drawn.cut[language]}</p>`}
      <dl class="facts">${factRows(drawn.facts.map(({ title, value, digits = 0, isBad }) => {
        const text = value.toFixed(digits);
        return [title[language], isBad === true && value > 0 ? badge("bad", text) : text] as const;
      }))}</dl>
      <p class="subtabs">
        <a href="${file("pdf")}" download>${say(view, "pdf")}</a>
        <a href="${file("csv")}" download>${say(view, "csv")}</a>
        ${signs ? html`<a href="${file("evidence")}" download>${say(view, "evidence")}</a>` : ""}
      </p>
    </section>
    ${drawn.tables.map((table, at) =>
      tablePanel(view, table, {
        link: site === null ? (name) => addressOf({ ...shown, site: name }, period.name) : null,
        file: at === 0 ? null : file("csv", { table: table.name }),
      })
    )}
    ${drawn.next === null
      ? ""
      : html`<p><a class="plain" href="${addressOf(shown, period.name, { after: drawn.next })}">${
        say(view, "next")
      } →</a></p>`}
  `;
}

interface Around {
  /** Where the name of a row leads to. */
  readonly link: ((name: string) => string) | null;
  /** The table as a file, where it is not the first. */
  readonly file: string | null;
}

function tablePanel(view: View, table: DataTable, { link, file }: Around): Html {
  const { language } = view;
  const { title, columns, rows, empty, note } = table;
  const cells = (row: DataRow) =>
    columns.map((column, at) => {
      const shown = shownCell(view, row.cells[at] ?? null, column, row);
      return at === 0 && link !== null
        ? html`<a href="${link(String(row.cells[0]))}">${shown}</a>`
        : shown;
    });
  return html`
    <section class="panel"><h2>${title[language]}</h2>
      ${rows.length === 0 ? html`<p class="empty">${empty[language]}</p>` : dataTable(
        columns.map(({ title, digits }) => ({
          head: title[language],
          number: digits !== undefined,
        })),
        rows.map(cells),
      )}
      ${note === undefined ? "" : html`<p class="note">${note[language]}</p>`}
      ${file === null
        ? ""
        : html`<p class="subtabs"><a href="${file}" download>${say(view, "csv")}</a></p>`}
    </section>
  `;
}

function shownCell(view: View, cell: DataCell, column: DataColumn, { tone }: DataRow) {
  const text = cellText(cell, column, view.language);
  return column.isVerdict === true && tone !== undefined ? badge(tone, text) : text;
}
