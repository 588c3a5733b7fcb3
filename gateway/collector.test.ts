import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freePort, mosquittoPub } from "../drivers/fixtures.ts";
import type { Identity, Item, Run } from "../drivers/driver.ts";
import { mqttBroker } from "../drivers/mqtt/broker.ts";
import { brokerFor, PASSWORD } from "../drivers/mqtt/fixtures.ts";
import { BODY_BYTES_MAX } from "../sync/entry.ts";
import { range, stampAt, until } from "../sync/fixtures.ts";
import { entriesOf } from "../sync/run.ts";
import { CollectorDesk, scripted } from "./fixture_collector.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function named(id: string, text: string, more: Partial<Identity> = {}): Identity {
  const windowMs = 3_600_000;
  return { channel: "scale-1", id, bytes: bytesOf(text), windowMs, restarts: false, ...more };
}

type ReadingItem = Extract<Item, { kind: "reading" }>;

/** A reading of a scale that stands at `value`. */
function reading(value: number, more: Partial<ReadingItem> = {}): ReadingItem {
  return {
    kind: "reading",
    device: "scale-1",
    readings: [{ point: "weight", value, unit: "kg", quality: "good" }],
    deviceMs: null,
    receivedMs: 1000,
    identity: null,
    possibleDuplicate: false,
    ...more,
  };
}

function state(device: string, state: "online" | "offline"): Item {
  return { kind: "state", device, state, reason: "a test", receivedMs: 1000 };
}

const refusal: Item = {
  kind: "refusal",
  code: "unknown-client",
  who: "thermometer-9",
  detail: "nobody knows it",
};

const STORED = { kind: "stored" };
const DUPLICATE = { kind: "duplicate" };

