import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stampAt } from "../../sync/fixtures.ts";
import { TablesDesk } from "../fixture_tables.ts";
import { DELIVERY, MESSAGE, messageId, PLAN, UNDELIVERED } from "./delivery.ts";
import { notification } from "./fixture_notifications.ts";
import { NOTIFICATION, notificationEntry } from "./notification.ts";
import {
  latestDeliveries,
  notificationsIn,
  undeliveredSince,
  UNPLANNED,
  unplannedOf,
  WAITING,
  waitingOf,
} from "./notification_queue.ts";

const LI = { contact: "li", channel: "sms" };
const WANG = { contact: "wang", channel: "mail" };

let opened: AsyncDisposableStack;
let site: TablesDesk;
let county: TablesDesk;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  site = opened.use(await TablesDesk.open({ node: "site-017" }));
  county = opened.use(await TablesDesk.open({ node: "county-a", authorities: ["county-a"] }));
});
afterEach(() => opened.disposeAsync());

async function tell(desk: TablesDesk, kind: string, body: object, ms = 0): Promise<void> {
  await desk.append(kind, body, ms, "alarm");
  await desk.tables.caughtUp(desk.journal);
}

async function planned(id: string, changed: Parameters<typeof notification>[1] = {}) {
  await tell(site, NOTIFICATION, notification(id, changed));
  await tell(site, PLAN, { notification: id, recipients: [LI, WANG] });
}

async function delivery(desk: TablesDesk, of: typeof LI, ids: string[], outcome: string, ms = 0) {
  const message = messageId(of, ids);
  const body = { message, ...of, notifications: ids, outcome, attempts: 1, detail: outcome };
  await tell(desk, DELIVERY, body, ms);
}

function waitingNames(desk: TablesDesk, node: string, role: "site" | "county") {
  return waitingOf(desk.tables, node, role).then((all) =>
    all.map(({ notification, contact, stage, message }) =>
      `${notification} ${contact} ${stage}${message === null ? "" : " open"}`
    )
  );
}

describe("the queue is made of entries alone", () => {
  test("what is handed over waits for its plan, over a restart, the most severe first", async () => {
    await tell(site, NOTIFICATION, notification("n", { severity: "notice" }));
    await tell(site, NOTIFICATION, notification("c", { severity: "critical" }), 5);
    await site.reopen();
    const all = await unplannedOf(site.tables);
    expect(all.map(({ notification, node }) => `${node} ${notification.id}`))
      .toEqual(["site-017 c", "site-017 n"]);
    await tell(site, PLAN, { notification: "c", recipients: [] });
    expect(await unplannedOf(site.tables)).toHaveLength(1);
    expect(await waitingNames(site, "site-017", "site")).toEqual([]);
  });

  test("each step is there after a crash behind it, and nothing is done twice", async () => {
    await planned("a");
    await site.reopen();
    expect(await waitingNames(site, "site-017", "site")).toEqual([
      "a li planned",
      "a wang planned",
    ]);
    const id = messageId(LI, ["a"]);
    await tell(site, MESSAGE, { id, ...LI, notifications: ["a"] });
    await site.reopen();
    expect(await waitingNames(site, "site-017", "site"))
      .toEqual(["a li planned open", "a wang planned"]);
    expect((await notificationsIn(site.tables, "site-017", id)).map(({ id }) => id)).toEqual(["a"]);
    await delivery(site, LI, ["a"], "delivered");
    await site.reopen();
    expect(await waitingNames(site, "site-017", "site")).toEqual(["a wang planned"]);
    // A second plan, as of another node, brings nothing back.
    await tell(site, PLAN, { notification: "a", recipients: [LI, WANG] }, 9);
    expect(await waitingNames(site, "site-017", "site")).toEqual(["a wang planned"]);
  });

  test.each(["refused", "expired", "delivered", "handed-over"])(
    "what is %s is over",
    async (end) => {
      await planned("a");
      await delivery(site, LI, ["a"], end);
      expect(await waitingNames(site, "site-017", "site")).toEqual(["a wang planned"]);
    },
  );

  test("the same id again is on disk once (T2)", async () => {
    const time = stampAt(0);
    const entry = notificationEntry(time, notification("a"));
    const [first] = await site.journal.append([entry], time);
    const [again] = await site.journal.append([entry], time);
    expect([first.kind, again.kind]).toEqual(["stored", "duplicate"]);
  });
});

describe("what a site hands over", () => {
  test("waits at the county, and at the site no more, until the county has delivered it", async () => {
    await planned("a");
    await delivery(site, LI, ["a"], "handed-over");
    await site.handOver(county);
    expect(await waitingNames(site, "site-017", "site")).toEqual(["a wang planned"]);
    const atCounty = await waitingOf(county.tables, "county-a", "county");
    expect(atCounty.map(({ contact, stage, node }) => [contact, stage, node])).toEqual([
      ["li", "handed-over", "site-017"],
      ["wang", "planned", "site-017"],
    ]);
    await delivery(county, LI, ["a"], "delivered");
    expect(await waitingNames(county, "county-a", "county")).toEqual(["a wang planned"]);
  });

  test("is delivered whichever of the two tells first what it did", async () => {
    await planned("a");
    await delivery(county, LI, ["a"], "delivered", 1);
    await delivery(site, LI, ["a"], "handed-over", 2);
    await site.handOver(county);
    const [{ state, node }] = (await latestDeliveries(county.tables, 9))
      .filter(({ contact }) => contact === "li");
    expect([state, node]).toEqual(["delivered", "county-a"]);
  });
});

test("who could not be told is listed, the latest first (T10)", async () => {
  const body = { notifications: ["a"], ...LI, reason: "no such number" };
  await tell(site, UNDELIVERED, { id: "a".repeat(64), ...body }, 1000);
  await tell(
    site,
    UNDELIVERED,
    { id: "b".repeat(64), ...body, contact: null, channel: null },
    2000,
  );
  const { wallMs } = stampAt(0);
  const all = await undeliveredSince(site.tables, wallMs, 10);
  expect(all.map(({ id, contact, node }) => [id[0], contact, node]))
    .toEqual([["b", null, "site-017"], ["a", "li", "site-017"]]);
  expect(await undeliveredSince(site.tables, wallMs + 1001, 10)).toHaveLength(1);
});

describe("the queue is found by an index", () => {
  test.each([
    { sql: UNPLANNED, parameters: [9] },
    { sql: WAITING, parameters: ["site-017", 1, 9] },
  ])("$sql", async ({ sql, parameters }) => {
    const plan = await site.tables.rows(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    const scans = plan.map((row) => row.text("detail")).filter((line) => line.startsWith("SCAN"));
    // Only what waits to be planned is gone through as a whole.
    expect(scans.filter((line) => !line.startsWith("SCAN notificationsunplanned"))).toEqual([]);
  });
});
