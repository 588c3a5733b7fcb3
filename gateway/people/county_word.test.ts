import { describe, expect, test } from "vitest";
import { OWNER, PASSWORD, PeopleDesk, wordOf } from "./fixture_people.ts";
import { tellSites } from "./county_word.ts";
import { SealingKey } from "./sealing.ts";
import { newEntry } from "../collected_entry.ts";
import { COUNTY } from "./account.ts";

const HERE = "127.0.0.1";

/** Two centres and a site, whose entries go between them as they would over lines. */
class County implements AsyncDisposable {
  readonly a: PeopleDesk;
  readonly b: PeopleDesk;
  readonly site: PeopleDesk;

  private constructor(a: PeopleDesk, b: PeopleDesk, site: PeopleDesk) {
    [this.a, this.b, this.site] = [a, b, site];
  }

  static async open(): Promise<County> {
    const centres = ["county-a", "county-b"];
    const [a, b] = [
      await PeopleDesk.open({ node: "county-a", role: "county", centres }),
      await PeopleDesk.open({ node: "county-b", role: "county", centres }),
    ];
    const county = new County(a, b, await PeopleDesk.open({ node: "site-1", role: "site" }));
    for (const desk of [a, b, county.site]) await county.tellKey(desk);
    await county.ship();
    return county;
  }

  async tellKey(desk: PeopleDesk, key = desk.people.vault.publicKey): Promise<void> {
    const time = desk.now();
    await desk.tables.journal.append([newEntry("audit", "sealing-key", time, { key })], time);
    await desk.tables.tables.caughtUp(desk.tables.journal);
  }

  /** Each hands over what the others lack; a site gets its own stream alone. */
  async ship(): Promise<void> {
    const { a, b, site } = this;
    await site.tables.handOver(a.tables);
    await site.tables.handOver(b.tables);
    await a.tables.handOver(b.tables);
    await b.tables.handOver(a.tables);
    for (const centre of [a, b]) await centre.tables.handOver(site.tables, "to:site-1");
    for (const desk of [a, b, site]) await desk.people.book.refresh();
  }

  tell(by: PeopleDesk): Promise<number> {
    const { journal, tables } = by.tables;
    const { book, vault } = by.people;
    const clock = { now: () => by.now() };
    const centres = ["county-a", "county-b"];
    const parts = { journal, admission: journal, tables, clock, book, vault, centres };
    return tellSites(parts, ["site-1"]);
  }

  async enters(desk: PeopleDesk, name: string): Promise<string> {
    return (await desk.people.signIn.signIn({ name, password: PASSWORD, code: "" }, HERE)).kind;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const desk of [this.a, this.b, this.site]) await desk[Symbol.asyncDispose]();
  }
}

describe("X1: an account of the county", () => {
  test("comes down to the sites where it may be used, and opens them with no line", async () => {
    await using county = await County.open();
    const { a, site } = county;
    await a.add("li", ["nurse"], { sites: ["site-1"] });
    await a.add("wang", ["pharmacist"], { sites: [COUNTY] });
    await a.add("zhao", ["technician"], { sites: ["site-2"] });
    await county.tell(a);
    await county.ship();
    expect(site.people.book.list().map(({ id }) => id)).toEqual(["li"]);
    expect(await county.enters(site, "li")).toBe("in");
    expect(await county.enters(site, "wang")).toBe("wrong");
    expect(await county.enters(a, "wang")).toBe("in");
  });

  test("opens the other centre too, and again once that one has another key", async () => {
    await using county = await County.open();
    const { a, b } = county;
    await a.add("wang", ["pharmacist"], { sites: [COUNTY] });
    await county.ship();
    expect(await county.enters(b, "wang")).toBe("in");
    // A new box at county-b has another key.
    Deno.removeSync(`${b.tables.folder.path}/keys/sealing.key`);
    const { publicKey } = await SealingKey.open(b.tables.folder.path);
    await county.tellKey(b, publicKey);
    await b.reopen();
    await county.ship();
    expect(await county.enters(b, "wang")).toBe("wrong");
    expect(await county.tell(b)).toBe(0);
    expect(await county.tell(a)).toBe(1);
    await county.ship();
    expect(await county.enters(b, "wang")).toBe("in");
    expect(await county.enters(a, "wang")).toBe("in");
    expect(await county.tell(a)).toBe(0);
  });

  test("is told once: nothing is said again that was heard, by either centre", async () => {
    await using county = await County.open();
    const { a, b } = county;
    await a.add("li", ["nurse"]);
    await county.tell(a);
    await county.ship();
    expect(await county.tell(a)).toBe(0);
    expect(await county.tell(b)).toBe(0);
  });

  test("that is suspended, or moved elsewhere, is so at the site that knew it", async () => {
    await using county = await County.open();
    const { a, site } = county;
    await a.add("li", ["nurse"]);
    await county.tell(a);
    await county.ship();
    expect(await county.enters(site, "li")).toBe("in");
    const put = await a.people.desk.put(OWNER, "li", 1, {
      ...wordOf("li", ["nurse"]),
      sites: ["site-2"],
    });
    expect(put.kind).toBe("done");
    expect(await county.tell(a)).toBe(1);
    await county.ship();
    expect(await county.enters(site, "li")).toBe("wrong");
    expect(await county.tell(a)).toBe(0);
  });

  test("follows a new password, and a new box with another key, which gets it sealed anew", async () => {
    await using county = await County.open();
    const { a, site } = county;
    await a.add("li", ["nurse"]);
    await county.tell(a);
    await county.ship();
    const secret = await a.people.argon.hash("Other-12345");
    await a.people.desk.set({ account: "li", what: "password", secret, who: OWNER.who });
    expect(await county.tell(a)).toBe(1);
    await county.ship();
    expect(await county.enters(site, "li")).toBe("wrong");
    const form = { name: "li", password: "Other-12345", code: "" };
    expect((await site.people.signIn.signIn(form, HERE)).kind).toBe("in");

    Deno.removeSync(`${site.tables.folder.path}/keys/sealing.key`);
    const { publicKey } = await SealingKey.open(site.tables.folder.path);
    await county.tellKey(site, publicKey);
    await site.reopen();
    expect((await site.people.signIn.signIn(form, HERE)).kind).toBe("wrong");
    await county.ship();
    expect(await county.tell(a)).toBe(1);
    await county.ship();
    expect((await site.people.signIn.signIn(form, HERE)).kind).toBe("in");
  });

  test("cannot be changed, nor given a password, by what a site says in its own audit", async () => {
    await using county = await County.open();
    const { a, b, site } = county;
    await a.add("li", ["nurse"]);
    await county.tell(a);
    await county.ship();
    const forged = { ...wordOf("li", ["system-administrator"]), id: "li", version: 9, who: "x" };
    await site.tables.append("account", forged, 0, "audit");
    const body = { account: "li", what: "password", version: 9, sealing: 0, who: "x" } as const;
    const sealed = await site.people.vault.seal(body, "x", [a.people.vault.publicKey]);
    await site.tables.append("credential", sealed, 0, "audit");
    await site.tables.tables.caughtUp(site.tables.journal);
    await county.ship();
    for (const desk of [a, b, site]) {
      expect(desk.people.book.account("li")?.roles).toEqual(["nurse"]);
      expect(desk.people.book.account("li")?.version).toBe(1);
    }
    expect(await county.enters(site, "li")).toBe("in");
    expect(await county.enters(a, "li")).toBe("in");
  });

  test("that both centres changed during a split stands alike at both, the stricter state", async () => {
    await using county = await County.open();
    const { a, b } = county;
    await a.add("li", ["nurse"]);
    await county.ship();
    b.nowMs = 5000;
    const word = wordOf("li", ["nurse"]);
    await a.people.desk.put(OWNER, "li", 1, { ...word, state: "suspended" });
    await b.people.desk.put(OWNER, "li", 1, { ...word, roles: ["nurse", "technician"] });
    await county.ship();
    expect(a.people.book.account("li")).toEqual(b.people.book.account("li"));
    expect(a.people.book.account("li")?.state).toBe("suspended");
  });
});

