/**
 * What a segment says of the damaged one whose place it takes: that a life is to begin which tells
 * of it. It is written with the segment, so that whoever opens that next knows, whatever happened
 * to the process that made it. The newest segment says which of them lives have told of.
 */
import { JournalHoles, type Missing } from "./journal_holes.ts";
import { META } from "./journal_meta.ts";
import type { Repair } from "./journal_salvage.ts";
import { type Change, streamKey } from "./segments.ts";
import type { Span } from "./spans.ts";

export interface Debt extends Repair {
  /** What the segment held when it was made: its ranges may have holes. */
  readonly held: readonly Missing[];
  /** Ends of streams that went with the damaged one. */
  readonly tails: readonly Missing[];
}

/** What a life has to tell of, and what needs no telling. */
export interface Debts {
  readonly owed: readonly Debt[];
  /** Names of damaged segments whose successors are there, and of which a life has told. */
  readonly told: readonly string[];
  /** What segments hold of each stream, by name of those that were told of by none. */
  readonly held: ReadonlyMap<string, ReadonlyMap<string, readonly Span[]>>;
}

type Meta = ReadonlyMap<string, string>;

/** `meta` is what was left of the damaged segment's own: debts in it are passed on. */
export function debtChange(meta: Meta, debt: Debt): Change {
  const all = [...debtsIn(meta), debt].map(({ segment, reason, entries, held, tails }) => ({
    segment,
    reason,
    entries,
    held: new JournalHoles(held).text(),
    tails: new JournalHoles(tails).text(),
  }));
  return { kind: "meta", name: META.debts, value: JSON.stringify(all) };
}

export function toldChange(told: readonly string[]): Change {
  return { kind: "meta", name: META.told, value: JSON.stringify(told) };
}

/** The debts of a row; the newest segment is the last. */
export function debtsOf(row: readonly { readonly name: string; readonly meta: Meta }[]): Debts {
  const told = new Set(listIn(row.at(-1)?.meta.get(META.told)));
  const all = row.map(({ name, meta }) => ({ name, debts: debtsIn(meta) }));
  const held = all.flatMap(({ name, debts }) => {
    const last = debts.at(-1);
    return last === undefined || told.has(last.segment) ? [] : [[name, spansOf(last)] as const];
  });
  const debts = all.flatMap((one) => one.debts);
  return {
    owed: debts.filter(({ segment }) => !told.has(segment)),
    told: debts.map(({ segment }) => segment).filter((segment) => told.has(segment)),
    held: new Map(held),
  };
}

function spansOf({ held }: Debt): Map<string, Span[]> {
  return Map.groupBy(held, ({ origin, stream }) => streamKey(origin, stream));
}

function debtsIn(meta: Meta): Debt[] {
  return listIn(meta.get(META.debts)).flatMap((value): Debt[] => {
    if (typeof value !== "object" || value === null) return [];
    const { segment, reason, entries, held, tails } = { ...BLANK, ...value };
    return [{
      segment: String(segment),
      reason: String(reason),
      entries: Number(entries),
      held: JournalHoles.parse(String(held)).list(),
      tails: JournalHoles.parse(String(tails)).list(),
    }];
  });
}

const BLANK: { readonly [key in keyof Debt]: unknown } = {
  segment: "",
  reason: "",
  entries: 0,
  held: "",
  tails: "",
};

/** A JSON list; nothing where a damaged disk has none. */
function listIn(text = "[]"): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
