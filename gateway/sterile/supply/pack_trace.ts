/** Pack ↔ load ↔ cycle ↔ patient, both ways (S5). */
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "./event.ts";
import { type LoadStanding, loadStanding } from "./load_standing.ts";
import { type Unproved, whyUnproved } from "./supplier_proof.ts";
import type { ToldOfSite } from "./told.ts";

export type Whereabouts =
  | { readonly kind: "store" }
  | { readonly kind: "issued"; readonly place: string; readonly sinceMs: number }
  | { readonly kind: "used"; readonly uses: readonly Use[] }
  | {
    readonly kind: "back";
    readonly outcome: BodyOf<"sterile-pack-back">["outcome"];
    readonly sinceMs: number;
  };

export interface Use {
  readonly patient: string;
  readonly place: string;
  readonly timeMs: number;
}

/** Where a pack is, as far as anybody wrote it down; that it was used outweighs all else. */
export function whereaboutsOf(told: ToldOfSite, pack: string): Whereabouts {
  const uses = told.usesOfPack.get(pack) ?? [];
  if (uses.length > 0) {
    return {
      kind: "used",
      uses: uses.map(({ body: { patient, place }, time }) => ({
        patient,
        place,
        timeMs: time.wallMs,
      })),
    };
  }
  const back = told.backsOfPack.get(pack)?.at(-1);
  if (back !== undefined) {
    return { kind: "back", outcome: back.body.outcome, sinceMs: back.time.wallMs };
  }
  const issue = told.issuesOfPack.get(pack)?.at(-1);
  if (issue === undefined) return { kind: "store" };
  return { kind: "issued", place: issue.body.place, sinceMs: issue.time.wallMs };
}

export interface PackTrace {
  readonly pack: string;
  /** `null`: nobody wrote down that it was packed. */
  readonly packed: BodyOf<"sterile-pack"> | null;
  /** As it came from another supply; `null`: it did not, or it was packed here as well. */
  readonly received: BodyOf<"sterile-receipt"> | null;
  /** Why that supply's word is not enough to use it; `null`: it is, or it is no other supply's. */
  readonly unproved: Unproved | null;
  /** That supply has called it back. */
  readonly isCalledBack: boolean;
  /** One, unless something went wrong. */
  readonly loads: readonly LoadStanding[];
  readonly where: Whereabouts;
  /** It left or was used, and not one of its loads was released, nor another supply's. */
  readonly leftUnreleased: boolean;
}

export function packTrace(told: ToldOfSite, pack: string, rules: RulesInForce): PackTrace {
  const loads = (told.loadsOfPack.get(pack) ?? []).flatMap(({ body }) =>
    loadStanding(told, body.load, rules) ?? []
  );
  const where = whereaboutsOf(told, pack);
  const hasLeft = where.kind === "issued" || where.kind === "used";
  const received = isReceived(told, pack) ? told.received.get(pack)?.body ?? null : null;
  const unproved = received === null ? null : whyUnproved(received, rules);
  const isAnswered = received !== null && unproved === null;
  return {
    pack,
    packed: told.packs.get(pack)?.body ?? null,
    received,
    unproved,
    isCalledBack: received !== null && told.recallsOfReceived.has(pack),
    loads,
    where,
    leftUnreleased: hasLeft && !isAnswered &&
      !loads.some(({ released }) => released !== null),
  };
}

/** Whether another supply answers for it: not where this one packed or loaded such a label. */
export function isReceived({ received, packs, loadsOfPack }: ToldOfSite, pack: string): boolean {
  return received.has(pack) && !packs.has(pack) && !loadsOfPack.has(pack);
}

/** All packs that were used on a patient. */
export function patientTrace(
  told: ToldOfSite,
  patient: string,
  rules: RulesInForce,
): PackTrace[] {
  const packs = told.of("sterile-use").filter(({ body }) => body.patient === patient)
    .map(({ body }) => body.pack);
  return [...new Set(packs)].map((pack) => packTrace(told, pack, rules));
}
