/** What a sterile supply writes down, one thing after the other. */
import fc from "fast-check";
import type { Stamp } from "../../../sync/entry.ts";
import { RULES } from "../fixture_cycle.ts";
import { type BodyOf, type SupplyEvent, supplyEventOf, type SupplyKind } from "./event.ts";
import { type LoadStanding, loadStanding } from "./load_standing.ts";
import { toldOfSite } from "./told.ts";

export const SITE = "site-017";
export const STERILISER = "S1";
export const BOOT = "b".repeat(32);
/** 08:00 on a Monday in China. */
export const START_MS = Date.parse("2026-03-02T00:00:00Z");
const MINUTE_MS = 60_000;

/** Whatever of a body a test wants otherwise. */
interface Otherwise {
  readonly [field: string]: unknown;
}

export class Story {
  readonly events: SupplyEvent[] = [];
  #minute = 0;

  /** So many minutes go by. */
  wait(minutes: number): this {
    this.#minute += minutes;
    return this;
  }

  get now(): Stamp {
    const wallMs = this.nowMs;
    return { wallMs, bootId: BOOT, bootMs: wallMs - START_MS, clock: "trusted" };
  }

  get nowMs(): number {
    return START_MS + this.#minute * MINUTE_MS;
  }

  /** Each cycle has a place of its own, behind those that were told of before. */
  #upTo(cycle: string): BodyOf<"sterile-cycle">["upTo"] {
    const judged = this.events.flatMap((event) => event.kind === "sterile-cycle" ? event.body : []);
    const known = judged.find((body) => body.cycle === cycle);
    return known?.upTo ?? { life: 1, seq: 1000 + 10 * judged.length };
  }

  #tell(kind: SupplyKind, body: Otherwise): string {
    const id = `${kind} ${this.events.length + 1}`;
    const place = `${SITE}.1-${"0".repeat(16)}/record/${this.events.length + 1}`;
    const whole = { id, site: SITE, ...body };
    const event = supplyEventOf(kind, whole, { place, time: this.now });
    this.events.push(event);
    this.wait(1);
    return event.body.id;
  }

  pack(pack: string, more: Otherwise = {}): string {
    const people = { by: { id: "N-1" }, checkedBy: { id: "N-2" } };
    const rest = { title: "清创包", implant: false, expires: null, ...people };
    return this.#tell("sterile-pack", { pack, ...rest, ...more });
  }

  /** A pack that another site sterilised. */
  receipt(pack: string, more: Otherwise = {}): string {
    const people = { by: { id: "N-1" }, checkedBy: { id: "N-2" } };
    const label = { supplier: "site-018", lot: "C-7", sterilisedOn: "2026-03-01" };
    const rest = { title: "清创包", implant: false, expires: "2026-09-01", ...people, ...label };
    return this.#tell("sterile-receipt", { pack, ...rest, ...more });
  }

  load(load: string, packs: readonly string[], more: Otherwise = {}): string {
    const rest = { steriliser: STERILISER, type: "instruments", by: { id: "N-1" } };
    return this.#tell("sterile-load", { load, packs, ...rest, ...more });
  }

  cycle(
    cycle: string,
    load: string | null,
    verdict: BodyOf<"sterile-cycle">["verdict"] = "pass",
    more: Otherwise = {},
  ): string {
    const wallMs = this.nowMs;
    return this.#tell("sterile-cycle", {
      cycle,
      steriliser: STERILISER,
      number: null,
      load,
      loadType: load === null ? null : "instruments",
      program: "p134",
      method: "prevacuum",
      source: "samples",
      started: { wallMs, bootId: BOOT, bootMs: wallMs - START_MS },
      ended: null,
      upTo: this.#upTo(cycle),
      verdict,
      reasons: [],
      holdSeconds: 240,
      lowestCel: 134.2,
      highestCel: 135,
      f0Minutes: 85,
      offSaturation: null,
      rulesDay: "2026-03-02",
      ...more,
    });
  }

  bowieDick(cycle: string, result: "pass" | "fail" = "pass", more: Otherwise = {}): string {
    const rest = { steriliser: STERILISER, result, by: { id: "N-1" } };
    return this.#tell("sterile-bowie-dick", { cycle, ...rest, ...more });
  }

  chemical(cycle: string, result: "pass" | "fail" = "pass", more: Otherwise = {}): string {
    const kind = { indicator: "chemical", class: 1, place: "outside" };
    const rest = { steriliser: STERILISER, result, by: { id: "N-1" }, ...kind };
    return this.#tell("sterile-indicator", { cycle, ...rest, ...more });
  }

  biological(cycle: string, result: "pass" | "fail" = "pass", more: Otherwise = {}): string {
    const kind = { indicator: "biological", controlGrew: true };
    const rest = { steriliser: STERILISER, result, by: { id: "N-1" }, ...kind };
    return this.#tell("sterile-indicator", { cycle, ...rest, ...more });
  }

  step(step: "check" | "release", load: string, by: string, seen: readonly string[], more = {}) {
    return this.#tell("sterile-release-step", { load, step, seen, by: { id: by }, ...more });
  }

  issue(pack: string, place = "手术室"): string {
    return this.#tell("sterile-issue", { pack, place, by: { id: "N-3" } });
  }

  use(pack: string, patient: string): string {
    return this.#tell("sterile-use", { pack, patient, place: "手术室", by: { id: "D-1" } });
  }

  back(pack: string, outcome: "returned" | "destroyed" | "not-found" = "returned"): string {
    return this.#tell("sterile-pack-back", { pack, recall: "r", outcome, by: { id: "N-3" } });
  }

  reverse(id: string, by = "N-9"): string {
    return this.#tell("sterile-reversal", { reverses: id, reason: "录入错误", by: { id: by } });
  }

  tellOf(kind: SupplyKind, body: Otherwise): string {
    return this.#tell(kind, body);
  }

  /** A morning's Bowie-Dick test that passed; the id of its result. */
  morning(cycle = "BD-1"): string {
    this.cycle(cycle, null);
    return this.bowieDick(cycle);
  }

  /** A load of one pack, its cycle and its chemical indicator; ids of what speaks for it. */
  sterilised(load: string, pack: string, more: Otherwise = {}): string[] {
    this.pack(pack, more);
    this.load(load, [pack]);
    const judged = this.cycle(`C-${load}`, load);
    return [judged, this.chemical(`C-${load}`)];
  }

  /** Both steps, by two persons. */
  release(load: string, seen: readonly string[], more: Otherwise = {}): void {
    const check = this.step("check", load, "N-1", seen, more);
    this.step("release", load, "N-2", [...seen, check], more);
  }

  standing(load: string): LoadStanding {
    const standing = loadStanding(toldOfSite(this.events), load, RULES);
    if (standing === null) throw new Error(`there is no load ${load}`);
    return standing;
  }
}

/** A morning's test, and a load that all speaks for. */
export function readyOne(more: Otherwise = {}) {
  const story = new Story();
  const bowieDick = story.morning();
  const proofs = [bowieDick, ...story.sterilised("L-1", "P-1", more)];
  return { story, proofs };
}

/** The same events in another order, some of them twice. */
export function shuffled(events: readonly SupplyEvent[]): fc.Arbitrary<SupplyEvent[]> {
  return fc.tuple(
    fc.shuffledSubarray([...events], { minLength: events.length }),
    fc.subarray([...events]),
  ).map(([all, again]) => [...all, ...again]);
}
