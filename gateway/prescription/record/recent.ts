/**
 * What was taken and does not show in the tables yet: they follow the journal by a tenth of a
 * second, and two prescriptions of one patient may come within it.
 */
import type { Recorded } from "../desk.ts";
import type { HistoryLine } from "../facts.ts";
import { medicineOf } from "../life/patient_medicines.ts";
import type { VerdictBody } from "../life/verdict_body.ts";
import { nameOf, type RecordKey } from "./stored_events.ts";

/** Where an entry stands. */
export interface StoredAt {
  readonly origin: string;
  readonly stream: string;
  readonly seq: number;
}

export class Taken implements RecordKey {
  readonly site: string;
  readonly number: string;
  readonly version: number;
  /** Under which nothing else may come: see `idempotencyKeys`. */
  readonly keys: readonly string[];
  readonly hash: string;
  readonly answer: Promise<Recorded>;
  /** Of all its entries; none yet while it is on its way to the disk. */
  places: readonly StoredAt[] = [];
  /** As long as it is not, others that come with its keys wait for it. */
  isAnswered = false;
  verdict: VerdictBody | null = null;

  constructor(
    { site, number, version, keys, hash }: RecordKey & Pick<Taken, "version" | "keys" | "hash">,
    answer: Promise<Recorded>,
  ) {
    [this.site, this.number, this.version] = [site, number, version];
    [this.keys, this.hash, this.answer] = [keys, hash, answer];
  }
}

export class Recent {
  readonly #byKey = new Map<string, Taken>();
  readonly #byPatient = new Map<string, Set<Taken>>();
  readonly #all = new Set<Taken>();

  get size(): number {
    return this.#all.size;
  }

  /** What has one of these keys, each once. */
  under(keys: readonly string[]): Taken[] {
    return [...new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []))];
  }

  add(taken: Taken): void {
    this.#all.add(taken);
    for (const key of taken.keys) this.#byKey.set(key, taken);
  }

  /** From now on its medicines are in the patient's history. */
  decided(taken: Taken, verdict: VerdictBody): void {
    taken.verdict = verdict;
    const patient = verdict.facts?.patient.key ?? null;
    if (patient === null || !this.#all.has(taken)) return;
    const own = this.#byPatient.get(patient) ?? new Set();
    own.add(taken);
    this.#byPatient.set(patient, own);
  }

  remove(taken: Taken): void {
    this.#all.delete(taken);
    for (const key of taken.keys) {
      if (this.#byKey.get(key) === taken) this.#byKey.delete(key);
    }
    const patient = taken.verdict?.facts?.patient.key ?? null;
    const own = patient === null ? undefined : this.#byPatient.get(patient);
    own?.delete(taken);
    if (patient !== null && own?.size === 0) this.#byPatient.delete(patient);
  }

  /** Origins of which it is to be asked how far the tables have come. */
  origins(): string[] {
    return [
      ...new Set([...this.#all].flatMap(({ places }) => places.map(({ origin }) => origin))),
    ];
  }

  /** Forgets what the tables have by now. */
  followed(seqOf: (origin: string, stream: string) => number): void {
    for (const taken of this.#all) {
      const { places, isAnswered } = taken;
      if (!isAnswered || places.length === 0) continue;
      if (places.every(({ origin, stream, seq }) => seqOf(origin, stream) >= seq)) {
        this.remove(taken);
      }
    }
  }

  /** Of this patient, as the tables would have them: but for what was stopped. */
  medicines(patient: string): { readonly of: string; readonly medicine: HistoryLine }[] {
    return [...this.#byPatient.get(patient) ?? []].flatMap((taken) => {
      const { facts, outcome } = taken.verdict ?? {};
      if (facts === undefined || outcome === "intercept") return [];
      return facts.lines.map((line) => ({
        of: nameOf(taken),
        medicine: medicineOf(facts, taken.version, line),
      }));
    });
  }
}

/**
 * The history for one prescription: what the tables and what is recent say, without what has run
 * out, and without other versions of itself.
 */
export function historyFor(
  own: RecordKey,
  issuedMs: number,
  stored: readonly HistoryLine[],
  recent: readonly { readonly of: string; readonly medicine: HistoryLine }[],
): HistoryLine[] {
  const name = (line: HistoryLine) => nameOf({ site: line.site, number: line.prescription });
  const newer = new Set(recent.map(({ of }) => of));
  return [
    ...stored.filter((line) => !newer.has(name(line))),
    ...recent.map(({ medicine }) => medicine),
  ].filter((line) => line.untilMs > issuedMs && name(line) !== nameOf(own));
}
