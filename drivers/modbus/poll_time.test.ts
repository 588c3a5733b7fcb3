import { expect, test } from "vitest";
import { DrivenRun, until } from "../fixtures.ts";
import { answerTo, badServer, profileOf } from "./fixtures.ts";
import { modbus } from "./modbus.ts";

test("G7: a poll is of the moment when the first of its answers came, not the last", async () => {
  /** When each block was asked for. */
  const asked = new Map<number, number[]>();
  await using server = await badServer((request) => {
    const start = request.readUInt16BE(8);
    asked.set(start, [...(asked.get(start) ?? []), performance.now()]);
    return answerTo(request, [3, 2, 0, 7]);
  });
  const profile = profileOf({
    first: { address: 0, type: "int16" },
    last: { address: 100, type: "int16" },
  });
  const connection = { type: "tcp", host: "127.0.0.1", port: server.port };
  await using run = DrivenRun.of(modbus, {
    connection,
    devices: [{ id: "device-1", profile, unit: 1, intervalSeconds: 0.1 }],
  });
  await until("two polls", () => run.of("reading").length >= 2 || run.ended !== null);
  for (const [poll, { receivedMs }] of run.of("reading").entries()) {
    // The last block is asked for once the first one was answered.
    expect(receivedMs).toBeGreaterThanOrEqual(asked.get(0)?.[poll] ?? NaN);
    expect(receivedMs).toBeLessThanOrEqual(asked.get(100)?.[poll] ?? NaN);
  }
  // What is told of the device is not older than what it told, and comes before it.
  const [online] = run.of("state");
  expect(online.receivedMs).toBe(run.of("reading")[0].receivedMs);
});
