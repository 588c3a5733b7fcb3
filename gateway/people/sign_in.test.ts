import { TOTP } from "otpauth";
import { Secret } from "otpauth";
import { describe, expect, test } from "vitest";
import { range } from "../../sync/fixtures.ts";
import { OWNER, PASSWORD, PeopleDesk, type PeopleOptions, wordOf } from "./fixture_people.ts";
import { LOCK_MS } from "./locks.ts";
import { PIN_COST } from "./passwords.ts";
import { newSecret } from "./totp.ts";

const SITE: PeopleOptions = { node: "site-1", role: "site" };
const LI = "li@site-1";
const HERE = "127.0.0.1";
const ELSEWHERE = "203.0.113.9";

function form(name: string, password: string, code = "") {
  return { name, password, code };
}

async function kinds(desk: PeopleDesk): Promise<string[]> {
  return (await desk.said()).map(({ kind }) => kind);
}

describe("X1: signing in", () => {
  test("with the password gives a session, and X6: both are in the audit", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    const { signIn } = desk.people;
    expect(await signIn.signIn(form("li", "Wrong-1234"), HERE)).toEqual({ kind: "wrong" });
    const result = await signIn.signIn(form(" LI ", PASSWORD), HERE);
    if (result.kind !== "in") throw new Error(result.kind);
    const actor = desk.people.holder(result.session, HERE, true);
    expect(actor).toMatchObject({ kind: "person", account: LI, who: `person ${LI} from ${HERE}` });
    expect(actor?.rights.has("waste.confirm")).toBe(true);
    expect(await desk.saidOf("sign-in-failed")).toEqual([
      { who: `person ${LI} from ${HERE}`, account: LI, reason: "password" },
    ]);
    expect(await desk.saidOf("sign-in")).toEqual([
      { who: `person ${LI} from ${HERE}`, account: LI, secondFactor: false },
    ]);
  });

  test("fails alike for a name that nobody has, a wrong password and a suspended account", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    await desk.add("wang", ["nurse"], { state: "suspended" });
    const { signIn, desk: accounts } = desk.people;
    await accounts.put(OWNER, "new@site-1", 0, wordOf("new", ["nurse"]));
    for (const name of ["li", "wang", "new", "nobody", "", "x".repeat(1000)]) {
      const password = name === "wang" ? PASSWORD : "Wrong-1234";
      expect(await signIn.signIn(form(name, password), HERE), name).toEqual({ kind: "wrong" });
    }
    // What strangers typed as a name is not written down: it may be a password.
    expect(JSON.stringify(await desk.said())).not.toContain('nobody"');
  });

  test("is locked by the fifth failure, for half an hour, whether or not the name exists", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    for (const name of ["li", "nobody"]) {
      for (const _failure of range(1, 4)) {
        expect(await desk.people.signIn.signIn(form(name, "Wrong-1234"), HERE))
          .toEqual({ kind: "wrong" });
      }
      expect(await desk.people.signIn.signIn(form(name, "Wrong-1234"), HERE))
        .toEqual({ kind: "locked", minutes: 30 });
    }
    // Neither the right password nor a restart opens it.
    const { signIn } = await desk.reopen();
    expect(await signIn.signIn(form("li", PASSWORD), HERE)).toEqual({
      kind: "locked",
      minutes: 30,
    });
    desk.nowMs += LOCK_MS - 1;
    expect(await signIn.signIn(form("li", PASSWORD), HERE)).toEqual({ kind: "locked", minutes: 1 });
    desk.nowMs += 1;
    expect((await signIn.signIn(form("li", PASSWORD), HERE)).kind).toBe("in");
    expect(await desk.saidOf("locked")).toEqual([
      { who: `person ${LI} from ${HERE}`, account: LI, address: false },
      { who: `nobody from ${HERE}`, account: null, address: false },
    ]);
  });

  test("that succeeds begins counting anew: four wrong, one right, four wrong lock nobody", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    const { signIn } = desk.people;
    for (const _round of range(1, 2)) {
      for (const _failure of range(1, 4)) await signIn.signIn(form("li", "Wrong-1234"), HERE);
      expect((await signIn.signIn(form("li", PASSWORD), HERE)).kind).toBe("in");
    }
  });

  test("is unlocked by a security administrator, which the audit has", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    const { signIn } = desk.people;
    for (const _failure of range(1, 5)) await signIn.signIn(form("li", "Wrong-1234"), HERE);
    await signIn.unlock(LI, "person sec@site-1 from 10.0.0.7");
    expect((await signIn.signIn(form("li", PASSWORD), HERE)).kind).toBe("in");
    expect(await desk.saidOf("unlocked"))
      .toEqual([{ who: "person sec@site-1 from 10.0.0.7", account: LI }]);
  });

  test("counts guesses that come at one moment one by one", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    const { signIn } = desk.people;
    const all = range(1, 10).map(() => signIn.signIn(form("li", "Wrong-1234"), HERE));
    const results = (await Promise.all(all)).map(({ kind }) => kind);
    expect(results.filter((kind) => kind === "wrong")).toHaveLength(1);
    expect(results.filter((kind) => kind === "busy")).toHaveLength(9);
  });

  test("from one address is locked by the twentieth failure, whatever names it tries", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    const { signIn } = desk.people;
    for (const number of range(1, 19)) {
      expect(await signIn.signIn(form(`name-${number}`, "x"), ELSEWHERE)).toEqual({
        kind: "wrong",
      });
    }
    expect((await signIn.signIn(form("name-20", "x"), ELSEWHERE)).kind).toBe("locked");
    expect((await signIn.signIn(form("li", PASSWORD), ELSEWHERE)).kind).toBe("locked");
    expect((await signIn.signIn(form("li", PASSWORD), HERE)).kind).toBe("in");
  });
});

