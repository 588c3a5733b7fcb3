/** The steriliser's day of a township: its test, and loads from pack to patient. */
export const SITE = "site-1";
export const STERILISER = "S1";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const PACKS = 12;
const LI = { id: "li" };
const WANG = { id: "wang" };

interface Written {
  readonly kind: string;
  readonly ms: number;
  readonly body: object;
}

export class TownshipCycles {
  readonly written: Written[] = [];
  readonly #startMs: number;
  readonly #day: number;

  constructor(startMs: number, day: number) {
    [this.#startMs, this.#day] = [startMs, day];
  }

  bowieDick(): void {
    const day = this.#day;
    this.#judged(`BD-${day}`, null, true);
    const test = { id: `bd ${day}`, cycle: `BD-${day}`, result: "pass", by: LI };
    this.#tell("sterile-bowie-dick", { steriliser: STERILISER, ...test });
  }

  load(index: number, passes: boolean): void {
    const day = this.#day;
    const [load, cycle] = [`L-${day}-${index}`, `C-${day}-${index}`];
    const packs = Array.from({ length: PACKS }, (_, pack) => `P-${day}-${index}-${pack}`);
    for (const pack of packs) {
      const said = { title: "清创包", implant: false, expires: null, by: LI };
      this.#tell("sterile-pack", { ...said, id: `packed ${pack}`, pack, checkedBy: WANG });
    }
    const of = { steriliser: STERILISER, by: LI };
    this.#tell("sterile-load", { ...of, id: `load ${load}`, load, type: "instruments", packs });
    this.#judged(cycle, load, passes);
    const chemical = { indicator: "chemical", class: 1, place: "outside", result: "pass" };
    this.#tell("sterile-indicator", { ...of, ...chemical, id: `chemical ${cycle}`, cycle });
    if (!passes) return this.#failed(cycle, packs);
    const seen = [`judged ${cycle}`, `chemical ${cycle}`];
    const check = { id: `check ${load}`, load, step: "check", seen, by: LI };
    this.#tell("sterile-release-step", check);
    const release = { load, step: "release", seen: [...seen, check.id], by: WANG };
    this.#tell("sterile-release-step", { id: `release ${load}`, ...release });
    for (const pack of packs.slice(0, PACKS / 2)) {
      const given = { pack, place: "手术室", by: LI };
      this.#tell("sterile-issue", { id: `issued ${pack}`, ...given });
      this.#tell("sterile-use", { id: `used ${pack}`, ...given, patient: pack });
    }
  }

  #failed(cycle: string, packs: readonly string[]): void {
    const found = { steriliser: STERILISER, cause: "cycle-failed" };
    const recall = { ...found, id: `recall ${cycle}`, because: [`judged ${cycle}`], packs };
    this.#tell("sterile-recall", recall);
    const sinceMs = this.#nowMs();
    const alarm = { id: `alarm ${cycle}`, alarm: "cycle-failed", subject: cycle, sinceMs };
    this.#tell("sterile-alarm", { steriliser: STERILISER, ...alarm });
  }

  #judged(cycle: string, load: string | null, passes: boolean): void {
    const wallMs = this.#nowMs();
    const bootMs = wallMs - this.#startMs;
    this.#tell("sterile-cycle", {
      ...{ id: `judged ${cycle}`, cycle, steriliser: STERILISER, number: null, load },
      ...{ loadType: load === null ? "test" : "instruments", program: "p134" },
      ...{ method: "prevacuum", source: "samples", ended: null },
      started: { wallMs, bootId: "0".repeat(32), bootMs },
      upTo: { life: 1, seq: this.#day * 1000 + this.written.length + 1 },
      ...{ verdict: passes ? "pass" : "fail", reasons: [], offSaturation: null },
      ...{ holdSeconds: passes ? 240 : 180, lowestCel: 134.2, highestCel: 135, f0Minutes: 85 },
      rulesDay: "2025-11-01",
    });
  }

  #tell(kind: string, body: object): void {
    this.written.push({ kind, ms: this.#nowMs(), body: { site: SITE, ...body } });
  }

  /** A minute passes with every entry. */
  #nowMs(): number {
    return this.#startMs + this.#day * DAY_MS + (8 * 60 + this.written.length) * MINUTE_MS;
  }
}
