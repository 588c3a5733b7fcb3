import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Stamp } from "../sync/entry.ts";
import { range, stampAt, TemporaryFolder } from "../sync/fixtures.ts";
import { Sessions } from "./sessions.ts";

const HOUR_MS = 3_600_000;

/** Sessions of a node whose time the test lets pass. */
class Desk implements Disposable {
  readonly folder = new TemporaryFolder();
  nowMs = 0;
  /** What differs from a clock that is right in one long boot. */
  clock: Partial<Stamp> = {};
  sessions = this.open();

  /** As after a restart of the node. */
  open(): Sessions {
    return this.sessions = new Sessions(
      this.folder.path,
      () => ({ ...stampAt(this.nowMs), ...this.clock }),
    );
  }

  signIn(): string {
    const session = this.sessions.redeem(this.sessions.newLink());
    if (session === null) throw new Error("A new link was refused");
    return session;
  }

  get file(): string {
    return join(this.folder.path, "sessions.json");
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

describe("an owner's link", () => {
  test("X1: nobody has a session before it was opened", () => {
    using desk = new Desk();
    expect(desk.sessions.unowned).toBe(true);
    expect(desk.sessions.valid("")).toBe(false);
    expect(desk.sessions.redeem("")).toBeNull();
    desk.signIn();
    expect(desk.sessions.unowned).toBe(false);
  });

  test("opens one session, once", () => {
    using desk = new Desk();
    const link = desk.sessions.newLink();
    const session = desk.sessions.redeem(link);
    expect(desk.sessions.valid(session ?? "")).toBe(true);
    expect(desk.sessions.redeem(link)).toBeNull();
    expect(desk.sessions.valid(link)).toBe(false);
  });

  test("can be looked at without being used up", () => {
    using desk = new Desk();
    const link = desk.sessions.newLink();
    expect([link, link, "", "x"].map((token) => desk.sessions.opens(token)))
      .toEqual([true, true, false, false]);
    expect(desk.sessions.redeem(link)).not.toBeNull();
    expect(desk.sessions.opens(link)).toBe(false);
    const late = desk.sessions.newLink();
    desk.nowMs += 24 * HOUR_MS + 1;
    expect(desk.sessions.opens(late)).toBe(false);
  });

  test("is void once there is a newer one", () => {
    using desk = new Desk();
    const [older, newer] = [desk.sessions.newLink(), desk.sessions.newLink()];
    expect(desk.sessions.redeem(older)).toBeNull();
    expect(desk.sessions.redeem(newer)).not.toBeNull();
  });

  test("is void after a day", () => {
    using desk = new Desk();
    const link = desk.sessions.newLink();
    desk.nowMs += 24 * HOUR_MS + 1;
    expect(desk.sessions.redeem(link)).toBeNull();
  });

  test("holds over a restart", () => {
    using desk = new Desk();
    const link = desk.sessions.newLink();
    expect(desk.open().redeem(link)).not.toBeNull();
    expect(desk.open().redeem(link)).toBeNull();
  });
});

describe("a session", () => {
  test("holds over a restart, and while it is used", () => {
    using desk = new Desk();
    const session = desk.signIn();
    for (const _hour of range(1, 48)) {
      desk.nowMs += HOUR_MS;
      expect(desk.open().valid(session)).toBe(true);
    }
  });

  test("that nobody used for twelve hours has ended, also over a restart", () => {
    using desk = new Desk();
    const session = desk.signIn();
    desk.nowMs += 12 * HOUR_MS + 1;
    expect(desk.sessions.valid(session)).toBe(false);
    expect(desk.open().valid(session)).toBe(false);
  });

  test("is not kept alive by a page that is only open", () => {
    using desk = new Desk();
    const session = desk.signIn();
    desk.nowMs += 12 * HOUR_MS;
    expect(desk.sessions.open(session)).toBe(true);
    desk.nowMs += 1;
    expect(desk.sessions.open(session)).toBe(false);
  });

  test("that has ended leaves the node without an owner: its next start prints a link", () => {
    using desk = new Desk();
    desk.signIn();
    desk.nowMs += 12 * HOUR_MS + 1;
    expect(desk.open().unowned).toBe(true);
  });

  test("is ended by signing out, and no other with it", () => {
    using desk = new Desk();
    const [phone, tablet] = [desk.signIn(), desk.signIn()];
    desk.sessions.end(phone);
    expect([phone, tablet].map((token) => desk.sessions.valid(token))).toEqual([false, true]);
    expect(desk.open().valid(phone)).toBe(false);
  });

  test("gives way to newer ones when there are more than anybody has", () => {
    using desk = new Desk();
    const tokens = range(1, 25).map(() => desk.signIn());
    expect(tokens.map((token) => desk.sessions.valid(token))).toEqual([
      ...Array(5).fill(false),
      ...Array(20).fill(true),
    ]);
  });
});

describe("X1: a person's session", () => {
  const MINUTE_MS = 60_000;

  test("holds after 14:59 without use and has ended at 15:00, also over a restart", () => {
    using desk = new Desk();
    const session = desk.sessions.begin("li", "10.0.0.7");
    desk.nowMs += 15 * MINUTE_MS - 1000;
    expect(desk.sessions.open(session)).toBe(true);
    expect(desk.open().open(session)).toBe(true);
    desk.nowMs += 1000;
    expect(desk.sessions.open(session)).toBe(false);
    expect(desk.open().open(session)).toBe(false);
  });

  test("ends 15 minutes behind its last use, to the millisecond", () => {
    using desk = new Desk();
    const session = desk.sessions.begin("li", "10.0.0.7");
    for (const _use of range(1, 40)) {
      desk.nowMs += 45_001;
      expect(desk.sessions.valid(session)).toBe(true);
    }
    desk.nowMs += 15 * MINUTE_MS - 1;
    expect(desk.sessions.open(session)).toBe(true);
    desk.nowMs += 1;
    expect(desk.sessions.open(session)).toBe(false);
  });

  test("is not kept alive by a page that is only open", () => {
    using desk = new Desk();
    const session = desk.sessions.begin("li", "10.0.0.7");
    for (const _look of range(1, 14)) {
      desk.nowMs += MINUTE_MS;
      expect(desk.sessions.open(session)).toBe(true);
    }
    desk.nowMs += MINUTE_MS;
    expect(desk.sessions.open(session)).toBe(false);
  });

  test("is listed with its address, and ended: one, all others, or all", () => {
    using desk = new Desk();
    const tokens = ["10.0.0.7", "10.0.0.8", "10.0.0.9"].map((address) => {
      desk.nowMs += 1000;
      return desk.sessions.begin("li", address);
    });
    desk.sessions.begin("wang", "10.0.0.7");
    const owner = desk.signIn();
    const listed = desk.sessions.list("li");
    expect(listed.map(({ address }) => address)).toEqual(["10.0.0.9", "10.0.0.8", "10.0.0.7"]);
    expect(listed.map(({ idleSeconds }) => idleSeconds)).toEqual([0, 1, 2]);
    expect(desk.sessions.endOf("li", { only: listed[0].name })).toBe(1);
    expect(tokens.map((token) => desk.sessions.open(token))).toEqual([true, true, false]);
    expect(desk.sessions.endOf("li", { but: listed[1].name })).toBe(1);
    expect(tokens.map((token) => desk.sessions.open(token))).toEqual([false, true, false]);
    expect(desk.sessions.endOf("li")).toBe(1);
    expect(desk.open().list().map(({ account }) => account).sort()).toEqual([null, "wang"]);
    expect(desk.sessions.open(owner)).toBe(true);
  });

  test("leaves the owner without one, and an owner's is as short once there are accounts", () => {
    using desk = new Desk();
    desk.sessions.begin("li", "10.0.0.7");
    expect(desk.sessions.unowned).toBe(true);
    const owner = desk.signIn();
    const managed = new Sessions(desk.folder.path, () => stampAt(desk.nowMs), () => true);
    desk.nowMs += 15 * MINUTE_MS - 1;
    expect(managed.open(owner)).toBe(true);
    desk.nowMs += 1;
    expect(managed.open(owner)).toBe(false);
    expect(desk.sessions.open(owner)).toBe(true);
  });
});

describe("the file", () => {
  test("X5: keeps no token that opens anything, and is its owner's alone", () => {
    using desk = new Desk();
    const session = desk.signIn();
    const link = desk.sessions.newLink();
    const text = Deno.readTextFileSync(desk.file);
    expect(text).toContain("hash");
    expect(text).not.toContain(session);
    expect(text).not.toContain(link);
    expect((Deno.statSync(desk.file).mode ?? 0) & 0o777).toBe(0o600);
  });

  test.each(["", "{", "null", '{"sessions":[{"hash":1}],"link":null}'])(
    "that is damaged (%j) lets nobody in, and a new link does",
    (text) => {
      using desk = new Desk();
      const session = desk.signIn();
      Deno.writeTextFileSync(desk.file, text);
      desk.open();
      expect(desk.sessions.valid(session)).toBe(false);
      expect(desk.sessions.unowned).toBe(true);
      expect(desk.sessions.valid(desk.signIn())).toBe(true);
    },
  );
});

describe("T12: a session ends by time that has passed, not by what a clock is set to", () => {
  const YEAR_MS = 365 * 24 * HOUR_MS;
  const OTHER_BOOT = "ff112233445566778899aabbccddeeff";
  const cases: [what: string, clock: Partial<Stamp>, holds: boolean][] = [
    ["a year forward", { wallMs: stampAt(YEAR_MS).wallMs }, true],
    ["a day back", { wallMs: stampAt(-24 * HOUR_MS).wallMs }, true],
    ["thirteen hours that the wall clock does not show", { bootMs: 13 * HOUR_MS }, false],
    [
      "a new boot in 1970",
      { bootId: OTHER_BOOT, bootMs: 5000, wallMs: 5000, clock: "untrusted" },
      true,
    ],
    ["a new boot, a year ahead and nobody vouches for it", {
      bootId: OTHER_BOOT,
      bootMs: 5000,
      wallMs: stampAt(YEAR_MS).wallMs,
      clock: "untrusted",
    }, true],
    ["a new boot thirteen hours later", {
      bootId: OTHER_BOOT,
      bootMs: 5000,
      wallMs: stampAt(13 * HOUR_MS).wallMs,
    }, false],
    ["thirteen hours in a new boot", {
      bootId: OTHER_BOOT,
      bootMs: 13 * HOUR_MS,
      wallMs: 13 * HOUR_MS,
      clock: "untrusted",
    }, false],
  ];
  test.each(cases)("%s", (_, clock, holds) => {
    using desk = new Desk();
    const session = desk.signIn();
    desk.clock = clock;
    expect(desk.open().valid(session)).toBe(holds);
  });
});
