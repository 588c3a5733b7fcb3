import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { freePort, mosquittoPub } from "../../drivers/fixtures.ts";
import { badServer, profileOf, pymodbus } from "../../drivers/modbus/fixtures.ts";
import { PASSWORD } from "../../drivers/mqtt/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import {
  brokerLine,
  type Consortium,
  consortium,
  countingProfile,
  latestOf,
  modbusLine,
  writeProfiles,
} from "./fixtures.ts";

const stack = new AsyncDisposableStack();
const mqttPort = freePort();
let all: Consortium;
/** Good readings that the counter has published between the bad ones. */
let good = 0;

/** A Modbus TCP answer to a request, with this body. */
function answerTo(request: Buffer, body: readonly number[]): Buffer {
  const head = Buffer.from([request[0], request[1], 0, 0, 0, body.length + 1, request[6]]);
  return Buffer.concat([head, Buffer.from(body)]);
}

const int16 = (address: number) => ({ address, type: "int16" });
const patient = { intervalSeconds: 0.5, timeoutMs: 5000 };
const TWO = profileOf({ first: int16(0), second: int16(1) }, { profile: "two", ...patient });
const BEYOND = profileOf({ there: int16(0), beyond: int16(5000) }, {
  profile: "beyond",
  ...patient,
});
const FLOAT = profileOf({ float: { address: 2, type: "float32" } }, {
  profile: "float",
  ...patient,
});

beforeAll(async () => {
  const short = stack.use(await badServer((request) => answerTo(request, [3, 2, 0, 42])));
  const plc = stack.use(
    await pymodbus([{ table: "holding", address: 0, type: "int16", value: 42 }]),
  );
  const meter = stack.use(
    await pymodbus([{ table: "holding", address: 2, type: "float32", hex: "7fc00000" }]),
  );
  all = stack.use(
    await consortium((folder) => ({
      profilesDir: writeProfiles(folder, TWO, BEYOND, FLOAT, countingProfile("counter")),
      sources: [
        brokerLine(mqttPort, { counter: "counter", other: "counter" }, { packetBytesMax: 2048 }),
        modbusLine("short", short.port, "two"),
        modbusLine("excepting", plc.port, "beyond"),
        modbusLine("no-number", meter.port, "float"),
      ],
    })),
  );
  await all.site.start();
}, 300_000);

afterAll(() => stack.disposeAsync());

