import { expect, test } from "vitest";
import { stampAt } from "../../../sync/fixtures.ts";
import { TablesDesk } from "../../fixture_tables.ts";
import { SITE } from "../life/fixture_life.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import * as reads from "../record/cold_reads.ts";
import { coldEntry } from "./cold_node.ts";
import { MINUTE_MS, SiteCold } from "./fixture_cold_desk.ts";
import { SilentSites } from "./silent_sites.ts";

/** A county at a minute, with a site's fridge. */
class County {
  readonly desk: TablesDesk;
  #sites: SilentSites;
  nowMs = 0;

  constructor(desk: TablesDesk) {
    this.desk = desk;
    this.#sites = this.#started();
  }

  #started(): SilentSites {
    const { journal, tables } = this.desk;
    return new SilentSites({
      ...{ name: "county-a", journal, tables, silentSiteMinutes: 10 },
      clock: { now: () => stampAt(this.nowMs) },
      disk: { append: (...given) => journal.append(...given) },
    });
  }

  async look(minute: number): Promise<void> {
    this.nowMs = minute * MINUTE_MS;
    const { journal, tables } = this.desk;
    await tables.caughtUp(journal);
    await this.#sites.look();
    await tables.caughtUp(journal);
  }

  async restart(): Promise<void> {
    await this.desk.reopen();
    this.#sites = this.#started();
  }

  async stands(): Promise<string[]> {
    const select = "SELECT site, unit, cause, state, todo FROM coldepisodes " +
      "WHERE cause = 'offline' ORDER BY since";
    return (await this.desk.tables.rows(select)).map((row) =>
      [row.text("site"), row.text("unit"), row.text("cause"), row.text("state")]
        .concat(row.numberOrNull("todo") === null ? [] : ["to do"]).join(" ")
    );
  }

  async told(): Promise<string[]> {
    const select = "SELECT body FROM notifications ORDER BY life, seq";
    return (await this.desk.tables.rows(select)).map((row) => {
      const { event, site, what: { code } } = JSON.parse(row.text("body"));
      return `${event} ${site} ${code}`;
    });
  }
}

async function lateVialsAt({ journal }: TablesDesk, count: number): Promise<void> {
  const [now, cause] = [stampAt(0), "late-vial"];
  const alarms = Array.from({ length: count }, (_, at) => ({
    ...{ id: `a-${at}`, site: "county-a", unit: WHOLE_SITE, episode: `v-${at}`, cause },
    ...{ level: 1, rule: cause, sinceMs: 1, alarmMs: 1 },
  }));
  await journal.append(
    alarms.map((body) => coldEntry({ clock: { now: () => now } }, "alarm", "cold-alarm", body)),
    now,
  );
}

test("C4: a county alarms a site that is silent for ten minutes, once, until it speaks", async () => {
  await using cold = await SiteCold.open();
  await using desk = await TablesDesk.open({ node: "county-a", authorities: ["county-a"] });
  await cold.tables.handOver(desk);
  // Of whole sites too, and more than a list of a unit's alarms holds.
  await lateVialsAt(desk, reads.EPISODES_MAX);
  const county = new County(desk);
  await county.look(0);
  await county.look(9.99);
  expect(await county.stands()).toEqual([]);
  await county.look(10);
  await county.look(11);
  expect(await county.stands()).toEqual([`${SITE} * offline open to do`]);
  expect(await county.told()).toEqual([`raised ${SITE} cold-offline`]);
  await county.restart();
  await county.look(12);
  await county.look(30);
  expect(await county.stands()).toEqual([`${SITE} * offline open to do`]);
  await cold.reads(31, [5]);
  await cold.tables.handOver(desk);
  await county.look(31);
  await county.look(32);
  expect(await county.stands()).toEqual([`${SITE} * offline recovered`]);
  expect(await county.told()).toEqual([
    `raised ${SITE} cold-offline`,
    `recovered ${SITE} cold-offline`,
  ]);
  await county.look(41);
  expect(await county.stands()).toEqual([
    `${SITE} * offline recovered`,
    `${SITE} * offline open to do`,
  ]);
});