describe("what becomes of an item", () => {
  test("a reading is an entry with its device, values and the device's own time", async () => {
    await using desk = await CollectorDesk.open();
    const told = await desk.give([reading(4.2, { deviceMs: 1_790_000_000_000 })]);
    expect(told).toEqual([[STORED]]);
    expect(await desk.entries("reading")).toEqual([{
      kind: "reading",
      body: {
        device: "scale-1",
        readings: [{ point: "weight", value: 4.2, unit: "kg", quality: "good" }],
        deviceTime: 1_790_000_000_000,
      },
    }]);
  });

  test("G7: a reading has the time when it came, not when it was stored", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([reading(1, { receivedMs: 1000 }), reading(2, { receivedMs: 2500 })]);
    const { origin } = desk.journal;
    const run = await desk.journal.read(origin, "reading", 0, { entriesMax: 9, bytesMax: 1e6 });
    if (run.kind !== "run") throw new Error("nothing was stored");
    const times = Array.from(entriesOf(run.run, new Uint8Array(32)), ({ time }) => time);
    expect(times).toEqual([stampAt(1000), stampAt(2500)]);
  });

  test("outcomes come one for each item, in the items' order", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([reading(1, { identity: named("1", "one") })]);
    const [told] = await desk.give([
      state("scale-1", "online"),
      reading(1, { identity: named("1", "one") }),
      { kind: "line", detail: "listening" },
      reading(9, { identity: named("1", "nine") }),
      reading(2, { identity: named("2", "two") }),
      refusal,
    ]);
    expect(told.map(({ kind }) => kind)).toEqual([
      "stored",
      "duplicate",
      "stored",
      "refused",
      "stored",
      "stored",
    ]);
  });

  test("values are counted by their quality, readings by their line", async () => {
    await using desk = await CollectorDesk.open();
    const value = { point: "t", value: 1, unit: "Cel" };
    await desk.give([reading(1), {
      ...reading(1),
      readings: [
        { ...value, quality: "good" },
        { ...value, value: null, quality: "fault", reason: "NaN is no number" },
        { ...value, quality: "uncertain", reason: "the probe warms up" },
      ],
    }]);
    const counts = desk.counters.list().map(({ name, labels, value }) => ({
      name,
      label: Object.values(labels).join(),
      value,
    }));
    expect(counts).toEqual([
      { name: "tributary_readings_total", label: "line-1", value: 2 },
      { name: "tributary_points_total", label: "good", value: 2 },
      { name: "tributary_points_total", label: "uncertain", value: 1 },
      { name: "tributary_points_total", label: "fault", value: 1 },
    ]);
  });

  test("what nobody could read is kept byte for byte, with the reason, and counted", async () => {
    await using desk = await CollectorDesk.open();
    const { kind: _, readings: _readings, deviceMs: _deviceMs, ...rest } = reading(0);
    const bytes = new Uint8Array([0x7b, 0xff, 0x00]);
    const address = "scales/scale-1";
    const told = await desk.give([
      { kind: "unreadable", ...rest, address, bytes, reason: "it is not UTF-8" },
    ]);
    expect(told).toEqual([[STORED]]);
    expect(await desk.entries("reading")).toEqual([{
      kind: "unreadable",
      body: { device: "scale-1", address, reason: "it is not UTF-8", bytes: "e/8A" },
    }]);
    expect(desk.counters.total("tributary_unreadable_total")).toBe(1);
    expect(desk.counters.total("tributary_readings_total")).toBe(0);
  });

  test("T6: what no entry holds is refused and shown; what came with it is stored", async () => {
    await using desk = await CollectorDesk.open();
    const { kind: _, readings: _readings, deviceMs: _deviceMs, ...rest } = reading(0);
    const bytes = new Uint8Array(BODY_BYTES_MAX);
    const large = { kind: "unreadable", ...rest, address: "a", bytes, reason: "?" } as const;
    // Characters that take three bytes each: the entry is too large, its text is not.
    const wide = { point: "note", value: "称".repeat(400_000), unit: "", quality: "good" } as const;
    const told = await desk.give([reading(1), large, { ...reading(2), readings: [wide] }]);
    const reason = "more than the 1048576 bytes that an entry holds";
    expect(told).toEqual([[STORED, { kind: "refused", reason }, { kind: "refused", reason }]]);
    expect((await desk.entries("reading")).length).toBe(1);
    expect(desk.counters.total("tributary_refusals_total")).toBe(2);
    expect(desk.refusals.list()).toMatchObject([
      { source: "line-1", code: "too-large", who: "scale-1", detail: reason, count: 2 },
    ]);
    // The node goes on.
    expect(await desk.give([reading(3)])).toEqual([[STORED]]);
  });

  test("a request to a device is counted and told, and no evidence of anything", async () => {
    await using desk = await CollectorDesk.open();
    const request = { kind: "request", what: "rebirth", who: "ward/edge-1" } as const;
    await desk.give([{ ...request, reason: "a gap" }, { ...request, reason: "another" }]);
    expect(desk.counters.total("tributary_requests_total")).toBe(2);
    expect(desk.lines).toMatchObject([{ kind: "request", source: "line-1", reason: "a gap" }, {}]);
    const audit = await desk.entries("audit");
    expect(audit.map(({ kind }) => kind)).toEqual(["life"]);
  });

  test("X2: a refusal is counted each time, listed with its count, and evidence once", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([refusal, refusal], [refusal]);
    await desk.give([{ ...refusal, who: "thermometer-8" }]);
    const evidence = (await desk.entries("audit")).filter(({ kind }) => kind === "refusal");
    expect(evidence.map(({ body }) => body)).toEqual([
      { source: "line-1", code: "unknown-client", who: "thermometer-9", detail: "nobody knows it" },
      { source: "line-1", code: "unknown-client", who: "thermometer-8", detail: "nobody knows it" },
    ]);
    expect(desk.counters.list()).toEqual([{
      name: "tributary_refusals_total",
      labels: { source: "line-1", code: "unknown-client" },
      value: 4,
    }]);
    expect(desk.refusals.list().map(({ who, count }) => [who, count])).toEqual([
      ["thermometer-8", 1],
      ["thermometer-9", 3],
    ]);
  });

  test("what a line says of itself is shown, and not stored", async () => {
    await using desk = await CollectorDesk.open();
    const details: string[] = [];
    const run = scripted([[{ kind: "line", detail: "listening on 127.0.0.1:1" }]], []);
    await desk.collector.drive("line-1", run, (detail) => details.push(detail));
    expect(details).toEqual(["listening on 127.0.0.1:1"]);
    expect(await desk.entries("reading")).toEqual([]);
  });
});