/** What a person reads on a page: without tags, and with its characters as they were. */
async function read(path: string, language: "zh" | "en"): Promise<string> {
  const named: Record<string, string> = { quot: '"', amp: "&", lt: "<", gt: ">", "#39": "'" };
  return (await all.site.page(path, language)).replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&(#?\w+);/g, (whole, name) => named[name] ?? whole);
}

async function expectShown(path: string, shown: { zh: string[]; en: string[] }): Promise<void> {
  for (const language of ["zh", "en"] as const) {
    await until(`${path} says ${shown[language].join(", ")}`, async () => {
      const page = await read(path, language);
      return shown[language].every((text) => page.includes(text));
    });
  }
}

function publish(device: string, topic: string, payload: string | Uint8Array) {
  const login = { username: device, password: PASSWORD };
  return mosquittoPub({ port: mqttPort, ...login, topic, payload });
}

/** A good reading after a bad one: it is stored, and shown. */
async function expectGoodOne(): Promise<void> {
  expect((await publish("counter", "count/counter", JSON.stringify({ n: ++good }))).code).toBe(0);
  await until(
    "the good one is shown",
    async () => (await latestOf(all.site, "counter"))[0]?.value === good,
  );
}

describe("X2 C7: what a device publishes", () => {
  const refusal = (code: string) =>
    ["tributary_refusals_total", { source: "sensors", code }] as const;
  const unreadable = ["tributary_unreadable_total", { source: "sensors" }] as const;
  const fault = ["tributary_points_total", { quality: "fault" }] as const;

  test.each<{
    what: string;
    from?: string;
    topic?: string;
    payload: string | Uint8Array;
    acknowledged: boolean;
    counted: readonly [string, Readonly<Record<string, string>>];
    page: string;
    zh: string[];
    en: string[];
  }>([
    {
      what: "malformed JSON is kept as it came",
      payload: '{"n":21.5,',
      acknowledged: true,
      counted: unreadable,
      page: "/refused",
      zh: ["counter", "无法读取", "报文不是有效的 JSON，已原样保存"],
      en: ["counter", "Unreadable", "The payload is no valid JSON; it is kept as it came"],
    },
    {
      what: "a bare NaN, which is no JSON, is kept as it came",
      from: "other",
      topic: "count/other",
      payload: '{"n":NaN}',
      acknowledged: true,
      counted: unreadable,
      page: "/refused",
      zh: ["other", "无法读取", "报文不是有效的 JSON"],
      en: ["other", "Unreadable", "The payload is no valid JSON"],
    },
    {
      what: "none of its points is kept as it came",
      payload: '{"m":1}',
      acknowledged: true,
      counted: unreadable,
      page: "/refused",
      zh: ["counter", "报文中没有这些测点：n"],
      en: ["counter", "The payload has none of n"],
    },
    {
      what: "no UTF-8 is kept as it came",
      payload: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
      acknowledged: true,
      counted: unreadable,
      page: "/refused",
      zh: ["counter", "报文不是有效的 JSON"],
      en: ["counter", "The payload is no valid JSON", "it is not UTF-8"],
    },
    {
      what: "NaN in the place of a number is a fault without a value",
      payload: '{"n":"NaN"}',
      acknowledged: true,
      counted: fault,
      page: "/devices/counter",
      zh: ["故障", '"NaN" 不是数值'],
      en: ["Fault", '"NaN" is no number'],
    },
    {
      what: "a packet over the limit ends its connection",
      payload: "x".repeat(3000),
      acknowledged: false,
      counted: refusal("too-large"),
      page: "/refused",
      zh: ["counter", "报文过大", "字节，超过上限"],
      en: ["counter", "Too large", "bytes is over the limit"],
    },
    {
      what: "an unknown device is refused and listed",
      from: "stranger",
      topic: "count/stranger",
      payload: '{"n":1}',
      acknowledged: false,
      counted: refusal("unknown-client"),
      page: "/refused",
      zh: ["stranger", "未知客户端", "配置中没有这个用户名"],
      en: ["stranger", "Unknown client", "No client of this name is configured"],
    },
    {
      what: "a topic of another device is refused",
      topic: "count/other",
      payload: '{"n":1}',
      acknowledged: false,
      counted: refusal("not-allowed"),
      page: "/refused",
      zh: ["counter", "无权限", "无权发布到主题 count/other"],
      en: ["counter", "Not allowed", "It may not publish to count/other"],
    },
    {
      what: "an unknown topic is refused",
      from: "other",
      topic: "no/such/topic",
      payload: '{"n":1}',
      acknowledged: false,
      counted: refusal("not-allowed"),
      page: "/refused",
      zh: ["other", "无权限", "无权发布到主题 no/such/topic"],
      en: ["other", "Not allowed", "It may not publish to no/such/topic"],
    },
  ])("$what", async ({ from = "counter", topic = "count/counter", payload, ...wanted }) => {
    const before = await all.site.metric(...wanted.counted);
    expect((await publish(from, topic, payload)).code === 0).toBe(wanted.acknowledged);
    await until("it is counted", async () => await all.site.metric(...wanted.counted) > before);
    await expectShown(wanted.page, wanted);
    await expectGoodOne();
  });
});

describe("C7: what a Modbus device answers", () => {
  test.each(
    [
      {
        what: "a register answer of the wrong length is no value, and the device is offline",
        device: "short",
        // The line is opened anew; every time it was, that is counted.
        counted: ["tributary_source_failures_total", { source: "short" }],
        state: "offline",
        reason: "it answered 2 bytes to a question for 4",
        zh: ["离线", "应答长度不对（2 字节）"],
        en: ["Offline", "The answer has a wrong length (2 bytes)"],
        values: [],
      },
      {
        what: "an exception marks its points and no others",
        device: "excepting",
        counted: ["tributary_points_total", { quality: "fault" }],
        state: "degraded",
        reason: "exception 2 (illegal data address)",
        zh: ["异常", "设备不接受该寄存器请求"],
        en: ["Degraded", "The device does not take this request"],
        values: [42, null],
      },
      {
        what: "a float that is NaN is a fault without a value",
        device: "no-number",
        counted: ["tributary_points_total", { quality: "fault" }],
        state: "online",
        reason: "it answers",
        zh: ["故障", "NaN 不是数值"],
        en: ["Fault", "NaN is no number"],
        values: [null],
      },
    ] as const,
  )("$what", async ({ device, counted: [name, labels], values, ...wanted }) => {
    const before = await all.site.metric(name, labels);
    await until("it is counted", async () => await all.site.metric(name, labels) > before, 30_000);
    await expectShown(`/devices/${device}`, { zh: [...wanted.zh], en: [...wanted.en] });
    expect((await latestOf(all.site, device)).map(({ value }) => value)).toEqual(values);
    const states = (await all.site.entriesOf("site-1", "reading"))
      .filter(({ kind, body }) => kind === "state" && body.device === device);
    const told = states.map(({ body }) => `${body.state}: ${body.reason}`);
    expect(told).toContain(`${wanted.state}: ${wanted.reason}`);
    // Only what is an answer makes a device be there.
    expect(told.includes("online: it answers")).toBe(wanted.state === "online");
    await expectGoodOne();
  });
});

test("G7: both counties hold what was bad, with its reason, and all that was good", async () => {
  await all.site.kill("SIGTERM");
  await all.site.start();
  const { a, b, site } = all;
  await until(
    "the lines are up again",
    async () => await site.metric("tributary_source_running", { source: "sensors" }) === 1,
  );
  await expectGoodOne();
  for (const county of [a, b]) {
    await until(
      `${county.name} shows the last one`,
      async () => (await latestOf(county, "counter"))[0]?.value === good,
    );
    const entries = await county.entriesOf("site-1", "reading");
    const body = z.object({ bytes: z.base64(), reason: z.string() });
    const kept = entries.filter(({ kind }) => kind === "unreadable")
      .map((entry) => body.parse(entry.body));
    expect(kept.map(({ bytes }) => Buffer.from(bytes, "base64"))).toEqual([
      Buffer.from('{"n":21.5,'),
      Buffer.from('{"n":NaN}'),
      Buffer.from('{"m":1}'),
      Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    ]);
    expect(kept.every(({ reason }) => reason.length > 10)).toBe(true);
    const readings = z.object({
      device: z.string(),
      readings: z.array(z.object({ value: z.json() })),
    });
    const counted = entries.filter(({ kind }) => kind === "reading")
      .map((entry) => readings.parse(entry.body))
      .filter(({ device }) => device === "counter")
      .map(({ readings }) => readings[0].value);
    expect(counted.filter((value) => value !== null)).toEqual(
      Array.from({ length: good }, (_, index) => index + 1),
    );
    // What was turned away is evidence, once for each that was turned away.
    const refusals = (await county.entriesOf("site-1", "audit"))
      .filter(({ kind }) => kind === "refusal").map(({ body }) => `${body.code} ${body.who}`);
    expect(refusals).toEqual([
      "too-large counter",
      "unknown-client stranger",
      "not-allowed counter",
      "not-allowed other",
    ]);
  }
});
