/** What other rules would have made of a unit's last days; nothing is changed by looking. */
import { html } from "hono/html";
import { dataTable } from "../../console/data_table.ts";
import { actionButton, choiceField } from "../../console/form_parts.ts";
import type { Page } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import type { ColdNode } from "../desk/cold_node.ts";
import type { Previews, ProbePreview } from "../desk/preview.ts";
import * as reads from "../record/cold_reads.ts";
import type { Preset } from "../rules/alarm_rule.ts";
import { presetOf, PRESETS } from "../rules/presets.ts";
import * as parts from "./unit_parts.ts";
import { unitTexts, unitWord } from "./unit_text.ts";

const DAYS = [7, 30, 90];
/** The page compares; all alarms are in the answer of the route. */
const ALARMS_MAX = 50;

type Shown = Pick<ColdNode, "tables" | "journal" | "clock">;

export function previewPage({ tables, journal, clock }: Shown, previews: Previews): Page {
  return {
    path: "/coldchain/{site}/{unit}/preview",
    still: true,
    render: async (view, { site, unit: name }, _parts, { query }) => {
      await tables.caughtUp(journal);
      const unit = await reads.unitOf(tables.near, site, name);
      if (unit === null) return null;
      const text = unitTexts(view.language);
      const preset = presetOf(query.get("preset") ?? "");
      const days = DAYS.find((one) => String(one) === query.get("days")) ?? DAYS[0];
      const wanted = { days, nowMs: clock.now().wallMs };
      const made = preset === undefined
        ? []
        : await previews.make(unit, { ...wanted, rules: preset.rules });
      return html`
        <p><a class="plain" href="${parts.unitPath(unit)}">← ${unit.name}</a></p>
        <section class="panel"><h2>${text("preview")}</h2>
          <p class="note">${text("previewNote")}</p>
          ${previewForm(view, `${parts.unitPath(unit)}/preview`, preset, days)}
          ${made === null ? html`<p class="banner warn">${text("busy")}</p>` : ""}
        </section>
        ${(made ?? []).map((one) => probePanel(view, one))}
      `;
    },
  };
}

function previewForm(view: View, path: string, chosen: Preset | undefined, days: number): Html {
  const text = unitTexts(view.language);
  return html`
    <form method="get" action="${path}" class="form row">
      ${choiceField(
        { name: "preset", label: text("rules"), chosen: chosen?.name ?? "" },
        PRESETS.map(({ name, title }) => [name, title[view.language]]),
        true,
      )}
      ${choiceField(
        { name: "days", label: text("lastDays"), chosen: `${days}` },
        DAYS.map((one) => [`${one}`, `${one}`]),
      )}
      ${actionButton(text("look"))}
    </form>
  `;
}

function probePanel(view: View, { probe, from, samples, present, wanted }: ProbePreview): Html {
  const text = unitTexts(view.language);
  const number = true;
  const counts = [
    { head: text("rules") },
    { head: text("alarms"), number },
    { head: text("above"), number },
    { head: text("below"), number },
  ];
  const row = (name: string, { alarms, minutesAbove, minutesBelow }: typeof present) => [
    ...[name, alarms, Math.round(minutesAbove), Math.round(minutesBelow)],
  ];
  const columns = [
    ...[{ head: text("since") }, { head: text("cause") }, { head: text("level"), number }],
    ...[{ head: text("ended") }, { head: text("worst"), number }],
  ];
  return html`
    <section class="panel"><h2>${probe}</h2>
      <p class="note">${text("values")}: ${samples} · ${text("since")} ${parts.at(view, from)}</p>
      ${dataTable(counts, [row(text("rulesNow"), present), row(text("rulesThen"), wanted)])}
      ${wanted.listed.length === 0 ? html`<p class="calm">${text("noAlarmsThen")}</p>` : dataTable(
        columns,
        wanted.listed.slice(0, ALARMS_MAX).map(({ since, rule, level, ended, worst }) => [
          ...[parts.at(view, since), unitWord(view.language, rule), level],
          ...[ended === null ? text("goesOn") : parts.at(view, ended), parts.degrees(worst)],
        ]),
      )}
    </section>
  `;
}
