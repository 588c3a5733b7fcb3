/** The packs that a node has: those in force, and the older ones that verdicts were made by. */
import type { Facts } from "../facts.ts";
import type { Finding } from "../verdict.ts";
import { ALWAYS_RULES, alwaysFound } from "./always_found.ts";
import { dayOf } from "../../../sync/day.ts";
import { dayNumber } from "./compiled_rule.ts";
import { type Reviewer, seenIn } from "./reviewer.ts";
import type { Pack } from "./document.ts";
import type { LoadedPack } from "./signed_pack.ts";

/** What is kept compiled: a pack of 10,000 rules takes some tens of megabytes. */
export const PACKS_MAX = 16;

/** Without rules nothing passes. */
const NO_PACK: Finding = {
  rule: "tributary/no-pack",
  level: "could-not-check",
  lines: [],
  text: { zh: "没有生效的规则包，无法审核", en: "No rule pack is in force: nothing was checked" },
  source: "",
  inputs: {},
  missing: [],
};

/** A pack whose days are over, or have not begun, may be the one that looks at doses. */
function notEffective({ name, effective: { from, until } }: Pack["head"]): Finding {
  const days = `${from} – ${until ?? "…"}`;
  return {
    rule: "tributary/pack-not-effective",
    level: "could-not-check",
    lines: [],
    text: {
      zh: `规则包“${name}”在开方当日不在有效期内（${days}），未按它审核`,
      en: `The pack "${name}" is not effective on the day of issue (${days}): not checked by it`,
    },
    source: "",
    inputs: { pack: name, from, until: until ?? null },
    missing: [],
  };
}

export interface PackReview {
  /** Identities of the packs it was reviewed by, in order of their names. */
  readonly packs: readonly string[];
  readonly findings: readonly Finding[];
}

export class Shelf {
  readonly #byIdentity = new Map<string, LoadedPack>();
  /** Replaced as a whole: a review sees one set or the other. */
  #inForce: readonly string[] = [];

  /** Keeps a pack beside the others; nothing is reviewed by it until it is put in force. */
  add(pack: LoadedPack): void {
    if (this.#byIdentity.has(pack.identity)) return;
    if (this.#byIdentity.size >= PACKS_MAX) this.#removeOne();
    this.#byIdentity.set(pack.identity, pack);
  }

  /** The oldest that is not in force. */
  #removeOne(): void {
    for (const identity of this.#byIdentity.keys()) {
      if (this.#inForce.includes(identity)) continue;
      this.#byIdentity.delete(identity);
      return;
    }
    throw new Error(`Cannot keep another pack: ${PACKS_MAX} are in force`);
  }

  get(identity: string): Reviewer | undefined {
    return this.#byIdentity.get(identity)?.reviewer;
  }

  get inForce(): readonly string[] {
    return this.#inForce;
  }

  /** Switches to these packs at once; throws where one is not here, and then changes nothing. */
  switchTo(identities: readonly string[]): void {
    const named = identities.map((identity) => {
      const pack = this.#byIdentity.get(identity);
      if (pack === undefined) throw new Error(`Cannot switch to "${identity}": it is not here`);
      return { identity, name: pack.reviewer.pack.head.name };
    });
    const names = named.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`Cannot switch to two packs named "${twice}"`);
    this.#inForce = named.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
      .map(({ identity }) => identity);
  }

  /**
   * Reviews by the packs in force, or by those named: a replay (P6). What a pack that is not
   * effective on the day of issue would have said, nobody knows: that never passes.
   */
  review(facts: Facts, atMs: number, identities = this.#inForce): PackReview {
    const day = dayOf(facts.issuedMs);
    const all = identities.map((identity) => {
      const reviewer = this.get(identity);
      if (reviewer === undefined) throw new Error(`Cannot review by "${identity}": not here`);
      const { from, until } = reviewer.pack.head.effective;
      const effective = dayNumber(from) <= day && (until === undefined || day <= dayNumber(until));
      return { identity, reviewer, effective };
    });
    const taken = all.filter(({ effective }) => effective);
    if (taken.length === 0) return { packs: [], findings: [...alwaysFound(facts), NO_PACK] };
    const seen = seenIn(facts, atMs);
    const findings = taken.flatMap(({ reviewer }, index) =>
      reviewer.review(facts, atMs, seen)
        .filter(({ rule }) => index === 0 || !ALWAYS_RULES.has(rule))
    );
    const others = all.filter(({ effective }) => !effective);
    findings.push(...others.map(({ reviewer }) => notEffective(reviewer.pack.head)));
    return { packs: identities, findings };
  }
}
