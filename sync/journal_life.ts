/** The life that a journal writes: its origin, and the entry that it begins with. */
import type { Stamp } from "./entry.ts";
import { toldChange } from "./journal_debts.ts";
import type { Missing } from "./journal_holes.ts";
import { lifeBody, type LifeReason, nextOrigin, openedChanges } from "./journal_lives.ts";
import { META } from "./journal_meta.ts";
import type { Repair } from "./journal_salvage.ts";
import type { Change, StreamState } from "./segments.ts";

export interface LifeOptions {
  /** Name of the node whose journal this is. */
  readonly node: string;
  /** The moment of opening. */
  readonly stamp: Stamp;
  /** Gives 16 random hexadecimal digits, for the name of a new life. */
  readonly nonce: () => string;
  /** Never goes back, milliseconds. */
  readonly nowMs: () => number;
  /** Names this hardware, as a copy of its disk cannot; none where nobody can say. */
  readonly machine?: string;
}

export class JournalLife {
  readonly #options: LifeOptions;
  #origin: string;
  /** Why this life began, as long as no entry of it could be written. */
  #owed: { readonly reason: LifeReason; readonly previous: string | null } | null = null;
  /** Damage found since the last life began, and what went with it. */
  #repairs: Repair[] = [];
  #lost: Missing[] = [];
  /** Segments of whose damage lives have told. */
  #told: readonly string[];
  /** The last moment that anybody told, and when that was on our clock. */
  #stamp: Stamp;
  #stampedMs: number;

  /** `origin`: the last life on this disk, empty for none. */
  constructor(options: LifeOptions, origin: string, told: readonly string[]) {
    this.#options = options;
    this.#origin = origin;
    this.#told = told;
    this.#stamp = options.stamp;
    this.#stampedMs = options.nowMs();
  }

  get origin(): string {
    return this.#origin;
  }

  /** Whether its first entry could not be written yet: nothing else may be written before. */
  get isOwed(): boolean {
    return this.#owed !== null;
  }

  /** What was found damaged and what is lost: the next life tells of it. */
  found(repairs: readonly Repair[], lost: readonly Missing[]): void {
    this.#repairs.push(...repairs);
    this.#lost.push(...lost);
  }

  /** Begins a life that comes after this one and all `others` of this node. */
  begin(reason: LifeReason, others: readonly string[]): void {
    const previous = this.#owed === null ? this.#origin : this.#owed.previous;
    const { node, nonce } = this.#options;
    this.#owed = { reason, previous: previous === "" ? null : previous };
    this.#origin = nextOrigin(node, nonce(), this.#origin, others);
  }

  /** The body of the life's first entry; `positions`: where the journal's streams stand. */
  body(positions: readonly StreamState[]): string {
    const { reason, previous } = this.#owed ?? { reason: "first", previous: null };
    const { machine = "" } = this.#options;
    const { bootId } = this.#stamp;
    const [repairs, missing] = [this.#repairs, this.#lost];
    return lifeBody({ reason, previous, positions, bootId, machine, repairs, missing });
  }

  /** The life's first entry is durable. */
  paid(): void {
    this.#owed = null;
    this.#told = this.#telling();
    this.#repairs = [];
    this.#lost = [];
  }

  /** What a segment that is written has to say of the life. */
  meta(): Change[] {
    const { machine = "" } = this.#options;
    return [
      { kind: "meta", name: META.origin, value: this.#origin },
      ...openedChanges(this.#stamp.bootId, machine),
    ];
  }

  /** What a segment has to say of the damage that lives have told of. */
  told(): Change {
    return toldChange(this.#told);
  }

  /** The same with this life's first entry. */
  telling(): Change {
    return toldChange(this.#telling());
  }

  #telling(): string[] {
    return [...this.#told, ...this.#repairs.map(({ segment }) => segment)];
  }

  noteTime(stamp: Stamp): void {
    this.#stamp = stamp;
    this.#stampedMs = this.#options.nowMs();
  }

  /** This moment: the last that was told, and what passed since on a clock that never jumps. */
  now(): Stamp {
    const passedMs = Math.round(this.#options.nowMs() - this.#stampedMs);
    const { wallMs, bootMs } = this.#stamp;
    return { ...this.#stamp, wallMs: wallMs + passedMs, bootMs: bootMs + passedMs };
  }
}
