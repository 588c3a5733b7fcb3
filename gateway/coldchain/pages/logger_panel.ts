/** Loggers on a unit's page: their own daily record beside our days, and the form for a file. */
import { html } from "hono/html";
import { FILE_BYTES_MAX } from "../../../drivers/file/settings.ts";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import { actionButton, inputField } from "../../console/form_parts.ts";
import type { PageForm } from "../../console/page.ts";
import { badge, factRows, type Html, moment, type View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import { wallOf } from "../evaluate/written.ts";
import type { EventOf } from "../life/event.ts";
import type { LoggerBody, OwnDay } from "../loggers/logger_body.ts";
import { importLogger, type LoggerNode } from "../loggers/logger_desk.ts";
import type { LoggerDay } from "../loggers/logger_record.ts";
import { Calendar } from "../series/calendar.ts";
import { fileRefusal, loggerTextOf, loggerTexts } from "./logger_text.ts";
import { problemText } from "./refusal_text.ts";
import { degrees, unitPath } from "./unit_parts.ts";

/** Days and differences that are shown; all are in the entry. */
const LINES_MAX = 62;

export function loggersPanel(
  view: View,
  unit: { readonly site: string; readonly unit: string },
  imports: readonly EventOf<"cold-logger">[],
  acts: boolean,
): Html | "" {
  if (imports.length === 0 && !acts) return "";
  const text = loggerTexts(view.language);
  const [latest, ...before] = imports;
  return html`
    <section class="panel" id="loggers"><h2>${text("loggers")}</h2>
      ${latest === undefined ? html`<p class="calm">${text("none")}</p>` : importCard(view, latest)}
      ${before.map((one) =>
        html`<details>
          <summary>${one.body.logger} · ${moment(view, iso(one.timeMs))}</summary>
          ${importCard(view, one)}
        </details>`
      )}
      ${acts ? loggerForm(view, unit) : ""}
    </section>
  `;
}

function importCard(view: View, { timeMs, body }: EventOf<"cold-logger">): Html {
  const text = loggerTexts(view.language);
  const { record, rows, clock, file, by, way, differences, episodes, logger } = body;
  const calendar = new Calendar(clock.zone);
  const at = (ms: number) => wallOf(ms, calendar);
  const [from, to] = rows === null
    ? [record?.from ?? "—", record?.to ?? "—"].map((one) => one.replace("T", " "))
    : [at(rows.fromMs), at(rows.toMs)];
  const who = way === "folder" ? text("byFolder") : by?.name ?? by?.id ?? "";
  const facts = [
    [text("imported"), html`${moment(view, iso(timeMs))} · ${who} · ${file.name}`],
    [text("span"), `${from} – ${to} (${clock.zone})`],
    [text("rows"), rows?.count ?? 0],
    [text("clock"), clockText(view, clock)],
    ...episodes.length === 0 ? [] : [[text("past"), episodes.length] as const],
    ...(record?.errors ?? []).map((one) => [text("errors"), one] as const),
  ] as const;
  return html`
    <div class="card ${differences.some(({ isSmall }) => !isSmall) ? "bad" : ""}">
      <header><h3>${record?.device ?? "CSV"} ${record === null ? "" : logger}</h3></header>
      <dl class="facts">${factRows(facts)}</dl>
      <p class="note">${madeOfText(view, body)}</p>
      ${differencesPart(view, body, at)}
      ${daysPart(view, body, at)}
    </div>
  `;
}

function clockText(view: View, { aheadSeconds, beyondSeconds }: LoggerBody["clock"]): string {
  const text = loggerTexts(view.language);
  const minutes = (seconds: number) => (seconds / 60).toFixed(0);
  const compared = aheadSeconds === null
    ? text("notCompared")
    : `${text("aheadBy")}: ${minutes(aheadSeconds)}`;
  return beyondSeconds === 0
    ? compared
    : `${compared} · ${text("beyond")}: ${minutes(beyondSeconds)}`;
}

function madeOfText(view: View, { madeOf }: LoggerBody): string {
  const text = loggerTexts(view.language);
  if (madeOf === null) return text("madeOfNone");
  return madeOf === "rows" ? text("madeOfRows") : `${text("madeOfProbe")} ${madeOf.probe}`;
}

function differencesPart(
  view: View,
  { record, differences, madeOf }: LoggerBody,
  at: (ms: number) => string,
): Html {
  const text = loggerTexts(view.language);
  if (record === null) return html`<p class="note">${text("csv")}</p>`;
  if (madeOf === null) return html``;
  if (differences.length === 0) return html`<p class="calm">${text("equal")}</p>`;
  const shown = (what: LoggerBody["differences"][number]["what"], value: number | null) =>
    value === null ? "—" : what.startsWith("alarm") ? at(value).slice(11) : String(value);
  // What somebody has to look into comes first.
  const lines = differences.toSorted((one, other) => Number(one.isSmall) - Number(other.isSmall));
  const columns = [
    { head: text("day") },
    { head: text("what") },
    { head: text("logger"), number: true },
    { head: text("ours"), number: true },
    { head: "" },
  ];
  return html`
    <h3>${text("differences")}</h3>
    ${dataTable(
      columns,
      lines.slice(0, LINES_MAX).map((one) => [
        one.date,
        text(one.what),
        shown(one.what, one.logger),
        shown(one.what, rounded(one.ours)),
        badge(one.isSmall ? "idle" : "bad", text(one.isSmall ? "small" : "large")),
      ]),
    )}
  `;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(2));
}

