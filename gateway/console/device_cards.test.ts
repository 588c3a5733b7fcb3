import { expect, test } from "vitest";
import type { DeviceView, PointView } from "../devices/device_list.ts";
import { viewOf } from "./app.ts";
import { deviceCards, devicePage } from "./device_cards.ts";

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
