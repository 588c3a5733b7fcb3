/** What rules found, the gravest first, each with what it rests on. */
import { html } from "hono/html";
import { age, badge, type Html, type Tone, type View } from "../../console/view.ts";
import { canonicalHash } from "../canonical_hash.ts";
import { dateOf } from "../date_of.ts";
import { compareEarlier } from "../pack/earlier.ts";
import { BESIDE, VOCABULARY } from "../pack/vocabulary.ts";
import type { Shown } from "../review/shown.ts";
import { sourceLink } from "../source_link.ts";
import type { Finding } from "../verdict.ts";
import { listed } from "./amount_text.ts";
import { named, type Say, sayIn } from "./text.ts";

/** Black stops, red needs three persons, the unknown may be anything: in this order. */
const ORDER: Readonly<Record<Finding["level"], number>> = {
  "black": 0,
  "red": 1,
  "could-not-check": 2,
  "orange": 3,
  "yellow": 4,
  "blue": 5,
};

export function levelBadge(say: Say, level: Finding["level"]): Html {
  return html`<span class="bench-level ${level}">${say(level)}</span>`;
}

export function findingsPart(view: View, { verdict, beside, history }: Shown): Html {
  const say = sayIn(view.language);
  return html`
    <section class="panel" aria-labelledby="bench-findings">
      <div class="panel-head">
        <h2 id="bench-findings">${say("findings")}</h2>
        ${verdict === null
          ? ""
          : badge(toneOf(verdict.outcome), named(view.language, verdict.outcome))}
      </div>
      ${verdict === null
        ? html`<p class="banner warn">${say("noVerdict")}</p>`
        : found(view, say, verdict, history)}
      ${beside.map((other) => foundBeside(view, say, other, verdict))}
    </section>
  `;
}

/** What another verdict that counts found otherwise than this one. */
function foundBeside(view: View, say: Say, other: Verdict, verdict: Verdict | null): Html {
  const known = new Set((verdict?.findings ?? []).map((one) => canonicalHash(one)));
  const findings = other.findings.filter((one) => !known.has(canonicalHash(one)));
  if (findings.length === 0) return html``;
  return html`
    <div class="bench-beside">
      <h3>${say("besideTitle", other.node)}</h3>
      <p class="note">${say("besideHint")}</p>
      ${found(view, say, { ...other, findings }, null)}
    </div>
  `;
}

type Verdict = NonNullable<Shown["verdict"]>;

/** `history` is that which the page shows. */
function found(
  view: View,
  say: Say,
  { findings, mode, pack, mapping, at }: Verdict,
  history: Shown["history"],
): Html {
  const sorted = findings.toSorted((one, other) => ORDER[one.level] - ORDER[other.level]);
  return html`
    ${sorted.length === 0 ? html`<p class="empty">${say("noFindings")}</p>` : html`
      <ol class="bench-findings">${sorted.map((one) => findingItem(view, say, one, history))}</ol>
    `}
    <p
      class="note">${named(view.language, mode)} · ${age(view, at)} · ${say(
        "pack",
      )} ${identity(pack)} · ${identity(mapping)}</p>
  `;
}

/** Identities of packs and lists are long: their beginnings tell them apart for a reader. */
function identity(whole: string): Html {
  const parts = whole.split("+").map((part) => part.length > 20 ? `${part.slice(0, 15)}…` : part);
  return html`<code title="${whole}">${parts.join(" + ")}</code>`;
}

function findingItem(
  view: View,
  say: Say,
  finding: Finding,
  history: Shown["history"],
): Html {
  const { level, lines, text, source, missing, comment, rule, inputs } = finding;
  const { language } = view;
  const link = sourceLink(source);
  const where = lines.length === 0
    ? say("whole")
    : listed(language, lines.map((line) => say("line", line)));
  const lacks = missing.map((name) => inputName(name, language));
  return html`
    <li class="bench-finding ${level}" tabindex="-1">
      <div class="bench-finding-head">
        ${levelBadge(say, level)} <span>${where}</span>
        ${comment === undefined ? "" : html`<small>${comment}</small>`}
      </div>
      <p class="bench-says">${text[language]}</p>
      ${lacks.length === 0 ? "" : html`
        <p class="bench-missing"><strong>${say("missing")}</strong> ${listed(language, lacks)}</p>
      `}
      ${earlierList(say, finding, history ?? [])}
      <p class="bench-source"><span>${say("rests")}</span> <span>${source}</span>${link === null
        ? ""
        : html`
          <a href="${link}" target="_blank" rel="noopener noreferrer">${say("openSource")}</a>
        `}</p>
      <details><summary>${say("inputs")} · <code>${rule}</code></summary>
        <dl class="bench-inputs">${Object.entries(inputs).map(([name, value]) =>
          html`
            <div>
              <dt>${inputName(name, language)}</dt>
              <dd><code>${JSON.stringify(value)}</code></dd>
            </div>
          `
        )}</dl></details>
    </li>
  `;
}

/** Of which earlier prescriptions it is: another collection of the same medicine is another. */
function earlierList(
  say: Say,
  { earlier = [], earlierBeside }: Finding,
  history: NonNullable<Shown["history"]>,
): Html | "" {
  if (earlier.length === 0) return "";
  const items = earlier.map((one) => {
    const { drug, site, prescription, version, line, issuedMs } = one;
    const place = version === undefined || line === undefined
      ? ""
      : say("earlierVersionLine", version, line);
    const words = [drug ?? say("unnamed"), site, prescription, place, dateOf(issuedMs)] as const;
    const row = history.findIndex((other) => compareEarlier(one, other) === 0);
    return html`<li>${say("earlierOne", ...words)}${
      row < 0 ? "" : html`
        <a href="#${historyRow(row)}">${say("seeEarlier")}</a>
      `
    }</li>`;
  });
  return html`
    <div class="bench-earlier"><strong>${say("restsOnEarlier")}</strong>
      <ul>${items}${earlierBeside === undefined
        ? ""
        : html`<li>${say("earlierMore", earlierBeside.count)}</li>`}</ul></div>
  `;
}

/** Name of a row of the history on the page. */
export function historyRow(index: number): string {
  return `earlier-${index + 1}`;
}

/** One finding in a line. */
export function findingText({ language }: View, { level, lines, text }: Finding): Html {
  const say = sayIn(language);
  const where = lines.map((line) => say("line", line));
  return html`${levelBadge(say, level)} ${listed(language, where)} ${text[language]}`;
}

/** As rules' words call it; a place in the prescription as it stands. */
function inputName(name: string, language: View["language"]): string {
  if (Object.hasOwn(BESIDE, name)) return BESIDE[name][language];
  return Object.hasOwn(VOCABULARY, name) ? VOCABULARY[name][language] : name;
}

function toneOf(outcome: Verdict["outcome"]): Tone {
  switch (outcome) {
    case "pass":
      return "good";
    case "notice":
    case "pharmacist":
    case "could-not-check":
      return "warn";
    case "intercept":
      return "bad";
  }
}