function daysPart(view: View, { record, days }: LoggerBody, at: (ms: number) => string): Html | "" {
  const text = loggerTexts(view.language);
  const theirs = new Map((record?.days ?? []).map((day) => [day.date, day]));
  const ours = new Map(days.map((day) => [day.date, day]));
  const dates = [...new Set([...theirs.keys(), ...ours.keys()])].sort().toReversed();
  if (dates.length === 0) return "";
  const heads = ["min", "mean", "max", "minutesAbove", "minutesBelow", "alarmAbove"] as const;
  const columns = [
    { head: text("day") },
    ...heads.map((head) => ({ head: text(head), number: true })),
  ];
  return html`
    <details>
      <summary>${text("dailyRecord")} (${text("both")})</summary>
      ${dataTable(
        columns,
        dates.slice(0, LINES_MAX).map((date) => [
          date,
          ...pairsOf(theirs.get(date), ours.get(date), at),
        ]),
      )}
    </details>
  `;
}

function pairsOf(
  theirs: LoggerDay | undefined,
  ours: OwnDay | undefined,
  at: (ms: number) => string,
): string[] {
  const pair = (one: string, other: string) => `${one} / ${other}`;
  const warm = (value: number | null | undefined) => degrees(value ?? null);
  const minutes = (value: number | null | undefined) =>
    value === null || value === undefined ? "—" : String(Math.round(value));
  const alarm = ours?.above.alarmMs ?? null;
  return [
    pair(warm(theirs?.min), warm(ours?.min)),
    pair(warm(theirs?.mean), warm(ours?.mean)),
    pair(warm(theirs?.max), warm(ours?.max)),
    pair(minutes(theirs?.above.minutes), minutes(ours?.above.minutes)),
    pair(minutes(theirs?.below.minutes), minutes(ours?.below.minutes)),
    pair(theirs?.above.alarm?.slice(11) ?? "—", alarm === null ? "—" : at(alarm).slice(11)),
  ];
}

function loggerForm(view: View, unit: { readonly site: string; readonly unit: string }): Html {
  const text = loggerTexts(view.language);
  return html`
    <details>
      <summary>${text("bring")}</summary>
      <form method="post" action="${unitPath(unit)}/logger" class="form"
        enctype="multipart/form-data">
        ${inputField({
          ...{ name: "file", label: text("file"), type: "file" },
          more: html`accept=".txt,.csv,text/plain,text/csv"`,
        })}
        ${inputField({
          ...{ name: "ahead", label: text("ahead"), optional: true },
          more: html`pattern="[\\-−+]?[0-9]{1,4}"`,
        })}
        ${actionButton(text("bring"))}
      </form>
    </details>
  `;
}

type Refused = (
  view: View,
  site: string,
  unit: string,
  faults: readonly Text[],
) => Promise<Html | null>;

/** Takes the file of the form; `drawn` shows the page again with what speaks against it. */
export function loggerUpload(node: LoggerNode, drawn: Refused): PageForm {
  return {
    right: "coldchain.acknowledge",
    bytesMax: FILE_BYTES_MAX + (64 << 10),
    send: async (form, { site, unit }, parts, actor, view) => {
      const refuse = async (status: 403 | 409, fault: Text) => ({
        main: await drawn(view, site, unit, [fault]) ?? html`${fault[view.language]}`,
        status,
      });
      const by = signedIn(actor, parts.people);
      if (by === null || site !== node.name) {
        return await refuse(403, problemText(PERSON_NEEDED));
      }
      const file = form.get("file");
      if (!(file instanceof File) || file.size === 0) {
        return await refuse(409, loggerTextOf("noFile"));
      }
      const ahead = fieldOf(form, "ahead").replace("−", "-");
      const minutes = ahead === "" ? null : Number(ahead);
      if (minutes !== null && !(Math.abs(minutes) <= 1440)) {
        return await refuse(409, loggerTextOf("badAhead"));
      }
      const imported = await importLogger(node, unit, {
        name: file.name.slice(0, 200),
        bytes: new Uint8Array(await file.arrayBuffer()),
        ...{ way: "upload", by: by.person },
        aheadSeconds: minutes === null ? null : minutes * 60,
      }, AbortSignal.timeout(60_000));
      switch (imported.kind) {
        case "done":
          return `${unitPath({ site, unit })}?saved#loggers`;
        case "known":
          return await refuse(409, loggerTextOf("known"));
        case "refused":
          return await refuse(409, fileRefusal(imported.problem));
      }
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