describe("G1: when the journal fails", () => {
  test("a driver is ended without an outcome, and lets go of its line", async () => {
    await using desk = await CollectorDesk.open();
    let acknowledged = false;
    let released = false;
    async function* driver(): Run {
      try {
        yield [reading(1)];
        acknowledged = true;
      } finally {
        released = true;
      }
    }
    await desk.journal.close();
    await expect(desk.collector.drive("line-1", driver(), () => {})).rejects.toThrow();
    expect({ acknowledged, released }).toEqual({ acknowledged: false, released: true });
    expect(desk.collector.stuckMs).toBe(0);
  });

  test("no PUBACK leaves the broker", async () => {
    await using desk = await CollectorDesk.open();
    const port = freePort();
    const settings = mqttBroker.settings.parse({
      ...brokerFor({ "th-1": "temperature-humidity" }),
      port,
    });
    let listening = false;
    const run = mqttBroker.run(settings, new AbortController().signal);
    const driving = desk.collector.drive("line-1", run, () => listening = true)
      .catch((error) => error);
    await until("it listens", () => listening);
    const publish = { port, username: "th-1", password: PASSWORD, topic: "sensors/th-1/state" };
    const payload = '{"temperature":21.5,"humidity":48}';
    expect((await mosquittoPub({ ...publish, payload })).code).toBe(0);
    await desk.journal.close();
    expect((await mosquittoPub({ ...publish, payload })).code).not.toBe(0);
    expect(await driving).toBeInstanceOf(Error);
  });
});

