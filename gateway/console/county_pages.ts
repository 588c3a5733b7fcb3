/** The pages of a county. */
import { html } from "hono/html";
import type { Text } from "../../drivers/profile_parts.ts";
import type { DeviceView } from "../devices/device_list.ts";
import type { EqualityView } from "../fleet/equality.ts";
import type { NodeStatus } from "../status.ts";
import { dataTable } from "./data_table.ts";
import { deviceCards, deviceTone } from "./device_cards.ts";
import { diskBanner } from "./disk_parts.ts";
import {
  concernBanners,
  IN_STEP_SECONDS,
  journalFacts,
  linkCards,
  lostCentres,
} from "./status_parts.ts";
import { twinsBanner } from "./twins_banner.ts";
import type { TwinsView } from "../fleet/twins.ts";
import {
  age,
  badge,
  counted,
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
  /** Boxes that all say that they are this site; none in good order. */
  readonly twins: readonly TwinsView[];
}

export function countyOverview(
  view: View,
  status: NodeStatus,
  sites: readonly SiteSummary[],
  equality: readonly EqualityView[],
): Html {
  const { t } = view;
  const cards = sites.length === 0
    ? html`<p class="empty">${t("noSites")}<br><small>${t("noSitesHint")}</small></p>`
    : html`<div class="cards">${sites.map((site) => siteCard(view, site))}</div>`;
  const other = status.links.length === 0
    ? ""
    : html`<section><h2>${t("otherCentre")}</h2>${linkCards(view, status)}</section>`;
  const first = html`${diskBanner(view, status.disk)}${lostCentres(view, status)}${
    concernBanners(view, status)
  }`;
  return html`${first}${equalityBanner(view, status, equality)}
    <section><h2>${t("sites")}</h2>${cards}</section>
    ${other}
    <section class="panel"><h2>${t("journal")}</h2>${journalFacts(view, status)}</section>`;
}

const EQUALITY_TONES: Record<EqualityView["state"], Tone> = {
  equal: "good",
  behind: "warn",
  ahead: "warn",
  unknown: "idle",
  fork: "bad",
};

/**
 * While values come, one centre is always a few entries ahead of the other. What is so young is
 * on its way, not lacking.
 */
function onTheWay({ state, lagSeconds }: EqualityView): boolean {
  return (state === "behind" || state === "ahead") && lagSeconds < IN_STEP_SECONDS;
}

function equalityBadge(view: View, one: EqualityView): Html {
  if (onTheWay(one)) return badge("idle", view.t("inStep"));
  return badge(EQUALITY_TONES[one.state], equalityText(view, one));
}

function equalityText(view: View, { state, lagEntries }: EqualityView): string {
  return state === "ahead" ? counted(view, "hereBehind", lagEntries) : stateText(view, state);
}

/** One sentence on both centres: equal, or by how much not. */
export function equalityBanner(
  view: View,
  status: Pick<NodeStatus, "links">,
  equality: readonly EqualityView[],
): Html {
  const { t, language } = view;
  const link = (tone: Tone, text: string, more: string) =>
    html`
      <a class="banner ${tone}"
        href="/equality"><strong>${text}</strong><span>${more}</span></a>
    `;
  if (status.links.length === 0) return html`<p class="banner warn">${t("noOtherCentre")}</p>`;
  const equal = equality.filter(({ state }) => state === "equal");
  const counts = `${equal.length}/${equality.length} ${t("equalStreams")}`;
  if (equality.some(({ state }) => state === "fork")) return link("bad", t("forked"), counts);
  if (equality.every(({ state }) => state === "unknown")) {
    return link("idle", t("otherUnknown"), "");
  }
  if (equal.length === equality.length) return link("good", t("bothEqual"), counts);
  const lag = Math.max(0, ...equality.map(({ lagSeconds }) => lagSeconds));
  const more = `${counts} · ${t("lag")} ${durationText(language, lag)}`;
  const late = equality.filter((one) => one.state !== "equal" && !onTheWay(one));
  if (late.length === 0) return link("idle", counted(view, "onTheWay", lagOf(equality)), more);
  const lacking = lagOf(late.filter(({ state }) => state === "ahead"));
  return link("warn", lacking === 0 ? t("notEqual") : counted(view, "hereBehind", lacking), more);
}

