/** All units at a glance: what is wrong first, then each with its colour, value and since when. */
import { html } from "hono/html";
import { dataTable } from "../../console/data_table.ts";
import type { Page } from "../../console/page.ts";
import { badge, type Html, type View } from "../../console/view.ts";
import type { ColdNode } from "../desk/cold_node.ts";
import { alarmView, type UnitView, unitView } from "../desk/unit_view.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import type { UnitBody } from "../life/unit_body.ts";
import * as reads from "../record/cold_reads.ts";
import type { Rows } from "../../sql/sql.ts";
import type { Calendar } from "../series/calendar.ts";
import * as parts from "./unit_parts.ts";
import { alarmWord, unitTextOf, unitTexts, unitWord } from "./unit_text.ts";

/** A site's central store has so many; of a county with more the reader chooses a site. */
const CARDS_MAX = 60;
const ALARMS_MAX = 50;

type Shown = Pick<ColdNode, "name" | "tables" | "clock">;

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
  node: Shown,
  calendar: Calendar,
  site: string | null,
): Promise<Html | null> {
  const { tables } = node;
  const { near } = tables;
  const sites = await reads.watchedBySite(tables);
  const own = sites.filter((one) => site === null || one.site === site);
  if (site !== null && own.length === 0) return null;
  const rows = await reads.episodesToDo(near, site);
  const isAll = own.reduce((sum, { units }) => sum + units, 0) <= CARDS_MAX;
  const bodies = isAll ? await reads.watchedUnits(near, site) : await unitsOf(near, rows);
  const units: UnitView[] = [];
  for (const body of bodies) units.push(await unitView(node, body, calendar));
  const names = new Map(bodies.map((body) => [parts.unitPath(body), body.name]));
  return html`
    ${sitesRow(view, sites, site)}
    ${alarmsPanel(view, rows.slice(0, ALARMS_MAX).map(alarmView), names, node.name)}
    ${unitsPanel(view, units, isAll)}
  `;
}

/** Those that alarms are of, the latest first. */
async function unitsOf(rows: Rows, episodes: readonly reads.EpisodeRow[]): Promise<UnitBody[]> {
  const units = new Map(episodes.map((one) => [parts.unitPath(one), one]));
  const bodies = [];
  for (const { site, unit } of [...units.values()].slice(0, CARDS_MAX)) {
    bodies.push(await reads.unitOf(rows, site, unit));
  }
  return bodies.filter((body) => body !== null);
}

function sitesRow(
  view: View,
  sites: readonly reads.WatchedSite[],
  chosen: string | null,
): Html | "" {
  const text = unitTexts(view.language);
  if (sites.length < 2) return "";
  return html`
    <details>
      <summary>${text("sites")} · ${chosen ?? text("all")}</summary>
      <p class="subtabs"><a href="/coldchain">${text("all")}</a>${sites.map(({ site, units }) =>
        html`
          <a href="/coldchain/${encodeURIComponent(site)}"
            ${site === chosen ? html`aria-current="page"` : ""}>${site} (${units})</a>
        `
      )}</p>
    </details>
  `;
}

function alarmsPanel(
  view: View,
  alarms: readonly parts.AlarmLine[],
  names: ReadonlyMap<string, string>,
  node: string,
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
          html`<a href="${parts.alarmPath(alarm, node)}">${
            alarm.cause === "late-vial"
              ? text("openVial")
              : alarm.unit === WHOLE_SITE
              ? text("wholeSite")
              : names.get(parts.unitPath(alarm)) ?? alarm.unit
          }</a>`,
          ...[alarm.site, alarmWord(view.language, alarm.cause), alarm.level],
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
        html`<p class="reason">${badge("bad", alarmWord(view.language, alarm.cause))} ${
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
