/** Where all waste stands that somebody has to look after: at a site its own, at a county all. */
import { html } from "hono/html";
import { dataTable } from "../../console/data_table.ts";
import type { Page } from "../../console/page.ts";
import { badge, factRows, type Html, moment, type View } from "../../console/view.ts";
import { alarmText } from "../alarm/alarm_body.ts";
import { type BagClock, bagClock } from "../clock/bag_clock.ts";
import type { EpidemicMode } from "../clock/epidemic.ts";
import { epidemicModes } from "../desk/epidemic_read.ts";
import { rulesFor } from "../desk/rules_read.ts";
import { presentFor } from "../../devices/present.ts";
import { custodianKey } from "../entry/subject.ts";
import { momentsOf } from "../life/bag.ts";
import { heldIn } from "../record/watched.ts";
import { holdingOf, type StoreHolding } from "../store/plan_stored.ts";
import * as reads from "../record/waste_reads.ts";
import { epidemicPath } from "./epidemic_page.ts";
import * as parts from "./parts.ts";
import { ownSite, placeName, type Shown } from "./shown.ts";
import { WASTE, wasteTexts, wordText } from "./text.ts";

const STILL = { still: true } as const;

/** Rows of the table; what is most urgent stands first. */
const ROWS_MAX = 200;

interface Seen extends reads.KnownBag {
  readonly clock: BagClock;
}

export function overviewPages(shown: Shown): readonly Page[] {
  const render: Page["render"] = (view, { site = null }, _parts, { query }) =>
    overview(view, shown, { site: ownSite(shown) ?? site, said: query.get("said") });
  // At a county it costs much to draw.
  const at = { render, assets: ["waste.css"], ...shown.role === "county" ? STILL : {} };
  return [
    { ...at, path: "/waste", tab: WASTE },
    { ...at, path: "/waste/sites/{site}", role: "county" },
  ];
}

/** `site`: that one alone; `said`: what an act before it came to. */
export async function overview(
  view: View,
  shown: Shown,
  { site, said }: Pick<Overview, "site" | "said">,
): Promise<Html> {
  const { tables } = shown.node;
  const [modes, bags, alarms] = await Promise.all([
    epidemicModes(tables),
    reads.unsettledBags(tables, site),
    reads.openAlarms(tables, site),
  ]);
  const known = bags.listed;
  const present = await presentFor(shown.node, momentsOf(known.map(({ standing }) => standing)));
  const rules = await rulesFor(shown, known.map(({ standing }) => standing.site));
  const seen = known.map((one): Seen => ({
    ...one,
    clock: bagClock(one.standing, present, {
      mode: modes(one.standing.site),
      rules: rules(one.standing.site),
    }),
  })).sort(byUrgency);
  const mode = site === null ? null : modes(site);
  const stores = await storesOf(shown);
  const sites = shown.role === "county"
    ? await reads.unsettledSites(tables)
    : new Map<string, number>();
  const isCut = bags.next !== null;
  return overviewPage(view, shown, { site, sites, seen, isCut, alarms, stores, mode, said });
}

function byUrgency({ clock: one }: Seen, { clock: other }: Seen): number {
  return (one.remainsMs ?? Infinity) - (other.remainsMs ?? Infinity);
}

interface Overview {
  readonly site: string | null;
  /** At a county, each with how many bags it has to look after. */
  readonly sites: ReadonlyMap<string, number>;
  readonly seen: readonly Seen[];
  /** There are more bags than were read. */
  readonly isCut: boolean;
  readonly alarms: reads.Listed<reads.OpenAlarm>;
  /** Of this site; none at a county. */
  readonly stores: readonly StoreSeen[];
  readonly mode: EpidemicMode | null;
  readonly said: string | null;
}

function overviewPage(view: View, shown: Shown, given: Overview): Html {
  const { site, alarms, mode, said } = given;
  const main = html`
    ${shown.role === "county" ? siteList(view, given) : ""}
    ${alarmPanel(view, site, alarms)}
    ${pendingPanel(view, given)}
    ${disputedPanel(view, given)}
    ${storePanel(view, given)}
    ${bagPanel(view, shown, given)}
    ${mode === null || site === null ? "" : epidemicLine(view, shown, site, mode)}
  `;
  return parts.wasteFrame(view, shown, "/waste", main, said);
}

