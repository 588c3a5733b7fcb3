import { connect as tcpConnect } from "node:net";
import { expect, test } from "vitest";
import type { Item } from "../driver.ts";
import { DrivenRun, mosquittoPub, until } from "../fixtures.ts";
import { mqttBroker } from "./broker.ts";
import { brokerFor, PASSWORD } from "./fixtures.ts";

const SENSOR = "temperature-humidity";
const payload = JSON.stringify({ temperature: 21.5, humidity: 48 });

async function started(settings: unknown, outcome?: Parameters<typeof DrivenRun.of>[2]) {
  const run = DrivenRun.of(mqttBroker, settings, outcome);
  await until("it listens", () => run.of("line").length > 0);
  return run;
}

/** A client that speaks MQTT byte by byte, so that it can leave out what a library would do. */
class RawClient {
  readonly #socket;
  readonly received: number[] = [];

  constructor(port: number) {
    this.#socket = tcpConnect(port, "127.0.0.1");
    this.#socket.on("data", (chunk) => this.received.push(...Buffer.from(chunk)));
    this.#socket.on("error", () => {});
  }

  connect(name: string, clean: boolean): void {
    const text = (value: string) => [0, value.length, ...Buffer.from(value)];
    const body = [
      ...text("MQTT"),
      4,
      0xc0 | (clean ? 2 : 0),
      0,
      60,
      ...text(name),
      ...text(name),
      ...text(PASSWORD),
    ];
    this.#socket.write(Buffer.from([0x10, body.length, ...body]));
  }

  publish(topic: string, content: string, qos: 1 | 2, id: number, dup = false): void {
    const body = [0, topic.length, ...Buffer.from(topic), 0, id, ...Buffer.from(content)];
    this.#socket.write(Buffer.from([0x30 | (qos << 1) | (dup ? 8 : 0), body.length, ...body]));
  }

  release(id: number): void {
    this.#socket.write(Buffer.from([0x62, 2, 0, id]));
  }

  /** Whether a packet with this first byte and id has come. */
  has(first: number, id: number): boolean {
    const { received } = this;
    return received.some((byte, at) =>
      byte === first && received[at + 1] === 2 && received[at + 2] === 0 && received[at + 3] === id
    );
  }

  drop(): void {
    this.#socket.destroy();
  }
}

const PUBACK = 0x40;
const PUBREC = 0x50;
const PUBCOMP = 0x70;

/** The journal's part: remembers claims until they are released, as journal_keys.ts does. */
const remembering = () => {
  const held = new Map<string, string>();
  return (item: Item) => {
    if (item.kind === "release") {
      for (const key of held.keys()) {
        if (
          item.id === "" ? key.startsWith(`${item.channel} `) : key === `${item.channel} ${item.id}`
        ) {
          held.delete(key);
        }
      }
    }
    if (item.kind !== "reading" || item.identity === null) return { kind: "stored" } as const;
    const key = `${item.identity.channel} ${item.identity.id}`;
    const known = held.get(key);
    const bytes = Buffer.from(item.identity.bytes).toString();
    if (known === bytes) return { kind: "duplicate" } as const;
    held.set(key, bytes);
    return { kind: "stored" } as const;
  };
};

test("G3: a repeat at QoS 1 without an id is kept and marked possible_duplicate", async () => {
  await using run = await started(brokerFor({ "th-1": SENSOR }));
  const client = new RawClient(run.port);
  client.connect("th-1", false);
  client.publish("sensors/th-1/state", payload, 1, 7);
  await until("it is acknowledged", () => client.has(PUBACK, 7));
  client.publish("sensors/th-1/state", payload, 1, 7, true);
  await until("both came", () => run.of("reading").length === 2);
  expect(run.of("reading").map(({ possibleDuplicate }) => possibleDuplicate)).toEqual([
    false,
    true,
  ]);
  client.drop();
});

test("T2: an id inside the payload is what a message is told by", async () => {
  await using run = await started(brokerFor({ "scale-1": "waste-scale" }));
  const weighing = JSON.stringify({ id: "w-17", weight: 4.12, stable: true });
  await mosquittoPub({
    port: run.port,
    username: "scale-1",
    password: PASSWORD,
    topic: "scales/scale-1/weighing",
    payload: weighing,
  });
  const [item] = run.of("reading");
  expect(item.identity).toMatchObject({
    channel: "scale-1",
    id: "w-17",
    windowMs: 720 * 3_600_000,
    restarts: false,
  });
  expect(Buffer.from(item.identity?.bytes ?? []).toString()).toBe(weighing);
  expect(item.possibleDuplicate).toBe(false);
});

