import { describe, expect, test } from "vitest";
import { DrivenRun, mosquittoPub, tool, until } from "../fixtures.ts";
import { mqttBroker } from "./broker.ts";
import { encodePayload } from "./encode.ts";
import { brokerOf, madeUpDevice, madeUpPoint, PASSWORD } from "./fixtures.ts";
import { decodePayload } from "./payload.ts";
import { mqttProfile } from "./profile.ts";

/** The broker with one device that publishes such a message on `data`. */
async function started(message: object) {
  const device = madeUpDevice("device-1", { messages: [{ topic: "data", ...message }] });
  const run = DrivenRun.of(mqttBroker, brokerOf([device]));
  await until("it listens", () => run.of("line").length > 0);
  return run;
}

async function publish(run: DrivenRun, payload: string | Uint8Array) {
  const login = { port: run.port, username: "login", password: PASSWORD };
  expect(await mosquittoPub({ ...login, topic: "data", payload })).toEqual({ code: 0, error: "" });
}

/** What Python writes, as a program of somebody else. */
function python(program: string): Uint8Array {
  const args = ["-c", `import sys, struct, json\nsys.stdout.buffer.write(${program})`];
  const { success, stdout } = new Deno.Command(tool("python3", "python3"), { args }).outputSync();
  expect(success).toBe(true);
  return stdout;
}

const valuesOf = (run: DrivenRun) =>
  run.of("reading").map(({ readings }) => readings.map(({ point, value }) => [point, value]));

describe("binary payloads", () => {
  const layout = {
    payload: "binary",
    id: { offset: 0, type: "uint16" },
    time: { packed: { offset: 2, type: "uint32", order: "DCBA" }, format: "seconds" },
    points: [
      madeUpPoint("temperature", {
        unit: "Cel",
        packed: { offset: 6, type: "int16", order: "DCBA" },
        scale: 0.01,
        faults: [-32768],
      }),
      madeUpPoint("door-open", { packed: { offset: 8, type: "bool", bit: 3 } }),
      madeUpPoint("mode", { packed: { offset: 8, type: "uint8" }, values: { 8: "open" } }),
      madeUpPoint("weight", { unit: "kg", packed: { offset: 9, type: "float32", order: "CDAB" } }),
      madeUpPoint("place", { packed: { offset: 13, type: "string", length: 8 } }),
    ],
  };

  test("are read by the layout of the profile, with id and time", async () => {
    await using run = await started({ ...layout, charset: "gb18030" });
    const words = "struct.pack('>f', 4.25)[2:] + struct.pack('>f', 4.25)[:2]";
    const head = "struct.pack('>H', 258) + struct.pack('<I', 1795328852) + struct.pack('<h', 412)";
    await publish(
      run,
      python(`${head} + b'\\x08' + ${words} + '冷库二'.encode('gb18030') + b'\\0\\0'`),
    );
    expect(valuesOf(run)).toEqual([[
      ["temperature", 4.12],
      ["door-open", true],
      ["mode", "open"],
      ["weight", 4.25],
      ["place", "冷库二"],
    ]]);
    expect(run.of("reading")[0]).toMatchObject({
      deviceMs: 1_795_328_852_000,
      identity: { channel: "device-1", id: "258" },
    });
  });

  test("C7: a payload that is cut short is kept as it came: half a value is none", async () => {
    await using run = await started(layout);
    await publish(run, new Uint8Array(20));
    expect(run.of("reading")).toEqual([]);
    expect(run.of("unreadable")[0].reason).toBe("The payload has 20 bytes, want 21");
  });

  test("C7: with a length in the profile, a longer payload is kept as it came", async () => {
    await using run = await started({ ...layout, length: 21 });
    await publish(run, new Uint8Array(22));
    expect(run.of("unreadable")[0].reason).toBe("The payload has 22 bytes, want 21");
  });

  test.each([
    [
      "base64",
      "json",
      { path: "object.data" },
      "json.dumps({'object': {'data': 'AZw='}}).encode()",
    ],
    ["hex", "json", { path: "data" }, "json.dumps({'data': '01 9C'}).encode()"],
    ["hex", "text", {}, "b'019c\\r\\n'"],
  ])("are read from %s in a payload of %s", async (encoding, payload, where, sent) => {
    const points = [madeUpPoint("raw", { unit: "1", packed: { offset: 0, type: "int16" } })];
    await using run = await started({ payload, bytes: { encoding, ...where }, points });
    await publish(run, python(sent));
    expect(valuesOf(run)).toEqual([[["raw", 412]]]);
  });

  test("bytes that are not base64 are kept as they came", async () => {
    const points = [madeUpPoint("raw", { unit: "1", packed: { offset: 0, type: "int16" } })];
    await using run = await started({ bytes: { path: "data", encoding: "base64" }, points });
    await publish(run, '{"data":"%%"}');
    expect(run.of("unreadable")[0].reason).toContain("its bytes are not base64");
  });
});

