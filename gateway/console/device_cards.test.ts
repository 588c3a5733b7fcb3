import { expect, test } from "vitest";
import { Counters } from "../counters.ts";
import type { DeviceView, PointView } from "../devices/device_list.ts";
import { countRequests, requestCounts } from "../devices/request_counts.ts";
import type { SourceView } from "../status.ts";
import { viewOf } from "./language.ts";
import { deviceCards, devicePage } from "./device_cards.ts";
import { lineTable } from "./status_parts.ts";

const METER: DeviceView = {
  site: "site-1",
  device: "meter-1",
  title: null,
  profile: "chint-dtsu666",
  doubt: null,
  source: "bus",
  intervalSeconds: 10,
  configured: true,
  state: "online",
  reason: null,
  since: null,
  silentSince: null,
  ...{ stateForMs: null, silentForMs: null },
  points: [],
};

test.each(["zh", "en"] as const)(
  "what a profile's source leaves open is shown in %s",
  async (language) => {
    const doubt = { zh: "出厂波特率未写明", en: "The baud rate is not said" };
    const page = async (device: DeviceView) => String(await devicePage(viewOf(language), device));
    expect(await page({ ...METER, doubt })).toContain(doubt[language]);
    expect(await page(METER)).not.toContain("banner");
  },
);

test("why a device answers badly is on its card", async () => {
  const bad: DeviceView = { ...METER, state: "degraded", reason: "wrong CRC" };
  const card = async (device: DeviceView) =>
    String(await deviceCards(viewOf("zh"), [device], "/devices"));
  expect(await card(bad)).toContain("校验错误");
  expect(await card(METER)).not.toContain("reason");
});

test("polls that a full line left out are on its row and on the device's page", async () => {
  const counters = new Counters();
  const none = { answers: 0, timeouts: 0, crcErrors: 0, mismatches: 0, exceptions: 0 };
  const counts = { ...none, requests: 3, answers: 3, leftOut: 7 };
  countRequests(counters, { kind: "statistics", device: "meter-1", counts, latencyMs: 30 });
  const requests = requestCounts(counters, "meter-1");
  expect(requests).toMatchObject({ requests: 3, leftOut: 7, latencyMs: 10 });
  const page = String(await devicePage(viewOf("en"), METER, requests));
  expect(page.replaceAll(/\s+/g, "")).toContain("<dt>Pollsleftout(busy)</dt><dd>7</dd>");

  const bus: SourceView = {
    ...{ name: "bus", driver: "modbus", devices: ["meter-1"], detail: "", sinceSeconds: 1 },
    ...{ attempts: 0, nextTrySeconds: null, strayBytes: 0, leftOutPolls: 7 },
    state: "running",
  };
  expect(String(await lineTable(viewOf("zh"), [bus]))).toContain("漏掉 7 次询问");
  expect(String(await lineTable(viewOf("zh"), [{ ...bus, leftOutPolls: 0 }])))
    .not.toContain("漏掉");
});

const POINT: PointView = {
  point: "voltage",
  title: null,
  label: null,
  value: 230,
  unit: "V",
  quality: "good",
  reason: null,
  time: "2026-11-21T00:00:00.000Z",
  clock: "untrusted",
  correctedTime: null,
  deviceTime: null,
  ageSeconds: null,
  stale: true,
  origin: "site-1.1",
  seq: 1,
};

test.each([["zh", "数据过时", "未知"], ["en", "Stale", "Unknown"]] as const)(
  "G7: a value of unknown age is shown as stale, and with no age, in %s",
  async (language, stale, unknown) => {
    const view = viewOf(language);
    const device = { ...METER, points: [POINT] };
    for (const page of [devicePage(view, device), deviceCards(view, [device], "/devices")]) {
      const text = String(await page);
      expect(text).toContain(stale);
      expect(text).toContain(unknown);
      expect(text).not.toContain("data-age");
    }
    // Where the age of another point is known, the card tells that one.
    const points = [POINT, { ...POINT, point: "current", ageSeconds: 7, stale: false }];
    const card = String(await deviceCards(view, [{ ...device, points }], "/devices"));
    expect(card).toContain("data-age");
  },
);
