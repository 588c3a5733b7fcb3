import { describe, expect, test } from "vitest";
import { type Finding, outcomeOf } from "../verdict.ts";
import { decide } from "./decide.ts";
import type { Due } from "./due.ts";
import type { LifeEvent } from "./event.ts";
import { idOf, SITE, Story } from "./fixture_life.ts";
import type { Mode } from "./pass.ts";
import { standingOf } from "./standing.ts";
import { verdictToReview } from "./to_review.ts";
import { ofKind, toldOfVersion } from "./told.ts";

/** Found by one centre of one collection of a medicine, at this site. */
const finding = (level: Finding["level"], site: string): Finding => ({
  rule: "controlled-twice",
  level,
  lines: [1],
  text: { zh: "规则", en: "rule" },
  source: "demonstration",
  inputs: { otherDrug: "morphine" },
  missing: level === "could-not-check" ? ["countyHistory"] : [],
  earlier: [{ site, prescription: "RX-9", issuedMs: 1, untilMs: 2, drug: "morphine" }],
});

const found = (...all: readonly [Finding["level"], string][]) =>
  all.map(([level, site]) => finding(level, site));

/** What one centre found. */
const VERDICTS: Readonly<Record<string, readonly Finding[]>> = {
  "nothing": [],
  "yellow": found(["yellow", "site-1"]),
  "orange": found(["orange", "site-1"]),
  "could-not-check": found(["could-not-check", "site-1"]),
  "red": found(["red", "site-1"]),
  "red of another collection": found(["red", "site-2"]),
  "red of both": found(["red", "site-1"], ["red", "site-2"]),
  "red and could-not-check": found(["red", "site-2"], ["could-not-check", "site-3"]),
};
const NAMES = Object.keys(VERDICTS);

/** What is done first where somebody may choose; then all go the straight way. */
const OPENINGS = [
  "straight",
  "ask",
  "ask, and explained",
  "refuse",
  "refuse later",
  "insist",
  "insist on the last",
] as const;
type Opening = typeof OPENINGS[number];

/** More acts than any of these ways takes; a way that goes round in a circle never ends. */
const ACTS_MAX = 30;
/** After so many acts the other centre's verdict comes. */
const LATER = [0, 1, 3, 5];

interface Signature {
  readonly person: string;
  /** Of the prescriber, over which it is. */
  readonly over: readonly string[];
  readonly saw: readonly Finding[];
}

/** A prescription on its way; keeps by itself who has seen what. */
class Way {
  readonly events: LifeEvent[];
  readonly #county = new Story("county-a");
  readonly #site = new Story(SITE, 1_772_416_900_000);
  readonly #signatures: Signature[] = [];
  readonly #insisted: { readonly id: string; readonly saw: readonly Finding[] }[] = [];
  acts = 0;

  constructor(first: readonly Finding[], mode: Mode) {
    this.events = [this.#county.prescription()];
    this.tell(first, mode);
  }

  /** A verdict comes. */
  tell(findings: readonly Finding[], mode: Mode = "county"): void {
    const centre = mode === "degraded" ? this.#site : this.#county;
    this.events.push(centre.verdict(outcomeOf(findings), { findings, mode }));
  }

  get standing() {
    return standingOf(this.events);
  }

  /** Does what is due next; whether there was anything. */
  act(opening: Opening): boolean {
    const { due } = this.standing;
    const answer = due.find((one) => one.do === "answer");
    const review = due.find((one) => one.do === "review");
    if (answer !== undefined && (review === undefined || opening.startsWith("insist"))) {
      const { to } = answer;
      const words = opening === "ask, and explained" && this.acts === 1 ? "explain" : "insist";
      this.#answer(words, opening === "insist on the last" ? to[to.length - 1] : to[0]);
    } else if (review !== undefined) {
      const isObjecting = this.acts === (opening === "refuse later" ? 3 : 0);
      const objection = opening.startsWith("ask") ? "ask" : "refuse";
      const objects = isObjecting && (opening.startsWith("ask") || opening.startsWith("refuse"));
      this.#review(review, objects ? objection : null);
    } else return false;
    this.acts++;
    return true;
  }

  #answer(words: "insist" | "explain", to: string): void {
    const target = this.events.find((event) => idOf(event) === to);
    if (target === undefined) throw new Error(`nothing is called ${to}`);
    const answer = this.#site.answer(words, target);
    if (words === "insist") this.#insisted.push({ id: idOf(answer), saw: this.#shownWith(to) });
    this.events.push(answer);
  }