describe("Chinese text", () => {
  const points = [
    madeUpPoint("temperature", { unit: "Cel", path: "温度" }),
    madeUpPoint("door", { path: "门", values: { 开: true, 关: false } }),
  ];
  // In GB 18030 the second byte of 乗 is that of a backslash.
  const sent = (charset: string) =>
    python(
      `json.dumps({'温度': 4.5, '门': '开', '註': '功能乗'}, ensure_ascii=False).encode('${charset}')`,
    );

  test.each(["utf-8", "gb18030"])("in JSON of %s is read", async (charset) => {
    await using run = await started({ charset, points });
    await publish(run, sent(charset));
    expect(valuesOf(run)).toEqual([[["temperature", 4.5], ["door", true]]]);
  });

  test("in another character set than the profile says is not guessed at", async () => {
    await using run = await started({ charset: "utf-8", points });
    await publish(run, sent("gb18030"));
    expect(run.of("unreadable")[0].reason).toContain("it is not UTF-8");
  });
});

describe("lists", () => {
  test("an element is found by its index or by a value in it", async () => {
    const points = [
      madeUpPoint("first", { unit: "Cel", path: "probes[0].v" }),
      madeUpPoint("second", { unit: "Cel", path: "probes[name=T2].v[1]" }),
      madeUpPoint("third", { unit: "Cel", path: "probes[name=T3].v" }),
    ];
    await using run = await started({ points });
    const [t1, t2, t3] = [["T1", 1], ["T2", [7, 2]], ["T3", 3]].map(([name, v]) => ({ name, v }));
    await publish(run, JSON.stringify({ probes: [t1, t3, t2, t3] }));
    // Two are called T3: nobody knows which is meant.
    expect(valuesOf(run)).toEqual([[["first", 1], ["second", 2]]]);
  });

  const samples = {
    each: "samples",
    id: "n",
    time: { path: "t", format: "milliseconds" },
    points: [madeUpPoint("temperature", { unit: "Cel", path: "v" })],
  };

  test("T2: each sample of a list has its own id and time, whatever stands beside it", async () => {
    await using run = await started(samples);
    const [a, b, c] = [1, 2, 3].map((n) => ({ n, t: 1_795_328_000_000 + n, v: n / 2 }));
    await publish(run, JSON.stringify({ samples: [a, b] }));
    await publish(run, JSON.stringify({ samples: [b, c] }));
    const items = run.of("reading");
    expect(items.map(({ identity, deviceMs }) => [identity?.id, deviceMs])).toEqual(
      [a, b, b, c].map(({ n, t }) => [String(n), t]),
    );
    expect(items[1].identity?.bytes).toEqual(items[2].identity?.bytes);
  });

  test("C7: a sample that nobody can read holds up no other", async () => {
    await using run = await started({ ...samples, each: "." });
    await publish(run, '[{"n":1,"v":4.5},{"n":2},{"n":3,"v":5}]');
    expect(valuesOf(run)).toEqual([[["temperature", 4.5]], [["temperature", 5]]]);
    expect(new TextDecoder().decode(run.of("unreadable")[0].bytes)).toBe('{"n":2}');
  });

  test("G1: a list is acknowledged when all of its samples are stored", async () => {
    await using run = await started(samples);
    run.hold();
    let acknowledged = false;
    const saying = publish(run, '{"samples":[{"n":1,"v":1},{"n":2,"v":2}]}')
      .then(() => acknowledged = true);
    await until("they are handed over", () => run.of("reading").length === 2);
    expect(acknowledged).toBe(false);
    run.letGo();
    await saying;
  });

  test("T2: a list of samples without an id is no profile", () => {
    const { id: _, ...without } = samples;
    const device = madeUpDevice("d", { messages: [{ topic: "data", ...without }] });
    expect(mqttProfile.safeParse(device.profile).error?.issues[0].message).toBe(
      "samples of a list need an id; their time can be one",
    );
  });
});

