import { describe, expect, test } from "vitest";
import {
  type Account,
  type AccountWord,
  accountWord,
  changeFault,
  COUNTY,
  idAt,
  mayEnter,
  type Place,
  rightsAt,
} from "./account.ts";

const CENTRE: Place = { node: "county-a", role: "county" };
const SITE: Place = { node: "site-1", role: "site" };

function account(id: string, more: Partial<AccountWord & { version: number }> = {}): Account {
  const word = accountWord.parse({
    name: { zh: "李", en: "Li" },
    roles: ["nurse"],
    state: "active",
    sites: [],
    validUntilMs: null,
    ...more,
  });
  return { ...word, id, version: more.version ?? 1 };
}

const ADMINS = [
  account("sys", { roles: ["system-administrator"] }),
  account("sec", { roles: ["security-administrator"] }),
  account("aud", { roles: ["audit-administrator"] }),
];

function faultOf(
  before: Account | null,
  after: Partial<AccountWord> & { id?: string },
  { by = null, all = ADMINS, place = CENTRE }: {
    by?: string | null;
    all?: Account[];
    place?: Place;
  } = {},
) {
  const { id = before?.id ?? "li", ...word } = after;
  const next = { ...account(id), ...before, ...word, id, version: (before?.version ?? 0) + 1 };
  return changeFault({ by, before, after: next, all, place });
}

describe("X1: an account", () => {
  test("cannot have two of the administrators' roles", () => {
    const roles: AccountWord["roles"] = ["system-administrator", "audit-administrator"];
    expect(faultOf(null, { roles })).toBe("rolesApart");
    expect(faultOf(ADMINS[0], { roles })).toBe("rolesApart");
  });

  test("does not change its own roles, sites, state or term; its name it may", () => {
    const sec = account("sec", { roles: ["security-administrator"] });
    const by = "sec";
    expect(faultOf(sec, { roles: ["security-administrator", "nurse"] }, { by })).toBe("ownRoles");
    expect(faultOf(sec, { sites: ["site-1"] }, { by })).toBe("ownRoles");
    expect(faultOf(sec, { state: "suspended" }, { by })).toBe("ownRoles");
    expect(faultOf(sec, { validUntilMs: 1 }, { by })).toBe("ownRoles");
    expect(faultOf(sec, { name: { zh: "李敏", en: "Li Min" } }, { by })).toBeNull();
  });

  test.each(
    [
      ["suspended", { state: "suspended" }],
      ["without the role", { roles: ["nurse"] }],
      ["for some time only", { validUntilMs: 5 }],
      ["for sites only", { sites: ["site-1"] }],
    ] as const,
  )("that is the last administrator of its kind is not %s", (_, change) => {
    const copy = { ...change, ...("roles" in change ? { roles: [...change.roles] } : {}) };
    const word = accountWord.partial().parse(copy);
    for (const admin of ADMINS) expect(faultOf(admin, word), admin.id).toBe("lastAdministrator");
    const another = [...ADMINS, account("sec2", { roles: ["security-administrator"] })];
    expect(faultOf(ADMINS[1], word, { all: another })).toBeNull();
  });

  test("of the county is changed at the county alone, a site's own at that site", () => {
    expect(faultOf(null, { id: "li" }, { place: SITE })).toBe("countyAccount");
    expect(faultOf(null, { id: "li@site-1" }, { place: SITE })).toBeNull();
    expect(faultOf(null, { id: "li@site-2" }, { place: SITE })).toBe("countyAccount");
    expect(faultOf(null, { id: "li@site-1" })).toBe("countyAccount");
    expect([idAt("li", CENTRE), idAt("li", SITE)]).toEqual(["li", "li@site-1"]);
  });

  test("is changed from the version that somebody saw, and from no other", () => {
    const after = account("li", { version: 4 });
    for (const [version, fault] of [[2, "staleVersion"], [3, null], [4, "staleVersion"]] as const) {
      const before = account("li", { version });
      expect(changeFault({ by: null, before, after, all: ADMINS, place: CENTRE })).toBe(fault);
    }
  });
});

describe("X1: an account's rights", () => {
  const li = account("li", { roles: ["nurse"], sites: ["site-1"] });

  test("hold where it is meant for; at a centre another's account opens its own page only", () => {
    expect(rightsAt(li, SITE, 0).has("waste.confirm")).toBe(true);
    expect(rightsAt(li, { ...SITE, node: "site-2" }, 0).size).toBe(0);
    expect(rightsAt(li, CENTRE, 0).size).toBe(0);
    expect(mayEnter(li, CENTRE, 0)).toBe(true);
    expect(mayEnter(li, { ...SITE, node: "site-2" }, 0)).toBe(false);
    const reviewer = account("wang", { roles: ["pharmacist"], sites: [COUNTY] });
    expect(rightsAt(reviewer, CENTRE, 0).has("prescription.review")).toBe(true);
    expect(mayEnter(reviewer, SITE, 0)).toBe(false);
  });

  test("end with its state, and with its term to the millisecond", () => {
    expect(mayEnter({ ...li, state: "suspended" }, SITE, 0)).toBe(false);
    expect(rightsAt({ ...li, state: "left" }, SITE, 0).size).toBe(0);
    const until = { ...li, validUntilMs: 1000 };
    expect(mayEnter(until, SITE, 999)).toBe(true);
    expect(mayEnter(until, SITE, 1000)).toBe(false);
    expect(rightsAt(until, SITE, 1000).size).toBe(0);
  });

  test("are none of a role that this version does not know", () => {
    expect(account("li", { roles: [] }).roles).toEqual([]);
    const word = accountWord.parse({ ...account("li"), roles: ["nurse", "wizard"] });
    expect(word.roles).toEqual(["nurse"]);
  });
});
