import { describe, expect, test } from "vitest";
import { DrivenRun, until } from "../fixtures.ts";
import { openBus } from "./bus.ts";
import { GuardedUnit } from "./guarded_unit.ts";
import { answerTo, badServer, profileOf, pymodbus } from "./fixtures.ts";
import { modbus } from "./modbus.ts";
import { modbusProfile } from "./profile.ts";
import { connectionSchema, modbusSettings } from "./settings.ts";
import { RtuFraming, sealed } from "./rtu_framing.ts";

const read = (start: number, count = 1) =>
  ({ kind: "read", table: "holding", start, count }) as const;
const tcp = (port: number) => connectionSchema.parse({ type: "tcp", host: "127.0.0.1", port });

describe("one bus is one queue", () => {
  test("what is urgent overtakes, and the rest goes by its deadline", async () => {
    const asked: number[] = [];
    await using server = await badServer((request) => {
      asked.push(request.readUInt16BE(8));
      return answerTo(request, [3, 2, 0, 1]);
    });
    await using bus = await openBus(tcp(server.port));
    const timeoutMs = 1000;
    await Promise.all([
      bus.ask(1, read(0), { timeoutMs, deadlineMs: 1 }),
      bus.ask(1, read(30), { timeoutMs, deadlineMs: 30 }),
      bus.ask(1, read(20), { timeoutMs, deadlineMs: 20 }),
      bus.ask(1, read(40), { timeoutMs, urgent: true }),
      bus.ask(2, read(10), { timeoutMs, deadlineMs: 10 }),
    ]);
    // The first one was on its way already.
    expect(asked).toEqual([0, 40, 10, 20, 30]);
  });

  test("what a write has to wait for, of its own unit, goes before the polls of others", async () => {
    const asked: number[] = [];
    await using server = await badServer((request) => {
      asked.push(request.readUInt16BE(8));
      return request[7] === 6 ? request : answerTo(request, [3, 2, 0, 1]);
    });
    await using bus = await openBus(tcp(server.port));
    const profile = modbusProfile.parse(profileOf({ value: { address: 0, type: "int16" } }));
    const unit = new GuardedUnit(bus, 1, profile, () => {});
    const timeoutMs = 1000;
    const polls = [
      bus.ask(2, read(20), { timeoutMs, deadlineMs: 1 }),
      bus.ask(2, read(21), { timeoutMs, deadlineMs: 2 }),
      unit.read(read(10), { timeoutMs, deadlineMs: 99 }),
      bus.ask(2, read(22), { timeoutMs, deadlineMs: 3 }),
    ];
    // All of them are in the queue before anything comes over the wire.
    for (let turns = 0; turns < 10; turns++) await Promise.resolve();
    const write = { kind: "write-register", start: 40, value: 7 } as const;
    await unit.write(write, { timeoutMs, urgent: true });
    await Promise.all(polls);
    // Before it can follow, one more poll is on its way.
    expect(asked).toEqual([20, 10, 21, 40, 22]);
  });

  test("an answer to an earlier transaction is discarded, and the right one behind it taken", async () => {
    let before: Buffer | null = null;
    await using server = await badServer((request) => {
      const late = before;
      before = answerTo(request, [3, 2, 0, request[9]]);
      return late === null ? null : Buffer.concat([late, before]);
    });
    await using bus = await openBus(tcp(server.port));
    const first = await bus.ask(1, read(1), { timeoutMs: 50 });
    expect(first.answer).toEqual({ kind: "failed", code: "timeout", reason: "no answer" });
    const second = await bus.ask(1, read(2), { timeoutMs: 1000 });
    expect(second.answer).toEqual({ kind: "registers", bytes: Uint8Array.of(0, 2) });
    expect(bus.strayBytes).toBe(11);
  });

  test("the last exchanges of each unit are kept, as bytes, and no more than that", async () => {
    await using server = await badServer((request) => answerTo(request, [3, 2, 0, 7]));
    await using bus = await openBus(tcp(server.port));
    let seen = 0;
    using _watch = bus.trace.watch(() => seen++);
    for (let n = 0; n < 30; n++) await bus.ask(1, read(n), { timeoutMs: 1000 });
    const kept = bus.trace.of(1);
    expect([seen, kept.length, bus.trace.of(2).length]).toEqual([30, 20, 0]);
    expect([...(kept.at(-1)?.question.sent.slice(7) ?? [])]).toEqual([3, 0, 29, 0, 1]);
    expect([...(kept.at(-1)?.chunks[0].bytes.slice(7) ?? [])]).toEqual([3, 2, 0, 7]);
    expect(kept.at(-1)?.outcome).toBe("answered");
  });
});

