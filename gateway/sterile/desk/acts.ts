/** Acts of persons about sterile supply, and what speaks against them. */
import type * as z from "zod";
import type { Problem } from "../../../sync/problem.ts";
import { entryId } from "../../collected_entry.ts";
import { eventsAround, type TestedBefore } from "../record/around.ts";
import { keyOf } from "../record/sterile_entry.ts";
import { eventsIn, type StoredWords } from "../record/stored_words.ts";
import { beganIn, packedAfter, type SeenMoment } from "../supply/behind.ts";
import { supplyEventOf, TO_COME } from "../supply/event.ts";
import type { Need } from "../supply/evidence.ts";
import { type IdleStep, loadStanding } from "../supply/load_standing.ts";
import { packTrace, whereaboutsOf } from "../supply/pack_trace.ts";
import { cycleStanding } from "../supply/standing_judgement.ts";
import { whyNoBowieDick } from "../supply/steriliser_standing.ts";
import type { Person } from "../supply/supply_body.ts";
import { unprovedWords, whyUnproved } from "../supply/supplier_proof.ts";
import { needsAnother, type ToldOfSite, toldOfSite } from "../supply/told.ts";
import { todayBy } from "../supply/unsterile_use.ts";
import { cyclesNamed, hasLoad, judgementsOf } from "./load_for.ts";
import type * as orders from "./orders.ts";
import type { Act, SterileDesk } from "./sterile_desk.ts";

/** What a person asked, and who that is. */
type Asked<T extends z.ZodType> = readonly [order: z.infer<T>, by: Person];

export function packing(
  [{ id, checked: _checked, ...rest }, by]: Asked<typeof orders.packOrder>,
  checkedBy: Person,
): Act {
  const against = async (stored: StoredWords) => {
    const { packs, received } = toldOfSite(await stored.events([keyOf.pack(rest.pack)]));
    return packs.has(rest.pack) || received.has(rest.pack)
      ? refusal("label-taken", "pack", `the label "${rest.pack}" is another pack's already`)
      : null;
  };
  return {
    kind: "sterile-pack",
    id,
    subject: rest.pack,
    body: { ...rest, by, checkedBy },
    against,
  };
}

/** A pack that another supply sterilised: by its label, which two persons looked at. */
export function receiving(
  [{ id, checked: _checked, ...rest }, by]: Asked<typeof orders.receiptOrder>,
  checkedBy: Person,
): Act {
  const { pack, supplier, sterilisedOn, expires } = rest;
  const against = async (stored: StoredWords, { node: { name, clock }, rules }: SterileDesk) => {
    if (supplier === name) {
      return refusal("own-pack", "supplier", "what this site sterilises itself it packs");
    }
    const { packs, received } = toldOfSite(await stored.events([keyOf.pack(pack)]));
    if (packs.has(pack)) {
      return refusal("label-taken", "pack", `the label "${pack}" is another pack's already`);
    }
    if (received.has(pack)) return refusal("here-already", "pack", `"${pack}" was received before`);
    const { day, isBelieved } = todayBy(clock.now());
    if (sterilisedOn > expires || (isBelieved && sterilisedOn > day)) {
      return refusal("no-such-day", "sterilisedOn", `it is ${day}, and the pack for ${expires}`);
    }
    // By a clock in doubt its page warns, and it is not issued.
    if (isBelieved && expires < day) {
      return refusal("expired", "pack", `it may be used until ${expires}`);
    }
    const why = whyUnproved(rest, rules);
    return why === null ? null : refusal("supplier-unproved", "proof", unprovedWords(why));
  };
  const body = { ...rest, by, checkedBy };
  const warning = ({ node: { suppliers } }: SterileDesk) =>
    suppliers.includes(supplier) ? null : strangeSupplier(supplier);
  return { kind: "sterile-receipt", id, subject: pack, body, against, warning };
}

function strangeSupplier(supplier: string): string {
  return `supplier: "${supplier}" 不是本处配置的供应节点 (sterile.suppliers)，` +
    "除非确为本县节点名，其召回不会自动送达 / is no node that is known here: unless it is the name " +
    "of one of the county, recalls of it will not arrive by themselves";
}

