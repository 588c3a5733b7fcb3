/**
 * Which doses of a lot may have been in a place while something went on there, and through which
 * places one dose has come (C14). Where packs were scanned it is those packs; where doses were only
 * counted, all that may be among them: rather one too many than one too few.
 */
import { formOf, nameOf } from "./place.ts";
import { isKept, type LotStep, type Stay, staysOf } from "./stays.ts";

/** Clocks of two sites differ; goods do not arrive a day before they left. */
const SITES_APART_MS = 86_400_000;

/** From when until when a pack was there, each time that it was. */
interface Presence {
  readonly fromMs: number;
  toMs: number;
}

interface Node {
  readonly stay: Stay;
  /** Packs that came by steps that name all they carried. */
  readonly named: Map<string, Presence[]>;
  /** When doses left that were only counted: any pack may have been among them. */
  readonly countedOutMs: number[];
}

interface Led {
  readonly step: LotStep;
  readonly from: Node | null;
  readonly to: Node | null;
  /** With which others doses were on their way to another site; `null`: it leads to none. */
  readonly way: Stay | null;
}

/** Steps of a lot at all sites, in the order of time, with the stays that they lead from and to. */
class Paths {
  readonly steps: readonly Led[];
  readonly nodes: readonly Node[];
  readonly #byPlace: ReadonlyMap<string, readonly Node[]>;

  constructor(steps: readonly LotStep[]) {
    this.nodes = staysOf(steps).map((stay) => ({
      stay,
      named: new Map(),
      countedOutMs: [],
    }));
    const ways = Map.groupBy(staysOf(steps.flatMap(onWay)), ({ site }) => site);
    this.#byPlace = Map.groupBy(this.nodes, ({ stay }) => `${stay.site} ${stay.place}`);
    const sorted = steps.toSorted((one, other) =>
      one.atMs - other.atMs || (one.id < other.id ? -1 : 1)
    );
    this.steps = sorted.map((step) => {
      const from = this.at(step.site, step.from, step.atMs);
      const to = this.at(step.site, step.to, step.atMs);
      if (isWhollyNamed(step)) { for (const code of step.codes) note(code, step.atMs, from, to); }
      else from?.countedOutMs.push(step.atMs);
      const way = onWay(step).map(({ site, atMs }) => stayAt(ways.get(site) ?? [], atMs)).at(0);
      return { step, from, to, way: way ?? null };
    });
  }

  /** The stay there at a moment, or the last before: what left later than it had is of that. */
  at(site: string, place: string, atMs: number): Node | null {
    if (!isKept(place)) return null;
    const nodes = this.#byPlace.get(`${site} ${place}`) ?? [];
    const found = stayAt(nodes.map(({ stay }) => stay), atMs);
    return nodes.find(({ stay }) => stay === found) ?? null;
  }
}

function stayAt(stays: readonly Stay[], atMs: number): Stay | null {
  const before = stays.filter(({ fromMs }) => fromMs <= atMs);
  const isReal = ({ isShort, fromMs, toMs }: Stay) => !isShort || fromMs !== toMs;
  return before.findLast(isReal) ?? before.at(-1) ?? null;
}

const WAY = "unit/way";

/**
 * A step from one site to another as one of the way between them, where doses stay as in a unit:
 * once as many have come as had left, nothing of them is among what leaves later. An arrival counts
 * as late as both clocks allow, so that it is never before its own doses left.
 */
function onWay(step: LotStep): LotStep[] {
  const { site, from, to, atMs } = step;
  if (formOf(to) === "away") {
    return [{ ...step, site: JSON.stringify([site, nameOf(to)]), from: "", to: WAY }];
  }
  if (formOf(from) !== "away") return [];
  const way = { site: JSON.stringify([nameOf(from), site]), from: WAY, to: "" };
  return [{ ...step, ...way, atMs: atMs + SITES_APART_MS }];
}

/** A pack has left one place for another. */
function note(code: string, atMs: number, from: Node | null, to: Node | null): void {
  const last = from?.named.get(code)?.at(-1);
  if (last !== undefined) last.toMs = Math.min(last.toMs, atMs);
  if (to === null) return;
  const known = to.named.get(code) ?? [];
  const before = known.at(-1);
  // It came again, and nobody wrote that it had left.
  if (before !== undefined) before.toMs = Math.min(before.toMs, atMs);
  to.named.set(code, [...known, { fromMs: atMs, toMs: Infinity }]);
}

