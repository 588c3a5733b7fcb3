/** The page of one load: what it waits for, its packs, and the two steps of its release. */
import { html } from "hono/html";
import { idField } from "../../console/form_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import { badge, factRows, type Html, type View } from "../../console/view.ts";
import type { LoadView } from "../desk/views.ts";
import type { NeedName } from "../supply/evidence.ts";
import { action, field, link, paths, stateBadge } from "./parts.ts";
import { type SterileTextKey, sterileTexts, wordText } from "./text.ts";

const NEED_TEXTS: Readonly<Record<NeedName, SterileTextKey>> = {
  "packs": "packs",
  "cycle": "cycle",
  "bowie-dick": "bowieDick",
  "chemical": "chemical",
  "biological": "biological",
  "emergency-indicator": "emergencyIndicator",
  "steriliser": "steriliserFree",
};

export function loadPage(view: View, load: LoadView, acts: boolean): Html {
  const say = sterileTexts(view.language);
  const { load: { site, load: name, steriliser, type, packs }, cycle, state, needs } = load;
  const unfit = new Set(load.unfit.map(({ pack }) => pack));
  return html`
    <section class="panel ${state === "recalled" || state === "refused" ? "alert" : ""}">
      <div class="panel-head"><h2>${say("load")} ${name}</h2>${stateBadge(view, state)}
        ${load.hasImplants ? badge("warn", say("implant")) : ""}</div>
      <dl class="facts">${factRows([
        [say("site"), site],
        [say("steriliser"), steriliser],
        [say("loadType"), wordText(view.language, type)],
        [
          say("cycle"),
          cycle === null ? "—" : html`${link(paths.cycle(site, cycle.cycle), say("curve"))}
            ${stateBadge(view, cycle.verdict)}`,
        ],
        ...releasedBy(view, load),
      ])}</dl>
    </section>
    <section class="panel"><h2>${say("needs")}</h2>
      <dl class="facts">${factRows(
        needs.map(({ need, state, inDoubt }) => [
          say(NEED_TEXTS[need]),
          inDoubt === undefined
            ? stateBadge(view, state)
            : html`${stateBadge(view, state)} ${badge("warn", say("inDoubt"))}`,
        ]),
      )}</dl>
      ${acts && load.released === null && state !== "refused" ? stepForms(view, load) : ""}
    </section>
    <section class="panel"><h2>${say("packs")}</h2>${packs.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : dataTable(
        [{ head: say("pack") }, { head: say("title") }, { head: say("state") }],
        packs.map((pack) => [
          link(paths.pack(site, pack), pack),
          load.titles[pack] ?? "",
          unfit.has(pack) ? badge("bad", say("failed")) : "",
        ]),
      )}</section>
  `;
}

function releasedBy(view: View, { released }: LoadView): [string, string][] {
  if (released === null) return [];
  const say = sterileTexts(view.language);
  const name = (by: { readonly id: string; readonly name?: string }) => by.name ?? by.id;
  const both = [released.check, released.release].flatMap((step) =>
    step === null ? [] : [name(step.by)]
  );
  const reason = released.isEarly ? released.release.emergency?.reason : undefined;
  return [
    [say("steps"), both.join(" · ")],
    ...reason === undefined ? [] : [[say("emergencyReason"), reason] satisfies [string, string]],
  ];
}

/** Whoever takes a step has seen what stands on this page: their ids go with it. */
function stepForms(view: View, { load, seen, hasImplants }: LoadView): Html {
  const path = paths.load(load.site, load.load);
  const shown = seen.map((id) => html`<input type="hidden" name="seen" value="${id}">`);
  const form = (step: "check" | "release") =>
    html`<form method="post" action="${path}/${step}" class="form row">${idField()}${shown}
      ${hasImplants ? field(view, { name: "reason", label: "emergency", optional: true }) : ""}
      ${field(view, { name: "account", label: "otherPerson", optional: true })}
      ${field(view, { name: "pin", label: "pin", type: "password", optional: true })}
      ${field(view, { name: "badge", label: "badge", type: "password", optional: true })}
      ${action(view, step)}</form>`;
  return html`${form("check")}${form("release")}`;
}
