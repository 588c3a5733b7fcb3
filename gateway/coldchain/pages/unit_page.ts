/** A unit: what it is now, curve and days, readings by hand, and alarms with their forms. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import type { Page } from "../../console/page.ts";
import { factRows, type Html, type View } from "../../console/view.ts";
import type { ColdNode } from "../desk/cold_node.ts";
import { alarmView, type UnitView, unitView } from "../desk/unit_view.ts";
import type { AcknowledgementBody } from "../life/alarm_body.ts";
import { isToDo } from "../life/episode.ts";
import type { LoggerNode } from "../loggers/logger_desk.ts";
import { importsOf } from "../loggers/logger_reads.ts";
import * as reads from "../record/cold_reads.ts";
import type { Calendar } from "../series/calendar.ts";
import { loggersPanel, loggerUpload } from "./logger_panel.ts";
import { type Curve, curvePicture } from "./unit_curve.ts";
import {
  acknowledgeForm,
  calibrationForm,
  readingForm,
  unitForms,
  watchForm,
} from "./unit_forms.ts";
import * as parts from "./unit_parts.ts";
import { answersTo, curveOf, daysOf, type ProbeDays } from "./unit_shown.ts";
import { alarmWord, unitTexts, unitWord } from "./unit_text.ts";

const DAY_MS = 86_400_000;
const SPANS = [["day", 1], ["week", 7], ["month", 30]] as const;
/** The table has a week at least: a day alone compares with nothing. */
const TABLE_DAYS_MIN = 7;
/** Alarms that are told with what persons said of them. */
const ALARMS_MAX = 20;

type Shown = Pick<ColdNode, "name" | "tables" | "journal" | "clock">;

interface Asked {
  readonly days: number;
  readonly isSaved: boolean;
  readonly faults: readonly Text[];
}

/** `acting`: at the site itself, whose persons act; `null`: elsewhere it is shown. */
export function unitPage(node: Shown, calendar: Calendar, acting: LoggerNode | null): Page {
  const drawn = (view: View, site: string, unit: string, asked: Asked) =>
    drawUnit(view, node, calendar, { site, unit }, asked, acting !== null && site === node.name);
  const page: Page = {
    path: "/coldchain/{site}/{unit}",
    still: true,
    render: async (view, { site, unit }, _parts, { query }) => {
      const days = SPANS.find(([name]) => name === query.get("span"))?.[1] ?? 1;
      return await drawn(view, site, unit, { days, isSaved: query.has("saved"), faults: [] });
    },
  };
  if (acting === null) return page;
  const again = (view: View, site: string, unit: string, faults: readonly Text[]) =>
    drawn(view, site, unit, { days: 1, isSaved: false, faults });
  return { ...page, forms: { ...unitForms(acting, again), logger: loggerUpload(acting, again) } };
}

async function drawUnit(
  view: View,
  node: Shown,
  calendar: Calendar,
  { site, unit: name }: { readonly site: string; readonly unit: string },
  { days, ...said }: Asked,
  acts: boolean,
): Promise<Html | null> {
  await node.tables.caughtUp(node.journal);
  const { near } = node.tables;
  const body = await reads.unitOf(near, site, name);
  if (body === null) return null;
  const text = unitTexts(view.language);
  const nowMs = node.clock.now().wallMs;
  const unit = await unitView(node, body, calendar);
  const span = { fromMs: nowMs - days * DAY_MS, toMs: nowMs };
  const curve = await curveOf(node, body, span, text("curve"));
  const table = await daysOf(node, body, calendar, nowMs, Math.max(days, TABLE_DAYS_MIN));
  const imports = await importsOf(near, { site, unit: name });
  const alarms = [];
  for (const row of (await reads.episodesOfUnit(near, site, name)).slice(0, ALARMS_MAX)) {
    alarms.push({ alarm: alarmView(row), answers: await answersTo(node, row) });
  }
  return html`
    <p><a class="plain" href="/coldchain">← ${text("units")}</a></p>
    ${parts.outcome(view, said)}
    ${nowPanel(view, unit, acts)}
    ${alarmsPanel(view, alarms, acts)}
    ${readingsPanel(view, unit, acts)}
    ${curvePanel(view, unit, curve, days)}
    ${daysPanel(view, table)}
    ${loggersPanel(view, { site, unit: name }, imports, acts)}
  `;
}

function nowPanel(view: View, unit: UnitView, acts: boolean): Html {
  const text = unitTexts(view.language);
  const { name, site, probes, notCompliant } = unit;
  return html`
    <section class="panel ${parts.toneOf(unit) === "bad" ? "alert" : ""}">
      <div class="panel-head"><h2>${name}</h2><span>${site} · ${unit.unit}</span></div>
      ${probes.map((probe) =>
        html`${parts.probeValue(view, probe, probe.id)}
        <p>${parts.wordBadge(view, probe.calibration)}</p>`
      )}
      ${parts.watchText(view, unit)}
      ${notCompliant.length === 0 ? "" : html`
        <h3>${text("notCompliant")}</h3>
        <ul class="reason">${notCompliant.map((one) =>
          html`<li>${unitWord(view.language, one)}</li>`
        )}</ul>
      `}
      ${acts
        ? html`${watchForm(view, unit)}${probes.length === 0 ? "" : calibrationForm(view, unit)}`
        : html`<p class="note">${text("readOnly")}</p>`}
    </section>
  `;
}

