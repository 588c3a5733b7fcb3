import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import { HttpPeer, letter } from "../fixture_letter.ts";
import { webhookChannel } from "./webhook_channel.ts";

const SECRET = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`;
const { signal } = new AbortController();

let peer: HttpPeer;
beforeEach(() => {
  peer = new HttpPeer();
});
afterEach(() => peer[Symbol.asyncDispose]());

function channel(timeoutMs = 10_000) {
  return webhookChannel("hook", { url: peer.url, secret: SECRET, timeoutMs });
}

describe("a webhook", () => {
  test("is signed as somebody else's library checks it, and tells the message's id", async () => {
    const sent = letter();
    expect(await channel().send(sent, signal)).toEqual({ kind: "delivered", detail: "HTTP 200" });
    const [{ headers, text }] = peer.heard;
    const told = new Webhook(SECRET).verify(text, Object.fromEntries(headers));
    expect(told).toMatchObject({
      type: "notification",
      data: { notifications: [{ id: "a", where: { code: "fridge-1" } }] },
    });
    expect(headers.get("webhook-id")).toBe(sent.id);
    await channel().send(sent, signal);
    expect(peer.heard[1].headers.get("webhook-id")).toBe(sent.id);
  });

  test.each([200, 202, 204])("is delivered when it answers %i", async (status) => {
    peer.answer = () => new Response(null, { status });
    expect((await channel().send(letter(), signal)).kind).toBe("delivered");
  });

  test.each([400, 413, 422])("is refused for good when it answers %i", async (status) => {
    peer.answer = () => new Response("no", { status });
    expect(await channel().send(letter(), signal))
      .toEqual({ kind: "refused", detail: `it answered ${status}` });
  });

  test.each([301, 401, 403, 404, 429, 500, 503])(
    "is tried again when it answers %i",
    async (status) => {
      peer.answer = () => new Response("no", { status, headers: { location: "/elsewhere" } });
      expect(await channel().send(letter(), signal))
        .toEqual({ kind: "failed", of: "channel", detail: `it answered ${status}` });
      // A redirection is not followed: the secret signs for one address.
      expect(peer.heard).toHaveLength(1);
    },
  );

  test("that nobody answers is tried again", async () => {
    const url = `http://127.0.0.1:${freePort()}/`;
    const nobody = webhookChannel("hook", { url, secret: SECRET, timeoutMs: 1000 });
    expect(await nobody.send(letter(), signal)).toMatchObject({ kind: "failed", of: "channel" });
  });

  test("is waited for no longer than its time", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    const silent = Deno.serve(options, () => promise);
    const url = `http://127.0.0.1:${silent.addr.port}/`;
    const hook = webhookChannel("hook", { url, secret: SECRET, timeoutMs: 50 });
    const attempt = await hook.send(letter(), signal);
    expect(attempt).toMatchObject({ kind: "failed", of: "channel" });
    resolve(new Response());
    await silent.shutdown();
  });
});
