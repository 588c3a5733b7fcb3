/** All units at a glance: what is wrong first, then each with its colour, value and since when. */
import { html } from "hono/html";
import { dataTable } from "../../console/data_table.ts";
import type { Page } from "../../console/page.ts";
import { badge, type Html, type View } from "../../console/view.ts";
import type { ColdNode } from "../desk/cold_node.ts";
import { alarmView, type UnitView, unitView } from "../desk/unit_view.ts";
import type { UnitBody } from "../life/unit_body.ts";
import * as reads from "../record/cold_reads.ts";
import type { Calendar } from "../series/calendar.ts";
import * as parts from "./unit_parts.ts";
import { unitTextOf, unitTexts, unitWord } from "./unit_text.ts";

/** A site's central store has so many; of a county with more the reader chooses a site. */
const CARDS_MAX = 100;
const ALARMS_MAX = 50;

type Shown = Pick<ColdNode, "tables" | "clock">;

/** Of all sites that are known here, and of each; both follow the node. */
export function unitsPages(node: Shown, calendar: Calendar): readonly Page[] {
  const tab = unitTextOf("coldchain");
  return [
    { path: "/coldchain", tab, render: (view) => drawn(view, node, calendar, null) },
    {
      path: "/coldchain/{site}",
      render: (view, { site }) => drawn(view, node, calendar, site),
    },
  ];
}

async function drawn(
  view: View,
  { tables: { near }, clock }: Shown,
  calendar: Calendar,
  site: string | null,
): Promise<Html | null> {
  const all = await reads.watchedUnits(near, null);
  const ofSite = all.filter((unit) => site === null || unit.site === site);
  if (site !== null && ofSite.length === 0) return null;
  const rows = await reads.episodesToDo(near, site);
  const inAlarm = new Set(rows.map((row) => `${row.site}/${row.unit}`));
  const isAll = ofSite.length <= CARDS_MAX;
  const chosen = isAll
    ? ofSite
    : ofSite.filter((unit) => inAlarm.has(`${unit.site}/${unit.unit}`)).slice(0, CARDS_MAX);
  const { wallMs } = clock.now();
  const units: UnitView[] = [];
  for (const unit of chosen) units.push(await unitView(near, unit, calendar, wallMs));
  const names = new Map(all.map(({ site, unit, name }) => [`${site}/${unit}`, name]));
  return html`
    ${sitesRow(view, all, site)}
    ${alarmsPanel(view, rows.slice(0, ALARMS_MAX).map(alarmView), names)}
    ${unitsPanel(view, units, isAll)}
  `;
}

function sitesRow(view: View, units: readonly UnitBody[], chosen: string | null): Html | "" {
  const text = unitTexts(view.language);
  const sites = [...new Set(units.map(({ site }) => site))].sort();
  if (sites.length < 2) return "";
  return html`
    <details>
      <summary>${text("sites")} · ${chosen ?? text("all")}</summary>
      <p class="subtabs"><a href="/coldchain">${text("all")}</a>${sites.map((site) =>
        html`
          <a href="/coldchain/${encodeURIComponent(site)}"
            ${site === chosen ? html`aria-current="page"` : ""}>${site}</a>
        `
      )}</p>
    </details>
  `;
}

function alarmsPanel(
  view: View,
  alarms: readonly parts.AlarmLine[],
  names: ReadonlyMap<string, string>,
): Html {
  const text = unitTexts(view.language);
  const columns = [
    ...[{ head: text("unit") }, { head: text("site") }, { head: text("cause") }],
    ...[{ head: text("level"), number: true }, { head: text("state") }, { head: text("since") }],
    { head: text("worst"), number: true },
  ];
  return html`
    <section class="panel ${alarms.length > 0 ? "alert" : ""}">
      <h2>${text("toDo")}</h2>
      ${alarms.length === 0 ? html`<p class="calm">${text("noAlarms")}</p>` : dataTable(
        columns,
        alarms.map((alarm) => [
          html`<a href="${parts.unitPath(alarm)}#alarms">${
            names.get(`${alarm.site}/${alarm.unit}`) ?? alarm.unit
          }</a>`,
          ...[alarm.site, unitWord(view.language, alarm.cause), alarm.level],
          ...[parts.alarmState(view, alarm), parts.at(view, alarm.since)],
          parts.degrees(alarm.worstCelsius),
        ]),
      )}
    </section>
  `;
}

function unitsPanel(view: View, units: readonly UnitView[], isAll: boolean): Html {
  const text = unitTexts(view.language);
  const rank = { bad: 0, warn: 1, idle: 2, good: 3 };
  const sorted = units.toSorted((one, other) =>
    rank[parts.toneOf(one)] - rank[parts.toneOf(other)]
  );
  return html`
    <section><h2>${text("units")}</h2>
      ${isAll ? "" : html`<p class="note">${text("choose")}</p>`}
      ${isAll && units.length === 0 ? html`<p class="empty">${text("noUnits")}</p>` : ""}
      <div class="cards">${sorted.map((unit) => unitCard(view, unit))}</div>
    </section>
  `;
}

function unitCard(view: View, unit: UnitView): Html {
  const text = unitTexts(view.language);
  const { name, site, probes, alarms, notCompliant, readings } = unit;
  return html`
    <a class="card ${parts.toneOf(unit)}" href="${parts.unitPath(unit)}">
      <header><h3>${name}</h3>${parts.watchText(view, unit)}</header>
      ${probes.map((probe) => parts.probeValue(view, probe, probes.length > 1 ? probe.id : ""))}
      ${alarms.map((alarm) =>
        html`<p class="reason">${badge("bad", unitWord(view.language, alarm.cause))} ${
          text("level")
        } ${alarm.level} · ${parts.since(view, alarm.since)}</p>`
      )}
      ${readings?.prompt === null || readings === null
        ? ""
        : html`<p>${text(readings.prompt)}: ${text("due")}</p>`}
      ${notCompliant.length === 0
        ? ""
        : html`<ul class="reason">${
          notCompliant.map((one) => html`<li>${unitWord(view.language, one)}</li>`)
        }</ul>`}
      <footer><span>${site}</span><span>${unit.unit}</span></footer>
    </a>
  `;
}