describe("the tables of people", () => {
  test("are the same when they are made anew from the journal", async () => {
    await using county = await County.open();
    const { a, site } = county;
    await a.add("li", ["nurse"]);
    await site.add("own", ["nurse"]);
    await a.people.desk.newProgram(OWNER, { name: "his", scopes: ["read"] });
    await county.enters(site, "own");
    await county.tell(a);
    await county.ship();
    for (const desk of [a, site]) {
      const before = await desk.tables.dump();
      await desk.tables.reopen(() => desk.tables.removeTables());
      expect(await desk.tables.dump()).toEqual(before);
    }
  });
});

describe("X1: a program's token", () => {
  const scopes: ["read"] = ["read"];
  test("that a county made is for the sites that it names, at both centres alike", async () => {
    await using county = await County.open();
    const { a, b } = county;
    const some = await a.people.desk.newProgram(OWNER, { name: "his", scopes, sites: ["site-1"] });
    const all = await a.people.desk.newProgram(OWNER, { name: "any", scopes, sites: "all" });
    await county.ship();
    for (const { people } of [a, b]) {
      await people.book.refresh();
      expect(people.program(some.token, "")?.sites).toEqual(["site-1"]);
      expect(people.program(all.token, "")?.sites).toBe("all");
    }
  });

  test("of a time when tokens named none is for none at a county, for its own at a site", async () => {
    await using county = await County.open();
    const { a, site } = county;
    const [old, own] = await Promise.all(
      [a, site].map(({ people }) => people.desk.newProgram(OWNER, { name: "old", scopes })),
    );
    expect(a.people.program(old.token, "")?.sites).toEqual([]);
    expect(site.people.program(own.token, "")?.sites).toBe("all");
  });
});

describe("X5: verifiers", () => {
  test("stand in no entry that anybody reads, here, there or on the way", async () => {
    await using county = await County.open();
    const { a, site } = county;
    await a.add("li", ["nurse"]);
    await site.add("own", ["nurse"]);
    await county.tell(a);
    const said = JSON.stringify([
      await a.said(),
      await a.said("to:site-1"),
      await site.said(),
      await a.tables.dump(),
      await site.tables.dump(),
    ]);
    expect(said).toContain("sealed");
    expect(said).not.toContain("argon2");
    expect(said).not.toContain(PASSWORD);
  });
});

describe("X1: an account that a site made itself", () => {
  test("is of that site alone, and stands behind the county's of the same name", async () => {
    await using county = await County.open();
    const { a, b, site } = county;
    await site.add("li", ["nurse"]);
    expect(await county.enters(site, "li")).toBe("in");
    await county.ship();
    expect(a.people.book.list()).toEqual([]);
    expect(b.people.book.list()).toEqual([]);
    await a.add("li", ["pharmacist"], { state: "suspended" });
    await county.tell(a);
    await county.ship();
    expect(await county.enters(site, "li")).toBe("wrong");
    expect(await county.enters(site, "li@site-1")).toBe("in");
  });
});