export function loading([{ id, cycle, ...rest }, by]: Asked<typeof orders.loadOrder>): Act {
  const { load, packs, steriliser, type } = rest;
  const against = async (stored: StoredWords, { setups, running, node }: SterileDesk) => {
    if (!setups.has(steriliser)) {
      const known = [...setups.keys()].join(", ");
      return refusal("unknown", "steriliser", `there is no "${steriliser}"; want of ${known}`);
    }
    if (await hasLoad(stored, load)) {
      return refusal("load-taken", "load", `the load "${load}" is there already`);
    }
    if (type === "test" && packs.length > 0) {
      return refusal("test-alone", "packs", "with a test nothing is sterilised: it has no packs");
    }
    const told = toldOfSite(await stored.events(packs.map(keyOf.pack)));
    const taken = takenPacks(told, packs);
    if (taken !== null || cycle === undefined) {
      const moment = running.get(steriliser);
      if (taken !== null || moment === undefined) return taken;
      return latePacks(told, packs, { moment, bootId: node.clock.now().bootId, by: null });
    }
    const [judged] = await judgementsOf(stored, cycle);
    return judged === undefined
      ? refusal("unknown", "cycle", `there is no cycle "${cycle}" here`)
      : latePacks(told, packs, beganIn(judged));
  };
  const act = { id, subject: load, body: { ...rest, by }, against } as const;
  return { kind: "sterile-load", ...act };
}

/** Packs that nobody packed, and those that a steriliser or a ward has had already. */
function takenPacks(told: ToldOfSite, packs: readonly string[]): Problem | null {
  const strange = packs.filter((pack) => !told.packs.has(pack));
  if (strange.length > 0) return refusal("unknown", "packs", `not packed: ${strange.join(", ")}`);
  const taken = packs.flatMap((pack) => {
    const loads = (told.loadsOfPack.get(pack) ?? []).map(({ body }) => body.load);
    return loads.length === 0 ? [] : [`${pack} (${loads.join(", ")})`];
  });
  if (taken.length > 0) {
    return refusal("pack-taken", "packs", `in another load already: ${taken.join(", ")}`);
  }
  const gone = packs.filter((pack) => whereaboutsOf(told, pack).kind !== "store");
  return gone.length === 0
    ? null
    : refusal("pack-gone", "packs", `left the store already: ${gone.join(", ")}`);
}

/** `began`: when the cycle did that they would be of. */
function latePacks(
  told: ToldOfSite,
  packs: readonly string[],
  began: SeenMoment,
): Problem | null {
  const late = packedAfter(told, packs, began);
  return late.length === 0 ? null : refusal(
    "packed-late",
    "packs",
    `packed after this cycle began, or nobody knows that it was before: ${late.join(", ")}`,
  );
}

export function assigning(
  [{ id, load }, by]: Asked<typeof orders.assignOrder>,
  cycle: string,
): Act {
  const against = async (stored: StoredWords) => {
    const [judged] = await judgementsOf(stored, cycle);
    if (judged === undefined) {
      return refusal("unknown", "cycle", `there is no cycle "${cycle}" here`);
    }
    const own = toldOfSite(await stored.events([keyOf.load(load)])).loads.get(load)?.body;
    if (own === undefined) return refusal("unknown", "load", `no load "${load}"`);
    const lain = cyclesNamed(await stored.under([keyOf.load(load)]));
    if (lain.some((one) => one.cycle !== cycle)) {
      return refusal("load-taken", "load", `"${load}" was judged in another cycle already`);
    }
    const told = toldOfSite(await stored.events(own.packs.map(keyOf.pack)));
    return latePacks(told, own.packs, beganIn(judged));
  };
  const body = { cycle, load, by };
  return { kind: "sterile-assignment", id, subject: cycle, body, against, judges: cycle };
}