function lagOf(equality: readonly EqualityView[]): number {
  return equality.reduce((sum, { lagEntries }) => sum + lagEntries, 0);
}

function siteCard(view: View, site: SiteSummary): Html {
  const { t } = view;
  const { node, title, equality } = site;
  const devices = site.devices.filter(({ configured }) => configured);
  const tones = devices.map(deviceTone);
  const doubled = site.twins.length > 0;
  const tone: Tone = doubled || tones.includes("bad")
    ? "bad"
    : tones.includes("warn")
    ? "warn"
    : "good";
  const newest = devices.flatMap(({ points }) => points.map(({ time }) => time)).sort().at(-1);
  const online = devices.filter(({ state }) => state === "online").length;
  const unknown = devices.filter(({ state }) => state === null).length;
  const silent = unknown === 0 ? "" : ` · ${unknown} ${t("unknown")}`;
  const worst = worstOf(equality);
  const badges = doubled
    ? badge("bad", t("twoBoxes"))
    : worst === undefined
    ? ""
    : equalityBadge(view, worst);
  return html`
    <a class="card ${tone}" href="/sites/${node}">
      <header><h3>${titleOf(view, title, node)}</h3>${badges}</header>
      <dl class="points">
        <div>
          <dt>${t("devices")}</dt>
          <dd>${online}/${devices.length} ${t("online")}${silent}</dd>
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

/** The stream that is furthest from equal. */
function worstOf(equality: readonly EqualityView[]): EqualityView | undefined {
  const order = ["fork", "unknown", "behind", "ahead", "on the way", "equal"] as const;
  const rank = (one: EqualityView) => order.indexOf(onTheWay(one) ? "on the way" : one.state);
  return equality.toSorted((a, b) => rank(a) - rank(b)).at(0);
}

export function sitePage(view: View, site: SiteSummary): Html {
  const { node, title, devices, equality } = site;
  return html`
    ${site.twins.map((twins) => twinsBanner(view, twins))}
    <section>
          <h2>${titleOf(view, title, node)} <small>${node}</small></h2>
          ${deviceCards(view, devices, `/sites/${node}`)}
        </section>
    <section class="panel">
          <div class="panel-head">
            <h2>${view.t("equality")}</h2>
            <a class="plain" href="/equality/${node}">${view.t("compareDays")}</a>
          </div>
          ${equalityTable(view, equality)}
        </section>
  `;
}

export function equalityPage(
  view: View,
  status: NodeStatus,
  equality: readonly EqualityView[],
  lacking: Html,
): Html {
  return html`${equalityBanner(view, status, equality)}
    ${lacking}
    <section class="panel">${equalityTable(view, equality)}</section>`;
}

function equalityTable(view: View, equality: readonly EqualityView[]): Html {
  const { t, language } = view;
  const columns = [
    { head: t("node") },
    { head: t("stream") },
    { head: t("state") },
    { head: t("here"), number: true },
    { head: t("hash") },
    { head: t("there"), number: true },
    { head: t("hash") },
    { head: t("lag"), number: true },
  ];
  const rows = equality.map((one) => [
    html`<a href="/equality/${one.node}" title="${
      t("compareDays")
    }"><code>${one.origin}</code></a>`,
    stateText(view, one.stream),
    equalityBadge(view, one),
    one.here.seq,
    shortHash(one.here.hash),
    one.there?.seq ?? "–",
    one.there === null ? "–" : shortHash(one.there.hash),
    one.lagEntries === 0 ? "–" : `${one.lagEntries} · ${durationText(language, one.lagSeconds)}`,
  ]);
  return dataTable(columns, rows);
}
