import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HttpPeer, letter } from "../fixture_letter.ts";
import { requestOf, type SmsGateway, smsGatewayChannel } from "./sms_gateway_channel.ts";

const { signal } = new AbortController();
const WORDS = "[严重·1级] 甲卫生院 疫苗冰箱1：温度高于上限 9.2 °C，自11-29 08:03";

const GATEWAY: Omit<SmsGateway, "url"> = {
  format: "json",
  fields: { phone: "{to}", content: "{text}", requestId: "{id}" },
  headers: { "x-time": "{seconds}", "x-signature": "{signature}" },
  secret: "key",
  sign: { hash: "sha256", over: "{seconds}.{body}", encoding: "hex" },
  ok: /"code":"OK"/,
  never: /"code":"(BAD_NUMBER|NO_CONSENT)"/,
  lengthMax: 201,
  timeoutMs: 10_000,
};

let peer: HttpPeer;
beforeEach(() => {
  peer = new HttpPeer();
});
afterEach(() => peer[Symbol.asyncDispose]());

function send(changed: Partial<SmsGateway> = {}) {
  const gateway = { ...GATEWAY, url: peer.url, ...changed };
  return smsGatewayChannel("sms", gateway).send(letter(), signal);
}

const says = (code: string, status = 200) => () =>
  new Response(JSON.stringify({ code, phone: "13800000000" }), { status });

/** openssl's word for a signature: no code of ours or of the runtime. */
async function openssl(text: string, key: string, hash: string): Promise<string> {
  const child = new Deno.Command("openssl", {
    args: ["dgst", `-${hash}`, "-hmac", key, "-r"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout).split(" ")[0];
}

describe("a gateway", () => {
  test("gets the fields that it asks for, signed over the body as it came", async () => {
    peer.answer = says("OK");
    expect(await send()).toEqual({ kind: "delivered", detail: "HTTP 200" });
    const [{ headers, text }] = peer.heard;
    expect(JSON.parse(text)).toEqual({
      phone: "+8613800000000",
      content: WORDS,
      requestId: letter().id,
    });
    const signed = `${headers.get("x-time")}.${text}`;
    expect(headers.get("x-signature")).toBe(await openssl(signed, "key", "sha256"));
  });

  test("gets them as a form, with the signature as one of them", async () => {
    const sign = {
      hash: "sha1",
      secret: "key",
      over: "{to}{text}{nonce}",
      encoding: "hex",
    } as const;
    const fields = { to: "{to}", t: "{text}", n: "{nonce}", s: "{signature}" };
    await send({ format: "form", fields, headers: {}, sign, ok: null });
    const [{ headers, text }] = peer.heard;
    expect(headers.get("content-type")).toBe("application/x-www-form-urlencoded;charset=utf-8");
    const form = new URLSearchParams(text);
    const signed = `${form.get("to")}${form.get("t")}${form.get("n")}`;
    expect(form.get("t")).toBe(WORDS);
    expect(form.get("s")).toBe(await openssl(signed, "key", "sha1"));
  });

  test("gets words within a JSON text of a field as that needs them", () => {
    const fields = { TemplateParam: '{"text":{textJson}}' };
    const said = letter({ text: () => 'a "b"\n{to}' });
    const { body } = requestOf({ ...GATEWAY, fields }, said, "n");
    const { TemplateParam } = JSON.parse(body);
    expect(JSON.parse(TemplateParam)).toEqual({ text: 'a "b"\n{to}' });
  });

  test("is asked for no more words than it takes", async () => {
    let asked = 0;
    const said = letter({ text: (lengthMax) => String(asked = lengthMax) });
    await smsGatewayChannel("sms", { ...GATEWAY, url: peer.url }).send(said, signal);
    expect(asked).toBe(201);
  });
});

describe("its answer", () => {
  test.each([
    ["BAD_NUMBER", 200, "refused", undefined],
    ["NO_CONSENT", 400, "refused", undefined],
    ["LIMIT", 200, "failed", "contact"],
    ["OK", 500, "failed", "channel"],
    ["OK", 403, "failed", "channel"],
  ])("%s with status %i is %s", async (code, status, kind, of) => {
    peer.answer = says(code, status);
    expect(await send()).toMatchObject({ kind, ...(of === undefined ? {} : { of }) });
  });

  test("that never ends is not waited for", async () => {
    peer.answer = () =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)) }),
      );
    expect(await send()).toMatchObject({ kind: "failed", of: "contact" });
  });
});
