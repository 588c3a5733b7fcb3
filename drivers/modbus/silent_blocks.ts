/**
 * Blocks of a device that are silent while it answers others. They rest, so that they cost their
 * line no timeout at every poll, and are tried behind all others. Pure: the moment is given.
 */
import type { ModbusPoint } from "./profile.ts";
import { PROBE_MAX_MS } from "./schedule.ts";

/** Doublings after which only {@link PROBE_MAX_MS} counts. */
const DOUBLINGS_MAX = 16;

interface Silence {
  readonly points: ReadonlySet<ModbusPoint>;
  readonly reason: string;
  /** The request in words. */
  readonly asked: string;
  /** How often in a row. */
  readonly times: number;
  readonly sinceMs: number;
  /** So many polls of its points still go by without it. */
  readonly rests: number;
}

export class SilentBlocks {
  #all: readonly Silence[] = [];

  /** Why a point has no value; `null` where it is not silent. */
  reasonOf(point: ModbusPoint): string | null {
    return this.#of(point)?.reason ?? null;
  }

  /** In words, for people. */
  get troubles(): string[] {
    return this.#all.map(({ reason, asked }) => `${reason}: ${asked}`);
  }

  /** Which of these points are to be tried, block by block, those that rest for longest first. */
  due(points: readonly ModbusPoint[], nowMs: number): ModbusPoint[][] {
    return this.#all
      .filter(({ rests, sinceMs }) => rests === 0 || nowMs - sinceMs >= PROBE_MAX_MS)
      .map((silence) => points.filter((point) => silence.points.has(point)))
      .filter((group) => group.length > 0);
  }

  /** A poll of these points is over: what rested has one less to go. */
  passed(points: readonly ModbusPoint[]): void {
    this.#all = this.#all.map((silence) => {
      const concerned = points.some((point) => silence.points.has(point));
      return concerned ? { ...silence, rests: Math.max(0, silence.rests - 1) } : silence;
    });
  }

  /** A block was silent: it is tried at the next poll, then with 1, 3, 7 … polls in between. */
  add(points: readonly ModbusPoint[], reason: string, asked: string, nowMs: number): void {
    const before = this.#all.filter((one) => points.some((point) => one.points.has(point)));
    const times = Math.max(0, ...before.map((one) => one.times)) + 1;
    this.answered(points);
    const rests = 2 ** Math.min(times - 1, DOUBLINGS_MAX) - 1;
    const silence = { points: new Set(points), reason, asked, times, sinceMs: nowMs, rests };
    this.#all = [...this.#all, silence];
  }

  /** A block was answered. Whether one of its points was silent. */
  answered(points: readonly ModbusPoint[]): boolean {
    if (!points.some((point) => this.#of(point) !== undefined)) return false;
    this.#all = this.#all
      .map((one) => ({ ...one, points: one.points.difference(new Set(points)) }))
      .filter((one) => one.points.size > 0);
    return true;
  }

  /** The whole device is silent: when it answers again, all of them are tried. */
  wake(): void {
    this.#all = this.#all.map((silence) => ({ ...silence, times: 1, rests: 0 }));
  }

  #of(point: ModbusPoint): Silence | undefined {
    return this.#all.find(({ points }) => points.has(point));
  }
}
