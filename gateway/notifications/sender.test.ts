import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { until } from "../../sync/fixtures.ts";
import { contact, notification } from "./fixture_notifications.ts";
import { HOOKED, hookTo, QUICK, SendingNode } from "./fixture_sender.ts";
import { isOurs } from "./responsibility.ts";
import { homeOf } from "../home_centre.ts";

const told = z.object({
  data: z.object({ notifications: z.array(z.object({ id: z.string() }).loose()) }),
});
const BUSY = () => new Response("busy", { status: 503 });

let opened: AsyncDisposableStack;
let site: SendingNode;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  site = opened.use(await SendingNode.open());
});
afterEach(() => opened.disposeAsync());

/** Ids of the notifications of each message that was heard. */
function heard(node: SendingNode): string[] {
  return node.peer.heard.map(({ text }) =>
    told.parse(JSON.parse(text)).data.notifications.map(({ id }) => id).join()
  );
}

function settled(node: SendingNode, ...states: readonly string[]): Promise<void> {
  return until(`it is ${states}`, async () => (await node.deliveries()).join() === states.join());
}

describe("a notification", () => {
  test("is told to each contact once, and not again by a restart", async () => {
    const wang = contact("wang", { ways: [{ channel: "hook" }] });
    const contacts = { contacts: () => Promise.resolve([HOOKED, wang]) };
    site.start(contacts);
    await site.handOver(notification("a"));
    await settled(site, "a li delivered", "a wang delivered");
    await site.restart(contacts);
    await site.handOver(notification("b"));
    await settled(
      site,
      ...["a li delivered", "a wang delivered", "b li delivered", "b wang delivered"],
    );
    expect(heard(site)).toEqual(["a", "a", "b", "b"]);
    expect(new Set(site.heardIds).size).toBe(4);
  });

  test("that nobody is told of is shown to people (T10)", async () => {
    site.start({ contacts: () => Promise.resolve([]) });
    await site.handOver(notification("a", { level: 3 }));
    await until("it is shown", async () => (await site.undelivered()).length === 1);
    expect(await site.undelivered()).toMatchObject([
      { notifications: ["a"], contact: null, reason: "no contact is told of vaccine at level 3" },
    ]);
  });

  test("that is refused is shown to people, and holds up no other (T10)", async () => {
    site.peer.answer = () =>
      site.peer.heard.length === 1 ? new Response("no", { status: 422 }) : new Response();
    site.start();
    await site.handOver(notification("a"));
    await settled(site, "a li refused");
    await site.handOver(notification("b"));
    await settled(site, "a li refused", "b li delivered");
    expect(await site.undelivered()).toMatchObject([
      { notifications: ["a"], contact: "li", reason: "refused: it answered 422" },
    ]);
  });

  test("that nobody takes in time is given up, and shown to people (T10)", async () => {
    site.peer.answer = BUSY;
    site.start({ limits: { ...QUICK, expireMs: 300 } });
    await site.handOver(notification("a"));
    await settled(site, "a li expired");
    expect(await site.undelivered()).toMatchObject([{ reason: "expired: it answered 503" }]);
  });

  test("that waits shows for how long, what was tried, and why it waits (T8)", async () => {
    site.peer.answer = BUSY;
    site.start();
    await site.handOver(notification("a"));
    await until("it was tried", () => site.peer.heard.length > 2);
    const [waiting] = await site.sender?.waiting() ?? [];
    expect(waiting).toMatchObject({
      notification: "a",
      contact: "li",
      channel: "hook",
      stage: "planned",
      reason: "it answered 503",
    });
    expect(waiting.attempts).toBeGreaterThan(1);
  });
});

describe("a storm", () => {
  test("is one message behind the one that is under way, the critical ones first", async () => {
    site.peer.answer = BUSY;
    site.start();
    await site.handOver(notification("first", { severity: "notice" }));
    await until("it was tried", () => site.peer.heard.length > 0);
    const storm = Array.from(
      { length: 20 },
      (_, n) =>
        notification(`n${String(n).padStart(2, "0")}`, {
          severity: n === 19 ? "critical" : "warning",
        }),
    );
    await site.handOver(...storm);
    await until("all are planned", async () => (await site.deliveries()).length === 21);
    site.peer.answer = () => new Response();
    await until(
      "all are told",
      async () => (await site.deliveries()).every((one) => one.endsWith("delivered")),
    );
    const messages = [...new Set(heard(site))];
    expect(messages[0]).toBe("first");
    expect(messages).toHaveLength(2);
    expect(messages[1].split(",").slice(0, 2)).toEqual(["n19", "n00"]);
  });
});

describe("a crash between any two steps loses nothing, and tells it under the same id (T1, T2)", () => {
  const STEPS = ["notification-plan", "notification-message", "notification-delivery"] as const;

  test.each(
    STEPS.flatMap((kind) => (["before", "behind"] as const).map((when) => ({ kind, when }))),
  )(
    "$when $kind",
    async ({ kind, when }) => {
      await site.handOver(notification("a"), notification("b"));
      site.around = (at, kinds) => {
        if (at === when && kinds.includes(kind)) throw new Error("a crash");
      };
      const end = await site.start();
      expect(String(end)).toContain("a crash");
      site.around = () => {};
      await site.restart();
      await settled(site, "a li delivered", "b li delivered");
      // Whatever came twice came under one id.
      const byId = new Map(site.heardIds.map((id, n) => [id, heard(site)[n]]));
      const ids = [...byId.values()].flatMap((all) => all.split(","));
      expect(ids.toSorted()).toEqual(["a", "b"]);
    },
  );
});

