/** A seen cycle as entries, the same read back, and judged for a load. */
import { dayText } from "../../china_calendar.ts";
import { entryId } from "../../collected_entry.ts";
import type { Grammar } from "../grammar.ts";
import { judge } from "../judge.ts";
import { judgePrintout } from "../printed_cycle.ts";
import { printoutsIn } from "../printout.ts";
import { atmosphereKPa } from "../pressure.ts";
import { type Program, programNamed } from "../program.ts";
import { type RuleBook, rulesOn } from "../rules.ts";
import { EMPTY_CYCLE, type Sample, withSamples } from "../sample.ts";
import { CURVE_ROWS_MAX, type CurveBody, rowsOf, samplesIn } from "../record/curve_body.ts";
import type { BodyOf } from "../supply/event.ts";
import { cycleBodyOf, cycleId } from "../supply/judged_cycle.ts";
import type { Moment } from "../supply/supply_body.ts";
import type { PrintedLine, SeenCycle } from "./seen_cycle.ts";
import type { Setup } from "./setup.ts";

/** All that was seen of one cycle, with its name. */
export interface CycleRecordOf {
  readonly site: string;
  readonly cycle: string;
  readonly steriliser: string;
  readonly upTo: { readonly life: number; readonly seq: number };
  readonly seen: SeenCycle["seen"];
  /** By which its lines read; `null`: it has none. */
  readonly grammar: string | null;
}

/** With its name, which follows from its first entry; `null`: there is nothing in it. */
export function recordOf(site: string, { setup, seen }: SeenCycle): CycleRecordOf | null {
  const steriliser = setup.settings.id;
  const all = seen.kind === "samples" ? seen.samples : seen.lines;
  const [first, last] = [all.at(0), all.at(-1)];
  if (first === undefined || last === undefined) return null;
  const upTo = { life: last.life, seq: last.seq };
  const grammar = setup.source.kind === "printed" ? setup.source.grammar.grammar : null;
  return { site, steriliser, cycle: cycleId(site, steriliser, first), upTo, seen, grammar };
}

export function curveBodies(record: CycleRecordOf): CurveBody[] {
  const { site, steriliser, cycle, upTo, seen, grammar } = record;
  const all = seen.kind === "samples" ? seen.samples : seen.lines;
  const of = Math.max(1, Math.ceil(all.length / CURVE_ROWS_MAX));
  return Array.from({ length: of }, (_, part): CurveBody => {
    const [from, to] = [part * CURVE_ROWS_MAX, (part + 1) * CURVE_ROWS_MAX];
    const id = entryId("sterile-curve", site, cycle, upTo.life, upTo.seq, part);
    const about = { id, site, steriliser, cycle, upTo, part, of };
    if (seen.kind === "samples") {
      const { program } = seen;
      return { ...about, holds: "samples", program, ...rowsOf(seen.samples.slice(from, to)) };
    }
    const lines = seen.lines.slice(from, to);
    const boots = [...new Set(lines.map(({ bootId }) => bootId))];
    return {
      ...about,
      holds: "lines",
      grammar: grammar ?? "",
      boots,
      lines: lines.map(({ bootId, ...line }) => ({ ...line, boot: boots.indexOf(bootId) })),
    };
  });
}

/** Of the parts of a cycle those that know most; `null` where one is missing. */
export function recordIn(parts: readonly CurveBody[]): CycleRecordOf | null {
  const [one] = parts.toSorted((a, b) => b.upTo.life - a.upTo.life || b.upTo.seq - a.upTo.seq);
  if (one === undefined) return null;
  const { site, steriliser, cycle, upTo, of } = one;
  const own = new Map(
    parts.filter((part) => part.upTo.life === upTo.life && part.upTo.seq === upTo.seq)
      .map((part) => [part.part, part]),
  );
  const inOrder = Array.from({ length: of }, (_, part) => own.get(part));
  const samples: Sample[] = [];
  const lines: PrintedLine[] = [];
  for (const part of inOrder) {
    if (part === undefined) return null;
    if (part.holds === "samples") samples.push(...samplesIn(part));
    else {
      const { boots } = part;
      lines.push(
        ...part.lines.map(({ boot, ...line }) => ({ ...line, bootId: boots[boot] ?? "" })),
      );
    }
  }
  const seen: SeenCycle["seen"] = one.holds === "samples"
    ? { kind: "samples", samples, program: one.program }
    : { kind: "printed", lines };
  const grammar = one.holds === "lines" ? one.grammar : null;
  return { site, steriliser, cycle, upTo, seen, grammar };
}

