import { beforeAll, describe, expect, test } from "vitest";
import { CompactSign, importPKCS8 } from "jose";
import { dayOf, parseDay } from "../../../sync/day.ts";
import { NodeKey } from "../../../sync/identity.ts";
import { HASH, NUMBER, OTHER_HASH, SITE, SUBJECT } from "./fixture_life.ts";
import { checkToken, type TokenClaims, type TokenKey, tokenSigner, validityOf } from "./token.ts";

const COUNTY = NodeKey.create();
const OWN = NodeKey.create();
const OTHER = NodeKey.create();
const REVOKED = NodeKey.create();

const KEYS: ReadonlyMap<string, TokenKey> = new Map([
  [COUNTY.publicKey, { node: "county-a", role: "county", isRevoked: false }],
  [OWN.publicKey, { node: SITE, role: "site", isRevoked: false }],
  [OTHER.publicKey, { node: "site-018", role: "site", isRevoked: false }],
  [REVOKED.publicKey, { node: "county-b", role: "county", isRevoked: true }],
]);

const CLAIMS: TokenClaims = {
  ...SUBJECT,
  id: "verdict 1",
  outcome: "pass",
  validFrom: "2026-03-02",
  validUntil: "2026-03-04",
};

const day = (text: string) => parseDay(text) ?? NaN;
const DAY = day("2026-03-03");

function signed(key: NodeKey, claims: TokenClaims = CLAIMS): string {
  return tokenSigner(key)(claims);
}

let token = "";
beforeAll(() => {
  token = signed(COUNTY);
});

