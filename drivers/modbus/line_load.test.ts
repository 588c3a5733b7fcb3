import { expect, test } from "vitest";
import { profileOf } from "./fixtures.ts";
import { lineLoad } from "./line_load.ts";
import { modbusSettings } from "./settings.ts";

const POINTS = {
  temperature: { address: 0, type: "int16" },
  humidity: { address: 1, type: "int16" },
};
/** 8 bytes ask and 9 answer, with 3.5 characters of silence around both; one has 10 bits. */
const POLL_SECONDS = (8 + 9 + 7) * 10 / 9600;

function loadOf(connection: object, units: number, more: object = {}): number {
  const profile = profileOf(POINTS, { intervalSeconds: 1, ...more });
  const devices = Array.from({ length: units }, (_, index) => ({
    id: `device-${index + 1}`,
    unit: index + 1,
    profile,
  }));
  return lineLoad(modbusSettings.parse({ connection, devices }));
}

test("a serial line is loaded by bytes and the silence around them", () => {
  const serial = { type: "serial", port: "/dev/ttyUSB0", baud: 9600 };
  expect(loadOf(serial, 1)).toBeCloseTo(POLL_SECONDS, 9);
  expect(loadOf(serial, 50)).toBeCloseTo(50 * POLL_SECONDS, 9);
  expect(loadOf(serial, 1, { intervalSeconds: 0.5 })).toBeCloseTo(2 * POLL_SECONDS, 9);
  const slower = loadOf(serial, 1, { turnaroundMs: 100 });
  expect(slower).toBeCloseTo(POLL_SECONDS + 0.1 - 3.5 * 10 / 9600, 9);
});

test("behind a converter it is the line's baud rate that counts, and TCP has no such line", () => {
  const converter = { type: "rtu-over-tcp", host: "192.0.2.1", port: 4001, baud: 9600 };
  expect(loadOf(converter, 1)).toBeCloseTo(POLL_SECONDS, 9);
  expect(loadOf({ type: "tcp", host: "192.0.2.1" }, 1)).toBe(0);
});