/** No cycle prints for longer: what says so has a clock that was set. */
const LASTED_MS_MAX = 6 * 3_600_000;

/**
 * When the cycle began. A device that prints all of it when it is over has printed how long it
 * took; of others it is when the first of it came. `null`: there is nothing in it.
 */
export function startOf({ seen }: CycleRecordOf, setup: Setup): Moment | null {
  const [first] = seen.kind === "samples" ? seen.samples : seen.lines;
  if (first === undefined) return null;
  const began = momentOf(first);
  const { source } = setup;
  if (seen.kind !== "printed" || source.kind !== "printed" || source.grammar.live) return began;
  const printed = printoutOf(seen.lines, source.grammar, setup)?.samples ?? [];
  const lastedMs = (printed.at(-1)?.bootMs ?? 0) - (printed.at(0)?.bootMs ?? 0);
  if (lastedMs <= 0 || lastedMs > LASTED_MS_MAX) return began;
  return { ...began, wallMs: began.wallMs - lastedMs, bootMs: began.bootMs - lastedMs };
}

function printoutOf(lines: readonly PrintedLine[], grammar: Grammar, { settings }: Setup) {
  return printoutsIn(grammar, lines, atmosphereKPa(settings.altitudeMetres)).at(0);
}

export interface JudgedFor {
  readonly setup: Setup;
  readonly book: RuleBook;
  readonly load: BodyOf<"sterile-load"> | null;
  /** The device's own number of the cycle before. */
  readonly previousCycle: number | null;
}

/** What the rules say; `null` where nothing in it is a cycle. */
export function judgementOf(
  record: CycleRecordOf,
  { setup, book, load, previousCycle }: JudgedFor,
): BodyOf<"sterile-cycle"> | null {
  const { site, steriliser, cycle, upTo, seen } = record;
  const all = seen.kind === "samples" ? seen.samples : seen.lines;
  const [first, last] = [all.at(0), all.at(-1)];
  const started = startOf(record, setup);
  if (first === undefined || last === undefined || started === null) return null;
  const rulesDay = dayText(first.wallMs);
  const rules = rulesOn(book, rulesDay);
  const about = {
    ...{ site, steriliser, cycle, upTo, rulesDay },
    load: load?.load ?? null,
    loadType: load?.type ?? null,
    started,
  };
  if (seen.kind === "printed") {
    if (setup.source.kind !== "printed") return null;
    const { grammar } = setup.source;
    const printout = printoutOf(seen.lines, grammar, setup);
    if (printout === undefined) return null;
    const type = load?.type ?? null;
    const asked = { steriliser: setup.settings, load: type, rules, previousCycle };
    const judgement = judgePrintout(grammar, printout, asked);
    return cycleBodyOf({
      ...about,
      number: printout.facts.cycle ?? null,
      program: judgement.program?.id ?? null,
      method: judgement.program?.method ?? null,
      source: "printed",
      ended: printout.ended ? momentOf(last) : null,
    }, judgement);
  }
  const program = programOf(setup, seen.program, load);
  const phase = seen.samples.at(-1)?.phase ?? null;
  const ended = phase === "complete" || phase === "idle";
  const judgement = judge(
    { record: withSamples(EMPTY_CYCLE, seen.samples), ended, deviceSays: null },
    { temperatures: setup.settings.temperatures, program, load: load?.type ?? null, rules },
  );
  return cycleBodyOf({
    ...about,
    number: null,
    program: program?.id ?? null,
    method: program?.method ?? null,
    source: "samples",
    ended: ended ? momentOf(last) : null,
  }, judgement);
}

/** As the device tells it, else as the person who loaded it chose, else the only one it has. */
function programOf(
  { settings }: Setup,
  told: string | null,
  load: BodyOf<"sterile-load"> | null,
): Program | null {
  if (told !== null) return programNamed(settings, told);
  if (load?.program !== undefined) return programNamed(settings, load.program);
  return settings.programs.length === 1 ? settings.programs[0] : null;
}

export function momentOf(
  { wallMs, bootId, bootMs }: Pick<Sample, "wallMs" | "bootId" | "bootMs">,
): Moment {
  return { wallMs, bootId, bootMs };
}