function epidemicLine(view: View, shown: Shown, site: string, { isOn }: EpidemicMode): Html {
  const say = wasteTexts(view.language);
  return html`<section class="panel"><a href="${epidemicPath(shown, site)}">${say("epidemic")}</a>
    ${badge(isOn ? "warn" : "idle", say(isOn ? "isOn" : "isOff"))}</section>`;
}

/** Each site with what waits there. */
function siteList(view: View, { site, sites, seen, isCut }: Overview): Html {
  const say = wasteTexts(view.language);
  if (site !== null) {
    return html`<p class="besides"><a class="plain" href="/waste">← ${say("allSites")}</a>
      <strong>${site}</strong></p>`;
  }
  const bySite = Map.groupBy(seen, ({ standing }) => standing.site);
  const rows = [...sites].map(([name, bags]) => {
    const own = bySite.get(name) ?? [];
    // Of a site of which not all was read at least so many.
    const least = own.length < bags ? "≥ " : "";
    const count = (stage: BagClock["stage"]) =>
      own.filter(({ clock }) => clock.stage === stage).length;
    const [near, past] = [count("warning"), count("breached")];
    return [
      html`<a href="/waste/sites/${encodeURIComponent(name)}">${name}</a>`,
      bags,
      near === 0 ? `${least}0` : badge("warn", `${least}${near}`),
      past === 0 ? `${least}0` : badge("bad", `${least}${past}`),
    ];
  });
  const heads = [say("site"), say("counted"), say("warned"), say("overdue")];
  return html`<section class="panel"><h2>${say("allSites")}</h2>${
    rows.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : dataTable(heads.map((head, index) => ({ head, number: index > 0 })), rows)
  }${isCut ? amongFirst(view, seen) : ""}</section>`;
}

function alarmPanel(view: View, site: string | null, alarms: Overview["alarms"]): Html {
  const say = wasteTexts(view.language);
  const heads = [say("alarms"), say("level"), say("rule"), say("since")];
  const columns = site === null ? [...heads, say("site")] : heads;
  const rows = alarms.listed.slice(0, ROWS_MAX).map((alarm) => {
    const { level, rule, sinceMs, subject } = alarm;
    const cells = [
      html`<a href="/waste/trace?code=${encodeURIComponent(subject)}">${
        alarmText(alarm)[view.language]
      }</a>`,
      badge(level === "site" ? "warn" : "bad", wordText(view.language, level)),
      rule,
      moment(view, new Date(sinceMs).toISOString()),
    ];
    return site === null ? [...cells, alarm.site] : cells;
  });
  return html`
    <section class="panel ${rows.length === 0 ? "" : "alert"}">
      <h2>${say("alarms")}</h2>
      ${rows.length === 0
        ? html`<p class="calm">${say("none")}</p>`
        : dataTable(columns.map((head) => ({ head })), rows)}
      ${moreOf(view, alarms.listed.length, alarms.next !== null)}
    </section>
  `;
}

/** `isCut`: `count` were read, and there are more. */
function moreOf(view: View, count: number, isCut: boolean): Html | "" {
  const say = wasteTexts(view.language);
  if (isCut) return html`<p class="note">${say("firstOf", Math.min(count, ROWS_MAX))}</p>`;
  return count <= ROWS_MAX ? "" : html`<p class="note">${say("more", count - ROWS_MAX)}</p>`;
}

function amongFirst(view: View, seen: readonly Seen[]): Html {
  return html`<p class="note">${wasteTexts(view.language)("amongFirst", seen.length)}</p>`;
}

/** Entries that wait for a second person, each with its bags. */
function pendingPanel(view: View, { seen, isCut }: Overview): Html | "" {
  const say = wasteTexts(view.language);
  const waiting = new Map<string, { kind: string; bags: string[] }>();
  for (const { standing: { bag, pending, history } } of seen) {
    for (const id of pending) {
      const kind = history.find((one) => one.id === id)?.kind ?? "";
      const known = waiting.get(id);
      if (known === undefined) waiting.set(id, { kind, bags: [bag] });
      else known.bags.push(bag);
    }
  }
  if (waiting.size === 0) return "";
  const rows = [...waiting].slice(0, ROWS_MAX).map(([id, { kind, bags }]) => [
    html`<a href="/waste/entries/${encodeURIComponent(id)}">${wordText(view.language, kind)}</a>`,
    html`${bags.slice(0, 3).map(parts.bagLink)} ${bags.length > 3 ? `+${bags.length - 3}` : ""}`,
  ]);
  return html`<section class="panel"><h2>${say("waiting")}</h2>${
    dataTable([say("entry"), say("bag")].map((head) => ({ head })), rows)
  }${moreOf(view, waiting.size, false)}${isCut ? amongFirst(view, seen) : ""}</section>`;
}

