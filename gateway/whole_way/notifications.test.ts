import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { profileOf } from "../../drivers/modbus/fixtures.ts";
import { writableServer, writableTcp } from "../../drivers/modbus/fixture_writable.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { enrollNode } from "../commands/enroll.ts";
import { askNode } from "../commands/local_api.ts";
import { invitationSchema } from "../commands/status.ts";
import type { Config } from "../config.ts";
import { parseConfig } from "../config_file.ts";
import type { Domain } from "../domain.ts";
import { DOMAINS } from "../domains.ts";
import { InnerNode } from "../fixture_inner_node.ts";
import { readToken } from "../keystore.ts";
import { ModemPeer } from "../notifications/channels/modem/fixture_modem.ts";
import { HttpPeer } from "../notifications/fixture_letter.ts";
import { notification } from "../notifications/fixture_notifications.ts";
import { type Notification, notificationEntry } from "../notifications/notification.ts";
import { notificationsView } from "../notifications/notification_view.ts";
import {
  notifyContacts,
  notifySignal,
  notifyStatus,
  notifyTest,
} from "../notifications/notify_commands.ts";
import { brokerLine, countingProfile, publishedBy } from "./fixtures.ts";

const SITE = "site-017";

/** A domain that hands over whatever it is asked to, as others do with what they decide. */
const PROBE: Domain = {
  name: "probe",
  kinds: [],
  projections: () => [],
  desk: () =>
    Promise.resolve(({ disk, clock }) => ({
      routes: [{
        method: "post",
        path: "/api/probe",
        right: "system.manage",
        summary: "Hands over a notification",
        body: z.looseObject({}),
        answer: z.object({}),
        handle: async (_, { body }) => {
          const time = clock.now();
          const told: Notification = { ...notification("a"), ...z.looseObject({}).parse(body) };
          await disk.append([notificationEntry(time, told)], time);
          return Response.json({});
        },
      }],
    })),
};

class ProbedNode implements AsyncDisposable {
  readonly config: Config;
  #node: InnerNode | null = null;

  constructor(document: object) {
    this.config = parseConfig(stringify(document));
  }

  async start(): Promise<this> {
    this.#node = await InnerNode.start(this.config, { domains: [...DOMAINS, PROBE] });
    return this;
  }

  handOver(id: string, changed: Partial<Notification> = {}): Promise<unknown> {
    return askNode(this.config, "/api/probe", notification(id, changed));
  }

  async view() {
    return notificationsView.parse(await askNode(this.config, "/api/notifications"));
  }

  /** `id contact channel state` of what was told last. */
  async states(): Promise<string[]> {
    const { latest } = await this.view();
    return latest.map(({ notification, contact, channel, state }) =>
      `${notification} ${contact} ${channel} ${state}`
    );
  }

  async page(language: "zh" | "en"): Promise<string> {
    const { http, dataDir } = this.config;
    const headers = {
      authorization: `Bearer ${readToken(dataDir)}`,
      "accept-language": language,
    };
    return await (await fetch(`http://127.0.0.1:${http.port}/notifications`, { headers })).text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node?.[Symbol.asyncDispose]();
  }
}

const SIREN = {
  id: "siren-1",
  roles: ["vaccine"],
  levels: [1, 2, 3],
  from: "critical",
  ways: [{ channel: "siren" }],
};
const SMS = [{ channel: "sms", to: "+8613800000000" }];
const CONTACTS = {
  contacts: [
    { id: "keeper", roles: ["vaccine"], ways: [...SMS, { channel: "hook" }] },
    { id: "director", roles: ["vaccine"], levels: [2], ways: SMS },
    { id: "elsewhere", roles: ["vaccine"], sites: ["site-099"], ways: SMS },
  ],
};

/** A fridge that is too warm above 8 °C for three seconds. */
const HOLD_MS = 3000;
const FRIDGE = {
  id: "fridge-1",
  name: "一号冰箱",
  form: "refrigerator",
  manual: false,
  roles: ["vaccine"],
  probes: [{ id: "probe-1", device: "thermometer" }],
  rules: [{
    ...{ id: "test-high", side: "above", limitCelsius: 8, comparison: "exclusive" },
    ...{ counting: "single", holdMinutes: HOLD_MS / 60_000, overMidnight: true },
    ...{ source: "a test", effective: "2026-11-29" },
  }],
};
const THERMOMETER = countingProfile("test-thermometer", {
  points: [{
    ...{ point: "temperature", title: { zh: "温度", en: "Temperature" } },
    ...{ unit: "Cel", path: "n", example: 5 },
  }],
});
const mqttPort = freePort();