describe("a frame on a serial line", () => {
  const answer = sealed(1, Uint8Array.of(3, 2, 0, 7));
  const taken = (...chunks: readonly (readonly number[])[]) => {
    const framing = new RtuFraming();
    framing.ask(1, read(0));
    let found = framing.take(new Uint8Array(0));
    for (const chunk of chunks) {
      if (found.answer === null && found.spoilt === null) {
        found = framing.take(Uint8Array.from(chunk));
      }
    }
    framing.forget();
    const said = found.answer === null ? found.spoilt?.reason ?? null : [...found.answer];
    return { said, strayBytes: framing.strayBytes };
  };
  const good = [3, 2, 0, 7];

  test("is as the standard's own example has it", () => {
    // MODBUS over Serial Line V1.02, appendix B: CRC of 02 07 is 41 12.
    expect([...sealed(2, Uint8Array.of(7))]).toEqual([2, 7, 0x41, 0x12]);
  });

  test.each<[string, readonly (readonly number[])[], ReturnType<typeof taken>]>([
    ["whole", [[...answer]], { said: good, strayBytes: 0 }],
    ["in single bytes", [...answer].map((byte) => [byte]), { said: good, strayBytes: 0 }],
    ["behind noise", [[9, 0xff], [0, ...answer]], { said: good, strayBytes: 3 }],
    ["before noise", [[...answer, 0xff, 0]], { said: good, strayBytes: 2 }],
    ["with a wrong CRC", [[...answer.with(3, 1)]], { said: "wrong CRC", strayBytes: 7 }],
    [
      "behind a late one of another length",
      [[...sealed(1, Uint8Array.of(3, 4, 0, 1, 0, 2))], [...answer]],
      { said: good, strayBytes: 9 },
    ],
    [
      "before another one of the same unit",
      [[...answer, ...answer]],
      { said: "two answers came to one question", strayBytes: 7 },
    ],
    ["of another unit", [[...sealed(2, Uint8Array.of(3, 2, 0, 7))]], { said: null, strayBytes: 7 }],
    ["of another function", [[...sealed(1, Uint8Array.of(4, 2, 0, 7))]], {
      said: null,
      strayBytes: 7,
    }],
    ["an exception", [[...sealed(1, Uint8Array.of(0x83, 2))]], { said: [0x83, 2], strayBytes: 0 }],
  ])("%s", (_what, chunks, expected) => {
    expect(taken(...chunks)).toEqual(expected);
  });
});

test("an answer behind noise that may hide another one is asked for again", async () => {
  // Noise hides the answer of one slave; another of the same address is heard in its place.
  let requests = 0;
  await using server = await badServer((request) => {
    requests++;
    const count = request.readUInt16BE(4);
    const hidden = requests === 3;
    const values = Array.from({ length: count }, (_, at) => [0, hidden ? 99 : at + 1]).flat();
    const answer = sealed(1, Uint8Array.from([3, values.length, ...values]));
    return Buffer.from(hidden ? [0xfd, 0x11, 0x80, 0, 0x42, 0x21, 7, ...answer] : answer);
  });
  const profile = profileOf({
    a: { address: 0, type: "uint16" },
    b: { address: 1, type: "uint16" },
  });
  const connection = { type: "rtu-over-tcp", host: "127.0.0.1", port: server.port, baud: 115_200 };
  await using run = DrivenRun.of(modbus, { connection, devices: [{ id: "device-1", profile }] });
  await until("polls have come", () => run.of("reading").length > 4 || run.ended !== null);
  for (const { readings } of run.of("reading")) {
    expect(readings.map(({ value }) => value)).toEqual([1, 2]);
  }
});

/** Registers 0 to 9 but 4, three at a time at most; anything else is refused. */
function picky(request: Buffer): Buffer {
  const [start, count] = [request.readUInt16BE(8), request.readUInt16BE(10)];
  if (count > 3) return answerTo(request, [0x83, 3]);
  if (start + count > 10 || (start <= 4 && start + count > 4)) return answerTo(request, [0x83, 2]);
  const values = Array.from({ length: count }, (_, at) => [0, start + at]).flat();
  return answerTo(request, [3, values.length, ...values]);
}

test("a device that refuses a block is asked in parts, and that is remembered", async () => {
  let refusals = 0;
  await using server = await badServer((request) => {
    const answer = picky(request);
    if (answer[7] === 0x83) refusals++;
    return answer;
  });
  const registers = [0, 1, 2, 3, 5, 6, 7, 8, 9];
  const profile = profileOf(
    Object.fromEntries(registers.map((address) => [`p${address}`, { address, type: "uint16" }])),
  );
  const devices = [{ id: "device-1", profile }];
  await using run = DrivenRun.of(modbus, { connection: tcp(server.port), devices });
  const polls = () => run.of("reading");
  await until("it settles", () => polls().length > 3);
  const before = [refusals, server.requests, polls().length];
  await until("polls have come", () => polls().length > before[2] + 3);
  expect(before[0]).toBeGreaterThan(3);
  expect(refusals).toBe(before[0]);
  for (const { readings } of polls()) {
    expect(readings.map(({ value }) => value)).toEqual(registers);
  }
  expect(run.of("state").map(({ state }) => state)).toEqual(["online"]);
});

