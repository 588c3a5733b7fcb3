/** A print-out as facts and samples, with all that is wrong with it: nothing in it is guessed. */
import {
  type Fact,
  FACTS,
  type Grammar,
  type LineRule,
  type ReadLine,
  readLine,
  temperatureName,
} from "./grammar.ts";
import type { Phase } from "./phase.ts";
import { absoluteKPa } from "./pressure.ts";
import type { Reason } from "./reason.ts";
import type { Sample } from "./sample.ts";

/** A line as it was captured, and what of it is text. */
export interface CapturedLine {
  readonly life: number;
  readonly seq: number;
  readonly bootId: string;
  readonly bootMs: number;
  readonly text: string;
}

/** Lines of one print-out: a cycle of two hours in blocks of five lines each half minute. */
export const PRINTOUT_LINES_MAX = 3000;
/** Lines that are shown as damaged. */
const DAMAGED_SHOWN_MAX = 5;

export interface Printout {
  readonly facts: Readonly<Partial<Record<Fact, string>>>;
  readonly setpointCel: number | null;
  readonly holdSeconds: number | null;
  /** By the device's own clock: a row each, its phase and its place among the lines. */
  readonly samples: readonly Sample[];
  /** What the device says of the whole hold, also between its rows. */
  readonly lowestCel: number | null;
  readonly highestCel: number | null;
  readonly lastedSeconds: number | null;
  readonly ended: boolean;
  readonly says: "completed" | "failed" | null;
  readonly alarms: readonly string[];
  /** What was lost, or cannot be so. */
  readonly found: readonly Reason[];
  /** When each row of {@link samples} was captured; as many. */
  readonly captured: readonly CapturedLine[];
}

/** Printed times are of no boot. */
const PRINTED = "printed";

interface Open {
  readonly lines: { count: number };
  readonly facts: Partial<Record<Fact, string>>;
  readonly numbers: Map<string, number>;
  readonly samples: Sample[];
  readonly captured: CapturedLine[];
  readonly alarms: string[];
  readonly found: Reason[];
  phase: Phase | null;
  part: Map<string, string>;
  timeMs: number | null;
  ended: boolean;
  says: "completed" | "failed" | null;
}

/**
 * The print-outs in lines of one device, in the order of their places; the last may not be over.
 * A line that would begin one closes the one before it. Pure: late lines fall into their place.
 */
export function printoutsIn(
  grammar: Grammar,
  lines: readonly CapturedLine[],
  aroundKPa: number,
): Printout[] {
  const printouts: Printout[] = [];
  let open: Open | null = null;
  const close = () => {
    if (open !== null) printouts.push(closed(grammar, open));
    open = null;
  };
  for (const line of inOrder(lines)) {
    if (line.text === "") continue;
    const read = readLine(grammar, line.text);
    if (read !== null && beginsAnew(read.rule, open?.ended === true)) close();
    if (open === null) {
      if (read === null || !isOfPrintout(read.rule)) continue;
      open = opened();
      // Whatever stood before it was lost.
      if (read.rule.is !== "begin") damage(open, line.text);
    }
    const current: Open = open;
    if (++current.lines.count > PRINTOUT_LINES_MAX) {
      current.found.push({ code: "too-long", rule: null });
      close();
      continue;
    }
    // Behind its end stands what does not belong to it.
    if (read === null && !current.ended) damage(current, line.text);
    if (read !== null) take(grammar, current, read, line, aroundKPa);
    if (read?.rule.last === true) close();
  }
  close();
  return printouts;
}

function inOrder(lines: readonly CapturedLine[]): CapturedLine[] {
  const sorted = [...lines].sort((one, other) => one.life - other.life || one.seq - other.seq);
  return sorted.filter((line, index) =>
    index === 0 || line.seq !== sorted[index - 1].seq || line.life !== sorted[index - 1].life
  );
}

/** It begins one, or stands behind the end of one: then the beginning was lost. */
export function beginsAnew({ is }: LineRule, ended: boolean): boolean {
  if (is === "begin") return true;
  return ended && (is === "fact" || is === "phase" || is === "row");
}

