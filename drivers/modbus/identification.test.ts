import { describe, expect, test } from "vitest";
import { openBus } from "./bus.ts";
import { badServer, profileOf, pymodbus } from "./fixtures.ts";
import { identify } from "./identification.ts";
import { modbusProfile } from "./profile.ts";
import { RtuFraming, sealed } from "./rtu_framing.ts";
import { connectionSchema } from "./settings.ts";
import { ModbusSimulator } from "./simulator.ts";

/** What the device at this port says of itself, and how many questions that took. */
async function asked(port: number, timeoutMs = 30_000) {
  await using bus = await openBus(connectionSchema.parse({ type: "tcp", host: "127.0.0.1", port }));
  const identity = await identify(bus, 1, { timeoutMs });
  return {
    identity: Object.fromEntries(identity.map(({ name, text }) => [name, text])),
    questions: bus.trace.of(1).length,
  };
}

describe("pymodbus says what it is:", () => {
  test("basic and regular objects, by their names", async () => {
    const identity = {
      "0": "Acme",
      "1": "TH-2",
      "2": "V1.4",
      "3": "https://acme.example",
      "4": "Thermometer",
      "5": "Two probes",
      "6": "Ward fridge",
    };
    await using server = await pymodbus([], { identity });
    expect(await asked(server.port)).toEqual({
      identity: {
        VendorName: "Acme",
        ProductCode: "TH-2",
        MajorMinorRevision: "V1.4",
        VendorUrl: "https://acme.example",
        ProductName: "Thermometer",
        ModelName: "Two probes",
        UserApplicationName: "Ward fridge",
      },
      questions: 2,
    });
  });

  test("basic ones alone, also where it begins anew when asked for others", async () => {
    await using server = await pymodbus([], { identity: { "0": "Acme", "1": "X", "2": "1" } });
    const { identity, questions } = await asked(server.port);
    expect(identity).toEqual({ VendorName: "Acme", ProductCode: "X", MajorMinorRevision: "1" });
    expect(questions).toBe(2);
  });

  test("in several answers, where one does not hold it", async () => {
    const long = (letter: string) => letter.repeat(100);
    const identity = Object.fromEntries([..."abcdefg"].map((one, id) => [id, long(one)]));
    await using server = await pymodbus([], { identity });
    const found = await asked(server.port);
    expect(Object.values(found.identity)).toEqual([..."abcdefg"].map(long));
    expect(found.questions).toBe(4);
  });

  test("nothing, where it was told nothing", async () => {
    await using server = await pymodbus([]);
    expect((await asked(server.port)).identity).toEqual({});
  });
});

describe("one question is all that is asked of a device", () => {
  const answering = (pdu: readonly number[]) =>
    badServer((request) =>
      Buffer.from([request[0], request[1], 0, 0, 0, pdu.length + 1, request[6], ...pdu])
    );

  test("that is silent", async () => {
    await using device = await badServer(() => null);
    expect(await asked(device.port, 50)).toEqual({ identity: {}, questions: 1 });
  });

  test.each([
    ["that answers an exception", [0xab, 1]],
    ["whose answer is cut", [0x2b, 0x0e, 1, 1, 0, 0, 1, 0, 9, 65]],
    ["whose answer is longer than it says", [0x2b, 0x0e, 1, 1, 0, 0, 1, 0, 1, 65, 66]],
    ["that answers another category", [0x2b, 0x0e, 3, 1, 0, 0, 1, 0, 1, 65]],
    ["that speaks CANopen by this function", [0x2b, 0x0d, 1, 1, 0, 0, 1, 0, 1, 65]],
  ])("%s", async (_, pdu) => {
    await using device = await answering(pdu);
    expect(await asked(device.port)).toEqual({ identity: {}, questions: 1 });
  });

  test("that asks to be asked for the same again", async () => {
    await using device = await answering([0x2b, 0x0e, 1, 1, 0xff, 0, 1, 0, 1, 65]);
    expect(await asked(device.port)).toEqual({ identity: { VendorName: "A" }, questions: 1 });
  });

  test("with basic objects only, as its conformity level says", async () => {
    const text = [..."A\x1b[2J\x07"].map((one) => one.charCodeAt(0));
    await using device = await answering([0x2b, 0x0e, 1, 0x81, 0, 0, 1, 0, text.length, ...text]);
    // What would clear the screen of whoever reads it is left out.
    expect(await asked(device.port)).toEqual({ identity: { VendorName: "A[2J" }, questions: 1 });
  });
});

test("a device that always has one object more is asked eight times at most", async () => {
  await using device = await badServer((request) => {
    const object = request[10];
    const pdu = [0x2b, 0x0e, request[9], 2, 0xff, object + 1, 1, object, 1, 65];
    return Buffer.from([request[0], request[1], 0, 0, 0, pdu.length + 1, request[6], ...pdu]);
  });
  expect((await asked(device.port)).questions).toBe(8);
});

test("our simulator is read on when it was asked", async () => {
  const profile = modbusProfile.parse(profileOf({ a: { address: 0, type: "int16" } }));
  const simulation = { profile, model: () => ({ a: 7 }), host: "127.0.0.1", port: 0 };
  await using simulator = await ModbusSimulator.start(simulation);
  const connection = { type: "tcp", host: "127.0.0.1", port: simulator.port };
  await using bus = await openBus(connectionSchema.parse(connection));
  await identify(bus, 1, { timeoutMs: 200 });
  const read = { kind: "read", table: "holding", start: 0, count: 1 } as const;
  const { answer } = await bus.ask(1, read, { timeoutMs: 30_000 });
  expect(answer).toEqual({ kind: "registers", bytes: Uint8Array.of(0, 7) });
});

describe("on a serial line an identification", () => {
  const pdu = Uint8Array.of(0x2b, 0x0e, 1, 1, 0, 0, 2, 0, 2, 65, 66, 1, 1, 67);
  const frame = sealed(9, pdu);
  const take = (...chunks: readonly Uint8Array[]) => {
    const framing = new RtuFraming();
    framing.ask(9, { kind: "identify", category: "basic", object: 0 });
    let found = framing.take(new Uint8Array(0));
    for (const chunk of chunks) found = framing.take(chunk);
    return { found, strayBytes: framing.strayBytes };
  };

  test("is known by the lengths of its objects, in any pieces, behind any noise", () => {
    const noise = Uint8Array.of(9, 0x2b, 0xff);
    for (let at = 0; at < frame.length; at++) {
      const pieces = [frame.slice(0, at), frame.slice(at)];
      expect(take(...pieces).found).toEqual({ answer: pdu, spoilt: null });
    }
    expect(take(Uint8Array.of(1, 2, 3), frame)).toEqual({
      found: { answer: pdu, spoilt: null },
      strayBytes: 3,
    });
    // Who speaks before its answer has answered twice, or late.
    expect(take(noise, frame).found.spoilt?.code).toBe("mismatch");
  });

  test("with a wrong CRC is spoilt, and with a wrong length none", () => {
    const wrong = frame.slice();
    wrong[10] ^= 1;
    expect(take(wrong).found.spoilt).toEqual({ code: "crc", reason: "wrong CRC" });
    const long = frame.slice();
    long[9] = 200;
    expect(take(long).found).toEqual({ answer: null, spoilt: null });
  });
});
