import { describe, expect, test } from "vitest";
import type { Item, ReadingItem, StateItem } from "../drivers/driver.ts";
import { JournalUnwritable } from "../sync/journal.ts";
import type { NoRoom } from "./admission.ts";
import { CollectorDesk } from "./fixture_collector.ts";

const FULL: NoRoom = { code: "disk-full", reason: "the disk is 96.0 % full" };

function reading(value: number, more: Partial<ReadingItem> = {}): ReadingItem {
  return {
    kind: "reading",
    device: "probe",
    readings: [{ point: "t", value, unit: "Cel", quality: "good" }],
    deviceMs: null,
    receivedMs: value,
    identity: null,
    possibleDuplicate: false,
    ...more,
  };
}

function state(state: StateItem["state"]): Item {
  return { kind: "state", device: "probe", state, reason: state, receivedMs: 0 };
}

const stranger: Item = { kind: "refusal", code: "unknown-client", who: "x", detail: "no name" };

async function kinds(desk: CollectorDesk, stream: "reading" | "audit"): Promise<string[]> {
  return (await desk.entries(stream)).map(({ kind }) => kind).filter((kind) => kind !== "life");
}

describe("T4, G2: while the disk has no room for readings", () => {
  test("none is stored or acknowledged, and audit goes on", async () => {
    await using desk = await CollectorDesk.open();
    desk.noRoom = (stream) => stream === "reading" ? FULL : null;
    const [outcomes] = await desk.give([reading(1), stranger, state("online")]);
    expect(outcomes).toEqual([
      { kind: "unavailable", reason: FULL.reason },
      { kind: "stored" },
      { kind: "unavailable", reason: FULL.reason },
    ]);
    expect(await kinds(desk, "reading")).toEqual([]);
    expect(await kinds(desk, "audit")).toEqual(["refusal"]);
    expect(desk.counters.total("tributary_refused_entries_total")).toBe(2);
  });

  test("G7: what a poll lost is a gap that is told, with its count, once there is room", async () => {
    await using desk = await CollectorDesk.open();
    desk.noRoom = () => FULL;
    await desk.give([reading(1)], [reading(2), reading(3)]);
    desk.noRoom = () => null;
    await desk.give([reading(4)], [reading(5)]);
    const entries = await desk.entries("reading");
    expect(entries.map(({ kind }) => kind)).toEqual(["not-stored", "reading", "reading"]);
    expect(entries[0].body).toMatchObject({ device: "probe", count: 3, reason: FULL.reason });
  });

  test("what its sender keeps is no gap, however often it is offered", async () => {
    await using desk = await CollectorDesk.open();
    desk.noRoom = () => FULL;
    const kept = reading(1, { kept: true });
    await desk.give([kept], [kept], [kept]);
    expect(desk.counters.total("tributary_refused_entries_total")).toBe(1);
    desk.noRoom = () => null;
    expect(await desk.give([kept])).toEqual([[{ kind: "stored" }]]);
    expect(await kinds(desk, "reading")).toEqual(["reading"]);
  });

  test("the state that a device came to meanwhile is told once there is room", async () => {
    await using desk = await CollectorDesk.open();
    desk.noRoom = () => FULL;
    await desk.give([state("online")], [state("degraded")], [state("offline")]);
    desk.noRoom = () => null;
    await desk.give([reading(1)]);
    const entries = await desk.entries("reading");
    expect(entries.map(({ kind }) => kind)).toEqual(["state", "reading"]);
    expect(entries[0].body).toMatchObject({ device: "probe", state: "offline" });
  });
});

describe("while the journal cannot write", () => {
  test("G1: nothing is acknowledged, and all goes on when it can again", async () => {
    await using desk = await CollectorDesk.open();
    desk.failure = new JournalUnwritable("database or disk is full");
    const unavailable = { kind: "unavailable", reason: "database or disk is full" };
    expect(await desk.give([reading(1), state("online")])).toEqual([[unavailable, unavailable]]);
    expect(await desk.give([reading(2)])).toEqual([[unavailable]]);
    desk.failure = null;
    expect(await desk.give([reading(3)])).toEqual([[{ kind: "stored" }]]);
    const entries = await desk.entries("reading");
    expect(entries.map(({ kind }) => kind)).toEqual(["not-stored", "state", "reading"]);
    expect(entries[0].body).toMatchObject({ count: 2 });
  });

  test("any other failure of it ends the run, without an outcome", async () => {
    await using desk = await CollectorDesk.open();
    desk.failure = new Error("broken");
    await expect(desk.give([reading(1)])).rejects.toThrow("broken");
  });
});