/** Lines that only stand within a print-out; others may be of whatever else is printed. */
function isOfPrintout({ is }: LineRule): boolean {
  return is !== "nothing" && is !== "alarm" && is !== "result" && is !== "check";
}

function opened(): Open {
  return {
    lines: { count: 0 },
    facts: {},
    numbers: new Map(),
    samples: [],
    captured: [],
    alarms: [],
    found: [],
    phase: null,
    part: new Map(),
    timeMs: null,
    ended: false,
    says: null,
  };
}

function damage(open: Open, text: string): void {
  const damaged = open.found.filter(({ code }) => code === "damaged").length;
  if (damaged < DAMAGED_SHOWN_MAX) open.found.push({ code: "damaged", rule: null, text });
}

function contradict(open: Open, text: string): void {
  open.found.push({ code: "contradiction", rule: null, text });
}

function take(
  grammar: Grammar,
  open: Open,
  { rule, groups }: ReadLine,
  line: CapturedLine,
  aroundKPa: number,
): void {
  takeFacts(grammar, open, groups, line.text);
  if (rule.is === "alarm") open.alarms.push(groups.text ?? line.text);
  if (rule.says !== undefined && open.says !== "failed") open.says = rule.says;
  if (rule.ends === true) open.ended = true;
  if (rule.is === "part") {
    takePart(grammar, open, groups, line, aroundKPa);
    return;
  }
  // The print-out goes on, and the sample is not whole.
  if (open.part.size > 0 && (rule.is === "phase" || rule.is === "row")) {
    damage(open, `… ${line.text}`);
    open.part = new Map();
  }
  if (rule.is === "row") {
    open.phase = rule.phase ?? open.phase;
    addSample(grammar, open, groups, line, aroundKPa);
  }
  if (rule.is === "phase" && rule.phase !== undefined) {
    // That the hold begins now is told by what was before: the first row proves it.
    const marks = rule.phase === "hold" ? open.phase : rule.phase;
    open.phase = rule.phase;
    if (groups.time !== undefined) addMarker(open, groups.time, marks, line);
  }
}

function takePart(
  grammar: Grammar,
  open: Open,
  groups: ReadLine["groups"],
  line: CapturedLine,
  aroundKPa: number,
): void {
  // Before its first phase nothing runs: what stands there is of no cycle.
  if (open.phase === null) return;
  for (const [name, value] of Object.entries(groups)) {
    if (value === undefined) continue;
    if (open.part.has(name)) {
      damage(open, line.text);
      open.part = new Map();
    }
    open.part.set(name, value);
  }
  const parts = grammar.parts ?? [];
  if (!parts.every((name) => open.part.has(name))) return;
  const whole = Object.fromEntries(open.part);
  open.part = new Map();
  addSample(grammar, open, whole, line, aroundKPa);
}

const NUMBERS = ["setpoint", "lowest", "highest"] as const;

function takeFacts(
  grammar: Grammar,
  open: Open,
  groups: ReadLine["groups"],
  text: string,
): void {
  for (const fact of FACTS) {
    const value = groups[fact]?.trim();
    if (value === undefined) continue;
    if ((open.facts[fact] ?? value) !== value) contradict(open, text);
    open.facts[fact] = value;
  }
  for (const name of NUMBERS) {
    const value = groups[name];
    if (value !== undefined) setNumber(open, name, celsius(grammar, Number(value)), text);
  }
  const { holdMinutes, holdTime, lasted } = groups;
  if (holdMinutes !== undefined) setNumber(open, "hold", Number(holdMinutes) * 60, text);
  if (holdTime !== undefined) setNumber(open, "hold", secondsOf(holdTime), text);
  if (lasted !== undefined) setNumber(open, "lasted", secondsOf(lasted), text);
}

function setNumber(open: Open, name: string, value: number, text: string): void {
  if ((open.numbers.get(name) ?? value) !== value) contradict(open, text);
  open.numbers.set(name, value);
}

