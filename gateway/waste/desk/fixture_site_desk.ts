/** A site's desk of waste with real journal, tables and people, and a clock of the test. */
import type { Confirmation } from "../entry/confirmation.ts";
import { PeopleDesk } from "../../people/fixture_people.ts";
import { CARRIER, INFECTIOUS, STORE, WARD } from "../fixture_waste.ts";
import { bagOf } from "../record/waste_reads.ts";
import type { WasteRules } from "../rules.ts";
import { wasteConfig } from "../waste_config.ts";
import * as acts from "./acts.ts";
import type { Done } from "./done.ts";
import { WasteDesk } from "./waste_desk.ts";

export const NURSE: Confirmation = {
  person: { id: "li" },
  credential: { method: "password", id: "li" },
};
export const PORTER: Confirmation = {
  person: { id: "wang" },
  credential: { method: "pin", id: "wang" },
};
/** What people call the site. */
export const PLACE = { zh: "河口镇卫生院", en: "Hekou" };
export const BOTH = [NURSE, PORTER];

export class SiteDesk implements AsyncDisposable {
  readonly people: PeopleDesk;
  readonly desk: WasteDesk;
  #acted = 0;

  private constructor(people: PeopleDesk, desk: WasteDesk) {
    this.people = people;
    this.desk = desk;
  }

  /** `rules`: those that are other than the defaults. */
  static async open(name: string, rules: Partial<WasteRules> = {}): Promise<SiteDesk> {
    const people = await PeopleDesk.open({ node: name, role: "site" });
    const { journal, tables } = people.tables;
    const disk = {
      append: (...given: Parameters<typeof journal.append>) => journal.append(...given),
      noRoomFor: () => null,
    };
    const clock = { now: () => people.now() };
    const config = wasteConfig.parse({
      rules,
      scales: [{ device: "ward-scale", divisionGrams: 10 }],
      stores: [{ id: STORE.id, name: "暂存间", capacityGrams: 10_000 }],
    });
    return new SiteDesk(people, new WasteDesk({ name, clock, disk, journal, tables }, config));
  }

  get tables() {
    return this.people.tables.tables;
  }

  get journal() {
    return this.people.tables.journal;
  }

  /** The scale says a weight; the place of its entry. */
  async weighs(kilograms: number, quality = "good"): Promise<string> {
    const readings = [{ point: "weight", value: kilograms, unit: "kg", quality }];
    const body = JSON.stringify({ device: "ward-scale", readings });
    const time = this.people.now();
    const entry = { kind: "entry", stream: "reading", entryKind: "reading", time, body } as const;
    await this.journal.append([entry], time);
    const own = this.journal.positions().find(({ stream }) => stream === "reading");
    return `${this.journal.origin}/reading/${own?.seq}`;
  }

  /** Names the next act. */
  act() {
    this.#acted++;
    return { id: `act-${String(this.#acted).padStart(6, "0")}` };
  }

  async seals(kilograms: number, otherwise: object = {}): Promise<Done> {
    const asked = acts.sealOrder.parse({
      ...this.act(),
      category: INFECTIOUS,
      source: { ward: WARD.id },
      weight: { from: "scale", reading: await this.weighs(kilograms) },
      ...otherwise,
    });
    return await this.desk.write(acts.sealing(this.desk, asked, [NURSE]));
  }

  /** The code of the bag. */
  async sealed(kilograms: number, otherwise: object = {}): Promise<string> {
    const done = await this.seals(kilograms, otherwise);
    if (done.kind === "refused") throw new Error(done.problem.detail);
    return done.subject;
  }

  async handsOver(
    bags: readonly string[],
    by: readonly Confirmation[] = BOTH,
    ways: object = { from: WARD, to: CARRIER },
  ): Promise<Done> {
    const asked = acts.handoverOrder.parse({ ...this.act(), ...ways, bags });
    return await this.desk.write(acts.handover(this.desk, asked, by));
  }

  async stores(
    bags: readonly string[],
    kilograms: number,
    otherwise: object = {},
  ): Promise<Done> {
    const asked = acts.storeOrder.parse({
      ...this.act(),
      from: CARRIER,
      to: STORE,
      bags,
      weight: { from: "scale", reading: await this.weighs(kilograms) },
      ...otherwise,
    });
    return await this.desk.write(acts.storing(this.desk, asked, BOTH));
  }

  async standing(bag: string) {
    return (await bagOf(this.tables, bag))?.standing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.people[Symbol.asyncDispose]();
  }
}

export function refusal(done: Done): string | undefined {
  return done.kind === "refused" ? done.problem.detail : "it was written";
}