describe("P9 the pass token", () => {
  test("P9 holds for the prescription as it was reviewed, by what the keys alone tell", async () => {
    const check = await checkToken(token, KEYS, SUBJECT, DAY);
    expect(check).toEqual({ kind: "valid", claims: CLAIMS, node: "county-a" });
  });

  test.each([
    ["2026-03-01", "not-yet"],
    ["2026-03-02", null],
    ["2026-03-04", null],
    ["2026-03-05", "expired"],
  ])("P9 on %s of days from the 2nd to the 4th: %s", async (text, doubt) => {
    const check = await checkToken(token, KEYS, SUBJECT, day(text));
    expect(check).toMatchObject(doubt === null ? { kind: "valid" } : { kind: "refused", doubt });
  });

  test("P9 days begin at midnight in Asia/Shanghai", async () => {
    const at = (moment: string) => checkToken(token, KEYS, SUBJECT, dayOf(Date.parse(moment)));
    expect(await at("2026-03-01T23:59:59.999+08:00")).toMatchObject({ doubt: "not-yet" });
    expect(await at("2026-03-02T00:00:00+08:00")).toMatchObject({ kind: "valid" });
    expect(await at("2026-03-04T15:59:59.999Z")).toMatchObject({ kind: "valid" });
    expect(await at("2026-03-04T16:00:00Z")).toMatchObject({ doubt: "expired" });
  });

  test("P9 a clock that is far out lets nothing pass", async () => {
    for (const ms of [0, -1e12, 1e15]) {
      expect(await checkToken(token, KEYS, SUBJECT, dayOf(ms))).toMatchObject({ kind: "refused" });
    }
    expect(await checkToken(token, KEYS, SUBJECT, NaN)).toMatchObject({ kind: "refused" });
  });

  test("P9 is void as soon as any of its letters is another", async () => {
    const some = "AQgw-_09az";
    // The last letter of the signature has bits that no byte takes.
    const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (let at = 0; at < token.length; at++) {
      for (const letter of at === token.length - 1 ? all : some) {
        if (token[at] === letter) continue;
        const altered = token.slice(0, at) + letter + token.slice(at + 1);
        const check = await checkToken(altered, KEYS, SUBJECT, DAY);
        expect(check, `letter ${at}: ${letter}`).toMatchObject({ kind: "refused" });
      }
    }
  });

  test("P9 is void when anything of the prescription is another", async () => {
    const doubtOf = async (change: object) => {
      const check = await checkToken(token, KEYS, { ...SUBJECT, ...change }, DAY);
      return check.kind === "refused" ? check.doubt : null;
    };
    expect(await doubtOf({ hash: OTHER_HASH })).toBe("changed");
    expect(await doubtOf({ hash: HASH.replace(/a$/, "b") })).toBe("changed");
    expect(await doubtOf({ version: 2 })).toBe("other-prescription");
    expect(await doubtOf({ prescription: `${NUMBER}0` })).toBe("other-prescription");
    expect(await doubtOf({ site: "site-018" })).toBe("other-prescription");
  });

  test("P9 counts by a known node's key alone, and never by a revoked one", async () => {
    const doubtOf = async (key: NodeKey) => {
      const check = await checkToken(signed(key), KEYS, SUBJECT, DAY);
      return check.kind === "refused" ? check.doubt : null;
    };
    expect(await doubtOf(OWN)).toBeNull();
    expect(await doubtOf(OTHER)).toBe("wrong-signer");
    expect(await doubtOf(REVOKED)).toBe("revoked-key");
    expect(await doubtOf(NodeKey.create())).toBe("unknown-key");
  });

  test("P9 under a known node's name and another's key it is no signature", async () => {
    const forged = await compact(OTHER, { alg: "EdDSA", typ: TYPE, kid: COUNTY.publicKey }, CLAIMS);
    expect(await checkToken(forged, KEYS, SUBJECT, DAY)).toMatchObject({ doubt: "signature" });
  });

  test.each([
    ["nothing", ""],
    ["words", "pass"],
    ["two parts", "a.b"],
    ["four parts", "a.b.c.d"],
    ["padding", "YQ==.YQ==.YQ=="],
    ["another alphabet", "a+b.c/d.e"],
    ["no JSON", "YQ.YQ.YQ"],
    ["too long", `${"a".repeat(1000)}.${"a".repeat(1000)}.${"a".repeat(1000)}`],
  ])("P9 %s is no token", async (_, text) => {
    expect(await checkToken(text, KEYS, SUBJECT, DAY)).toMatchObject({ doubt: "malformed" });
  });

  test("P9 what a node signs for another purpose, or without an algorithm, is no token", async () => {
    const kid = COUNTY.publicKey;
    const part = (value: object) => new TextEncoder().encode(JSON.stringify(value)).toBase64(URL64);
    const texts = [
      await compact(COUNTY, { alg: "EdDSA", kid }, CLAIMS),
      await compact(COUNTY, { alg: "EdDSA", typ: "JWT", kid }, CLAIMS),
      await compact(COUNTY, { alg: "EdDSA", typ: TYPE }, CLAIMS),
      await compact(COUNTY, { alg: "EdDSA", typ: TYPE, kid }, { ...CLAIMS, outcome: "all" }),
      await compact(COUNTY, { alg: "EdDSA", typ: TYPE, kid }, { ...CLAIMS, hash: "a" }),
      `${part({ alg: "none", typ: TYPE, kid })}.${part(CLAIMS)}.AA`,
    ];
    for (const text of texts) {
      expect(await checkToken(text, KEYS, SUBJECT, DAY)).toMatchObject({ doubt: "malformed" });
    }
  });

  test("P4 P9 holds on the day of issue in Asia/Shanghai, or as the prescriber extended it", () => {
    expect(validityOf({ issuedAt: "2026-03-02T23:30:00+08:00" }))
      .toEqual({ validFrom: "2026-03-02", validUntil: "2026-03-02" });
    expect(validityOf({ issuedAt: "2026-03-01T16:00:00Z", validUntil: "2026-03-04" }))
      .toEqual({ validFrom: "2026-03-02", validUntil: "2026-03-04" });
  });
});

const TYPE = "tributary-pass+jws";
const URL64 = { alphabet: "base64url", omitPadding: true } as const;

interface Header {
  readonly alg: string;
  readonly typ?: string;
  readonly kid?: string;
}

async function compact(key: NodeKey, header: Header, claims: object): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  const privateKey = await importPKCS8(key.toPem(), "EdDSA");
  return await new CompactSign(payload).setProtectedHeader({ ...header }).sign(privateKey);
}