let opened: AsyncDisposableStack;
let folder: string;
let site: ProbedNode;
let county: ProbedNode;
let hook: HttpPeer;
let modem: ModemPeer;
let relay: Awaited<ReturnType<typeof writableTcp>>;
beforeAll(async () => {
  opened = new AsyncDisposableStack();
  folder = opened.use(new TemporaryFolder()).path;
  hook = opened.use(new HttpPeer());
  modem = opened.use(await ModemPeer.start({ model: "HuaweiE1752", faults: ["chatter"] }));
  relay = opened.use(await writableTcp(writableServer(folder)));
  const secretFile = join(folder, "secret");
  const secret = Buffer.from("a secret of thirty-two characters").toString("base64");
  Deno.writeTextFileSync(secretFile, `whsec_${secret}\n`);
  const points = [{
    point: "siren",
    title: { zh: "警号", en: "Siren" },
    example: false,
    register: { table: "coil", address: 5, type: "bool" },
    write: {},
  }];
  const profile = { ...profileOf({}, { points, timeoutMs: 2000 }), profile: "test-relay" };
  Deno.writeTextFileSync(join(folder, "test-relay.yaml"), stringify(profile));
  Deno.writeTextFileSync(join(folder, "test-thermometer.yaml"), stringify(THERMOMETER));
  const node = (name: string) => ({
    node: name,
    title: { zh: `测试 ${name}`, en: name },
    dataDir: join(folder, name),
    http: { port: freePort() },
  });
  const own = node("county-a");
  county = opened.use(
    new ProbedNode({
      role: "county",
      ...own,
      notifications: {
        channels: [{ kind: "webhook", name: "hook", url: hook.url, secretFile }],
        foldSeconds: 0,
      },
    }),
  );
  await county.start();
  const device = {
    id: "relay-1",
    profile: "test-relay",
    writes: ["siren"],
    writeIntervalSeconds: 1,
  };
  site = opened.use(
    new ProbedNode({
      role: "site",
      ...node(SITE),
      profilesDir: folder,
      counties: [{ node: "county-a", url: `http://127.0.0.1:${own.http.port}` }],
      sources: [{
        name: "line-1",
        driver: "modbus",
        settings: { connection: relay.connection, devices: [device] },
      }, brokerLine(mqttPort, { thermometer: THERMOMETER.profile })],
      coldchain: { units: [FRIDGE] },
      notifications: {
        channels: [
          { kind: "modem", name: "sms", port: { type: "serial", port: modem.port } },
          { kind: "siren-coil", name: "siren", device: "relay-1", point: "siren" },
        ],
        contacts: [SIREN],
        foldSeconds: 0,
      },
    }),
  );
  const invited = await askNode(county.config, "/api/invitations", { node: SITE, role: "site" });
  await enrollNode(site.config, invitationSchema.parse(invited).code);
  await site.start();
  const file = join(folder, "contacts.yaml");
  Deno.writeTextFileSync(file, stringify(CONTACTS));
  expect(await notifyContacts(county.config, file)).toBe("3 contacts are in force, as number 1");
});
afterAll(() => opened.disposeAsync());

const writes = async () =>
  z.array(z.object({ who: z.string(), to: z.boolean(), state: z.string() }))
    .parse(await askNode(site.config, "/api/devices/relay-1/writes"));
const written = () => relay.program.output.split("\n").filter((line) => line === "write 5 5");

describe("an alarm that a site decides", () => {
  test("leaves by its modem, sounds its siren, and what it has no channel for its county tells", async () => {
    // Contacts come down a moment after they were named: until then only the siren is known.
    let tries = 0;
    await until("the keeper is told", async () => {
      await site.handOver(`warm-${++tries}`);
      await until("it has a plan", async () => (await site.states()).length > 0);
      return (await site.states()).some((one) => one.includes("keeper"));
    });
    const id = `warm-${tries}`;
    const all = [
      `${id} keeper hook handed-over`,
      `${id} keeper sms delivered`,
      `${id} siren-1 siren delivered`,
    ];
    await until("all is done", async () => {
      const states = await site.states();
      return all.every((one) => states.includes(one));
    });
    await until(
      "the county tells the rest",
      async () => (await county.states()).includes(`${id} keeper hook delivered`),
    );
    expect(modem.taken.at(-1)).toMatchObject({
      number: "+8613800000000",
      text: expect.stringContaining("疫苗冰箱1：温度高于上限 9.2 °C"),
    });
    expect(hook.heard.at(-1)?.text).toContain(id);
    expect(written().length).toBeGreaterThan(0);
    // Neither has the director been told at level 1, nor anybody of another site.
    expect((await site.states()).join()).not.toMatch(/director|elsewhere/);
  });

  test("silences its siren when it is over, and its director is told at level 2 (C4, C9)", async () => {
    const subject = "one-fridge";
    await site.handOver("up", { subject, level: 2, event: "escalated", number: 1 });
    const told = async (state: string) =>
      await until(state, async () => (await site.states()).includes(state));
    await told("up siren-1 siren delivered");
    await told("up director sms delivered");
    const before = written().length;
    await site.handOver("over", { subject, level: 2, event: "recovered", number: 2 });
    await told("over siren-1 siren delivered");
    await until("the coil was written", () => written().length > before);
    const { latest } = await site.view();
    const siren = latest.find(({ notification, contact }) =>
      notification === "over" && contact === "siren-1"
    );
    // Those of the first test are not over: it goes on.
    expect(siren?.detail).toBe("on: relay-1 siren = true");
    const ids = new Set(latest.map(({ notification }) => notification));
    for (const id of ids) {
      if (id.startsWith("warm-")) {
        await site.handOver(`${id}-over`, {
          subject: `subject-${id}`,
          number: 1,
          event: "acknowledged",
        });
        await told(`${id}-over siren-1 siren delivered`);
      }
    }
    const [last] = (await site.view()).latest.filter(({ contact }) => contact === "siren-1");
    expect(last.detail).toBe("off: relay-1 siren = false");
  });

  test("is in the audit with each write to the siren's point (C12)", async () => {
    expect((await writes())[0]).toEqual({ who: "notifications", to: false, state: "confirmed" });
  });
});