/** `1:02:03`, `02:03` or `02-03` as seconds. */
function secondsOf(duration: string): number {
  return duration.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0);
}

function celsius({ temperatureUnit }: Grammar, value: number): number {
  // To the thousandth: 273.2 °F is 134 °C, and no fraction of it.
  return temperatureUnit === "Cel" ? value : Math.round((value - 32) / 1.8 * 1000) / 1000;
}

const DAY_MS = 86_400_000;

/** The printed time in milliseconds; past midnight it goes on. `null`: it went back. */
function timeOf(open: Open, printed: string): number | null {
  const told = secondsOf(printed) * 1000;
  const before = open.timeMs ?? told;
  const days = Math.floor(before / DAY_MS) * DAY_MS;
  let timeMs = days + told;
  if (timeMs < before - DAY_MS / 2) timeMs += DAY_MS;
  if (timeMs < before) return null;
  open.timeMs = timeMs;
  return timeMs;
}

function addMarker(open: Open, printed: string, phase: Phase | null, line: CapturedLine): void {
  const timeMs = timeOf(open, printed);
  if (timeMs === null) return contradict(open, line.text);
  if (phase !== null) push(open, { timeMs, temperaturesCel: {}, pressureKPa: null, phase }, line);
}

function addSample(
  grammar: Grammar,
  open: Open,
  groups: Readonly<Record<string, string | undefined>>,
  line: CapturedLine,
  aroundKPa: number,
): void {
  const timeMs = groups.time === undefined ? null : timeOf(open, groups.time);
  if (timeMs === null) return contradict(open, line.text);
  const temperatures = Object.entries(groups).flatMap(([group, value]) => {
    const name = temperatureName(group);
    if (name === null || value === undefined) return [];
    const isBlank = grammar.blank?.test(value.trim()) === true;
    return [[name, isBlank ? null : celsius(grammar, Number(value))] as const];
  });
  const { pressure, vacuum } = grammar;
  const pressureKPa = groups.vacuum !== undefined && vacuum !== undefined
    ? absoluteKPa(Number(groups.vacuum), vacuum.unit, "vacuum", aroundKPa)
    : groups.pressure !== undefined
    ? absoluteKPa(Number(groups.pressure), pressure.unit, pressure.kind, aroundKPa)
    : null;
  const temperaturesCel = Object.fromEntries(temperatures);
  push(open, { timeMs, temperaturesCel, pressureKPa, phase: open.phase }, line);
}

function push(
  open: Open,
  { timeMs, ...seen }: Pick<Sample, "temperaturesCel" | "pressureKPa" | "phase"> & {
    readonly timeMs: number;
  },
  line: CapturedLine,
): void {
  open.samples.push({
    ...seen,
    life: 0,
    seq: open.samples.length,
    bootId: PRINTED,
    bootMs: timeMs,
    wallMs: timeMs,
  });
  open.captured.push(line);
}

function closed({ needs }: Grammar, open: Open): Printout {
  if (open.part.size > 0 && !open.ended) damage(open, "…");
  const { facts, numbers, samples, captured, alarms, found, ended, says } = open;
  const isThere = (name: typeof needs[number]) =>
    numbers.has(name) || FACTS.some((fact) => fact === name && facts[fact] !== undefined);
  // What failed early has no hold to tell of.
  const isOver = ended && says !== "failed";
  for (const name of needs) {
    if (isOver && !isThere(name)) found.push({ code: "damaged", rule: null, text: name });
  }
  if (isOver && !samples.some(({ phase }) => phase === "hold")) {
    found.push({ code: "contradiction", rule: null, text: "hold" });
  }
  return {
    facts,
    setpointCel: numbers.get("setpoint") ?? null,
    holdSeconds: numbers.get("hold") ?? null,
    samples,
    lowestCel: numbers.get("lowest") ?? null,
    highestCel: numbers.get("highest") ?? null,
    lastedSeconds: numbers.get("lasted") ?? null,
    ended,
    says,
    alarms,
    found,
    captured,
  };
}
