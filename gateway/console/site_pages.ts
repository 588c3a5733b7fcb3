/** The pages of a site. */
import { html } from "hono/html";
import type { DeviceView } from "../devices/device_list.ts";
import type { Refusal } from "../refusals.ts";
import type { NodeStatus } from "../status.ts";
import { dataTable } from "./data_table.ts";
import { deviceCards, deviceTone } from "./device_cards.ts";
import { diskBanner } from "./disk_parts.ts";
import { explain } from "./explain.ts";
import {
  concernBanners,
  journalFacts,
  lineTable,
  linkCards,
  linkTone,
  lostCentres,
} from "./status_parts.ts";
import { age, badge, type Html, stateText, titleOf, type View } from "./view.ts";

export function siteOverview(
  view: View,
  status: NodeStatus,
  devices: readonly DeviceView[],
): Html {
  const { t } = view;
  const first = html`${diskBanner(view, status.disk)}${lostCentres(view, status)}${
    concernBanners(view, status)
  }`;
  return html`${first}${attention(view, status, devices)}
    <section><h2>${t("devices")}</h2>${deviceCards(view, devices, "/devices")}</section>
    ${
    status.links.length === 0 ? "" : html`<section>
      <h2>${t("centres")}</h2>${linkCards(view, status)}</section>`
  }
    <section class="panel"><h2>${t("lines")}</h2>${lineTable(view, status.sources)}</section>
    <section class="panel"><h2>${t("journal")}</h2>${journalFacts(view, status)}</section>`;
}

/** What a technician should look at first; one calm line when there is nothing. */
function attention(view: View, status: NodeStatus, devices: readonly DeviceView[]): Html {
  const { t } = view;
  const bad = devices.filter((device) => device.configured && deviceTone(device) === "bad");
  const problems = [
    ...bad.map((device) =>
      html`<li><a href="/devices/${device.device}">${titleOf(view, device.title, device.device)}</a>
        ${device.state === "online" ? "" : html`· ${explain(view, device.reason)}`}</li>`
    ),
    ...status.links.filter((link) => linkTone(link) === "bad").map((link) =>
      html`<li>${link.destination} · ${
        link.state === "not-enrolled"
          ? t("notEnrolled")
          : explain(view, link.reason ?? t("blocked"))
      }</li>`
    ),
    ...status.sources.filter(({ state }) => state === "waiting").map(({ name, detail }) =>
      html`<li>${name} · ${explain(view, detail)}</li>`
    ),
  ];
  return problems.length === 0
    ? html`<p class="banner good">${t("allWell")}</p>`
    : html`<div class="banner bad"><strong>${t("problems")}</strong><ul>${problems}</ul></div>`;
}

export function refusalsPage(view: View, refusals: readonly Refusal[]): Html {
  const { t } = view;
  if (refusals.length === 0) return html`<p class="banner good">${t("nobodyRefused")}</p>`;
  const columns = [
    { head: t("who") },
    { head: t("reason") },
    { head: t("detail") },
    { head: t("line") },
    { head: t("times"), number: true },
    { head: t("lastTime") },
  ];
  const rows = refusals.map((refusal) => [
    html`<code>${refusal.who}</code>`,
    badge("warn", stateText(view, refusal.code)),
    explain(view, refusal.detail),
    refusal.source,
    refusal.count,
    age(view, new Date(refusal.lastMs).toISOString()),
  ]);
  return html`<section class="panel"><h2>${t("refused")}</h2><p>${t("refusedHint")}</p>
    ${dataTable(columns, rows)}</section>`;
}
