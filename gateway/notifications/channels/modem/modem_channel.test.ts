import { describe, expect, test } from "vitest";
import { freePort } from "../../../../drivers/fixtures.ts";
import { until } from "../../../../sync/fixtures.ts";
import { letter } from "../../fixture_letter.ts";
import { MODELS, ModemPeer } from "./fixture_modem.ts";
import { modemChannel } from "./modem_channel.ts";

const { signal } = new AbortController();
/** So short that a test of what never comes is over soon. */
const SHORT = { commandMs: 600, registrationMs: 50, sendMs: 600 };
const WORDS = "[严重·1级] 甲卫生院 疫苗冰箱1：温度高于上限 9.2 °C，自11-29 08:03";

describe.each(MODELS)("a message by %s (C4)", (model) => {
  test.each(["pdu", "text"] as const)("arrives in Chinese, in %s mode", async (mode) => {
    await using modem = await ModemPeer.start({ model });
    const attempt = await modem.channel({ mode }).send(letter(), signal);
    expect(attempt).toEqual({
      kind: "delivered",
      detail: "+CMGS 41, registered at home, signal -79 dBm",
    });
    await until("it was taken", () => modem.taken.length > 0);
    expect(modem.taken).toMatchObject([{ number: "+8613800000000", text: WORDS }]);
  });

  test("arrives though the card asks for its PIN", async () => {
    await using modem = await ModemPeer.start({ model, pin: "1234" });
    const attempt = await modem.channel({ pin: "1234" }).send(letter(), signal);
    expect(attempt.kind).toBe("delivered");
  });

  test("arrives though the modem tells of its network between all answers", async () => {
    await using modem = await ModemPeer.start({ model, faults: ["chatter"] });
    expect((await modem.channel().send(letter(), signal)).kind).toBe("delivered");
  });
});

describe("a long message", () => {
  const long = "温".repeat(150);

  test("is parts that belong together, with the same reference when it is sent again", async () => {
    await using modem = await ModemPeer.start({});
    const sent = letter({ text: () => long });
    await modem.channel().send(sent, signal);
    await modem.channel().send(sent, signal);
    await until("both were taken", () => modem.taken.length === 6);
    const heads = modem.taken.map(({ udh: [head] = [] }) => head);
    const reference = parseInt(sent.id.slice(0, 4), 16);
    expect(heads).toEqual([1, 2, 3, 1, 2, 3].map((number) => ({ reference, parts: 3, number })));
    expect(modem.taken.slice(0, 3).map(({ text }) => text).join("")).toBe(long);
    expect(modem.taken[0].validity).toBe(24 * 3600);
  });

  test("has no more parts than it may", async () => {
    await using modem = await ModemPeer.start({});
    let asked = 0;
    const sent = letter({
      text: (lengthMax) => {
        asked = lengthMax;
        return "温".repeat(lengthMax);
      },
    });
    await modem.channel({ parts: 2 }).send(sent, signal);
    await until("it was taken", () => modem.taken.length === 2);
    expect(asked).toBe(132);
    await modem.channel({ parts: 1 }).send(sent, signal);
    expect(asked).toBe(70);
  });

  test("has its numbers in the words where there is text mode only", async () => {
    await using modem = await ModemPeer.start({});
    await modem.channel({ mode: "text" }).send(letter({ text: () => long }), signal);
    await until("it was taken", () => modem.taken.length === 3);
    expect(modem.taken.map(({ text }) => text)).toEqual([
      `1/3 ${"温".repeat(66)}`,
      `2/3 ${"温".repeat(66)}`,
      `3/3 ${"温".repeat(18)}`,
    ]);
  });

  test("is sent as a whole again where a part was not taken", async () => {
    await using modem = await ModemPeer.start({ cms: [null, 42] });
    const sent = letter({ text: () => long });
    expect(await modem.channel().send(sent, signal))
      .toEqual({ kind: "failed", of: "channel", detail: "+CMS ERROR 42" });
    expect((await modem.channel().send(sent, signal)).kind).toBe("delivered");
  });
});

test("two messages at one time leave one after the other", async () => {
  await using modem = await ModemPeer.start({});
  const channel = modem.channel();
  const both = ["温", "湿"].map((text) => channel.send(letter({ text: () => text }), signal));
  expect((await Promise.all(both)).map(({ kind }) => kind)).toEqual(["delivered", "delivered"]);
  await until("both were taken", () => modem.taken.length === 2);
  expect(modem.taken.map(({ text }) => text)).toEqual(["温", "湿"]);
});