/** A Bowie-Dick test or an indicator: its steriliser is that of its cycle. */
export async function reading(
  kind: "sterile-bowie-dick" | "sterile-indicator",
  [{ id, ...rest }, by]: Asked<typeof orders.bowieDickOrder | typeof orders.indicatorOrder>,
  desk: SterileDesk,
): Promise<Act> {
  const { cycle, result } = rest;
  const told = toldOfSite(await desk.stored().events([keyOf.cycle(cycle)]));
  const judged = cycleStanding(told, cycle)?.standing ?? null;
  const steriliser = judged?.steriliser ?? "?";
  const against = () => {
    if (judged === null) {
      return Promise.resolve(refusal("unknown", "cycle", `there is no cycle "${cycle}" here`));
    }
    const isTest = kind === "sterile-bowie-dick" && result === "pass";
    const why = isTest ? whyNoBowieDick(judged) : null;
    return Promise.resolve(why === null ? null : refusal("no-test", "cycle", why));
  };
  return { kind, id, subject: cycle, body: { ...rest, steriliser, by }, against };
}

/** A step that would not count is refused, with what it lacks. */
export function stepping(
  [{ id, by: _by, ...rest }, by]: Asked<typeof orders.stepOrder>,
  load: string,
): Act {
  const body = { ...rest, load, by };
  const against = async (stored: StoredWords, { rules, node }: SterileDesk) => {
    const around = await eventsAround(stored, [load]);
    const now = loadStanding(toldOfSite(around), load, rules);
    if (now === null) return refusal("unknown", "load", `there is no load "${load}" here`);
    if (now.state === "refused") {
      const failed = now.needs.filter(({ state }) => state === "failed").map(({ need }) => need);
      return refusal("not-proved", "load", `it may not be released: ${failed.join(", ")}`);
    }
    const candidate = entryId("sterile-release-step", node.name, id);
    const place = { place: TO_COME, time: node.clock.now() };
    const event = supplyEventOf("sterile-release-step", {
      ...body,
      id: candidate,
      site: node.name,
    }, place);
    const then = loadStanding(toldOfSite([...around, event]), load, rules);
    const idle = then?.idle.find((one) => one.id === candidate);
    const problem = idle === undefined ? null : idleProblem(idle);
    if (problem !== null) return problem;
    const isEarly = rest.emergency !== undefined && now.hasImplants;
    const open = now.needs.filter(({ need, state }) =>
      state !== "met" && (!isEarly || need !== "biological")
    );
    return open.length === 0
      ? null
      : refusal("not-proved", "load", `it is not proved: ${open.map(needWords).join(", ")}`);
  };
  return { kind: "sterile-release-step", id, subject: load, body, against };
}

function needWords({ need, inDoubt }: Need): string {
  return inDoubt === undefined
    ? need
    : `${need} (nobody knows when its test was: the clock was off)`;
}

function idleProblem({ why }: IdleStep): Problem | null {
  switch (why.kind) {
    case "not-released":
      return null;
    case "needs-another-person":
      return refusal("second-person-needed", "by", "another person has to have checked it before");
    case "unproved":
      return refusal(
        "not-proved",
        "seen",
        `it was not shown the proof of: ${why.needs.join(", ")}`,
      );
  }
}

export function issuing([{ id, ...rest }, by]: Asked<typeof orders.issueOrder>): Act {
  const { pack } = rest;
  const against = async (stored: StoredWords, { rules, node }: SterileDesk) => {
    const trace = packTrace(toldOfSite(await aroundPack(stored, pack)), pack, rules);
    const known = trace.packed ?? trace.received;
    if (known === null) return refusal("unknown", "pack", `there is no pack "${pack}" here`);
    const { expires } = known;
    const { day, isBelieved } = todayBy(node.clock.now());
    if (expires !== null && expires < day) {
      const doubt = isBelieved ? "" : `, and by a clock in doubt it is ${day}`;
      return refusal("expired", "pack", `it may be used until ${expires}${doubt}`);
    }
    if (trace.where.kind !== "store") {
      return refusal("not-here", "pack", `it is not in the store: ${trace.where.kind}`);
    }
    if (trace.isCalledBack) return refusal("not-released", "pack", "its supplier called it back");
    if (trace.received !== null) {
      const why = trace.unproved;
      return why === null ? null : refusal("supplier-unproved", "pack", unprovedWords(why));
    }
    const unfit = trace.loads.some((load) => load.unfit.some((one) => one.pack === pack));
    const released = trace.loads.length === 1 &&
      trace.loads.every(({ state }) => state === "released" || state === "released-early");
    if (unfit) return refusal("not-released", "pack", "its own indicator failed");
    if (released) return null;
    const states = trace.loads.map(({ load, state }) => `${load.load}: ${state}`);
    return refusal(
      "not-released",
      "pack",
      `it is not released (${states.join(", ") || "no load"})`,
    );
  };
  return { kind: "sterile-issue", id, subject: pack, body: { ...rest, by }, against };
}

