import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, until } from "../../../drivers/fixtures.ts";
import { profileOf } from "../../../drivers/modbus/fixtures.ts";
import { writableServer, writableTcp } from "../../../drivers/modbus/fixture_writable.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { ownerLinkSchema } from "../status.ts";
import { NodeProcess } from "../../fixtures.ts";
import { routesOf } from "../../fixture_desks.ts";
import { openApi } from "../../openapi.ts";
import { brokerLine, writeProfiles } from "../../whole_way/fixtures.ts";

const PLACES = { setpoint: 10, clamped: 20, refused: 30, unanswered: 50 };
const PROFILE = profileOf({}, {
  profile: "writable-fridge",
  timeoutMs: 2000,
  points: Object.entries(PLACES).map(([point, address]) => ({
    point,
    title: { zh: point, en: point },
    unit: "Cel",
    example: 0,
    register: { address, type: "int16" },
    write: { min: -100, max: 100, settleMs: 0 },
  })),
});
const WRITES = Object.keys(PLACES).filter((point) => point !== "refused");
const DEVICES = ["cli", "api", "page", "limits", "silent"];

describe("a running site that may write to a device", () => {
  const folder = new TemporaryFolder();
  let device: Awaited<ReturnType<typeof writableTcp>>;
  let site: NodeProcess;

  beforeAll(async () => {
    device = await writableTcp(writableServer(folder.path));
    const all = [...DEVICES, "other"].map((id, index) => ({
      id,
      unit: index + 1,
      profile: "writable-fridge",
      writes: id === "other" ? ["refused"] : WRITES,
    }));
    const settings = { connection: device.connection, devices: all };
    const sources = [
      brokerLine(freePort(), { sensor: "temperature-humidity" }),
      { name: "fridges", driver: "modbus", settings },
    ];
    const more = { profilesDir: writeProfiles(folder.path, PROFILE), sources };
    site = await new NodeProcess(folder.path, { name: "site-1", role: "site", more }).start();
    await until("it is polled", () => site.log.includes('"device":"other","state":"online"'));
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await device[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const audit = async (of: string) =>
    (await site.entriesOf("site-1", "audit"))
      .filter(({ kind, body }) => kind.startsWith("device-write") && body.device === of)
      .map(({ kind, body: { id: _, ...body } }) => ({ kind, ...body }));
  const written = (address: number) => device.program.printed(`write 6 ${address}\n`);
  const post = (of: string, body: object, init: RequestInit & { token?: boolean } = {}) =>
    site.fetch(`/api/devices/${of}/writes`, {
      method: "POST",
      body: JSON.stringify(body),
      ...init,
    });

  test("C12: confirms what the device holds, with both entries in the audit", async () => {
    const { code, printed } = await site.run(
      ...["device", "write", "cli", "setpoint", "-18", "--reason", "too warm 太热"],
    );
    expect(printed).toContain("setpoint of cli is -18 Cel, read back; it was 10 Cel");
    expect(code).toBe(0);
    const named = { device: "cli", point: "setpoint" };
    expect(await audit("cli")).toEqual([
      {
        kind: "device-write",
        ...named,
        from: 10,
        to: -18,
        unit: "Cel",
        reason: "too warm 太热",
        who: "token from 127.0.0.1",
      },
      {
        kind: "device-write-outcome",
        ...named,
        state: "confirmed",
        readBack: -18,
        detail: null,
      },
    ]);
    expect(await site.metric("tributary_device_writes_total", { state: "confirmed" }))
      .toBeGreaterThan(0);
  });

  test("C12: what the device refuses is told with its exception: exit 1", async () => {
    const { code, printed } = await site.run(
      ...["device", "write", "other", "refused", "5", "--reason", "a test"],
    );
    expect(printed).toContain(
      "The device refused the write; refused of other from 30 Cel to 5 Cel",
    );
    expect(printed).toContain("exception 3 (illegal data value)");
    expect(code).toBe(1);
    expect(await audit("other")).toMatchObject([{ from: 30 }, { state: "refused" }]);
  });

  test("C12: what the device makes of it by itself is a problem, and the same id tells it again", async () => {
    const order = { id: "order-0001", point: "clamped", value: 95, reason: "a test" };
    for (let times = 0; times < 2; times++) {
      const answer = await post("api", order);
      expect(answer.status).toBe(409);
      expect(await answer.json()).toMatchObject({
        type: "urn:tributary:problem:write-otherwise",
        detail: expect.stringContaining(
          "clamped of api from 20 Cel to 95 Cel, it holds 80 Cel now",
        ),
      });
    }
    expect(written(20)).toBe(1);
    expect(await site.ask("/api/devices/api/writes")).toMatchObject([
      { id: "order-0001", state: "otherwise", readBack: 80 },
    ]);
  });

  test("C12: what is not permitted is refused by the setting's name, and nothing is sent", async () => {
    const before = written(30);
    const { code, printed } = await site.run(
      ...["device", "write", "api", "refused", "5", "--reason", "a test"],
    );
    expect(printed).toContain(
      'sources[1].settings.devices[1].writes does not name "refused"',
    );
    expect(code).toBe(1);
    expect(written(30)).toBe(before);
  });

  test("C12: the audit tells a person's session from the token", async () => {
    const { url } = ownerLinkSchema.parse(await site.ask("/api/owner-links", {}));
    const entered = await site.fetch(new URL(url).pathname, {
      method: "POST",
      token: false,
      redirect: "manual",
    });
    const [cookie] = (entered.headers.get("set-cookie") ?? "").split(";");
    const order = { id: "order-0002", point: "setpoint", value: 4, reason: "a test" };
    const answer = await post("page", order, { token: false, headers: { cookie } });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      who: expect.stringMatching(/^session [0-9a-f]{8} from 127\.0\.0\.1$/),
    });
  });

  test.each<[string, number, string, object]>([
    ["limits", 422, "bad-value", { value: 101 }],
    ["limits", 400, "bad-input", { reason: " " }],
    ["limits", 404, "not-writable", { point: "nothing" }],
    ["sensor", 404, "not-writable", {}],
    ["nobody", 404, "no-such-device", {}],
  ])("a write to %s that is none is answered %i %s", async (of, status, code, more) => {
    const order = { id: "order-0003", point: "setpoint", value: 4, reason: "a test", ...more };
    const answer = await post(of, order);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ type: `urn:tributary:problem:${code}` });
  });

  test("`check` says what a person may write", async () => {
    const { printed } = await site.run("check");
    expect(printed).toContain("✓ writes of other: a person may write refused");
  });

  test("the command takes no value that is none: exit 2", async () => {
    const { code, printed } = await site.run(
      ...["device", "write", "limits", "setpoint", "cold", "--reason", "a test"],
    );
    expect(printed).toContain('"cold" is no value: want a number, or on or off for a coil');
    expect(code).toBe(2);
  });

  test("C12: a write that a crash cut off is told as unknown by the next start", async () => {
    const order = { id: "order-0004", point: "unanswered", value: 4, reason: "a test" };
    const answer = post("silent", order).catch(() => null);
    await until("it is sent", () => written(50) > 0);
    await site.kill();
    await answer;
    await site.start();
    await until("it is told", () => site.log.includes('"state":"unknown"'));
    expect(await audit("silent")).toMatchObject([
      { kind: "device-write", to: 4 },
      { kind: "device-write-outcome", state: "unknown", readBack: null },
    ]);
    expect(written(50)).toBe(1);
  });
});

test("C12: a county has no route that writes to a device", async () => {
  const described = async (role: "site" | "county") =>
    JSON.stringify(openApi(role, "0", await routesOf(role)));
  expect(await described("site")).toContain("/api/devices/{device}/writes");
  expect(await described("county")).not.toContain("/writes");
});
