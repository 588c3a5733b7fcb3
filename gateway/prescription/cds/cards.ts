/** Findings as cards of CDS Hooks 2.0. */
import type { Fault } from "../intake.ts";
import { earlierTexts } from "../earlier_text.ts";
import { namedUuid } from "../named_uuid.ts";
import { sourceLink } from "../source_link.ts";
import type { Finding } from "../verdict.ts";
import { EXTENSION } from "../fhir/systems.ts";

export type Indicator = "info" | "warning" | "critical";

export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly detail: string;
  readonly indicator: Indicator;
  readonly source: {
    readonly label: string;
    readonly url?: string;
    readonly topic?: Coding;
  };
  readonly overrideReasons?: readonly Coding[];
}

interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** Characters of a summary: fewer than 140 (CDS Hooks 2.0, Card Attributes). */
const SUMMARY_LENGTH_MAX = 139;

const INDICATORS: Readonly<Record<Finding["level"], Indicator>> = {
  black: "critical",
  red: "critical",
  orange: "warning",
  "could-not-check": "warning",
  yellow: "info",
  blue: "info",
};

/** Why a prescriber may go on all the same; what is forbidden (black) has no such reason. */
const OVERRIDE_REASONS: readonly Coding[] = [
  reason("benefit-outweighs-risk", "获益大于风险 Benefit outweighs the risk"),
  reason("no-alternative", "无其他可用药物 There is no alternative"),
  reason("tolerated-before", "患者既往耐受 Tolerated before"),
  reason("will-monitor", "将监测 It will be monitored"),
  reason("data-wrong", "依据的资料有误或已过时 What it rests on is wrong or old"),
];

/** Systems of what a feedback may say. */
export const OVERRIDE_SYSTEM = `${EXTENSION}override-reason`;

function reason(code: string, display: string): Coding {
  return { system: `${EXTENSION}override-reason`, code, display };
}

/** What a card is made for: its call names it, so that asked again it is the same card. */
export interface CardContext {
  readonly hookInstance: string;
  /** Lines, from 1, that advice is wanted for; `null`: all. */
  readonly selected: readonly number[] | null;
}

/** A card for each finding that is about a selected line, or about the prescription as a whole. */
export function cardsOf(
  findings: readonly Finding[],
  { hookInstance, selected }: CardContext,
): Card[] {
  return findings
    .map((finding, index) => ({ finding, index }))
    .filter(({ finding: { lines } }) =>
      selected === null || lines.length === 0 || lines.some((line) => selected.includes(line))
    )
    .map(({ finding, index }) => cardOf(finding, cardUuid(hookInstance, index)));
}

/** The card of a finding, by its place among those of its check. */
export function cardUuid(hookInstance: string, index: number): string {
  return namedUuid(hookInstance, String(index));
}

function cardOf(finding: Finding, uuid: string): Card {
  const { rule, level, text, source } = finding;
  const url = sourceLink(source);
  const earlier = earlierTexts(finding).map(({ zh, en }) => `${zh} (${en})`);
  return {
    uuid,
    summary: cut(text.zh),
    detail: [text.zh, text.en, ...earlier, `${source} (${rule})`].map(asMarkdown).join("\n\n"),
    indicator: INDICATORS[level],
    source: {
      label: source,
      ...(url === null ? {} : { url }),
      topic: { system: `${EXTENSION}level`, code: level, display: level },
    },
    ...(level === "black" ? {} : { overrideReasons: OVERRIDE_REASONS }),
  };
}

/** A card that says what is missing before anything can be checked. */
export function incompleteCard(
  faults: readonly Fault[],
  hookInstance: string,
  indicator: "info" | "warning",
): Card {
  const list = faults.slice(0, 10).map(({ field, message }) =>
    `* ${asMarkdown(`${field}: ${message}`)}`
  );
  return {
    uuid: namedUuid(hookInstance, "incomplete"),
    summary: "尚未预检：处方草稿不完整 Not checked yet: the draft is not complete",
    detail: list.join("\n"),
    indicator,
    source: { label: "Tributary" },
  };
}

function cut(text: string): string {
  const characters = [...text.replaceAll(/\s+/g, " ")];
  if (characters.length <= SUMMARY_LENGTH_MAX) return characters.join("");
  return `${characters.slice(0, SUMMARY_LENGTH_MAX - 1).join("")}…`;
}

/** Text that a reader of Markdown shows as it is: names of drugs come from elsewhere. */
export function asMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~!&]/g, "\\$&").replaceAll(/\s+/g, " ");
}
