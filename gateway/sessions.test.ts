import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { range, TemporaryFolder } from "../sync/fixtures.ts";
import { Sessions } from "./sessions.ts";

const HOUR_MS = 3_600_000;

/** Sessions of a node whose time the test lets pass. */
class Desk implements Disposable {
  readonly folder = new TemporaryFolder();
  nowMs = 1_795_000_000_000;
  sessions = this.open();

  /** As after a restart of the node. */
  open(): Sessions {
    return this.sessions = new Sessions(this.folder.path, () => this.nowMs);
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
