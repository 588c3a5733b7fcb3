import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EdgeNode, type MessageType, type Verdict } from "./edge_node.ts";
import type { Metric, Payload } from "./wire.ts";

const INT32 = 3;

const metric = (more: Partial<Metric>): Metric => ({
  isHistorical: false,
  isNull: false,
  ...more,
});
const told = (name: string, alias?: bigint) => metric({ name, alias, datatype: INT32 });
const bdSeq = (value: bigint) => metric({ name: "bdSeq", longValue: value });

/** An edge node that was born, with a device "d" of the metrics A (alias 1) and B (alias 2). */
function bornNode() {
  const node = new EdgeNode();
  const take = (type: MessageType, device: string | null, seq: number, ...metrics: Metric[]) =>
    node.take(type, device, { seq, metrics }, false);
  take("NBIRTH", null, 0, bdSeq(4n));
  take("DBIRTH", "d", 1, told("A", 1n), told("B", 2n));
  return { node, take };
}

const unbelieved = (reason: string) => ({ kind: "unbelieved", reason });

describe("what is not believed", () => {
  test.each<[string, number, Partial<Metric>]>([
    ["its sequence number is 5, want 2", 5, { alias: 1n }],
    ["no birth told of the alias 3", 2, { alias: 3n }],
    ['no birth told of the metric "C"', 2, { name: "C" }],
    ['the metric "A" had another alias at its birth', 2, { name: "A", alias: 2n }],
    ["the alias 1 had another data type at its birth", 2, { alias: 1n, datatype: 9 }],
  ])("data when %s, nor anything behind it until a birth", (reason, seq, more) => {
    const { take } = bornNode();
    expect(take("DDATA", "d", seq, metric(more))).toEqual(unbelieved(reason));
    expect(take("DDATA", "d", seq + 1, metric({ alias: 1n }))).toEqual(
      unbelieved("it came before a birth"),
    );
    take("NBIRTH", null, 0);
    expect(take("DDATA", "d", 1, metric({ alias: 1n }))).toEqual(
      unbelieved("it came before the birth of its device"),
    );
    take("DBIRTH", "d", 2, told("A", 1n));
    expect(take("DDATA", "d", 3, metric({ alias: 1n })).kind).toBe("data");
  });

  test("an alias of another device", () => {
    const { take } = bornNode();
    take("DBIRTH", "e", 2, told("A", 5n));
    expect(take("DDATA", "e", 3, metric({ alias: 1n })).kind).toBe("unbelieved");
  });

  test("births that give one alias twice, or no data type", () => {
    const { take } = bornNode();
    expect(take("DBIRTH", "e", 2, told("C", 1n)).kind).toBe("unbelieved");
    take("NBIRTH", null, 0);
    expect(take("DBIRTH", "e", 1, metric({ name: "C" })).kind).toBe("unbelieved");
  });

  test("data of a device behind its death", () => {
    const { take } = bornNode();
    expect(take("DDEATH", "d", 2)).toEqual({ kind: "death" });
    expect(take("DDATA", "d", 3, metric({ alias: 1n })).kind).toBe("unbelieved");
  });
});

test("a message that comes again is read again, and the sequence stays", () => {
  const { node, take } = bornNode();
  const payload: Payload = { seq: 2, metrics: [metric({ alias: 2n })] };
  for (const repeated of [false, true]) {
    expect(node.take("DDATA", "d", payload, repeated)).toMatchObject({
      kind: "data",
      metrics: [{ name: "B" }],
    });
  }
  expect(take("DDATA", "d", 3, metric({ alias: 2n })).kind).toBe("data");
});

test("a device that is born anew may give its aliases another meaning", () => {
  const { take } = bornNode();
  take("DBIRTH", "d", 2, told("B", 1n), told("A", 2n));
  expect(take("DDATA", "d", 3, metric({ alias: 1n }))).toMatchObject({ metrics: [{ name: "B" }] });
});

test("a node's death counts when it is of this birth", () => {
  const { node, take } = bornNode();
  const death = (value: bigint) => node.take("NDEATH", null, { metrics: [bdSeq(value)] }, false);
  expect(death(3n)).toEqual({ kind: "outlived" });
  expect(take("DDATA", "d", 2, metric({ alias: 1n })).kind).toBe("data");
  expect(death(4n)).toEqual({ kind: "death" });
  expect(death(4n)).toEqual({ kind: "outlived" });
});

/** What an edge node does next: births shift the aliases, so that an old one would be wrong. */
const action = fc.record({
  what: fc.constantFrom("birth", "device", "data", "data", "data"),
  name: fc.constantFrom("A", "B", "C"),
  shift: fc.integer({ min: 0, max: 2 }),
  lost: fc.boolean(),
});
const NAMES = ["A", "B", "C"];

test("G7: whatever is lost on the way, a value is never taken for that of another metric", () => {
  // A birth of the node is not lost: with it, numbers may begin anew and happen to fit.
  fc.assert(fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
    const node = new EdgeNode();
    let shift = 0;
    let seq = 0;
    const aliasOf = (name: string) => BigInt((NAMES.indexOf(name) + shift) % NAMES.length);
    const send = (type: MessageType, metrics: Metric[], lost: boolean): Verdict | null => {
      const device = type.startsWith("D") ? "d" : null;
      seq = type === "NBIRTH" ? 0 : (seq + 1) % 256;
      return lost ? null : node.take(type, device, { seq, metrics }, false);
    };
    const deviceBirth = (lost: boolean) =>
      send("DBIRTH", NAMES.map((name) => told(name, aliasOf(name))), lost);
    send("NBIRTH", [], false);
    deviceBirth(false);
    for (const { what, name, shift: by, lost } of actions) {
      if (what === "data") {
        const verdict = send("DDATA", [metric({ alias: aliasOf(name) })], lost);
        if (verdict?.kind === "data") expect(verdict.metrics[0].name).toBe(name);
        continue;
      }
      shift += by;
      if (what === "birth") send("NBIRTH", [], false);
      deviceBirth(lost);
    }
  }));
});