function disputedPanel(view: View, { seen, isCut }: Overview): Html | "" {
  const { language } = view;
  const say = wasteTexts(language);
  const rows = seen.flatMap(({ standing, faults }) => {
    const { bag, conflicts, missing, notReceived, unfounded } = standing;
    const said = [
      ...unfounded.map(({ manifest }) => say("unfoundedReceipt", manifest)),
      ...notReceived === null ? [] : [say("notReceived_")],
      ...conflicts.map(({ about }) => say("conflict", wordText(language, about))),
      ...faults > 0 ? [say("faults", faults)] : [],
      ...missing === null ? [] : [say("missingSince", missing.explanation)],
    ];
    return said.length === 0 ? [] : [[parts.bagLink(bag), said.join("; ")]];
  });
  if (rows.length === 0) return "";
  return html`<section class="panel alert"><h2>${say("disputed")}</h2>${
    dataTable([{ head: say("bag") }, { head: say("state") }], rows.slice(0, ROWS_MAX))
  }${moreOf(view, rows.length, false)}${isCut ? amongFirst(view, seen) : ""}</section>`;
}

interface StoreSeen {
  readonly name: string;
  readonly holding: StoreHolding;
}

async function storesOf({ desk }: Shown): Promise<StoreSeen[]> {
  if (desk === null) return [];
  const stores: StoreSeen[] = [];
  for (const { id, name, capacityGrams } of desk.config.stores) {
    const held = await heldIn(desk.node.tables, { kind: "store", id });
    stores.push({ name, holding: holdingOf(held, capacityGrams, desk.config.rules) });
  }
  return stores;
}

function storePanel(view: View, { stores }: Overview): Html | "" {
  if (stores.length === 0) return "";
  const say = wasteTexts(view.language);
  const rows = stores.map(({ name, holding }) => {
    const share = say("full", Math.round(holding.share * 100));
    const unweighed = holding.unweighed.length;
    return [
      name,
      html`${say("holds", holding.bags, (holding.grams / 1000).toFixed(3))}
      ${badge(holding.isWarning ? "warn" : "good", share)}
      ${unweighed === 0 ? "" : badge("warn", say("unweighed", unweighed))}`,
    ] as const;
  });
  return html`
    <section class="panel">
      <h2>${say("stores")}</h2>
      <dl class="facts">${factRows(rows)}</dl>
    </section>
  `;
}

function bagPanel(view: View, shown: Shown, { site, seen, isCut }: Overview): Html {
  const { language } = view;
  const say = wasteTexts(language);
  const heads = [say("bag"), say("clock"), say("category"), say("weight"), say("holder")];
  const columns = site === null ? [...heads, say("site")] : heads;
  const rows = seen.slice(0, ROWS_MAX).map(({ standing, clock }) => {
    const { bag, category, weight, custodian, state } = standing;
    const holder = custodian === null ? "?" : placeName(shown, custodian);
    const cells = [
      parts.bagLink(bag),
      parts.clockBadge(view, clock),
      parts.categoryName(view, category),
      html`${parts.kilogramsText(weight?.grams)}${
        weight?.from === "keyed"
          ? html`
            ${badge("warn", say("keyed"))}
          `
          : ""
      }`,
      html`<span title="${custodian === null ? "" : custodianKey(custodian)}">${holder}</span>
        · ${wordText(language, state)}`,
    ];
    return site === null ? [...cells, standing.site] : cells;
  });
  return html`
    <section class="panel">
      <h2>${say("bags")} (${isCut ? "> " : ""}${seen.length})</h2>
      ${rows.length === 0
        ? html`<p class="empty">${say("none")}</p>`
        : dataTable(columns.map((head) => ({ head })), rows)}
      ${moreOf(view, seen.length, isCut)}
    </section>
  `;
}