  /** Of the verdict, or of that which the decision is about. */
  #shownWith(id: string): readonly Finding[] {
    const decision = ofKind(this.events, "decision").find(({ body }) => body.id === id);
    const verdict = decision?.body.verdict ?? id;
    return ofKind(this.events, "verdict").find(({ body }) => body.id === verdict)?.body.findings ??
      [];
  }

  #review(
    { not, over }: Extract<Due, { do: "review" }>,
    objection: "ask" | "refuse" | null,
  ): void {
    const told = toldOfVersion(1, this.events);
    const shown = verdictToReview(told, decide(told));
    if (shown === null) throw new Error("there is no verdict to look at");
    // As few persons as may do it.
    const person = ["P-1", "P-2"].find((one) => !not.includes(one));
    if (person === undefined) throw new Error(`nobody is left beside ${not.join()}`);
    const { findings, id } = shown.body;
    const isRed = findings.some(({ level }) => level === "red");
    const lets = isRed && over.length > 0 ? "sign" : "approve";
    const more = { verdict: id, answers: [...over] };
    this.events.push(this.#county.decision(objection ?? lets, person, null, more));
    if (objection === null) this.#signatures.push({ person, over, saw: findings });
  }

  /** Red findings that the prescriber and two persons, who all saw them, have not signed. */
  get unsigned(): readonly Finding[] {
    const has = (saw: readonly Finding[], red: Finding) =>
      saw.some(({ level, earlier }) =>
        level === "red" && earlier?.[0].site === red.earlier?.[0].site
      );
    const verdicts = ofKind(this.events, "verdict").map(({ body }) => body);
    // What a site found alone counts until its county has looked.
    const ofCounty = verdicts.filter(({ mode }) => mode === "county");
    const reds = (ofCounty.length > 0 ? ofCounty : verdicts).flatMap(({ findings }) => findings)
      .filter(({ level }) => level === "red");
    return reds.filter((red) =>
      !this.#insisted.some(({ id, saw }) => {
        const signed = this.#signatures.filter((one) => one.over.includes(id) && has(one.saw, red));
        return has(saw, red) && new Set(signed.map(({ person }) => person)).size >= 2;
      })
    );
  }
}

interface Told {
  /** A site decides alone, or a county's centre does. */
  readonly mode: Mode;
  /** What is told besides, after so many acts. */
  readonly later: readonly { readonly name: string; readonly acts: number }[];
  readonly opening: Opening;
}

/** Goes on until nothing is due; what is wrong on the way, or `null`. */
function wrongOn(first: string, { mode, later, opening }: Told): string | null {
  const way = new Way(VERDICTS[first], mode);
  const waiting = [...later];
  for (;;) {
    const [next] = waiting;
    if (next !== undefined && way.acts >= next.acts) {
      waiting.shift();
      way.tell(VERDICTS[next.name]);
    }
    const { pass, state } = way.standing;
    if (pass !== null && way.unsigned.length > 0) return `passes unsigned after ${way.acts}`;
    if (way.acts > ACTS_MAX) return `goes round in circles, and is ${state}`;
    if (way.act(opening)) continue;
    const last = waiting.shift();
    if (last !== undefined) way.tell(VERDICTS[last.name]);
    else return pass === null ? `ends ${state} after ${way.acts}` : null;
  }
}

const MODES = ["county", "degraded"] as const;

describe("P3 P11 P14 two verdicts of one prescription, of other histories", () => {
  for (const first of NAMES) {
    test(`P3 P11 P14 ${first}, and any other later: all is signed, and then it passes`, () => {
      const wrong = NAMES.flatMap((name) =>
        LATER.flatMap((acts) =>
          OPENINGS.flatMap((opening) =>
            MODES.flatMap((mode) => {
              const why = wrongOn(first, { mode, later: [{ name, acts }], opening });
              return why === null ? [] : `${mode}, ${name}, after ${acts}, ${opening}: ${why}`;
            })
          )
        )
      );
      expect(wrong).toEqual([]);
    });
  }

  test("P3 P11 P14 and a third one, of both histories, when the split is over", () => {
    const wrong = NAMES.flatMap((first) =>
      NAMES.flatMap((second) =>
        OPENINGS.flatMap((opening) => {
          const later = [{ name: second, acts: 0 }, { name: "red of both", acts: 5 }];
          const why = wrongOn(first, { mode: "county", later, opening });
          return why === null ? [] : `${first}, ${second}, ${opening}: ${why}`;
        })
      )
    );
    expect(wrong).toEqual([]);
  });

  test("P3 P11 one's orange is approved: the other's red is looked at, and answered, by name", () => {
    const [a, b, site] = [new Story("county-a"), new Story("county-b"), new Story(SITE)];
    const orange = a.verdict("pharmacist", { findings: VERDICTS.orange });
    const red = b.verdict("pharmacist", { findings: VERDICTS["red of another collection"] });
    const approved = a.decision("approve", "P-1");
    const events = [a.prescription(), orange, red, approved];
    const shown = (all: readonly LifeEvent[]) => {
      const told = toldOfVersion(1, all);
      return verdictToReview(told, decide(told))?.body.id;
    };
    expect(standingOf(events).due).toMatchObject([
      { do: "review", over: [] },
      { do: "answer", to: [idOf(red)], needsSignature: true },
    ]);
    expect(shown(events)).toBe(idOf(red));
    const insisted = site.answer("insist", red);
    expect(shown([...events, insisted])).toBe(idOf(red));
    const over = { verdict: idOf(red) };
    const first = a.decision("sign", "P-1", insisted, over);
    expect(shown([...events, insisted, first])).toBe(idOf(red));
    // A signature over what another verdict found is none over this.
    const blind = a.decision("sign", "P-2", insisted, { verdict: idOf(orange) });
    expect(standingOf([...events, insisted, first, blind]))
      .toMatchObject({ state: "signing", pass: null });
    const both = [...events, insisted, first, a.decision("sign", "P-2", insisted, over)];
    expect(standingOf(both)).toMatchObject({ state: "approved", pass: "signed" });
  });

  test("P3 black stays, whatever else was found and signed", () => {
    const a = new Story("county-a");
    const events = [
      a.prescription(),
      a.verdict("pharmacist", { findings: VERDICTS.red }),
      a.verdict("intercept"),
    ];
    expect(standingOf(events)).toMatchObject({ state: "intercepted", pass: null });
  });
});
