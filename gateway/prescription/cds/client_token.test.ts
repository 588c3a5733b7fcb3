import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { NOW } from "../fixture_intake.ts";
import { type CdsClient, ClientTokens, SeenTokens } from "./client_token.ts";

const URL = "https://county-a.example/cds-services/prescription-sign";
const ISSUER = "https://his.example/";
const SECONDS = Math.floor(NOW.wallMs / 1000);

const ec = await generateKeyPair("ES384");
const rsa = await generateKeyPair("RS384");
const stranger = await generateKeyPair("ES384");
const CLIENT: CdsClient = {
  name: "his-17",
  sites: "all",
  issuer: ISSUER,
  jku: "https://his.example/jwks",
  keys: [
    { ...await exportJWK(ec.publicKey), kid: "ec-1", alg: "ES384" },
    { ...await exportJWK(rsa.publicKey), kid: "rsa-1", alg: "RS384" },
  ],
};

interface Parts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: JWTPayload;
  readonly key?: CryptoKey | Uint8Array;
}

async function token({ header = {}, claims = {}, key = ec.privateKey }: Parts = {}) {
  const payload = {
    iss: ISSUER,
    aud: URL,
    iat: SECONDS,
    exp: SECONDS + 300,
    jti: "j-1",
    ...claims,
  };
  const signed = await new SignJWT(payload)
    .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: "ec-1", ...header })
    .sign(key);
  return `Bearer ${signed}`;
}

async function said(header: string | null, tokens = new ClientTokens([CLIENT])): Promise<string> {
  const caller = await tokens.caller(header, URL, NOW.wallMs);
  return caller.kind === "caller"
    ? caller.client.name
    : `${caller.problem.status} ${caller.problem.detail ?? caller.problem.code}`;
}

test("a token that a client's key has signed names the client, by either algorithm", async () => {
  expect(await said(await token())).toBe("his-17");
  const header = { alg: "RS384", kid: "rsa-1", jku: CLIENT.jku };
  expect(await said(await token({ header, key: rsa.privateKey }))).toBe("his-17");
  expect(await said(await token({ claims: { aud: ["https://other.example", URL] } }))).toBe(
    "his-17",
  );
});

describe("is refused", () => {
  test.each<[string, Parts, string]>([
    ["another issuer", { claims: { iss: "https://other.example/" } }, "no client"],
    ["another service", { claims: { aud: `${URL}/feedback` } }, '"aud"'],
    ["a stranger's key", { key: stranger.privateKey }, "signature verification failed"],
    ["a key nobody knows", { header: { kid: "ec-2" } }, "no applicable key"],
    ["a key set of elsewhere", { header: { jku: "https://evil.example/jwks" } }, "its jku"],
    ["another type", { header: { typ: "at+jwt" } }, '"typ"'],
    ["a shared key", { header: { alg: "HS384" }, key: new Uint8Array(48) }, '"alg"'],
    ["one that is over", { claims: { iat: SECONDS - 400, exp: SECONDS - 100 } }, '"exp"'],
    ["one of the future", { claims: { iat: SECONDS + 61, exp: SECONDS + 300 } }, "iat"],
    ["one of 301 seconds", { claims: { exp: SECONDS + 301 } }, "it lives 301 s"],
    ["one without a number", { claims: { jti: undefined } }, '"jti"'],
    ["one with a long number", { claims: { jti: "j".repeat(201) } }, "its jti"],
  ])("%s", async (_, parts, detail) => {
    expect(await said(await token(parts))).toMatch(/^401 /);
    expect(await said(await token(parts))).toContain(detail);
  });

  test.each([
    ["no token", null],
    ["another scheme", "Basic eA=="],
    ["a word", "Bearer x"],
    ["an unsigned token", `Bearer ${btoa('{"alg":"none"}')}.${btoa(`{"iss":"${ISSUER}"}`)}.`],
    ["a token that is none", `Bearer ${btoa("{")}.${btoa("{")}.x`],
    ["a long one", `Bearer ${"x".repeat(10_000)}`],
  ])("%s", async (_, header) => {
    expect(await said(header?.replaceAll("=", "") ?? null)).toMatch(/^401 /);
  });
});

test("a token comes once, and another one of the same client comes too", async () => {
  const tokens = new ClientTokens([CLIENT]);
  const header = await token();
  expect(await said(header, tokens)).toBe("his-17");
  expect(await said(header, tokens)).toBe("401 it was used before");
  expect(await said(await token({ claims: { jti: "j-2" } }), tokens)).toBe("his-17");
});

describe("P9: of two clients", () => {
  const OTHER: CdsClient = { ...CLIENT, name: "other", issuer: `${ISSUER} x` };
  const of = (issuer: string, jti: string) => token({ claims: { iss: issuer, jti } });

  test("neither uses up a number of the other, however the two are written together", async () => {
    const tokens = new ClientTokens([CLIENT, OTHER]);
    expect(await said(await of(OTHER.issuer, "1"), tokens)).toBe("other");
    expect(await said(await of(ISSUER, "x 1"), tokens)).toBe("his-17");
    expect(await said(await of(ISSUER, "1"), tokens)).toBe("his-17");
    expect(await said(await of(ISSUER, "1"), tokens)).toBe("401 it was used before");
  });

  test("one that fills its share, to the very last, leaves the other's", async () => {
    const tokens = new ClientTokens([CLIENT, OTHER], 4);
    for (const jti of ["1", "2"]) expect(await said(await of(ISSUER, jti), tokens)).toBe("his-17");
    expect(await said(await of(ISSUER, "3"), tokens)).toBe("503 too-many-tokens");
    for (const jti of ["1", "2"]) {
      expect(await said(await of(OTHER.issuer, jti), tokens)).toBe("other");
    }
    expect(await said(await of(OTHER.issuer, "3"), tokens)).toBe("503 too-many-tokens");
  });
});

test("tokens are kept until they are over; when there are too many nobody can say", () => {
  const seen = new SeenTokens(2);
  expect(seen.take("a", 100, 0)).toBe("new");
  expect(seen.take("b", 200, 0)).toBe("new");
  expect(seen.take("c", 300, 100)).toBe("full");
  expect(seen.take("a", 300, 100)).toBe("seen");
  expect(seen.take("c", 300, 101)).toBe("new");
  expect(seen.take("b", 300, 200)).toBe("seen");
  expect(seen.take("b", 300, 201)).toBe("new");
});