interface AnsweredAlarm {
  readonly alarm: parts.AlarmLine;
  readonly answers: readonly AcknowledgementBody[];
}

function alarmsPanel(view: View, alarms: readonly AnsweredAlarm[], acts: boolean): Html {
  const text = unitTexts(view.language);
  const isOpen = ({ alarm }: AnsweredAlarm) => isToDo({ ...alarm, isOver: alarm.ended !== null });
  const isShown = (one: AnsweredAlarm) => one.alarm.ended === null || isOpen(one);
  const card = (one: AnsweredAlarm) => {
    const { alarm, answers } = one;
    return html`
      <div class="card ${isOpen(one) ? "bad" : ""}">
        <header><h3>${alarmWord(view.language, alarm.cause)}</h3>${parts.alarmState(
          view,
          alarm,
        )}</header>
        <dl class="facts">${factRows([
          [text("level"), alarm.level],
          [text("since"), parts.at(view, alarm.since)],
          [text("ended"), alarm.ended === null ? text("goesOn") : parts.at(view, alarm.ended)],
          [
            text("worst"),
            alarm.worstCelsius === null ? "—" : `${parts.degrees(alarm.worstCelsius)} °C`,
          ],
          ...answers.map(({ level, found, comment, by }) =>
            [
              `${text("said")} (${text("level")} ${level})`,
              `${
                alarmWord(view.language, found === "unknown" ? "unknown-cause" : found)
              } · ${comment} · ${by.name ?? by.id}`,
            ] as const
          ),
        ])}</dl>
        ${acts && isOpen(one) ? acknowledgeForm(view, alarm) : ""}
      </div>
    `;
  };
  return html`
    <section class="panel" id="alarms"><h2>${text("alarms")}</h2>
      ${alarms.length === 0 ? html`<p class="calm">${text("noneYet")}</p>` : ""}
      <div class="cards">${alarms.filter(isShown).map(card)}</div>
      ${alarms.every(isShown) ? "" : html`
        <details>
          <summary>${text("recovered")}</summary>
          <div class="cards">${alarms.filter((one) => !isShown(one)).map(card)}</div>
        </details>
      `}
    </section>
  `;
}

function readingsPanel(view: View, unit: UnitView, acts: boolean): Html | "" {
  const { readings } = unit;
  if (readings === null) return "";
  const text = unitTexts(view.language);
  return html`
    <section class="panel"><h2>${text("readings")}</h2>
      <dl class="facts">${factRows(parts.readingFacts(view, readings))}</dl>
      ${readings.isTooClose ? html`<p class="banner warn">${text("tooClose")}</p>` : ""}
      ${acts ? readingForm(view, unit) : ""}
    </section>
  `;
}

function curvePanel(view: View, unit: UnitView, curve: Curve, days: number): Html {
  const text = unitTexts(view.language);
  const isEmpty = curve.series.every(({ points }) => points.every(([, value]) => value === null));
  return html`
    <section class="panel"><h2>${text("curve")} °C</h2>
      <p class="subtabs">${SPANS.map(([name, count]) =>
        html`
          <a
            href="${parts.unitPath(unit)}?span=${name}"
            ${count === days ? html`aria-current="page"` : ""}>${text(name)}</a>
        `
      )}</p>
      ${isEmpty ? html`<p class="empty">${text("noCurve")}</p>` : curvePicture(curve)}
      <p class="note">${text("legend")}</p>
      <p><a class="plain" href="${parts.unitPath(unit)}/preview">${text("preview")} →</a></p>
    </section>
  `;
}

function daysPanel(view: View, probes: readonly ProbeDays[]): Html {
  const text = unitTexts(view.language);
  const heads = ["min", "mean", "max", "mkt", "above", "below", "unknown"] as const;
  const columns = [
    { head: text("date") },
    ...heads.map((head) => ({ head: text(head), number: true })),
  ];
  const minutes = (value: number) => String(Math.round(value));
  return html`
    <section class="panel"><h2>${text("days")}</h2>${probes.map(({ probe, days }) =>
      html`
        ${probes.length > 1 ? html`<h3>${probe}</h3>` : ""}
        ${days.length === 0 ? html`<p class="empty">${text("noDays")}</p>` : dataTable(
          columns,
          days.map((day) => [
            day.date,
            ...[day.min, day.mean, day.max, day.mkt].map((one) => parts.degrees(one, 2)),
            ...[day.minutesAbove, day.minutesBelow].map(minutes),
            minutes(day.gapMinutes + day.faultMinutes),
          ]),
        )}
      `
    )}
    </section>
  `;
}
