/** What a running node shows of devices. */
import type { Page } from "../console/page.ts";
import { devicePage } from "../console/device_cards.ts";
import { refusalsPage, siteOverview } from "../console/site_pages.ts";
import { textOf } from "../console/text.ts";
import type { OpenDesk } from "../domain.ts";
import { statusOf } from "../status.ts";
import { listDevices } from "./device_list.ts";
import { DEVICE_ROUTES } from "./device_routes.ts";
import { requestCounts } from "./request_counts.ts";

const PAGES: readonly Page[] = [
  {
    role: "site",
    path: "/",
    tab: textOf("overview"),
    render: async (view, _places, parts) => {
      const { tables, config, clock } = parts.node;
      const devices = await listDevices(tables, config.node, clock.now());
      return siteOverview(view, await statusOf(parts), devices);
    },
  },
  {
    role: "site",
    path: "/refused",
    tab: textOf("refused"),
    render: (view, _places, { node }) => Promise.resolve(refusalsPage(view, node.refusals.list())),
  },
  {
    role: "site",
    path: "/devices/{device}",
    render: async (view, places, { node }) => {
      const { tables, config, clock, counters } = node;
      const devices = await listDevices(tables, config.node, clock.now());
      const device = devices.find((one) => one.device === places.device);
      if (device === undefined) return null;
      return devicePage(view, device, requestCounts(counters, device.device));
    },
  },
  {
    role: "county",
    path: "/sites/{site}/{device}",
    render: async (view, places, { node: { registry, tables, clock } }) => {
      if (registry.member(places.site)?.role !== "site") return null;
      const devices = await listDevices(tables, places.site, clock.now());
      const device = devices.find((one) => one.device === places.device);
      return device === undefined ? null : devicePage(view, device);
    },
  },
];

export const openDeviceDesk: OpenDesk = () => ({ routes: DEVICE_ROUTES, pages: PAGES });
