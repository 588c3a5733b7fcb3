/**
 * Samples of one probe in whatever order they come. They lie in parts of a fixed span of places;
 * one that comes late has its part told anew, and those behind it for as long as what they carry on
 * differs. So the outcome depends on which samples there are, and on nothing else.
 */
import { type Carry, firstCarry } from "./carry.ts";
import { type Folded, foldSamples, foldTail, type Watching } from "./fold.ts";
import { byPlace, type Sample } from "./sample.ts";
import { addedUp } from "./told.ts";

export interface Part {
  /** Life and number of the part, of its samples' places. */
  readonly key: readonly [life: number, part: number];
  readonly samples: readonly Sample[];
  readonly folded: Folded;
}

/** Plain data: a restart goes on with what was stored. */
export type History = readonly Part[];

/** `span`: places of one part, such as 1,440 numbers, or a day of a logger's milliseconds. */
export type Kept = Watching & { readonly span: number };

/** A new history; that which was given stays as it was. */
export function withSamples(history: History, samples: readonly Sample[], kept: Kept): History {
  const came = new Map<string, Sample[]>();
  for (const sample of samples) {
    const name = JSON.stringify(partKey(sample, kept.span));
    came.set(name, [...came.get(name) ?? [], sample]);
  }
  const known = new Map(history.map((part) => [JSON.stringify(part.key), part]));
  const names = [...new Set([...known.keys(), ...came.keys()])];
  const order = names.map((name) => ({
    name,
    key: keyOf(known.get(name), came.get(name), kept.span),
  }))
    .sort(({ key: one }, { key: other }) => one[0] - other[0] || one[1] - other[1]);
  const parts: Part[] = [];
  let carry = firstCarry(kept.rules);
  let isSame = true;
  for (const { name, key } of order) {
    const part = known.get(name);
    const more = came.get(name) ?? [];
    if (part !== undefined && isSame && more.length === 0) {
      parts.push(part);
    } else {
      const all = together(part?.samples ?? [], more);
      const folded = foldSamples(carry, all, kept);
      parts.push({ key, samples: all, folded });
      isSame = part !== undefined && sameCarry(part.folded.carry, folded.carry);
    }
    carry = parts[parts.length - 1].folded.carry;
  }
  return parts;
}

/** All that it tells, until `agoMs` behind its last sample; `null`: nothing more will come. */
export function outcomeOf(history: History, agoMs: number | null, watching: Watching): Folded {
  const last = history.at(-1)?.folded.carry ?? firstCarry(watching.rules);
  const { carry, told } = foldTail(last, agoMs, watching);
  return { carry, told: addedUp([...history.map(({ folded }) => folded.told), told]) };
}

function partKey({ place: [life, at = 0] }: Sample, span: number): [number, number] {
  return [life, Math.floor(at / span)];
}

function keyOf(
  part: Part | undefined,
  came: readonly Sample[] | undefined,
  span: number,
): readonly [number, number] {
  return part?.key ?? partKey((came ?? [])[0], span);
}

/** In their order, each place once. Throws where one place has two values. */
function together(some: readonly Sample[], others: readonly Sample[]): Sample[] {
  const byName = new Map<string, Sample>();
  for (const sample of [...some, ...others]) {
    const name = sample.place.join(".");
    const known = byName.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(sample)) {
      throw new Error(`Cannot take sample "${name}": another value has this place`);
    }
    byName.set(name, sample);
  }
  return [...byName.values()].sort(byPlace);
}

function sameCarry(one: Carry, other: Carry): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