describe("what a site cannot send", () => {
  async function countyOf(node = "county-a"): Promise<SendingNode> {
    return opened.use(await SendingNode.open(node, ["county-a", "county-b"]));
  }

  test("since it has no such channel, the county does, which has the contact too", async () => {
    const county = await countyOf();
    county.start();
    site.start({ channels: [] });
    await site.handOver(notification("a"));
    await settled(site, "a li handed-over");
    await site.desk.handOver(county.desk);
    await settled(county, "a li delivered");
    expect([heard(site), heard(county)]).toEqual([[], ["a"]]);
  });

  test("since its channel does not work, the county does, and the site tries the next anew", async () => {
    site.peer.answer = BUSY;
    site.start({ canHandOver: () => true, limits: { ...QUICK, handOverMs: 200 } });
    await site.handOver(notification("a"));
    await settled(site, "a li handed-over");
    const tries = site.peer.heard.length;
    expect(tries).toBeGreaterThan(1);
    site.peer.answer = () => new Response();
    await site.handOver(notification("b"));
    await until(
      "it is told",
      async () =>
        (await site.deliveries()).every((one) =>
          /^a li handed-over|^b li (delivered|handed-over)/.test(one)
        ),
    );
  });

  test("it keeps while no centre is reached", async () => {
    site.peer.answer = BUSY;
    site.start({ limits: { ...QUICK, handOverMs: 20 } });
    await site.handOver(notification("a"));
    await until("it was tried often", () => site.peer.heard.length > 8);
    expect(await site.deliveries()).toEqual(["a li planned"]);
  });

  test("nor its county is shown to people there", async () => {
    const county = await countyOf();
    county.start({ channels: [] });
    site.start({ channels: [] });
    await site.handOver(notification("a"));
    await settled(site, "a li handed-over");
    await site.desk.handOver(county.desk);
    await settled(county, "a li refused");
    expect(await county.undelivered())
      .toMatchObject([{ reason: "refused: this county has no such channel" }]);
  });

  test("is not sent by the county while the site has it in hand", async () => {
    const county = await countyOf();
    county.start();
    site.peer.answer = BUSY;
    site.start();
    await site.handOver(notification("a"));
    await until("it was tried", () => site.peer.heard.length > 0);
    await site.desk.handOver(county.desk);
    await county.handOver(notification("of-the-county", { site: "site-017" }));
    await settled(county, "a li planned", "of-the-county li delivered");
    expect(heard(county)).toEqual(["of-the-county"]);
  });
});

describe("of two centres", () => {
  const CENTRES = ["county-a", "county-b"];
  const home = homeOf("site-017", CENTRES);
  const other = CENTRES.find((one) => one !== home) ?? "";
  const parts = (own: string, isUp: boolean) => ({
    own,
    other: CENTRES.find((one) => one !== own) ?? null,
    isUp: () => isUp,
    takeOverMs: 240_000,
  });

  test("the home of a site sends at once, whatever the link between them does", () => {
    expect(isOurs(parts(home, true), "site-017", 0)).toBe(true);
    expect(isOurs(parts(home, false), "site-017", 0)).toBe(true);
    expect(isOurs({ ...parts(other, true), other: null }, "site-017", 0)).toBe(true);
  });

  test("the other one sends what is open after its time, sooner where the home is away", () => {
    expect(isOurs(parts(other, true), "site-017", 239_999)).toBe(false);
    expect(isOurs(parts(other, true), "site-017", 240_000)).toBe(true);
    expect(isOurs(parts(other, false), "site-017", 29_999)).toBe(false);
    expect(isOurs(parts(other, false), "site-017", 30_000)).toBe(true);
  });

  test("both noticed it, one tells it", async () => {
    const [a, b] = [
      opened.use(await SendingNode.open(home, CENTRES)),
      opened.use(await SendingNode.open(other, CENTRES)),
    ];
    a.start();
    b.start({ isOurs: () => false });
    const same = notification("silent", { site: "site-017" });
    await Promise.all([a.handOver(same), b.handOver(same)]);
    await settled(a, "silent li delivered");
    await a.desk.handOver(b.desk);
    await b.restart();
    await settled(b, "silent li delivered");
    expect([heard(a), heard(b)]).toEqual([["silent"], []]);
  });
});

test("a channel that fails for its time is an alarm, once, and once when it works again (T10)", async () => {
  const alarms: string[] = [];
  site.around = (when, kinds) => {
    if (when === "behind") alarms.push(...kinds.filter((kind) => kind === "notification-channel"));
  };
  site.peer.answer = BUSY;
  site.start({ limits: { ...QUICK, alarmMs: 100 } });
  await site.handOver(notification("a"));
  await until("it is told", () => alarms.length === 1);
  await until("it was tried again", () => site.peer.heard.length > 5);
  expect(alarms).toHaveLength(1);
  site.peer.answer = () => new Response();
  await until("it works again", () => alarms.length === 2);
});

test("two channels do not wait for each other", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = {
    ...hookTo(site.peer, "slow"),
    send: async () => {
      await promise;
      return { kind: "delivered", detail: "" } as const;
    },
  };
  const ways = [{ channel: "slow" }, { channel: "hook" }];
  site.start({
    channels: [slow, hookTo(site.peer)],
    contacts: () => Promise.resolve([contact("li", { ways })]),
  });
  await site.handOver(notification("a"));
  await settled(site, "a li delivered", "a li planned");
  resolve();
  await settled(site, "a li delivered", "a li delivered");
});