describe("T2: an id", () => {
  test("that comes ten times with the same bytes is stored once", async () => {
    await using desk = await CollectorDesk.open();
    const again = range(1, 5).map(() => reading(4.2, { identity: named("17", "4.2 kg") }));
    const told = await desk.give(again, again);
    expect(told.flat()).toEqual([STORED, ...Array(9).fill(DUPLICATE)]);
    expect(await desk.entries("reading")).toMatchObject([{ body: { id: "17" } }]);
    expect(desk.counters.total("tributary_duplicates_total")).toBe(9);
    expect(desk.counters.total("tributary_readings_total")).toBe(1);
  });

  test("is known after a restart", async () => {
    const before = await CollectorDesk.open();
    await before.give([reading(4.2, { identity: named("17", "4.2 kg") })]);
    await using desk = await before.reopened();
    expect(await desk.give([reading(4.2, { identity: named("17", "4.2 kg") })]))
      .toEqual([[DUPLICATE]]);
  });

  test("that comes with other bytes is refused and alarmed; ten tries are one alarm", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([reading(4.2, { identity: named("17", "4.2 kg") })]);
    const other = range(1, 5).map(() => reading(9.9, { identity: named("17", "9.9 kg") }));
    const told = await desk.give(other, other);
    const refused = { kind: "refused", reason: 'id "17" came with other bytes before' };
    expect(told.flat()).toEqual(Array(10).fill(refused));
    expect(await desk.entries("alarm")).toEqual([{
      kind: "key-conflict",
      body: { device: "scale-1", id: "17", bytes: btoa("9.9 kg"), length: 6 },
    }]);
    expect(await desk.entries("reading")).toHaveLength(1);
    expect(desk.counters.total("tributary_key_conflicts_total")).toBe(10);
    // The first bytes still stand.
    expect(await desk.give([reading(4.2, { identity: named("17", "4.2 kg") })]))
      .toEqual([[DUPLICATE]]);
  });

  test("that comes with other and yet other bytes is alarmed for each", async () => {
    await using desk = await CollectorDesk.open();
    const texts = ["4.2 kg", "9.9 kg", "8.8 kg", "9.9 kg"];
    await desk.give(texts.map((text) => reading(1, { identity: named("17", text) })));
    const alarms = await desk.entries("alarm");
    expect(alarms.map(({ body }) => atob(String(body.bytes)))).toEqual(["9.9 kg", "8.8 kg"]);
  });

  test("whose sender restarts its ids is stored with other bytes, flagged, and once", async () => {
    await using desk = await CollectorDesk.open();
    const restarts = { restarts: true };
    const old = reading(1, { identity: named("1", "before the restart", restarts) });
    const anew = reading(2, { identity: named("1", "after it", restarts) });
    expect(await desk.give([old], [anew, anew], [anew])).toEqual([
      [STORED],
      [STORED, DUPLICATE],
      [DUPLICATE],
    ]);
    const bodies = (await desk.entries("reading")).map(({ body }) => body);
    expect(bodies.map(({ id, idReused }) => [id, idReused])).toEqual([
      ["1", undefined],
      ["1", true],
    ]);
    expect(desk.counters.total("tributary_readings_total")).toBe(2);
    expect(await desk.entries("alarm")).toEqual([]);
  });

  test("that was released is free for other bytes", async () => {
    await using desk = await CollectorDesk.open();
    const held = { windowMs: null };
    const told = await desk.give([
      reading(1, { identity: named("5", "one", held) }),
      { kind: "release", channel: "scale-1", id: "5" },
      reading(2, { identity: named("5", "two", held) }),
    ]);
    expect(told).toEqual([[STORED, STORED, STORED]]);
    // It named the hand-over, not the message: what the sender did not say is not stored.
    expect((await desk.entries("reading")).map(({ body }) => body.id)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("is one device's own: another's id of the same name is another", async () => {
    await using desk = await CollectorDesk.open();
    const told = await desk.give([
      reading(1, { identity: named("1", "one") }),
      reading(2, { identity: named("1", "two", { channel: "scale-2" }) }),
    ]);
    expect(told).toEqual([[STORED, STORED]]);
  });

  test("that nobody gave: the message is stored each time, and marked where it may be a repeat", async () => {
    await using desk = await CollectorDesk.open();
    await desk.give([reading(1), reading(1, { possibleDuplicate: true })]);
    const bodies = (await desk.entries("reading")).map(({ body }) => body);
    expect(bodies.map(({ possibleDuplicate }) => possibleDuplicate)).toEqual([undefined, true]);
    expect(desk.counters.total("tributary_possible_duplicates_total")).toBe(1);
  });

  test("is stored once and keeps its first bytes, in whatever order repeats come", async () => {
    await using desk = await CollectorDesk.open();
    const delivery = fc.record({ id: fc.nat(3), bytes: fc.nat(2) });
    const batches = fc.array(fc.array(delivery, { maxLength: 6 }), { maxLength: 5 });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(batches, async (batches) => {
        const channel = `run-${++runs}`;
        const first = new Map<number, number>();
        const expected = batches.map((batch) =>
          batch.map(({ id, bytes }) => {
            if (!first.has(id)) first.set(id, bytes);
            else return first.get(id) === bytes ? "duplicate" : "refused";
            return "stored";
          })
        );
        const told = await desk.give(
          ...batches.map((batch) =>
            batch.map(({ id, bytes }) =>
              reading(bytes, {
                device: channel,
                identity: named(String(id), String(bytes), { channel }),
              })
            )
          ),
        );
        expect(told.map((outcomes) => outcomes.map(({ kind }) => kind))).toEqual(expected);
        const stored = (await desk.entries("reading")).filter(({ body }) =>
          body.device === channel
        );
        expect(stored.map(({ body }) => body.id).sort()).toEqual(
          [...first.keys()].map(String).sort(),
        );
      }),
      { numRuns: 40 },
    );
  });
});
