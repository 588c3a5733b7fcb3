/** Events of one prescription's life, as nodes write them one after the other. */
import * as z from "zod";
import type { Entry } from "../../../sync/entry.ts";
import { stampAt } from "../../../sync/fixtures.ts";
import type { finding, Level, Outcome } from "../verdict.ts";
import type { AnswerBody, DecisionBody } from "./decision_body.ts";
import type { GoodsLine } from "./dispensing_body.ts";
import { type LifeEvent, lifeEventOf, type LifeKind } from "./event.ts";
import type { Mode, Pass } from "./pass.ts";

export const SITE = "site-017";
export const NUMBER = "RX-1";
export const HASH = "a".repeat(64);
export const OTHER_HASH = "b".repeat(64);
export const PRESCRIBER = "D-7";
export const SUBJECT = { site: SITE, prescription: NUMBER, version: 1, hash: HASH };

/** 30 tablets of one, 2.5 boxes of another. */
export const QUANTITIES = [{ value: "30", unit: "片" }, { value: "2.5", unit: "盒" }];
export const ALL: GoodsLine[] = QUANTITIES.map((quantity, index) => ({
  line: index + 1,
  quantity,
}));

/** Whatever of a body a test wants otherwise. */
interface Otherwise {
  readonly [field: string]: unknown;
}

export const idOf = (event: LifeEvent): string => "id" in event.body ? event.body.id : "";

/** The entry that tells an event. */
export function entryOfEvent({ place, node, timeMs, kind, body }: LifeEvent): Entry {
  const seq = place.split("/")[2];
  return {
    origin: `${node}.1-0000000000000001`,
    stream: "record",
    seq: Number(seq),
    time: { ...stampAt(0), wallMs: timeMs },
    kind,
    body: new TextEncoder().encode(JSON.stringify(body)),
    hash: new Uint8Array(),
  };
}

export function prescriptionOf(otherwise: Otherwise = {}): object {
  return {
    id: NUMBER,
    issuedAt: "2026-03-02T10:00:00+08:00",
    setting: "outpatient",
    form: "western",
    patient: { name: "王小明", sex: "male" },
    diagnoses: [{ code: "I10" }],
    prescriber: { id: PRESCRIBER },
    lines: QUANTITIES.map((quantity) => ({
      drug: { code: "D1" },
      dose: { value: "1", unit: "片" },
      route: { code: "PO" },
      frequency: { code: "TID" },
      days: 5,
      quantity,
    })),
    ...otherwise,
  };
}

function findingsOf(levels: readonly (Level | "could-not-check")[]): z.infer<typeof finding>[] {
  return levels.map((level) => ({
    rule: `rule-${level}`,
    level,
    lines: [],
    text: { zh: "规则", en: "rule" },
    source: "demonstration",
    inputs: {},
    missing: [],
  }));
}

const LEVEL_OF: Readonly<Record<Outcome, readonly (Level | "could-not-check")[]>> = {
  "pass": [],
  "notice": ["yellow"],
  "pharmacist": ["orange"],
  "could-not-check": ["could-not-check"],
  "intercept": ["black"],
};

/** What one node writes; ids and places are made of its name and a count. */
const SIGNED = { proved: "pin", by: "program his from 10.0.0.7", account: "zhang" } as const;

export class Story {
  readonly #node: string;
  readonly #startMs: number;
  #count = 0;
  /** Of the last verdict here: what a pharmacist here sees. */
  #verdict: string | null = null;

  constructor(node: string, startMs = 1_772_416_800_000) {
    this.#node = node;
    this.#startMs = startMs;
  }

  #tell(kind: LifeKind, body: Otherwise): LifeEvent {
    const place = `${this.#node}.1-0/record/${++this.#count}`;
    const timeMs = this.#startMs + this.#count * 1000;
    const id = `${kind} ${this.#count} of ${this.#node}`;
    return lifeEventOf(kind, { id, ...body }, { place, node: this.#node, timeMs });
  }

  prescription(otherwise: Otherwise = {}, hash = HASH): LifeEvent {
    return this.#tell("prescription", {
      site: SITE,
      door: "json",
      key: { channel: "his", id: "k1" },
      hash,
      prescription: prescriptionOf(otherwise),
    });
  }

  verdict(
    outcome: Outcome,
    { mode = "county", levels = LEVEL_OF[outcome], ...more }: {
      readonly mode?: Mode;
      readonly levels?: readonly (Level | "could-not-check")[];
      readonly [field: string]: unknown;
    } = {},
  ): LifeEvent {
    const findings = findingsOf(levels);
    const rest = { mode, outcome, findings, pack: "pack 1", mapping: "mapping 1", history: [] };
    const told = this.#tell("verdict", { ...SUBJECT, ...rest, ...more });
    this.#verdict = idOf(told);
    return told;
  }

  /** `about` is the prescriber's answer that it is over. */
  decision(
    decision: DecisionBody["decision"],
    by: string,
    about: LifeEvent | null = null,
    more: Otherwise = {},
  ): LifeEvent {
    const answers = about === null ? [] : [idOf(about)];
    const verdict = this.#verdict;
    const rest = { decision, verdict, answers, comment: "看过了", fence: 1, store: "store" };
    return this.#tell("decision", { ...SUBJECT, ...rest, by: { id: by }, ...more });
  }

  answer(answer: AnswerBody["answer"], to: LifeEvent, more: Otherwise = {}): LifeEvent {
    const signed = answer === "insist" ? { signature: SIGNED } : {};
    const rest = { answer, to: idOf(to), by: { id: PRESCRIBER }, reason: "病情需要", ...signed };
    return this.#tell("answer", { ...SUBJECT, ...rest, ...more });
  }

  passToken(outcome: Pass, more: Otherwise = {}): LifeEvent {
    return this.#tell("pass-token", { ...SUBJECT, outcome, token: "a.b.c", ...more });
  }

  dispensing(token: LifeEvent | string, outcome: Pass, more: Otherwise = {}): LifeEvent {
    return this.#tell("dispensing", {
      ...SUBJECT,
      key: { channel: "his", id: "d1" },
      token: typeof token === "string" ? token : idOf(token),
      outcome,
      part: 1,
      lines: ALL,
      by: { id: "dispenser" },
      ...more,
    });
  }

  goodsBack(more: Otherwise = {}): LifeEvent {
    return this.#tell("dispensing-return", {
      ...SUBJECT,
      key: { channel: "his", id: "r1" },
      part: 1,
      lines: ALL,
      reason: "包装破损",
      by: { id: "dispenser" },
      ...more,
    });
  }

  taken(version = 1): LifeEvent {
    return this.#tell("prescription-void", {
      ...SUBJECT,
      version,
      door: "json",
      key: { channel: "his", id: "v1" },
      reason: "退号",
      by: { id: PRESCRIBER },
    });
  }

  write(kind: LifeKind, body: Otherwise): LifeEvent {
    return this.#tell(kind, body);
  }
}
