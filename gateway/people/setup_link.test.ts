import { describe, expect, test } from "vitest";
import { OWNER, PeopleDesk, type PeopleOptions, wordOf } from "./fixture_people.ts";
import { tokenHash } from "../sessions.ts";

const SITE: PeopleOptions = { node: "site-1", role: "site" };
const LI = "li@site-1";
const YEAR_MS = 365 * 86_400_000;

describe("X1: a setup link", () => {
  test.each(["suspended", "left"] as const)(
    "is void for as long as its account is %s",
    async (state) => {
      await using desk = await PeopleDesk.open(SITE);
      const { desk: accounts } = desk.people;
      await accounts.put(OWNER, LI, 0, wordOf("li", ["nurse"]));
      const token = await accounts.newSetupLink(OWNER, LI);
      expect(await accounts.setupOf(token)).toMatchObject({ id: LI });
      await accounts.put(OWNER, LI, 1, { ...wordOf("li", ["nurse"]), state });
      expect(await accounts.setupOf(token)).toBeNull();
      await accounts.put(OWNER, LI, 2, wordOf("li", ["nurse"]));
      expect(await accounts.setupOf(token)).toMatchObject({ id: LI });
    },
  );

  test("sets one password, also where two use it at one moment or one after another", async () => {
    await using desk = await PeopleDesk.open(SITE);
    const { desk: accounts, vault } = desk.people;
    await accounts.put(OWNER, LI, 0, wordOf("li", ["nurse"]));
    const setup = tokenHash(await accounts.newSetupLink(OWNER, LI));
    const set = (secret: string) =>
      accounts.set({ account: LI, what: "password", secret, who: "li", setup });
    const both = await Promise.all([set("one"), set("two")]);
    expect(both.filter((isSet) => isSet)).toHaveLength(1);
    expect(await set("three")).toBe(false);
    expect((await vault.held(LI, "password")).secret).toBe(both[0] ? "one" : "two");
  });

  test("T12: made after a clock that was a year ahead was set is the one that counts", async () => {
    await using desk = await PeopleDesk.open(SITE);
    const { desk: accounts } = desk.people;
    await accounts.put(OWNER, LI, 0, wordOf("li", ["nurse"]));
    const { wallMs } = desk.now();
    desk.clock = { wallMs: wallMs + YEAR_MS };
    const ahead = await accounts.newSetupLink(OWNER, LI);
    desk.clock = {};
    const right = await accounts.newSetupLink(OWNER, LI);
    expect(await accounts.setupOf(ahead)).toBeNull();
    expect(await accounts.setupOf(right)).toMatchObject({ id: LI });
  });
});
