/** Lines of a printer port, gathered until their print-out is over. */
import type { Reading } from "../../../drivers/driver.ts";
import type { Stamp } from "../../../sync/entry.ts";
import { elapsedMs } from "../cycle_cut.ts";
import { type Grammar, readLine } from "../grammar.ts";
import { beginsAnew } from "../printout.ts";
import type { PrintedLine, ReadPlace, SeenCycle } from "./seen_cycle.ts";
import type { Moment } from "../supply/supply_body.ts";
import { momentOf } from "./cycle_record.ts";
import type { Setup } from "./setup.ts";

/** Point of a printed line, as the driver of printer ports tells it. */
export const LINE_POINT = "line";

/** Behind its end a print-out may have a few lines more; those come at once. */
const TAIL_MS = 20_000;
/** A device prints a row each minute, and nothing while it dries: half an hour at most. */
const PAUSE_MS = 60 * 60_000;
/** More is no print-out; what it is, is told when it is cut. */
const LINES_MAX = 4000;

export class LineGather {
  readonly #setup: Setup;
  readonly #grammar: Grammar;
  #lines: PrintedLine[] = [];
  #ended = false;

  constructor(setup: Setup, grammar: Grammar) {
    this.#setup = setup;
    this.#grammar = grammar;
  }

  get openFrom(): ReadPlace | null {
    return this.#lines[0] ?? null;
  }

  get steriliser(): string {
    return this.#setup.settings.id;
  }

  /** One that prints all of it at the end does not tell when it began. */
  get runningSince(): Moment | null {
    const first = this.#lines.at(0);
    const runs = this.#grammar.live && !this.#ended;
    return runs && first !== undefined ? momentOf(first) : null;
  }

  take(
    readings: readonly Reading[],
    { life, seq, time }: ReadPlace & { readonly time: Stamp },
  ): readonly SeenCycle[] {
    const value = readings.find(({ point }) => point === LINE_POINT)?.value;
    if (typeof value !== "string") return [];
    const text = this.#grammar.noise.reduce((left, one) => left.replaceAll(one, ""), value)
      .trimEnd();
    const { bootId, bootMs, wallMs } = time;
    const line = { life, seq, bootId, bootMs, wallMs, text };
    const over = [...this.due(time)];
    if (text === "") return over;
    const rule = readLine(this.#grammar, text)?.rule;
    if (rule !== undefined && beginsAnew(rule, this.#ended)) over.push(...this.#close());
    this.#lines.push(line);
    if (rule?.ends === true) this.#ended = true;
    if (rule?.last === true || this.#lines.length === LINES_MAX) over.push(...this.#close());
    return over;
  }

  due(now: Stamp): readonly SeenCycle[] {
    const last = this.#lines.at(-1);
    if (last === undefined) return [];
    return elapsedMs(last, now) > (this.#ended ? TAIL_MS : PAUSE_MS) ? this.#close() : [];
  }

  #close(): readonly SeenCycle[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#ended = false;
    return lines.length === 0 ? [] : [{ setup: this.#setup, seen: { kind: "printed", lines } }];
  }
}
