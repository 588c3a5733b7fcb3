/** What has to come back, and whom it was used on (S5). */
import { entryId } from "../../collected_entry.ts";
import type { RulesInForce } from "../rules.ts";
import type { BodyOf } from "./event.ts";
import { type LoadStanding, loadStanding } from "./load_standing.ts";
import { type Whereabouts, whereaboutsOf } from "./pack_trace.ts";
import { type RecallBody, type RecallCause } from "./supply_body.ts";
import type { ToldOfSite } from "./told.ts";

/** A pack that is called back. */
export interface RecalledPack {
  readonly pack: string;
  readonly title: string | null;
  readonly implant: boolean;
  readonly load: string;
  readonly cycle: string | null;
  readonly where: Whereabouts;
}

export interface Recall {
  /** Made of cause and steriliser and what it rests on: two nodes find the same one. */
  readonly id: string;
  readonly steriliser: string;
  readonly cause: RecallCause;
  /** Ids of the judgement, test or indicator. */
  readonly because: readonly string[];
  readonly packs: readonly RecalledPack[];
  /** Whom they were used on, each once. */
  readonly patients: readonly string[];
  /** Packs of which nobody wrote down yet what became of them. */
  readonly open: readonly string[];
}

/**
 * All recalls that the events of a site make, in the order of their ids. A load that was never
 * released is called back only if one of its packs left all the same.
 */
export function recallsOf(told: ToldOfSite, rules: RulesInForce): Recall[] {
  const found = new Map<string, Begun>();
  for (const { load } of loadsInOrder(told)) {
    const standing = loadStanding(told, load, rules);
    if (standing === null) continue;
    const packs = packsOf(told, standing);
    const { steriliser } = standing.load;
    for (const { cause, because, only } of causesOf(standing)) {
      const concerned = packs.filter(({ pack }) => only === undefined || pack === only);
      if (concerned.length === 0) continue;
      const id = entryId("sterile-recall", cause, steriliser, ...because);
      const begun = found.get(id) ?? { id, steriliser, cause, because, packs: [] };
      begun.packs.push(...concerned);
      found.set(id, begun);
    }
  }
  return [...found.values()].map(whole).sort((one, other) => one.id < other.id ? -1 : 1);
}

interface Begun extends Pick<Recall, "id" | "steriliser" | "cause" | "because"> {
  readonly packs: RecalledPack[];
}

function loadsInOrder(told: ToldOfSite): BodyOf<"sterile-load">[] {
  return [...told.loads.values()].map(({ body }) => body);
}

interface Cause {
  readonly cause: RecallCause;
  readonly because: readonly string[];
  /** The one pack that it concerns; none: all of the load. */
  readonly only?: string;
}

/** Why its packs have to come back; each biological test that failed is a cause of its own. */
function causesOf({ cycle, needs, unfit, released, state: stands }: LoadStanding): Cause[] {
  const ofPacks = unfit.map(({ pack, against }): Cause => ({
    cause: "chemical-failed",
    because: against,
    only: pack,
  }));
  const ofLoad = needs.flatMap(({ need, state, by, against }): Cause[] => {
    if (state === "missing" && stands === "recalled" && released !== null) {
      // An early release waits for its biological result, and for nothing else.
      const isWaited = need === "biological" && released.isEarly;
      return isWaited ? [] : [{ cause: "proof-withdrawn", because: by }];
    }
    if (state !== "failed") return [];
    switch (need) {
      case "cycle": {
        const cause = cycle?.verdict === "fail" ? "cycle-failed" : "cycle-undetermined";
        return [{ cause, because: against }];
      }
      case "chemical":
        return [{ cause: "chemical-failed", because: against }];
      case "bowie-dick":
        return [{ cause: "bowie-dick-failed", because: against }];
      case "steriliser":
        return against.map((id) => ({ cause: "biological-failed", because: [id] }));
      // One of its own reaches to it as those of others do.
      case "biological":
      case "emergency-indicator":
      case "packs":
        return [];
    }
  });
  return [...ofLoad, ...ofPacks];
}

function packsOf(told: ToldOfSite, standing: LoadStanding): RecalledPack[] {
  return standing.load.packs.map((pack) => recalled(told, pack, standing))
    .filter(({ where }) => standing.released !== null || where.kind !== "store");
}

function recalled(told: ToldOfSite, pack: string, { load, cycle }: LoadStanding): RecalledPack {
  const packed = told.packs.get(pack)?.body;
  return {
    pack,
    title: packed?.title ?? null,
    implant: packed?.implant ?? false,
    load: load.load,
    cycle: cycle?.cycle ?? null,
    where: whereaboutsOf(told, pack),
  };
}

function whole({ packs, ...recall }: Begun): Recall {
  const sorted = [...packs].sort((one, other) => one.pack < other.pack ? -1 : 1);
  const patients = sorted.flatMap(({ where }) =>
    where.kind === "used" ? where.uses.map(({ patient }) => patient) : []
  );
  const open = sorted.filter(({ where }) => where.kind === "store" || where.kind === "issued");
  return {
    ...recall,
    packs: sorted,
    patients: [...new Set(patients)].sort(),
    open: open.map(({ pack }) => pack),
  };
}

/** The entry that tells of a recall; `null` where entries have told of all its packs already. */
export function dueRecall(told: ToldOfSite, site: string, recall: Recall): RecallBody | null {
  const named = new Set(
    told.of("sterile-recall").filter(({ body }) =>
      body.cause === recall.cause && body.because.join() === recall.because.join()
    ).flatMap(({ body }) => body.packs),
  );
  const packs = recall.packs.map(({ pack }) => pack);
  if (packs.every((pack) => named.has(pack))) return null;
  const { steriliser, cause, because } = recall;
  const id = entryId("sterile-recall-entry", recall.id, ...packs);
  return { id, site, steriliser, cause, because: [...because], packs };
}
