/** The first page of sterile supply: what somebody has to look after, then what was done. */
import { html } from "hono/html";
import { dataTable } from "../../console/data_table.ts";
import { badge, factRows, type Html, type View } from "../../console/view.ts";
import type { SteriliserView } from "../desk/views.ts";
import { ALARM_TEXTS, ALARMS } from "../record/alarm_body.ts";
import type { AlarmLine, CycleLine, LoadLine } from "../record/sterile_reads.ts";
import type { LoadStanding } from "../supply/load_standing.ts";
import { action, at, field, link, measured, paths, stateBadge } from "./parts.ts";
import { sterileTexts, wordText } from "./text.ts";

export interface Overview {
  /** Its own acts are offered at a site that is configured for it. */
  readonly acts: boolean;
  readonly node: string;
  readonly alarms: readonly AlarmLine[];
  readonly sterilisers: readonly SteriliserView[];
  readonly cycles: readonly CycleLine[];
  readonly loads: readonly LoadLine[];
  /** By site and load. */
  readonly states: ReadonlyMap<string, LoadStanding>;
}

export function overviewPage(view: View, shown: Overview, forms: Html | ""): Html {
  const say = sterileTexts(view.language);
  return html`
    <section class="panel ${shown.alarms.length > 0 ? "alert" : ""}">
      <h2>${say("alarms")}</h2>
      ${shown.alarms.length === 0
        ? html`<p class="calm">${say("noAlarms")}</p>`
        : shown.alarms.map((alarm) => alarmCard(view, alarm, shown.acts))}
    </section>
    <section class="panel">
      <h2>${say("sterilisers")}</h2>
      <div class="cards">${shown.sterilisers.map((one) => steriliserCard(view, one))}</div>
      ${shown.sterilisers.length === 0 ? html`<p class="empty">${say("none")}</p>` : ""}
    </section>
    ${forms}
    <section class="panel"><h2>${say("loads")}</h2>${loadTable(view, shown)}</section>
    <section class="panel"><h2>${say("cycles")}</h2>${cycleTable(view, shown.cycles)}</section>
    <p><a class="plain" href="/sterile/recalls">${say("recalls")} →</a></p>
  `;
}

function alarmCard(view: View, alarm: AlarmLine, acts: boolean): Html {
  const say = sterileTexts(view.language);
  const name = ALARMS.find((one) => one === alarm.what);
  const text = name === undefined ? alarm.what : ALARM_TEXTS[name][view.language];
  const pathOf = alarm.what === "recall"
    ? paths.recall
    : alarm.what === "early-result"
    ? paths.load
    : alarm.what === "unsterile-use"
    ? paths.pack
    : paths.cycle;
  const path = pathOf(alarm.site, alarm.subject);
  return html`
    <div class="card bad">
      <h3>${name === "biological-overdue" ? text : link(path, text)}</h3>
      <dl class="facts">${factRows([
        [say("site"), alarm.site],
        [say("steriliser"), alarm.steriliser ?? "—"],
        [say("since"), at(view, alarm.sinceMs)],
        ...alarm.why.length === 0 ? [] : [whyFact(view, alarm)],
      ])}</dl>
      ${alarm.level === 1 ? "" : badge("bad", say(alarm.level === 2 ? "escalated2" : "escalated3"))}
      ${acts
        ? html`
          <form method="post" action="/sterile/alarms/${encodeURIComponent(
            alarm.alarm,
          )}/close"
            class="form row">${field(view, { name: "comment", label: "comment" })}${action(
              view,
              "close",
            )}</form>
        `
        : ""}
    </div>
  `;
}

function whyFact(view: View, { subject, why }: AlarmLine): [string, string] {
  const words = why.map((one) => wordText(view.language, one)).join(" · ");
  return [sterileTexts(view.language)("why"), `${subject}: ${words}`];
}

function steriliserCard(view: View, { body, standing }: SteriliserView): Html {
  const say = sterileTexts(view.language);
  const { bowieDick, lastBiologicalMs, isBiologicalOverdue, barredBy } = standing;
  const { isBiologicalInDoubt } = standing;
  const bad = barredBy !== null || bowieDick.state === "failed";
  return html`
    <div class="card ${bad ? "bad" : "good"}">
      <h3>${body.title[view.language]}</h3>
      <dl class="facts">${factRows([
        [say("site"), body.site],
        [
          `${say("bowieDick")} (${say("today")})`,
          html`${stateBadge(view, bowieDick.state)} ${
            bowieDick.state === "passed" || bowieDick.inDoubt.length === 0
              ? ""
              : badge("warn", say("inDoubt"))
          }`,
        ],
        [
          say("lastBiological"),
          html`${at(view, lastBiologicalMs)} ${
            isBiologicalOverdue ? badge("warn", say("overdue")) : ""
          } ${isBiologicalInDoubt ? badge("warn", say("clock-in-doubt")) : ""}`,
        ],
      ])}</dl>
      ${barredBy === null ? "" : html`<p class="banner bad">${say("barred")}</p>`}
    </div>
  `;
}

function loadTable(view: View, { loads, states }: Overview): Html {
  const say = sterileTexts(view.language);
  if (loads.length === 0) return html`<p class="empty">${say("none")}</p>`;
  return dataTable(
    [
      { head: say("load") },
      { head: say("state") },
      { head: say("site") },
      { head: say("steriliser") },
      { head: say("loadType") },
      { head: say("packs"), number: true },
      { head: say("started") },
    ],
    loads.map((line) => [
      link(paths.load(line.site, line.load), line.load),
      // A test pack alone is read, and never released.
      line.packs === 0
        ? "—"
        : stateBadge(view, states.get(`${line.site} ${line.load}`)?.state ?? "loaded"),
      line.site,
      line.steriliser,
      wordText(view.language, line.type),
      line.packs,
      at(view, line.loadedMs),
    ]),
  );
}

export function cycleTable(view: View, cycles: readonly CycleLine[]): Html {
  const say = sterileTexts(view.language);
  if (cycles.length === 0) return html`<p class="empty">${say("none")}</p>`;
  return dataTable(
    [
      { head: say("started") },
      { head: say("verdict") },
      { head: say("site") },
      { head: say("steriliser") },
      { head: say("program") },
      { head: say("load") },
      { head: say("hold"), number: true },
      { head: say("lowest"), number: true },
      { head: say("f0"), number: true },
    ],
    cycles.map((line) => [
      html`<a href="${paths.cycle(line.site, line.cycle)}">${at(view, line.startedMs)}</a>`,
      stateBadge(view, line.verdict),
      line.site,
      line.steriliser,
      line.program ?? "—",
      line.load === null ? "—" : link(paths.load(line.site, line.load), line.load),
      measured(line.holdSeconds, "s", 0),
      measured(line.lowestCel, "°C"),
      measured(line.f0Minutes, "min"),
    ]),
  );
}
