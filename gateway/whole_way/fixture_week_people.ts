/** What people do in the week, by the site's own routes: alarms, waste, and sterile supply. */
import * as z from "zod";
import { seeded } from "../../sync/simulated_time.ts";
import { until } from "../../sync/fixtures.ts";
import { scaleModel } from "../demo/models.ts";
import {
  BIOLOGICAL_TESTS,
  LORRY,
  minuteOf,
  WASTE_ROUNDS,
  type WasteRound,
  WEEK_ANSWERS,
  WEEK_LOADS,
  WEEK_USE,
  type WeekAnswer,
  type WeekBag,
  type WeekLoad,
} from "../demo/township_week.ts";
import { steriliserModel } from "../demo/steriliser_model.ts";
import { PINS } from "../waste/fixture_nurses.ts";
import { MANIFEST } from "../waste/fixture_waste.ts";
import { SCALES, STORE, type Town } from "./fixture_week_town.ts";

/** Something that happens at a minute of the week. */
export interface Moment {
  readonly minute: number;
  readonly act: () => Promise<void>;
}

const WARD = { kind: "ward", id: "ward-3" };
const CARRIER = { kind: "person", id: "carrier" };
const AT_STORE = { kind: "store", id: STORE };
const VEHICLE = { kind: "vehicle", id: "lorry" };
const DISPOSER = { kind: "disposer", id: "disposer" };
const CATEGORY = "841-001-01";
const WANG = { account: "wang", pin: PINS.wang };
const SAMPLE_MS = 2000;
const goingOn = z.array(z.object({
  ...{ episode: z.string(), unit: z.string(), ended: z.string().nullable() },
}));
const moment = (at: string, act: () => Promise<void>): Moment => ({ minute: minuteOf(at), act });

/** Whoever finds the door open says so. */
export class ColdPeople {
  readonly #town: Town;

  constructor(town: Town) {
    this.#town = town;
  }

