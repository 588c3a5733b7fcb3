import { expect, test } from "vitest";
import { type Stream, streamTo } from "../../sync/stream.ts";
import { stampAt, until } from "../../sync/fixtures.ts";
import { TablesDesk } from "../fixture_tables.ts";
import type { LifeEvent } from "./life/event.ts";
import { HASH, OTHER_HASH, SITE, Story, SUBJECT } from "./life/fixture_life.ts";
import { knownOf } from "./record/known.ts";
import { OPEN, openSameKeys, SAME_KEYS } from "./record/same_keys.ts";
import { eventsOf, nameOf } from "./record/stored_events.ts";
import { SameKeyDesk } from "./same_key_desk.ts";
import { standingViewOf } from "./standing_view.ts";

const KEY = { channel: "idempotency-key", id: "k-1" };

async function write(desk: TablesDesk, { kind, body }: LifeEvent, ms: number): Promise<void> {
  await desk.append(kind, body, ms, streamTo(SITE));
}

/** A centre that took this number under the key, with its verdict, while it was alone. */
async function alone(node: string, number: string, hash: string, ms: number): Promise<TablesDesk> {
  const desk = await TablesDesk.open({ node, authorities: ["county-a", "county-b"] });
  const story = new Story(node);
  const sent = story.prescription({ id: number }, hash);
  await desk.append("prescription", { ...sent.body, key: KEY }, ms, streamTo(SITE));
  await write(desk, story.verdict("pass", { prescription: number, hash }), ms);
  return desk;
}

test("T2 P11: one key, two prescriptions at centres apart: both tell, both stand, the later is marked", async () => {
  await using a = await alone("county-a", "RX-2", OTHER_HASH, 2000);
  await using b = await alone("county-b", "RX-1", HASH, 1000);
  const both = [a, b];
  const heal = async () => {
    for (const stream of [streamTo(SITE), "alarm"] satisfies Stream[]) {
      await a.handOver(b, stream);
      await b.handOver(a, stream);
    }
  };
  await heal();
  const over = new AbortController();
  const desks = both.map(({ journal, tables }, n) =>
    new SameKeyDesk({ clock: clockAt(3000 + n), disk: journal, journal, tables })
  );
  const running = desks.map((desk) => desk.run(over.signal));
  const reason = /^site-017: RX-2 \(version 1\) came after RX-1 \(version 1\), key of SHA-256 \w+$/;
  for (const desk of desks) {
    await until("it is a concern", () => desk.concerns.length === 1);
    expect(desk.concerns[0].reason).toMatch(reason);
  }
  await until(
    "both have told",
    () =>
      both.every(({ journal }) =>
        journal.positions().some(({ origin, stream }) =>
          origin === journal.origin && stream === "alarm"
        )
      ),
  );
  await heal();
  for (const { tables, journal } of both) {
    await tables.caughtUp(journal);
    expect(await openSameKeys(tables, 10)).toMatchObject([{ isTold: true }]);
    const numbers = ["RX-1", "RX-2"].map((number) => ({ site: SITE, number }));
    const events = await eventsOf(tables, numbers);
    const [first, later] = numbers.map((key) => standingViewOf(events.get(nameOf(key)) ?? []));
    expect(first).toMatchObject({ state: "passed", verdict: { marks: [] } });
    const marks = [{ code: "same-key", detail: expect.stringContaining('"RX-1"') }];
    expect(later).toMatchObject({ state: "passed", verdict: { marks } });
    // Whichever of both is sent again has its answer; a third one is refused.
    const sendKeys = [{ site: SITE, key: KEY.id }];
    const { sent } = await knownOf(tables, { numbers: [], sendKeys, patients: [] });
    expect(sent.get(`${SITE}/k-1`)?.toSorted()).toEqual([HASH, OTHER_HASH]);
  }
  const [{ body: { id } }] = await openSameKeys(a.tables, 10);
  const seen = new Story("county-a").write("prescription-same-key-seen", {
    ...{ ...SUBJECT, prescription: "RX-2", hash: OTHER_HASH },
    ...{ of: id, comment: "两张都要", by: { id: "li" } },
  });
  await write(a, seen, 5000);
  await heal();
  for (const desk of desks) await until("nobody asks", () => desk.concerns.length === 0);
  over.abort();
  await Promise.all(running);
  const plan = await a.tables.rows(`EXPLAIN QUERY PLAN ${OPEN}`, [1]);
  expect(plan.map((row) => row.text("detail"))).toEqual([
    "SEARCH prescriptionsamekeys USING INDEX prescriptionsamekeysopen (isopen=?)",
  ]);
  const [here, there] = await Promise.all(
    both.map(async (desk) =>
      (await desk.dump()).filter((row) => row.startsWith(`${SAME_KEYS.name} `))
    ),
  );
  expect(here).toEqual(there);
});

function clockAt(ms: number) {
  return { now: () => stampAt(ms) };
}