describe("X1: a second factor", () => {
  function codeOf(secret: string, desk: PeopleDesk): string {
    return new TOTP({ secret: Secret.fromBase32(secret) })
      .generate({ timestamp: desk.now().wallMs });
  }

  test("is needed by administrators from elsewhere, and by whoever has one; a code works once", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("sec", ["security-administrator"]);
    await desk.add("li", ["nurse"]);
    const { signIn, desk: accounts } = desk.people;
    const secret = newSecret();
    const enter = async (name: string, code: string, address = ELSEWHERE) =>
      (await signIn.signIn(form(name, PASSWORD, code), address)).kind;
    expect(await enter("li", "")).toBe("in");
    expect(await enter("sec", "")).toBe("wrong");
    expect(await enter("sec", "", HERE)).toBe("in");
    for (const account of [LI, "sec@site-1"]) {
      await accounts.set({ account, what: "totp", secret, who: OWNER.who });
    }
    for (const name of ["li", "sec"]) {
      expect(await enter(name, "")).toBe("wrong");
      expect(await enter(name, codeOf(secret, desk))).toBe("in");
      expect(await enter(name, codeOf(secret, desk))).toBe("wrong");
      expect(await enter(name, "", HERE)).toBe("in");
    }
    const reasons = (await desk.saidOf("sign-in-failed")).map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set(["no second factor is set", "code"]));
    const { signIn: restarted } = await desk.reopen();
    expect(await restarted.signIn(form("sec", PASSWORD, codeOf(secret, desk)), ELSEWHERE))
      .toEqual({ kind: "wrong" });
    desk.nowMs += 30_000;
    expect((await restarted.signIn(form("sec", PASSWORD, codeOf(secret, desk)), ELSEWHERE)).kind)
      .toBe("in");
  });

  test.each([
    ["127.0.0.1", true],
    ["::1", true],
    ["10.20.255.255", true],
    ["::ffff:10.20.0.1", true],
    ["10.21.0.0", false],
    ["fd00::7", true],
    ["fe80::7", false],
    ["", false],
  ])("takes %j for local: %j", async (address, isLocal) => {
    const config = { localNetworks: ["10.20.0.0/16", "fd00::/8"] };
    await using desk = await PeopleDesk.open({ ...SITE, config });
    expect(desk.people.signIn.isLocal(address)).toBe(isLocal);
  });

  test("is needed on this machine too where the configuration says always", async () => {
    await using desk = await PeopleDesk.open({ ...SITE, config: { secondFactor: "always" } });
    await desk.add("sec", ["security-administrator"]);
    expect(await desk.people.signIn.signIn(form("sec", PASSWORD), HERE)).toEqual({ kind: "wrong" });
  });
});

describe("X1: a session", () => {
  test("ends with its account: suspended, it opens nothing any more", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    const result = await desk.people.signIn.signIn(form("li", PASSWORD), HERE);
    if (result.kind !== "in") throw new Error(result.kind);
    const word = { ...wordOf("li", ["nurse"]), state: "suspended" as const };
    expect((await desk.people.desk.put(OWNER, LI, 1, word)).kind).toBe("done");
    expect(desk.people.holder(result.session, HERE, true)).toBeNull();
  });
});

describe("W4: a PIN", () => {
  async function withPin(desk: PeopleDesk): Promise<void> {
    await desk.add("li", ["nurse"]);
    const { argon, pinKey, desk: accounts } = desk.people;
    const secret = await argon.hash("135791", PIN_COST, pinKey);
    await accounts.set({ account: LI, what: "pin", secret, who: OWNER.who });
  }

  test("confirms who it belongs to, and X1: is locked apart from the password", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await withPin(desk);
    const { signIn } = desk.people;
    expect(await signIn.confirm(LI, "135791", HERE)).toMatchObject({ kind: "confirmed" });
    for (const _failure of range(1, 4)) {
      expect(await signIn.confirm(LI, "135792", HERE)).toEqual({ kind: "wrong" });
    }
    expect(await signIn.confirm(LI, "135792", HERE)).toEqual({ kind: "locked", minutes: 30 });
    expect(await signIn.confirm(LI, "135791", HERE)).toEqual({ kind: "locked", minutes: 30 });
    expect((await signIn.signIn(form("li", PASSWORD), HERE)).kind).toBe("in");
    expect(await kinds(desk)).toContain("pin-failed");
  });

  test("is asked of nobody who has none, and of no stranger", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await desk.add("li", ["nurse"]);
    const { signIn } = desk.people;
    expect(await signIn.confirm(LI, "135791", HERE)).toEqual({ kind: "no-pin" });
    expect(await signIn.confirm("nobody", "135791", HERE)).toEqual({ kind: "wrong" });
  });

  test("X5: is worth nothing at another node: neither its key nor its seal is there", async () => {
    await using desk = await PeopleDesk.open(SITE);
    await withPin(desk);
    const texts = JSON.stringify(await desk.said());
    expect(texts).not.toContain("argon2");
    expect(texts).not.toContain("135791");
  });
});
