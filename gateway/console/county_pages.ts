/** The pages of a county. */
import { html } from "hono/html";
import type { Text } from "../../drivers/profile_parts.ts";
import type { DeviceView } from "../devices/device_list.ts";
import type { EqualityView } from "../fleet/equality.ts";
import type { NodeStatus } from "../status.ts";
import { deviceCards, deviceTone } from "./device_cards.ts";
import { journalFacts, linkCards } from "./status_parts.ts";
import {
  age,
  badge,
  durationText,
  type Html,
  shortHash,
  stateText,
  titleOf,
  type Tone,
  type View,
} from "./view.ts";

/** A site as the county sees it. */
export interface SiteSummary {
  readonly node: string;
  readonly title: Text | null;
  readonly devices: readonly DeviceView[];
  readonly equality: readonly EqualityView[];
}

export function countyOverview(
  view: View,
  status: NodeStatus,
  sites: readonly SiteSummary[],
  equality: readonly EqualityView[],
): Html {
  const { t } = view;
  return html`${equalityBanner(view, status, equality)}
    <section><h2>${t("sites")}</h2>${
    sites.length === 0
      ? html`<p class="empty">${t("noSites")}<br><small>${t("noSitesHint")}</small></p>`
      : html`<div class="cards">${sites.map((site) => siteCard(view, site))}</div>`
  }</section>
    ${
    status.links.length === 0 ? "" : html`<section>
      <h2>${t("otherCentre")}</h2>${linkCards(view, status.links)}</section>`
  }
    <section class="panel"><h2>${t("journal")}</h2>${journalFacts(view, status)}</section>`;
}

const EQUALITY_TONES: Record<EqualityView["state"], Tone> = {
  equal: "good",
  behind: "warn",
  ahead: "warn",
  unknown: "idle",
  fork: "bad",
};

/** One sentence on both centres: equal, or by how much not. */
function equalityBanner(
  view: View,
  status: NodeStatus,
  equality: readonly EqualityView[],
): Html {
  const { t, language } = view;
  const link = (tone: Tone, text: string, more: string) =>
    html`
      <a class="banner ${tone}"
        href="/equality"><strong>${text}</strong> <span>${more}</span></a>
    `;
  if (status.links.length === 0) return html`<p class="banner warn">${t("noOtherCentre")}</p>`;
  const counts = `${equality.filter(({ state }) => state === "equal").length}/${equality.length} ${
    t("equalStreams")
  }`;
  if (equality.some(({ state }) => state === "fork")) return link("bad", t("forked"), counts);
  if (equality.every(({ state }) => state === "unknown")) {
    return link("idle", t("otherUnknown"), "");
  }
  const lag = Math.max(0, ...equality.map(({ lagSeconds }) => lagSeconds));
  if (equality.every(({ state }) => state === "equal")) return link("good", t("bothEqual"), counts);
  return link("warn", t("notEqual"), `${counts} · ${t("lag")} ${durationText(language, lag)}`);
}

function siteCard(view: View, { node, title, devices, equality }: SiteSummary): Html {
  const { t } = view;
  const tones = devices.filter(({ configured }) => configured).map(deviceTone);
  const tone: Tone = tones.includes("bad") ? "bad" : tones.includes("warn") ? "warn" : "good";
  const newest = devices.flatMap(({ points }) => points.map(({ time }) => time)).sort().at(-1);
  const online = devices.filter(({ configured, state }) => configured && state === "online").length;
  const worst = worstOf(equality);
  return html`
    <a class="card ${tone}" href="/sites/${node}">
      <header><h3>${titleOf(view, title, node)}</h3>${badge(
        EQUALITY_TONES[worst],
        stateText(view, worst),
      )}</header>
      <dl class="points">
        <div>
          <dt>${t("devices")}</dt>
          <dd>${online}/${tones.length} ${t("online")}</dd>
        </div>
        <div>
          <dt>${t("lastReading")}</dt>
          <dd>${age(view, newest ?? null)}</dd>
        </div>
      </dl>
      <footer><span>${node}</span><span>${tone === "good"
        ? t("allDevicesWell")
        : t("problems")}</span></footer>
    </a>
  `;
}

function worstOf(equality: readonly EqualityView[]): EqualityView["state"] {
  const order = ["fork", "behind", "ahead", "unknown", "equal"] as const;
  return order.find((state) => equality.some((one) => one.state === state)) ?? "unknown";
}

export function sitePage(view: View, site: SiteSummary): Html {
  return html`
    <section>
          <h2>${titleOf(view, site.title, site.node)} <small>${site.node}</small></h2>
          ${deviceCards(view, site.devices, `/sites/${site.node}`)}
        </section>
    <section class="panel"><h2>${view.t("equality")}</h2>${equalityTable(
      view,
      site.equality,
    )}</section>
  `;
}

export function equalityPage(
  view: View,
  status: NodeStatus,
  equality: readonly EqualityView[],
): Html {
  return html`${equalityBanner(view, status, equality)}
    <section class="panel">${equalityTable(view, equality)}</section>`;
}

function equalityTable(view: View, equality: readonly EqualityView[]): Html {
  const { t, language } = view;
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>${t("node")}</th>
            <th>${t("stream")}</th>
            <th>${t("state")}</th>
            <th class="number">${t("here")}</th>
            <th>${t("hash")}</th>
            <th class="number">${t("there")}</th>
            <th>${t("hash")}</th>
            <th class="number">${t("lag")}</th>
          </tr>
        </thead>
        <tbody>${equality.map((one) =>
          html`
            <tr>
              <th scope="row"><code>${one.origin}</code></th>
              <td>${stateText(view, one.stream)}</td>
              <td>${badge(EQUALITY_TONES[one.state], stateText(view, one.state))}</td>
              <td class="number">${one.here.seq}</td>
              <td>${shortHash(one.here.hash)}</td>
              <td class="number">${one.there?.seq ?? "–"}</td>
              <td>${one.there === null ? "–" : shortHash(one.there.hash)}</td>
              <td class="number">${one.state === "behind"
                ? html`${one.lagEntries} · ${durationText(language, one.lagSeconds)}`
                : "–"}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}