test("G3: at QoS 2 a message is stored once, however often its PUBLISH comes", async () => {
  await using run = await started(brokerFor({ "th-1": SENSOR }), remembering());
  const first = new RawClient(run.port);
  first.connect("th-1", false);
  first.publish("sensors/th-1/state", payload, 2, 5);
  await until("it is received", () => first.has(PUBREC, 5));
  first.drop();
  await until("it is offline", () => run.of("state").some(({ state }) => state === "offline"));
  const second = new RawClient(run.port);
  second.connect("th-1", false);
  second.publish("sensors/th-1/state", payload, 2, 5, true);
  await until("it is received again", () => second.has(PUBREC, 5));
  second.release(5);
  await until("it is complete", () => second.has(PUBCOMP, 5));
  const claims = run.of("reading").map(({ identity }) => [identity?.channel, identity?.id]);
  expect(claims).toEqual([["qos2:th-1", "5"], ["qos2:th-1", "5"]]);
  expect(run.of("release").at(-1)).toEqual({ kind: "release", channel: "qos2:th-1", id: "5" });
  second.drop();
});

test("G1: PUBCOMP waits until the release is on disk, also for a PUBLISH before a restart", async () => {
  await using run = await started(brokerFor({ "th-1": SENSOR }));
  const client = new RawClient(run.port);
  client.connect("th-1", false);
  await until("it is online", () => run.of("state").length === 1);
  run.hold();
  // A reading that waits for the disk, and the release behind it.
  client.publish("sensors/th-1/state", payload, 1, 1);
  await until("the reading is handed over", () => run.of("reading").length === 1);
  client.release(9);
  const other = { username: "nobody", password: "x", topic: "x", payload };
  expect((await mosquittoPub({ port: run.port, ...other })).code).not.toBe(0);
  expect(client.has(PUBCOMP, 9)).toBe(false);
  run.letGo();
  await until("it is complete", () => client.has(PUBCOMP, 9));
  client.drop();
});

test("a session that begins clean frees what an earlier one left", async () => {
  await using run = await started(brokerFor({ "th-1": SENSOR }));
  const client = new RawClient(run.port);
  client.connect("th-1", true);
  await until("it is online", () => run.of("state").length === 1);
  expect(run.of("release")).toContainEqual({ kind: "release", channel: "qos2:th-1", id: "" });
  client.drop();
});

test("G3: at QoS 2 a PUBLISH before PUBREL is a repeat, also without the DUP flag", async () => {
  const outcomes: string[] = [];
  const journal = remembering();
  await using run = await started(brokerFor({ "th-1": SENSOR }), (item) => {
    const outcome = journal(item);
    if (item.kind === "reading") outcomes.push(outcome.kind);
    return outcome;
  });
  const client = new RawClient(run.port);
  client.connect("th-1", false);
  client.publish("sensors/th-1/state", payload, 2, 5);
  client.publish("sensors/th-1/state", payload, 2, 5);
  await until("both are told", () => outcomes.length === 2);
  client.drop();
  await until("it is offline", () => run.of("state").some(({ state }) => state === "offline"));
  const again = new RawClient(run.port);
  again.connect("th-1", false);
  again.publish("sensors/th-1/state", payload, 2, 5);
  await until("it is received again", () => again.has(PUBREC, 5));
  again.release(5);
  await until("it is complete", () => again.has(PUBCOMP, 5));
  // From here on the id is free: the same content is a new message.
  again.publish("sensors/th-1/state", payload, 2, 5);
  await until("the new one is told", () => outcomes.length === 4);
  expect(outcomes).toEqual(["stored", "duplicate", "duplicate", "stored"]);
  again.drop();
});

test("G3: a new message under an id that was never released is stored, not dropped", async () => {
  const outcomes: string[] = [];
  const journal = remembering();
  await using run = await started(brokerFor({ "th-1": SENSOR }), (item) => {
    const outcome = journal(item);
    if (item.kind === "reading") outcomes.push(outcome.kind);
    return outcome;
  });
  const client = new RawClient(run.port);
  client.connect("th-1", false);
  client.publish("sensors/th-1/state", payload, 2, 5);
  await until("it is received", () => client.has(PUBREC, 5));
  client.drop();
  // The device lost its memory, and begins to count anew without saying so.
  const other = new RawClient(run.port);
  other.connect("th-1", false);
  other.publish("sensors/th-1/state", JSON.stringify({ temperature: 21.6 }), 2, 5);
  await until("both came", () => outcomes.length === 2);
  // With the same content it would be taken for a repeat (MQTT 3.1.1, 4.3.3): the driver frees no
  // id by itself, and what comes with other bytes is stored since its ids may restart.
  expect(outcomes).toEqual(["stored", "stored"]);
  expect(run.of("release")).toEqual([]);
  expect(run.of("reading").map(({ identity }) => identity?.restarts)).toEqual([true, true]);
  other.drop();
});