test("points are read by class: fast ones often, slow ones seldom, together where they meet", async () => {
  await using server = await pymodbus([{ table: "holding", address: 0, type: "uint16", value: 1 }]);
  const profile = profileOf({
    fast: { address: 0, type: "uint16" },
    normal: { address: 1, type: "uint16" },
    slow: { address: 2, type: "uint16" },
  }, { intervalSeconds: 0.4, fastSeconds: 0.1, slowSeconds: 1.2 });
  const points = profile.points.map((point) => ({ ...point, poll: point.point }));
  const devices = [{ id: "device-1", profile: { ...profile, points } }];
  await using run = DrivenRun.of(modbus, { connection: tcp(server.port), devices });
  const of = (name: string) =>
    run.of("reading").filter(({ readings }) => readings.some(({ point }) => point === name));
  await until("slow ones have come", () => of("slow").length >= 3);
  const counts = ["fast", "normal", "slow"].map((name) => of(name).length);
  expect(counts[0]).toBeGreaterThan(counts[1]);
  expect(counts[1]).toBeGreaterThan(counts[2]);
  // Where beats meet, one poll brings all.
  expect(of("slow").every(({ readings }) => readings.length === 3)).toBe(true);
});

test("a silent unit is asked at most once an interval, and what became of it is counted", async () => {
  const asked = new Map<number, number>();
  await using server = await badServer((request) => {
    const unit = request[6];
    asked.set(unit, (asked.get(unit) ?? 0) + 1);
    return unit === 2 ? null : answerTo(request, [3, 2, 0, 1]);
  });
  const profile = profileOf(
    { a: { address: 0, type: "int16" }, b: { address: 90, type: "int16" } },
    {
      intervalSeconds: 0.2,
      timeoutMs: 50,
    },
  );
  const devices = [1, 2].map((unit) => ({ id: `device-${unit}`, profile, unit }));
  await using run = DrivenRun.of(modbus, { connection: tcp(server.port), devices });
  await until("polls have come", () => run.of("reading").length >= 20);
  // Two requests a poll of the other one; one a probe.
  expect(asked.get(2) ?? 0).toBeLessThanOrEqual((asked.get(1) ?? 0) / 2);
  const counted = (device: string) =>
    run.of("statistics").filter((item) => item.device === device).map(({ counts }) => counts);
  expect(counted("device-1")[0]).toMatchObject({ timeouts: 0, crcErrors: 0, exceptions: 0 });
  expect(counted("device-1")[0].answers).toBeGreaterThan(0);
  expect(counted("device-2")[0]).toMatchObject({ requests: 1, answers: 0, timeouts: 1 });
});

test("bytes that belong to nothing that was asked are counted with their line", async () => {
  await using server = await badServer((request) => {
    const another = Buffer.from(request);
    another.writeUInt16BE(request.readUInt16BE(0) + 1000);
    const answers = [answerTo(request, [3, 2, 0, 1]), answerTo(another, [3, 4, 0, 1, 0, 2])];
    return Buffer.concat(answers);
  });
  const profile = profileOf({ a: { address: 0, type: "int16" } }, { intervalSeconds: 0.2 });
  const devices = [{ id: "device-1", profile, unit: 1 }];
  await using run = DrivenRun.of(modbus, { connection: tcp(server.port), devices });
  await until("they are told", () => run.of("noise").length > 0);
  // An answer of two registers over TCP: 7 bytes of header, function, length and 4 of values.
  expect(run.of("noise")[0].strayBytes % 13).toBe(0);
  expect(run.of("noise")[0].strayBytes).toBeGreaterThan(0);
});

test("two devices are not the same unit, but for parts of one that is behind TCP", () => {
  const profile = profileOf({ a: { address: 0, type: "int16" } });
  const other = { ...profile, profile: "another-part" };
  const found = (connection: object, second: object) =>
    modbusSettings.safeParse({
      connection,
      devices: [{ id: "fridge-1", profile }, { id: "fridge-2", profile: second }],
    }).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  const told = 'devices.1.unit: "fridge-1" has unit 1 already: "fridge-2" would show its values';
  const serial = { type: "serial", port: "/dev/ttyUSB0" };
  const gateway = { type: "tcp", host: "192.0.2.1" };
  expect(found(serial, profile)).toEqual([told]);
  expect(found(serial, other)).toEqual([told]);
  expect(found(gateway, profile)).toEqual([told]);
  expect(found(gateway, other)).toBeUndefined();
});

test("units of a serial line are 1 to 247", () => {
  const connection = { type: "serial", port: "/dev/ttyUSB0" };
  const profile = profileOf({ a: { address: 0, type: "int16" } });
  const found = modbusSettings.safeParse({ connection, devices: [{ id: "d", profile, unit: 0 }] });
  expect(found.error?.issues[0].message).toBe("want 1 to 247 on a serial line");
});
