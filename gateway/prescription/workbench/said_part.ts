/** The history that was used, and all that persons and rules said of this prescription before. */
import { html } from "hono/html";
import { type Column, dataTable } from "../../console/data_table.ts";
import { badge, type Html, moment, momentText, type Tone, type View } from "../../console/view.ts";
import type { Shown } from "../review/shown.ts";
import { listed } from "./amount_text.ts";
import { historyRow } from "./findings_part.ts";
import { named, type Say, sayIn } from "./text.ts";

export function historyPart(
  view: View,
  { history, identity, verdict, facts, unheard }: Shown,
): Html {
  const say = sayIn(view.language);
  const isUncertain = identity === "uncertain" ||
    facts?.unknowns.some(({ code }) => code === "identity") === true;
  const isAlone = verdict?.mode === "degraded";
  const isOwn = history !== null && (isAlone || facts?.historyReach === "own-site");
  const warnings = [
    ...(isUncertain ? [say("identityUncertain")] : []),
    ...(history === null ? [say("historyMissing")] : []),
    ...(isOwn ? [say(isAlone ? "historyOwn" : "historyOwnNumber")] : []),
    ...unheard.map(({ node, until }) =>
      until === null
        ? say("historyUnheardEver", node)
        : say("historyUnheard", node, momentText(view, until))
    ),
  ];
  const columns: Column[] = [
    { head: say("drug") },
    { head: say("site") },
    { head: say("prescription") },
    { head: say("issued") },
    { head: say("until") },
  ];
  const rows = (history ?? []).map(({ drug, ingredients, site, prescription, ...times }, index) => [
    html`<strong id="${historyRow(index)}">${drug ?? say("unnamed")}</strong><br><small>${
      listed(view.language, ingredients.map(({ code }) => code))
    }</small>`,
    site,
    prescription,
    moment(view, new Date(times.issuedMs).toISOString()),
    moment(view, new Date(times.untilMs).toISOString()),
  ]);
  const shown = rows.length > 0
    ? dataTable(columns, rows)
    : history === null
    ? ""
    : html`<p class="empty">${say(isOwn ? "historyOwnNone" : "historyNone")}</p>`;
  return html`
    <section class="panel bench-after" aria-labelledby="bench-history">
      <h2 id="bench-history">${say(isOwn ? "historyHere" : "history")}</h2>
      ${warnings.map((words) => html`<p class="banner bad">${words}</p>`)}
      ${shown}
    </section>
  `;
}

export function beforePart(view: View, shown: Shown): Html {
  const say = sayIn(view.language);
  const { decisions, answers, earlier, standing } = shown;
  const cases = standing.openCases === 0
    ? ""
    : html`<p class="banner bad">${say("openCases", standing.openCases)}</p>`;
  const said = decisions.length + answers.length === 0
    ? html`<p class="empty">${say("nothingBefore")}</p>`
    : saidTable(view, say, shown);
  return html`
    <section class="panel bench-after" aria-labelledby="bench-before">
      <h2 id="bench-before">${say("before")}</h2>
      ${cases}${said}
      <details><summary>${say("all")}</summary>${sidesTable(view, say, standing.sides)}</details>
      ${earlier.length === 0 ? "" : html`<p class="note">${say("earlierVersion")}: ${
        listed(
          view.language,
          earlier.map(({ version, state }) =>
            `${say("version", version)} (${named(view.language, state)})`
          ),
        )
      }</p>`}
    </section>
  `;
}

/** Decisions and the prescriber's answers, in the order in which they were made. */
export function saidTable(view: View, say: Say, { decisions, answers }: Shown): Html {
  const { language } = view;
  const columns = [
    { head: say("when") },
    { head: say("who") },
    { head: say("what") },
    { head: say("comment") },
    { head: say("became") },
  ];
  const all = [
    ...decisions.map(({ by, at, node, decision, comment, role }) => ({
      ...{ by, at, node, comment },
      what: decision,
      signed: null,
      became: badge(toneOf(role), named(language, role)),
    })),
    ...answers.map(({ by, at, node, answer, reason, counts, signed }) => ({
      ...{ by, at, node, comment: reason },
      what: answer,
      signed,
      became: counts ? html`–` : badge("warn", say("otherPrescriber")),
    })),
  ].sort((one, other) => one.at < other.at ? -1 : one.at > other.at ? 1 : 0);
  const rows = all.map(({ at, by, node, what, signed, comment, became }) => [
    moment(view, at),
    html`${by}<br><small>${node}</small>`,
    html`<strong>${named(language, what)}</strong>${
      signed === null ? "" : html`<br><small>${named(language, signed)}</small>`
    }`,
    comment ?? "–",
    became,
  ]);
  return dataTable(columns, rows);
}

function sidesTable(view: View, say: Say, sides: Shown["standing"]["sides"]): Html {
  const { language } = view;
  const columns = [
    { head: say("when") },
    { head: say("who") },
    { head: say("node") },
    { head: say("what") },
    { head: say("became") },
  ];
  const rows = sides.map(({ at, person, mode, node, choice, role }) => [
    moment(view, at),
    person ??
      html`${say("rules")}${
        mode === null ? "" : html`<br><small>${named(language, mode)}</small>`
      }`,
    node,
    named(language, choice),
    badge(toneOf(role), named(language, role)),
  ]);
  return dataTable(columns, rows);
}

function toneOf(role: string): Tone {
  switch (role) {
    case "stands":
    case "agrees":
      return "good";
    case "late":
    case "dispensed":
      return "bad";
    case "lost":
      return "warn";
    default:
      return "idle";
  }
}