describe("a person", () => {
  test("tries a channel with a test message, which is in the audit", async () => {
    const options = { to: "+8613900000000" };
    expect(await notifyTest(site.config, "sms", options)).toContain("sms: delivered, +CMGS");
    expect(modem.taken.at(-1)).toMatchObject({
      number: "+8613900000000",
      text: `测试 ${SITE}：测试消息，无需处理`,
    });
    expect(await notifyTest(county.config, "hook", {})).toBe("hook: delivered, HTTP 200");
  });

  test("asks for a modem's signal without sending", async () => {
    const before = modem.taken.length;
    expect(await notifySignal(site.config, "sms"))
      .toBe("sms: registered at home, signal -79 dBm");
    expect(await notifySignal(site.config, "siren")).toContain("before a test message");
    await expect(notifySignal(site.config, "mail")).rejects.toThrow("it has sms, siren");
    expect(modem.taken).toHaveLength(before);
  });

  test("is told which channels there are, and what a channel needs", async () => {
    await expect(notifyTest(site.config, "mail", {})).rejects.toThrow("it has sms, siren");
    await expect(notifyTest(site.config, "sms", { to: "li@a.example" })).rejects
      .toThrow("give a number");
  });

  test("sees who could not be told, in either language (T10)", async () => {
    await county.handOver("nobody", { roles: ["waste"], site: null });
    await until("it is shown", async () => (await county.view()).undelivered.length === 1);
    expect(await notifyStatus(county.config)).toContain("NOT TOLD");
    const page = await county.page("zh");
    expect(page).toContain("没有第1级、职责为 waste 的联系人");
    expect(page).toContain("甲卫生院 疫苗冰箱1");
    expect(await county.page("en")).toContain("no contact fits");
    expect(await site.page("zh")).toContain("疫苗冰箱1");
  });

  test("is refused contacts with the field at fault", async () => {
    const file = join(folder, "wrong.yaml");
    Deno.writeTextFileSync(
      file,
      stringify({ contacts: [{ id: "li", roles: ["vaccine"], ways: [] }] }),
    );
    await expect(notifyContacts(county.config, file)).rejects.toThrow("contacts.0.ways");
    await expect(notifyContacts(site.config, file)).rejects.toThrow("is a site");
  });

  test("sees contacts without their numbers (X5)", async () => {
    const text = JSON.stringify(await askNode(county.config, "/api/contacts"));
    expect(text).toContain("138****0000");
    expect(text).not.toContain("13800000000");
  });
});

describe("a fridge's probe", () => {
  const tells = (celsius: number) =>
    publishedBy("thermometer", mqttPort, "count/thermometer", JSON.stringify({ n: celsius }));

  test("C5: too warm for as long as its rule says, it switches the relay, and a person is told", async () => {
    const [before, texts] = [written().length, modem.taken.length];
    expect(await tells(5)).toBe(true);
    expect(await tells(9)).toBe(true);
    const outMs = Date.now();
    await until("the relay is switched", async () => {
      await tells(9);
      return written().length > before;
    });
    const switchedMs = Date.now() - outMs;
    await until("a text message has left", () => modem.taken.length > texts);
    const toldMs = Date.now() - outMs;
    const [relayMs, messageMs] = [switchedMs - HOLD_MS, toldMs - HOLD_MS];
    const line = `C5: relay ${relayMs} ms, message ${messageMs} ms after the alarm was due\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(line));
    expect(modem.taken.at(-1)?.text).toContain("一号冰箱：温度过高");
    // In range again, it is silent by itself.
    await tells(5);
    await until("it is switched off", async () => (await writes())[0].to === false);
  });
});