/** What was used is written down in any case; what speaks against it makes an alarm. */
export function using([{ id, ...rest }, by]: Asked<typeof orders.useOrder>): Act {
  return { kind: "sterile-use", id, subject: rest.pack, body: { ...rest, by } };
}

export function comingBack([{ id, ...rest }, by]: Asked<typeof orders.backOrder>): Act {
  const against = knownPack(rest.pack);
  return { kind: "sterile-pack-back", id, subject: rest.pack, body: { ...rest, by }, against };
}

export function reversing([{ id, ...rest }, by]: Asked<typeof orders.reversalOrder>): Act {
  const { reverses } = rest;
  const against = async (stored: StoredWords) => {
    const [event] = eventsIn(await stored.under([keyOf.id(reverses)]))
      .filter(({ body }) => body.id === reverses);
    if (event === undefined) {
      return refusal("unknown", "reverses", `there is no entry "${reverses}"`);
    }
    const { kind, body } = event;
    if (kind === "sterile-cycle" || kind === "sterile-recall" || kind === "sterile-reversal") {
      return refusal("not-reversible", "reverses", "what rules said, and reversals, stand");
    }
    return needsAnother(event) && body.by.id === by.id
      ? refusal(
        "second-person-needed",
        "by",
        "a result that failed, and a use on a patient, are taken back by another person",
      )
      : null;
  };
  return { kind: "sterile-reversal", id, subject: reverses, body: { ...rest, by }, against };
}

function knownPack(pack: string) {
  return async (stored: StoredWords) => {
    const { packs, received } = toldOfSite(await stored.events([keyOf.pack(pack)]));
    return packs.has(pack) || received.has(pack)
      ? null
      : refusal("unknown", "pack", `there is no pack "${pack}" here`);
  };
}

/** All that bears on a pack. */
export async function aroundPack(
  stored: StoredWords,
  pack: string,
  testedBefore: TestedBefore | null = null,
) {
  const own = await stored.events([keyOf.pack(pack), keyOf.recalled(pack)]);
  const loads = own.flatMap((event) => event.kind === "sterile-load" ? [event.body.load] : []);
  return [...new Set([...own, ...await eventsAround(stored, loads, [], testedBefore)])];
}

const HINTS: Readonly<Record<string, string>> = {
  "label-taken": "print a label of its own for each packing",
  "own-pack": "give the supplier that stands on the label",
  "here-already": "look at its page; what was a mistake is taken back first",
  "supplier-unproved":
    "ask its supplier for the result; a receipt that lacks it is taken back, and " +
    "the pack received again with it",
  "no-such-day": "read the label again",
  "test-alone": "leave the packs out, or say what kind of load it is",
  "pack-taken": "pack it anew, under a label of its own",
  "pack-gone": "pack it anew, under a label of its own",
  "packed-late": "leave it out, and load it for the next cycle, once this one is over",
  "no-test": "run the test in the empty chamber, and enter its result for that cycle",
  "not-proved": "look at the load again, and enter what is missing",
  "second-person-needed": "another person does it, with an own credential",
};

function refusal(code: string, field: string, detail: string): Problem {
  const title = "This may not be written about sterile supply";
  const hint = HINTS[code] ?? "do what the detail says, and send it again";
  return { status: 409, code: `sterile-${code}`, title, detail: `${field}: ${detail}`, hint };
}
