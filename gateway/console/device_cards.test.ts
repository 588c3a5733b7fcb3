import { expect, test } from "vitest";
import type { DeviceView } from "../devices/device_list.ts";
import { viewOf } from "./app.ts";
import { devicePage } from "./device_cards.ts";

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
