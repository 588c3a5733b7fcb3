/** Pieces that pages of units share. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { age, badge, type Html, moment, type Tone, type View } from "../../console/view.ts";
import type { alarmView, UnitView } from "../desk/unit_view.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { alarmWord, unitTexts, unitWord } from "./unit_text.ts";

export type Probe = UnitView["probes"][number];
export type AlarmLine = ReturnType<typeof alarmView>;

const TONES: Readonly<Record<string, Tone>> = {
  good: "good",
  out: "bad",
  fault: "bad",
  stale: "warn",
  none: "warn",
  open: "bad",
  reopened: "bad",
  acknowledged: "warn",
  recovered: "idle",
  "rules-changed": "bad",
  watched: "good",
  "for-a-while": "warn",
  "under-repair": "warn",
  never: "warn",
  valid: "good",
  "due-soon": "warn",
  overdue: "bad",
  inaccurate: "bad",
};

export function wordBadge(view: View, word: string): Html {
  return badge(TONES[word] ?? "idle", unitWord(view.language, word));
}

export function degrees(celsius: number | null, digits = 1): string {
  return celsius === null ? "—" : celsius.toFixed(digits);
}

export function at(view: View, iso: string | null): Html | string {
  return iso === null ? "—" : moment(view, iso);
}

/** How long ago, and still counting. */
export function since(view: View, iso: string | null): Html | string {
  if (iso === null) return "—";
  return view.language === "zh" ? html`${age(view, iso)}前` : html`${age(view, iso)} ago`;
}

export function unitPath({ site, unit }: { readonly site: string; readonly unit: string }): string {
  return `/coldchain/${encodeURIComponent(site)}/${encodeURIComponent(unit)}`;
}

/**
 * Where an alarm is looked after: what a county says of a whole site is shown with its units, an
 * opened vial at its own site's session. `node`: whose page it is.
 */
export function alarmPath(
  alarm: Pick<AlarmLine, "site" | "unit" | "cause">,
  node: string,
): string {
  if (alarm.cause === "late-vial" && alarm.site === node) return "/vaccines/session#vials";
  return alarm.unit === WHOLE_SITE
    ? `/coldchain/${encodeURIComponent(alarm.site)}`
    : `${unitPath(alarm)}#alarms`;
}

/** The colour of a unit: what goes on, then what nobody knows, then what is missing. */
export function toneOf({ alarms, probes, notCompliant, watch }: UnitView): Tone {
  const has = (...states: readonly Probe["state"][]) =>
    probes.some(({ state }) => states.includes(state));
  if (alarms.length > 0 || has("out", "fault")) return "bad";
  if (has("stale", "none") || notCompliant.length > 0 || watch !== "watched") return "warn";
  return probes.length === 0 ? "idle" : "good";
}

export function alarmState(view: View, { state, isExplained }: AlarmLine): Html {
  const text = unitTexts(view.language);
  const shown = badge(TONES[state] ?? "bad", alarmWord(view.language, state));
  return state === "recovered" && !isExplained
    ? html`${shown} ${badge("warn", text("unexplained"))}`
    : shown;
}

/** A probe's value, whether it may be believed, and since when it is so. */
export function probeValue(view: View, probe: Probe, name: string): Html {
  const tone = TONES[probe.state] ?? "idle";
  return html`
    <div class="main-value ${tone}">
      <span class="label">${name}</span>
      <strong>${degrees(probe.celsius)}</strong><span class="unit">°C</span>
      ${wordBadge(view, probe.state)} <span class="unit">${since(view, probe.time)}</span>
    </div>
  `;
}

export function watchText(view: View, { watch, watchUntil }: UnitView): Html | "" {
  if (watch === "watched") return "";
  const text = unitTexts(view.language);
  return html`${wordBadge(view, watch)} ${
    watchUntil === null ? "" : html`${text("until")} ${moment(view, watchUntil)}`
  }`;
}

/** The two readings by hand of today: read, missing, or not due yet (C6). */
export function readingFacts(
  view: View,
  { morning, afternoon, missing, prompt, isTooClose }: NonNullable<UnitView["readings"]>,
): readonly (readonly [string, Html | string])[] {
  const text = unitTexts(view.language);
  const fact = (half: "morning" | "afternoon", one: typeof morning): Html => {
    const isMissing = missing.includes(half);
    const read = one === null ? "" : html`
      ${degrees(one.celsius)} °C · ${moment(view, one.taken)} · ${one.by}
    `;
    if (isMissing) return html`${read}${badge("bad", text("missing"))}`;
    if (one !== null && !(half === "afternoon" && isTooClose)) return html`${read}`;
    return html`${read}${
      badge(
        prompt === half ? "warn" : "idle",
        text(
          prompt === half ? "due" : "notYet",
        ),
      )
    }`;
  };
  return [
    [text("morning"), fact("morning", morning)],
    [text("afternoon"), fact("afternoon", afternoon)],
  ];
}

/** What became of a form, above the page that it was on. */
export function outcome(
  view: View,
  { isSaved, faults }: { readonly isSaved: boolean; readonly faults: readonly Text[] },
): Html {
  const text = unitTexts(view.language);
  return html`
    ${isSaved ? html`<p class="banner good" role="status">${text("saved")}</p>` : ""}
    ${faults.length === 0
      ? ""
      : html`<div class="banner bad" role="alert">${text("notSaved")}<ul>${
        faults.map((one) => html`<li>${one[view.language]}</li>`)
      }</ul></div>`}
  `;
}
