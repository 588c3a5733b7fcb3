/** Which entries have an effect: confirmed by as many persons as they need, and not reversed. */
import { areTwo, type Confirmation } from "../entry/confirmation.ts";
import { needsTwo } from "../entry/correction_body.ts";
import { type EventOf, ofKind, type WasteEvent, type WasteKind } from "../entry/event.ts";

/** `pending`: it waits for a second person, and changes nothing until then. */
export type Effect = "stands" | "pending" | "reversed";

/**
 * What needs two persons with two credentials (W4); a keyed weight has both from the start, and a
 * resolution needs them where it undoes what two persons confirmed.
 */
const NEED_TWO: ReadonlySet<WasteKind> = new Set<WasteKind>([
  "waste-handover",
  "waste-stored",
  "waste-departed",
  "waste-received",
  "waste-reversal",
]);

export class Effects {
  readonly #confirmations = new Map<string, Confirmation[]>();
  readonly #reversals = new Map<string, EventOf<"waste-reversal">[]>();
  readonly #about = new Map<string, WasteEvent[]>();

  constructor(events: readonly WasteEvent[]) {
    for (const event of ofKind(events, "waste-confirmation")) {
      push(this.#confirmations, event.body.of, event.body.confirmation);
      push(this.#about, event.body.of, event);
    }
    for (const event of ofKind(events, "waste-reversal")) {
      push(this.#reversals, event.body.of, event);
      push(this.#about, event.body.of, event);
    }
  }

  /** Confirmations and reversals of these entries, those of such reversals, and so on. */
  about(ids: Iterable<string>): WasteEvent[] {
    const found = new Map<string, WasteEvent>();
    const waiting = [...ids];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      for (const event of this.#about.get(id) ?? []) {
        if (found.has(event.place)) continue;
        found.set(event.place, event);
        waiting.push(event.body.id);
      }
    }
    return [...found.values()];
  }

  of(event: WasteEvent): Effect {
    return this.#effect(event, new Set());
  }

  stands(event: WasteEvent): boolean {
    return this.of(event) === "stands";
  }

  /** `asked` holds what led here: reversals that reverse each other in a circle do nothing. */
  #effect(event: WasteEvent, asked: ReadonlySet<string>): Effect {
    const { id } = event.body;
    const way = new Set(asked).add(id);
    const reversed = (this.#reversals.get(id) ?? []).some((reversal) =>
      !way.has(reversal.body.id) && this.#effect(reversal, way) === "stands"
    );
    if (reversed) return "reversed";
    return this.#isConfirmed(event) ? "stands" : "pending";
  }

  #isConfirmed(event: WasteEvent): boolean {
    if (event.kind === "waste-resolution") {
      const { id, about, confirmation, second } = event.body;
      const own = second === undefined ? [confirmation] : [confirmation, second];
      return !needsTwo(about) || areTwo([...own, ...this.#confirmations.get(id) ?? []]);
    }
    if (!NEED_TWO.has(event.kind) || !("confirmations" in event.body)) return true;
    const { id, confirmations } = event.body;
    return areTwo([...confirmations, ...this.#confirmations.get(id) ?? []]);
  }
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