function isWhollyNamed({ codes, doses, packDoses }: LotStep): boolean {
  return codes.length * packDoses >= doses;
}

/**
 * Since when a pack is known to be there at a moment: it came by name, and cannot have left since
 * but by name. `null`: it may have come among doses that were only counted.
 */
function surelySince(node: Node, code: string, atMs: number): number | null {
  const presence = node.named.get(code)
    ?.findLast(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
  if (presence === undefined) return null;
  const { fromMs } = presence;
  return node.countedOutMs.some((outMs) => outMs >= fromMs && outMs < atMs) ? null : fromMs;
}

/** Exposed since these moments: what is not named, and packs by name. */
interface Touched {
  anySinceMs: number | null;
  readonly codes: Map<string, number>;
}

/** What went on somewhere: from a moment, until before another; `null`: it goes on. */
export interface Excursion {
  readonly site: string;
  readonly place: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** All of a site's, wherever there, that came before a moment. */
export interface SiteBefore {
  readonly site: string;
  readonly toMs: number;
}

/** What came by steps, such as goods whose journey nobody knows: not what lay there before. */
export interface Arrival {
  readonly site: string;
  readonly steps: ReadonlySet<string>;
}

export interface ExposedStay {
  readonly site: string;
  readonly place: string;
  /** Since when there are such doses. */
  readonly sinceMs: number;
}

export interface Exposure {
  readonly stays: readonly ExposedStay[];
  /** Whether a dose that was somewhere at a moment is one, or may be one. */
  readonly includes: (dose: Dose) => boolean;
}

export interface Dose {
  readonly site: string;
  readonly place: string;
  readonly code: string | null;
  readonly atMs: number;
}

/** Where doses of the lot are that something is about. */
export function exposureOf(
  steps: readonly LotStep[],
  about: Excursion | SiteBefore | Arrival,
): Exposure {
  const paths = new Paths(steps);
  const touched = "steps" in about ? broughtBy(paths, about) : touchedBy(paths, about);
  spread(paths, touched);
  return {
    stays: [...touched].map(([node, state]) => ({
      site: node.stay.site,
      place: node.stay.place,
      sinceMs: Math.min(state.anySinceMs ?? Infinity, ...state.codes.values()),
    })),
    includes: ({ site, place, code, atMs }) => {
      const node = paths.at(site, place, atMs);
      const state = node === null ? undefined : touched.get(node);
      return node !== null && state !== undefined &&
        (sinceOf(node, state, code, atMs) ?? Infinity) <= atMs;
    },
  };
}

function touchedBy(paths: Paths, about: Excursion | SiteBefore): Map<Node, Touched> {
  const { site, place, fromMs } = "place" in about ? about : { ...about, place: null, fromMs: 0 };
  const end = about.toMs ?? Infinity;
  const touched = new Map<Node, Touched>();
  for (const node of paths.nodes) {
    const { stay } = node;
    if (stay.site !== site || (place !== null && stay.place !== place)) continue;
    // Those that left as it began were there.
    if (stay.fromMs >= end || (stay.toMs ?? Infinity) < fromMs) continue;
    const sinceMs = Math.max(fromMs, stay.fromMs);
    const codes = new Map<string, number>();
    for (const [code, presences] of node.named) {
      const first = presences.find((one) => one.fromMs < end && one.toMs >= fromMs);
      if (first !== undefined) codes.set(code, Math.max(sinceMs, first.fromMs));
    }
    touched.set(node, { anySinceMs: sinceMs, codes });
  }
  return touched;
}

function broughtBy(paths: Paths, { site, steps }: Arrival): Map<Node, Touched> {
  const touched = new Map<Node, Touched>();
  for (const { step, to } of paths.steps) {
    if (to === null || step.site !== site || !steps.has(step.id)) continue;
    const target = targetOf(touched, to);
    if (isWhollyNamed(step)) { for (const code of step.codes) target.codes.set(code, step.atMs); }
    else target.anySinceMs = Math.min(target.anySinceMs ?? Infinity, step.atMs);
  }
  return touched;
}

/** Since when what is there at a moment is exposed, a pack or one without a name; `null`: not. */
function sinceOf(
  node: Node,
  { anySinceMs, codes }: Touched,
  code: string | null,
  atMs: number,
): number | null {
  const named = code === null ? [...codes.values()] : [codes.get(code) ?? Infinity];
  const isSure = code !== null && surelySince(node, code, atMs) !== null;
  const since = Math.min(...named, isSure ? Infinity : anySinceMs ?? Infinity);
  return since === Infinity ? null : since;
}

/** Along the steps, until nothing new is touched. */
function spread(paths: Paths, touched: Map<Node, Touched>): void {
  const ways = new Map<Stay, Touched>();
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (const { step, from, to, way } of paths.steps) {
      const source = from !== null ? touched.get(from) : way === null ? undefined : ways.get(way);
      if (source === undefined) continue;
      const target = to !== null
        ? targetOf(touched, to)
        : way === null
        ? null
        : targetOf(ways, way);
      if (target === null) continue;
      if (carry(step, from, source, target)) hasChanged = true;
    }
  }
  for (const [node, { anySinceMs, codes }] of touched) {
    if (anySinceMs === null && codes.size === 0) touched.delete(node);
  }
}

function targetOf<K>(touched: Map<K, Touched>, node: K): Touched {
  const known = touched.get(node) ?? { anySinceMs: null, codes: new Map() };
  touched.set(node, known);
  return known;
}

function carry(step: LotStep, from: Node | null, source: Touched, target: Touched): boolean {
  const { atMs, codes } = step;
  let hasChanged = false;
  const isOut = (since: number | null) => since !== null && since <= atMs + slackOf(from);
  const since = (code: string | null) =>
    from !== null ? sinceOf(from, source, code, atMs) : wayOf(source, code);
  if (isWhollyNamed(step)) {
    for (const code of codes) {
      if (!isOut(since(code)) || (target.codes.get(code) ?? Infinity) <= atMs) continue;
      target.codes.set(code, atMs);
      hasChanged = true;
    }
  } else if (isOut(since(null)) && (target.anySinceMs ?? Infinity) > atMs) {
    target.anySinceMs = atMs;
    hasChanged = true;
  }
  return hasChanged;
}

/** What came from another site bears that site's time. */
function slackOf(from: Node | null): number {
  return from === null ? SITES_APART_MS : 0;
}

function wayOf({ anySinceMs, codes }: Touched, code: string | null): number | null {
  const named = code === null ? Math.min(Infinity, ...codes.values()) : codes.get(code) ?? Infinity;
  const since = Math.min(anySinceMs ?? Infinity, named);
  return since === Infinity ? null : since;
}

/** Where a dose was, or may have been, and until when it was there. */
export interface Passed {
  readonly site: string;
  readonly place: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The way of a dose that was in a place at a moment, back to where it came to the first site. */
export function wayOfDose(
  steps: readonly LotStep[],
  { site, place, code, atMs }: Dose,
): Passed[] {
  const paths = new Paths(steps);
  const passed = new Map<string, Passed>();
  const visit = (node: Node | null, untilMs: number): void => {
    if (node === null) return;
    const { stay } = node;
    const cameMs = code === null ? null : surelySince(node, code, untilMs);
    const { site, place } = stay;
    const fromMs = cameMs ?? stay.fromMs;
    const key = JSON.stringify([site, place, fromMs]);
    if ((passed.get(key)?.toMs ?? -Infinity) >= untilMs) return;
    passed.set(key, { site, place, fromMs, toMs: untilMs });
    for (const led of paths.steps) {
      const { step, from, to } = led;
      if (to !== node || step.atMs > untilMs || !mayCarry(step, code)) continue;
      // It came by name, and this is where from.
      if (cameMs !== null && (step.atMs !== cameMs || !isWhollyNamed(step))) continue;
      if (from !== null) visit(from, step.atMs);
      else for (const sent of sentBefore(paths, led)) visit(sent.from, sent.step.atMs);
    }
  };
  visit(paths.at(site, place, atMs), atMs);
  return [...passed.values()].sort((one, other) =>
    one.fromMs - other.fromMs || (one.place < other.place ? -1 : 1)
  );
}

function mayCarry(step: LotStep, code: string | null): boolean {
  return code === null || !isWhollyNamed(step) || step.codes.includes(code);
}

/** Of those on the same way that may be among what has come. */
function sentBefore(paths: Paths, { step: { atMs }, way }: Led): readonly Led[] {
  if (way === null) return [];
  return paths.steps.filter(({ step, way: other }) =>
    other === way && formOf(step.to) === "away" && step.atMs <= atMs + SITES_APART_MS
  );
}
