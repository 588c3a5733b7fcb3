/** Bodies of releases, for tests that mix entries of every kind. */
import fc from "fast-check";
import { RULES_PART, RULES_SWITCH } from "./release_entries.ts";

const hash = fc.constantFrom("a".repeat(64), "b".repeat(64));
const number = fc.integer({ min: 1, max: 3 });

export const RELEASE_BODIES: Readonly<Record<string, fc.Arbitrary<object>>> = {
  [RULES_PART]: fc.record({
    document: hash,
    packed: hash,
    what: fc.constantFrom("pack", "drugs"),
    part: fc.constantFrom(0, 1),
    parts: fc.constantFrom(1, 2),
    data: fc.constantFrom("AAAA", "BBBB"),
  }),
  [RULES_SWITCH]: fc.record({
    id: hash,
    number,
    packs: fc.constant([{ identity: "c".repeat(64), document: "a".repeat(64) }]),
    drugs: hash,
    mappings: fc.record({ site: fc.constant("site-1"), document: hash }).map((one) => [one]),
    registry: fc.constantFrom(null, "b".repeat(64)),
    fromMs: number,
    by: fc.constant("li"),
    note: fc.constant(""),
  }),
};
