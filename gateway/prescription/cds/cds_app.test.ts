import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { MemoryDesk } from "../fixture_desk.ts";
import { NOW, withAt } from "../fixture_intake.ts";
import { BodyRoom } from "../sent_body.ts";
import { cdsApp } from "./cds_app.ts";
import { ClientTokens } from "./client_token.ts";
import { hookCall, hookText } from "./fixtures.ts";

const URL = "https://county-a.example";
const SIGN = "/cds-services/prescription-sign";

async function service() {
  const { publicKey, privateKey } = await generateKeyPair("ES384");
  const keys = [{ ...await exportJWK(publicKey), kid: "k" }];
  const desk = new MemoryDesk();
  const client = {
    name: "his-17",
    issuer: "https://his.example/",
    site: "site-017",
    sites: ["site-017"],
    keys,
  };
  const tokens = new ClientTokens([client]);
  const app = cdsApp({ desk, room: new BodyRoom(), tokens, url: URL, now: () => NOW });
  let count = 0;
  const call = async (path: string, body?: string, audience = `${URL}${path}`) => {
    const seconds = Math.floor(NOW.wallMs / 1000);
    const token = await new SignJWT({ jti: `j-${count++}` })
      .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: "k" })
      .setIssuer("https://his.example/").setAudience(audience)
      .setIssuedAt(seconds).setExpirationTime(seconds + 60).sign(privateKey);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await app.request(
      path,
      body === undefined ? { headers } : { method: "POST", body, headers },
    );
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  };
  return { call, desk, app };
}

test("a client finds the services, has a draft checked, and says what became of the cards", async () => {
  const { call, desk } = await service();
  const found = await call("/cds-services");
  expect(found.body.services).toHaveLength(2);
  const checked = await call(SIGN, hookText(hookCall("order-sign")));
  expect(checked.status).toBe(200);
  const { cards } = checked.body;
  expect(cards.map(({ indicator }: { indicator: string }) => indicator)).toEqual([
    "critical",
    "info",
  ]);
  const from = { site: "site-017", who: "cds client his-17" };
  expect(desk.drafts).toMatchObject([{ from, service: "prescription-sign" }]);
  // A check gives no token: nothing in the answer lets anybody dispense.
  expect(Object.keys(checked.body)).toEqual(["cards"]);
  const told = [{
    card: cards[0].uuid,
    outcome: "overridden",
    outcomeTimestamp: "2026-03-02T01:20:00Z",
  }];
  expect((await call(`${SIGN}/feedback`, JSON.stringify({ feedback: told }))).status).toBe(200);
  expect(desk.feedbacks).toEqual([{ feedback: told, from }]);
});

describe("a draft that is not complete gets a card and no check", () => {
  test.each([["order-select", "info"], ["order-sign", "warning"]] as const)(
    "%s",
    async (hook, indicator) => {
      const { call, desk } = await service();
      const drug = ["context", "draftOrders", "entry", 0, "resource", "medicationCodeableConcept"];
      const text = hookText(withAt(hookCall(hook), drug, undefined));
      const path = `/cds-services/prescription-${hook === "order-sign" ? "sign" : "select"}`;
      const { status, body } = await call(path, text);
      expect([status, body.cards.length, body.cards[0].indicator]).toEqual([200, 1, indicator]);
      expect(desk.drafts).toEqual([]);
    },
  );
});

test("who shows no token, one for another service, or calls what is not there, is refused", async () => {
  const { call, app, desk } = await service();
  expect((await app.request("/cds-services")).status).toBe(401);
  expect((await app.request(SIGN, { method: "POST", body: "{}" })).status).toBe(401);
  expect((await call(SIGN, "{}", `${URL}/cds-services/prescription-select`)).status).toBe(401);
  expect((await call("/cds-services/patient-view", "{}")).status).toBe(404);
  expect((await call(SIGN, "{}")).status).toBe(400);
  expect((await call(SIGN, " ".repeat(300_000))).status).toBe(413);
  expect((await call(`${SIGN}/feedback`, "{}")).status).toBe(400);
  expect(desk.drafts).toEqual([]);
});