describe("a message of which the profile reads one kind only", () => {
  const kinds = {
    bytes: { path: "data", encoding: "hex" },
    length: 3,
    only: [{ path: "port", is: 10 }, { packed: { offset: 2, type: "uint8" }, is: 1 }],
    points: [madeUpPoint("count", { unit: "1", packed: { offset: 0, type: "uint16" } })],
  };

  test.each<[unknown, string | null]>([
    [{ port: 10, data: "000701" }, null],
    [{ port: 10, data: "000702" }, "Another kind of message: its uint8 at byte 2 is not 1"],
    [{ port: 11, data: "000701" }, "Another kind of message: its port is not 10"],
    [{ port: "10", data: "000701" }, "Another kind of message: its port is not 10"],
    [{ data: "000701" }, "Another kind of message: its port is not 10"],
    // What it is goes before how long it is.
    [{ port: 5, data: "00" }, "Another kind of message: its port is not 10"],
    [{ port: 10, data: "0007" }, "The payload has 2 bytes, want 3"],
  ])("C7: %j gives no value of another kind", async (payload, reason) => {
    await using run = await started(kinds);
    await publish(run, JSON.stringify(payload));
    expect(valuesOf(run)).toEqual(reason === null ? [[["count", 7]]] : []);
    expect(run.of("unreadable").map((item) => item.reason)).toEqual(
      reason === null ? [] : [reason],
    );
  });

  test("C7: a sample of another kind holds up no other", async () => {
    const points = [madeUpPoint("temperature", { unit: "Cel", path: "v" })];
    const only = [{ path: "kind", is: "probe" }];
    await using run = await started({ each: ".", id: "n", only, points });
    await publish(run, '[{"n":1,"kind":"probe","v":4},{"n":2,"kind":"battery","v":3}]');
    expect(valuesOf(run)).toEqual([[["temperature", 4]]]);
    expect(run.of("unreadable").length).toBe(1);
  });

  test("a simulator's payload is of that kind", () => {
    const device = madeUpDevice("d", { messages: [{ topic: "t", ...kinds }] });
    const { messages: [parsed] } = mqttProfile.parse(device.profile);
    const payload = encodePayload(parsed, { count: 7 }, { id: "1", ms: 0 });
    expect(decodePayload(payload, parsed)[0].kind).toBe("readings");
  });

  test.each([
    [{ path: "port", packed: { offset: 2, type: "uint8" }, is: 1 }, "want path or packed"],
    [{ is: 1 }, "want path or packed"],
    [{ packed: { offset: 2, type: "bool" }, is: 1 }, "want true or false"],
    [{ packed: { offset: 2, type: "uint8" }, is: "1" }, "want a number"],
    [{ packed: { offset: 2, type: "string", length: 1 }, is: 1 }, "want a text"],
  ])("what can never be is no profile: %j", (one, found) => {
    const device = madeUpDevice("d", { messages: [{ topic: "t", ...kinds, only: [one] }] });
    const { error } = mqttProfile.safeParse(device.profile);
    expect(error?.issues.map(({ message }) => message)).toEqual([found]);
  });
});

test.each([
  { payload: "binary", id: { offset: 9, type: "uint32" }, length: 16 },
  { payload: "text", bytes: { encoding: "hex" } },
  { payload: "json", bytes: { encoding: "base64", path: "a.b[1].data" }, id: "list[k=id].v" },
])("a simulator's payload is read as it was meant: %j", (message) => {
  const points = [
    madeUpPoint("temperature", {
      unit: "Cel",
      packed: { offset: 1, type: "int16", order: "DCBA" },
      scale: 0.1,
    }),
    madeUpPoint("door-open", { packed: { offset: 0, type: "bool", bit: 7 } }),
    madeUpPoint("place", { packed: { offset: 3, type: "string", length: 6 } }),
  ];
  const profile = { messages: [{ topic: "t", charset: "gb18030", ...message, points }] };
  const { messages: [parsed] } = mqttProfile.parse(madeUpDevice("d", profile).profile);
  const values = { temperature: -4.5, "door-open": true, place: "冷库" };
  const [decoded] = decodePayload(encodePayload(parsed, values, { id: "7-12", ms: 0 }), parsed);
  const readings = decoded.kind === "readings" ? decoded.readings : [];
  expect(Object.fromEntries(readings.map(({ point, value }) => [point, value]))).toEqual(values);
});