  get moments(): Moment[] {
    return WEEK_ANSWERS.map((one) => moment(one.at, () => this.#answers(one)));
  }

  async #answers({ unit, level }: WeekAnswer): Promise<void> {
    const alarms = goingOn.parse(await this.#town.site.ask("/api/coldchain/alarms"));
    const episode = alarms.find((one) => one.unit === unit && one.ended === null)?.episode;
    const said = { level, found: "door-open", comment: "门没关严，已关上" };
    await this.#town.acts("li", "coldchain/acknowledgements", { episode, ...said });
  }
}

/** Bags by their names in the script, and what a scale said of each. */
export class WastePeople {
  readonly #town: Town;
  readonly #weight = scaleModel(seeded(7));
  readonly codes = new Map<string, string>();
  readonly kilograms = new Map<string, number>();
  /** Names of bags that the store holds, as the script has it. */
  readonly #held = new Set<string>();
  readonly #missing = new Set<string>();
  #manifests = 0;

  constructor(town: Town) {
    this.#town = town;
  }

  get moments(): Moment[] {
    const rounds = WASTE_ROUNDS.flatMap((round) => [
      ...round.bags.map((bag) => moment(bag.sealed, () => this.#seals(bag))),
      moment(round.collected, () => this.#collects(round)),
      moment(round.stored, () => this.#stores(round)),
    ]);
    return [...rounds, ...LORRY.map((at) => moment(at, () => this.#leaves()))];
  }

  #code(name: string): string {
    const code = this.codes.get(name);
    if (code === undefined) throw new Error(`Nobody sealed "${name}"`);
    return code;
  }

  async #seals({ id }: WeekBag): Promise<void> {
    const weight = Number(this.#weight(0).weight);
    const said = { weight, stable: true, category: CATEGORY };
    const reading = await this.#town.weighs(SCALES.ward, said);
    const { subject } = await this.#town.acts("li", "waste/bags", {
      ...{ category: CATEGORY, source: { ward: WARD.id } },
      weight: { from: "scale", reading },
    });
    this.codes.set(id, subject);
    this.kilograms.set(id, weight);
  }

  /** One gives, the other confirms by himself. */
  async #collects({ bags }: WasteRound): Promise<void> {
    const codes = bags.map(({ id }) => this.#code(id));
    const order = { from: WARD, to: CARRIER, bags: codes };
    const { entry } = await this.#town.acts("li", "waste/handovers", order);
    await this.#town.acts("wang", "waste/confirmations", { of: entry });
  }

  async #stores({ bags, missing }: WasteRound): Promise<void> {
    const brought = bags.map(({ id }) => id).filter((id) => !missing.includes(id));
    const sum = brought.reduce((all, id) => all + (this.kilograms.get(id) ?? 0), 0);
    const said = { weight: Number(sum.toFixed(2)), stable: true, category: CATEGORY };
    const reading = await this.#town.weighs(SCALES.store, said);
    const order = {
      ...{ from: CARRIER, to: AT_STORE, bags: brought.map((id) => this.#code(id)), second: WANG },
      weight: { from: "scale", reading },
    };
    if (missing.length > 0) {
      // It names each that did not come, and writes nothing.
      const { status, json } = await this.#town.tries("li", "waste/stored", order);
      const named = missing.every((id) => JSON.stringify(json).includes(this.#code(id)));
      if (status < 400 || !named) throw new Error(`A bag is missing: ${JSON.stringify(json)}`);
    }
    // Whoever still has one says so again, each time that he comes.
    for (const id of missing) this.#missing.add(id);
    const explained = [...this.#missing]
      .map((id) => ({ bag: this.#code(id), explanation: "正在寻找" }));
    await this.#town.acts("li", "waste/stored", { ...order, missing: explained });
    for (const id of brought) this.#held.add(id);
  }

  async #leaves(): Promise<void> {
    const bags = [...this.#held].map((id) => this.#code(id));
    const grams = [...this.#held].reduce((sum, id) => sum + this.#grams(id), 0);
    const manifest = `M-${++this.#manifests}`;
    const number = `2026340100${String(this.#manifests).padStart(4, "0")}`;
    const acts = (path: string, body: object) => this.#town.acts("li", path, body);
    await acts("waste/manifests", { ...MANIFEST, store: AT_STORE, manifest, bags });
    await acts("waste/manifest-numbers", { manifest, number });
    const common = { manifest, bags, second: WANG };
    await acts("waste/departures", { ...common, from: AT_STORE, to: VEHICLE });
    const receipt = `R-${this.#manifests}`;
    await acts("waste/receipts", { ...common, from: VEHICLE, to: DISPOSER, receipt, grams });
    this.#held.clear();
  }

  #grams(id: string): number {
    return Math.round((this.kilograms.get(id) ?? 0) * 1000);
  }
}

const cycleLines = z.array(z.object({ cycle: z.string(), load: z.string().nullable() }));
const loadShown = z.object({ seen: z.array(z.string()) });

export class SterilePeople {
  readonly #town: Town;
  /** The cycle of each load, as the site found it. */
  readonly cycles = new Map<string, string>();

  constructor(town: Town) {
    this.#town = town;
  }

  get moments(): Moment[] {
    return [
      ...WEEK_LOADS.flatMap((load) => this.#ofLoad(load)),
      ...BIOLOGICAL_TESTS.map(({ load, read, result }) =>
        moment(read, () => this.#indicator(load, { ...BIOLOGICAL, result }))
      ),
      moment(WEEK_USE.at, async () => {
        const { pack, patient } = WEEK_USE;
        await this.#acts("issues", { pack, place: "手术室" });
        await this.#acts("uses", { pack, patient, place: "手术室" });
      }),
    ];
  }

  /** Loaded, run, and ten minutes later looked at. */
  #ofLoad(one: WeekLoad): Moment[] {
    const { load, type, packs, loaded, cycle } = one;
    const minute = minuteOf(loaded);
    const model = steriliserModel([cycle], { pauseSeconds: 2, pace: 10 });
    const seconds = 2 + cycle.holdSeconds + 40;
    const samples = Array.from({ length: Math.ceil(seconds * 1000 / SAMPLE_MS) + 1 }, (_, at) => ({
      minute: minute + 1 + at * SAMPLE_MS / 60_000,
      act: () => this.#town.steriliserTells(model(at * SAMPLE_MS)),
    }));
    return [
      {
        minute,
        act: async () => {
          for (const pack of packs) await this.#packs(pack);
          const chosen = { program: type === "test" ? "bd" : "p134" };
          await this.#acts("loads", { load, steriliser: "S1", type, packs, ...chosen });
        },
      },
      ...samples,
      { minute: minute + 10, act: () => this.#looksAt(one) },
    ];
  }

  async #packs(pack: string): Promise<void> {
    const fields = { title: "清创包", implant: false, expires: null, checked: WANG };
    await this.#acts("packs", { pack, ...fields });
  }

  async #looksAt({ load, type, cycle }: WeekLoad): Promise<void> {
    await until(`the cycle of ${load} is judged`, async () => {
      const lines = cycleLines.parse(await this.#town.site.ask("/api/sterile/cycles?limit=5"));
      const found = lines.find((line) => line.load === load);
      if (found !== undefined) this.cycles.set(load, found.cycle);
      return found !== undefined;
    });
    if (type === "test") {
      await this.#acts("bowie-dicks", { cycle: this.#cycle(load), result: "pass" });
      return;
    }
    const outside = { indicator: "chemical", class: 1, place: "outside", result: "pass" };
    await this.#indicator(load, outside);
    if (cycle.fault !== null) return;
    for (const [step, by] of [["check", undefined], ["release", WANG]] as const) {
      const { seen } = loadShown.parse(await this.#town.site.ask(`/api/sterile/loads/${load}`));
      await this.#acts(`loads/${load}/steps`, { step, seen, ...(by === undefined ? {} : { by }) });
    }
  }

  async #indicator(load: string, told: object): Promise<void> {
    await this.#acts("indicators", { cycle: this.#cycle(load), ...told });
  }

  #cycle(load: string): string {
    return this.cycles.get(load) ?? "";
  }

  async #acts(path: string, body: object): Promise<void> {
    await this.#town.acts("li", `sterile/${path}`, body);
  }
}

const BIOLOGICAL = { indicator: "biological", controlGrew: true };