describe("what the network says of it", () => {
  test.each([
    [1, "unassigned number", "refused"],
    [28, "unidentified subscriber", "refused"],
    [30, "unknown subscriber", "refused"],
    [304, "malformed", "refused"],
  ])("%i, %s, is final", async (code, _, kind) => {
    await using modem = await ModemPeer.start({ cms: [code] });
    expect(await modem.channel().send(letter(), signal))
      .toEqual({ kind, detail: `+CMS ERROR ${code}` });
  });

  test.each([21, 22, 27])("%i is tried again, and holds up nobody else", async (code) => {
    await using modem = await ModemPeer.start({ cms: [code] });
    expect(await modem.channel().send(letter(), signal))
      .toEqual({ kind: "failed", of: "contact", detail: `+CMS ERROR ${code}` });
  });

  test.each([38, 41, 42, 47, 69, 310, 331, 332, 500])("%i holds up all", async (code) => {
    await using modem = await ModemPeer.start({ cms: [code] });
    expect(await modem.channel().send(letter(), signal))
      .toEqual({ kind: "failed", of: "channel", detail: `+CMS ERROR ${code}` });
  });
});

describe("a network", () => {
  test("that is searched for is waited for", async () => {
    await using modem = await ModemPeer.start({ states: [2, 2, 5] });
    expect(await modem.channel().send(letter(), signal))
      .toMatchObject({ kind: "delivered", detail: expect.stringContaining("roaming") });
  });

  test.each(["CGREG", "CEREG"] as const)("of which only %s tells is one", async (domain) => {
    await using modem = await ModemPeer.start({ domain });
    expect((await modem.channel().send(letter(), signal)).kind).toBe("delivered");
  });

  test.each([
    [0, "not searching"],
    [2, "searching"],
    [3, "denies"],
  ])("state %i is no network: nothing is sent", async (state, said) => {
    await using modem = await ModemPeer.start({ states: [state] });
    const channel = modem.channel({ times: SHORT });
    expect(await channel.send(letter(), signal)).toMatchObject({
      kind: "failed",
      of: "channel",
      detail: expect.stringContaining(said),
    });
    expect(modem.taken).toEqual([]);
  });

  test("is told with its signal to whoever looks", async () => {
    await using modem = await ModemPeer.start({});
    expect(await modem.channel().look?.(signal)).toBe("registered at home, signal -79 dBm");
  });
});

describe("a card", () => {
  test("whose PIN is wrong is asked once, and not locked by the retries", async () => {
    await using modem = await ModemPeer.start({ pin: "1234" });
    const channel = modem.channel({ pin: "9999", times: SHORT });
    expect(await channel.send(letter(), signal))
      .toMatchObject({ kind: "failed", detail: "the card refuses the PIN" });
    for (let tries = 0; tries < 3; tries++) {
      expect(await channel.send(letter(), signal))
        .toMatchObject({ detail: expect.stringContaining("or the one given is wrong") });
    }
  });

  test("that asks for a PIN nobody gave is told", async () => {
    await using modem = await ModemPeer.start({ pin: "1234" });
    expect(await modem.channel().send(letter(), signal))
      .toMatchObject({ kind: "failed", detail: expect.stringContaining("asks for a PIN") });
  });
});

describe("a modem that stops in the middle", () => {
  test.each(
    [
      ["says nothing", "mute", "AT was not answered"],
      ["gives no prompt", "no-prompt", "AT+CMGS"],
      ["says nothing behind the words", "no-answer", "AT+CMGS"],
    ] as const,
  )("%s is tried again, and no number is told", async (_, fault, said) => {
    await using modem = await ModemPeer.start({ faults: [fault] });
    const attempt = await modem.channel({ times: SHORT }).send(letter(), signal);
    expect(attempt).toMatchObject({ kind: "failed", of: "channel" });
    expect(attempt.detail).toContain(said);
    expect(attempt.detail).not.toMatch(/1380|8310/);
    expect(modem.taken).toEqual([]);
  });

  test("in which a process before died while it gave words is made to forget them", async () => {
    await using modem = await ModemPeer.start({ faults: ["entering"] });
    expect((await modem.channel().send(letter(), signal)).kind).toBe("delivered");
    await until("it was taken", () => modem.taken.length > 0);
    expect(modem.taken.map(({ text }) => text)).toEqual([WORDS]);
  });

  test("is left at once when the node stops", async () => {
    await using modem = await ModemPeer.start({ faults: ["no-answer"] });
    const stop = new AbortController();
    const sending = modem.channel().send(letter(), stop.signal);
    stop.abort();
    expect(await sending).toMatchObject({ kind: "failed", of: "channel" });
  });

  test("is missing where there is no port", async () => {
    const missing = modemChannel("sms", {
      port: { type: "socket", host: "127.0.0.1", port: freePort() },
      mode: "pdu",
      parts: 3,
      pin: null,
    });
    expect(await missing.send(letter(), signal)).toMatchObject({ kind: "failed", of: "channel" });
  });
});
