import { describe, expect, test } from "vitest";
import { OF_UNIT } from "../life/fixture_life.ts";
import { BootWatches } from "./boot_watches.ts";
import { type KnownDevice, presenceOf } from "./presence.ts";

const MINUTE_MS = 60_000;
const NOW_MS = Date.parse("2026-03-02T08:00:00Z");
const ago = (minutes: number) => new Date(NOW_MS - minutes * MINUTE_MS).toISOString();

const unit = {
  ...OF_UNIT,
  probes: [
    { id: "p-1", device: "thermometer", point: "temperature" },
    { id: "p-2", device: "door-probe", point: "temperature" },
  ],
};
const device = (name: string, more: Partial<KnownDevice> = {}): KnownDevice => ({
  ...{ device: name, state: "online", since: ago(500), silentSince: null, points: [] },
  ...{ stateForMs: null, silentForMs: null },
  ...more,
});
const clock = {
  nowMs: NOW_MS,
  goesOnMs: (_cause: string, sinceMs: number) => NOW_MS - sinceMs,
};
const [HERE, THERE] = [device("thermometer"), device("door-probe")];

const due = (
  devices: readonly KnownDevice[],
  contact: Parameters<typeof presenceOf>[1] = null,
  going: Parameters<typeof presenceOf>[3] = [],
) => {
  const { begun, ended } = presenceOf(unit, contact, devices, going, clock);
  return [
    ...begun.map(({ cause, level, sinceMs }) =>
      `${cause} ${level} ${(NOW_MS - sinceMs) / MINUTE_MS}`
    ),
    ...ended.map(({ cause }) => `${cause} over`),
  ];
};

describe("C4 a unit that cannot be reached", () => {
  const gone = (minutes: number) => ({ state: "offline", since: ago(minutes) });

  test.each([[59, []], [60, ["offline 1 60"]], [61, ["offline 1 61"]]])(
    "is an alarm an hour after all its devices went: %i minutes",
    (minutes, told) => {
      const devices = [
        device("thermometer", gone(90)),
        device("door-probe", gone(minutes)),
      ];
      expect(due(devices)).toEqual(told);
    },
  );

  test("is none while one device is there, or one is not known; silence is being away too", () => {
    const away = device("thermometer", gone(90));
    expect(due([away, THERE])).toEqual([]);
    expect(due([away])).toEqual([]);
    expect(due([away, device("door-probe", { silentSince: ago(60) })])).toEqual(["offline 1 60"]);
  });

  test.each([[59, []], [60, ["offline 1 500"]], [61, ["offline 1 500"]]])(
    "T12 is so by the boot-time clock, where the wall clock was set: %i minutes",
    (minutes, told) => {
      const away = (forMinutes: number) => ({
        ...gone(500),
        stateForMs: forMinutes * MINUTE_MS,
      });
      const devices = [device("thermometer", away(90)), device("door-probe", away(minutes))];
      expect(due(devices)).toEqual(told);
    },
  );

  test("C9 is over when one of them is there; what is not known ends nothing", () => {
    const going = [{ episode: "e", cause: "offline" }];
    const away = device("thermometer", gone(90));
    expect(due([away, device("door-probe", gone(90))], null, going)).toEqual([]);
    expect(due([away], null, going)).toEqual([]);
    expect(due([away, THERE], null, going)).toEqual(["offline over"]);
  });
});

describe("C4 power that is off", () => {
  const contact = { device: "thermometer", point: "mains", off: false };
  const mains = (value: string | number | boolean | null, more: object = {}) => [
    device("thermometer", {
      points: [{ point: "mains", value, quality: "good", time: ago(0), stale: false, ...more }],
    }),
    THERE,
  ];

  test("is an alarm at once, and over when the contact says so", () => {
    expect(due(mains(false), contact)).toEqual(["power-off 1 0"]);
    expect(due(mains(true), contact)).toEqual([]);
    const going = [{ episode: "e", cause: "power-off" }];
    expect(due(mains(false), contact, going)).toEqual([]);
    expect(due(mains(true), contact, going)).toEqual(["power-off over"]);
  });

  test("G7 a contact that is out of date, at fault or not there neither begins nor ends it", () => {
    const going = [{ episode: "e", cause: "power-off" }];
    for (
      const devices of [
        mains(false, { stale: true }),
        mains(null, { quality: "fault" }),
        mains(false, { quality: "uncertain" }),
        [HERE, THERE],
      ]
    ) {
      expect(due(devices, contact)).toEqual([]);
      expect(due(devices, contact, going)).toEqual([]);
    }
  });

  test.each([[99.9, ["power-off 1 0"]], [100, []], [100.1, []]])(
    "is a voltage below the limit: %f V of 100",
    (value, told) => {
      const below = { device: "thermometer", point: "mains", below: 100 };
      expect(due(mains(value), below)).toEqual(told);
    },
  );

  test("is over where no contact is configured any more", () => {
    expect(due([HERE, THERE], null, [{ episode: "e", cause: "power-off" }]))
      .toEqual(["power-off over"]);
  });
});

test("C4 T12: so long it goes on by the boot-time clock, wherever the wall clock is set", () => {
  const watches = new BootWatches();
  const [bootId, clock] = ["a".repeat(32), "trusted"] as const;
  const at = (bootMinute: number, wallMinute: number, sinceMinute = 100) => {
    const now = { wallMs: wallMinute * MINUTE_MS, bootMs: bootMinute * MINUTE_MS, bootId, clock };
    return watches.goesOnMs("offline fridge-1", sinceMinute * MINUTE_MS, now) / MINUTE_MS;
  };
  expect(at(10, 101)).toBe(1);
  expect(at(69, 500)).toBe(60);
  expect(at(70, -500)).toBe(61);
  // It went away anew.
  expect(at(80, 200, 200)).toBe(0);
  expect(at(90, 100, 200)).toBe(10);
});
