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
  const render: Page["render"] = async (view, { site: asked }, _parts, { query }) => {
    const site = ownSite(shown) ?? asked ?? null;
    const { tables } = shown.node;
    const [modes, known, alarms] = await Promise.all([
      epidemicModes(tables),
      reads.unsettledBags(tables, site),
      reads.openAlarms(tables, site),
    ]);
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
    const said = query.get("said");
    const stores = await storesOf(shown);
    return overviewPage(view, shown, { site, seen, alarms, stores, mode, said });
  };
  // At a county it costs much to draw.
  const at = { render, assets: ["waste.css"], ...shown.role === "county" ? STILL : {} };
  return [
    { ...at, path: "/waste", tab: WASTE },
    { ...at, path: "/waste/sites/{site}", role: "county" },
  ];
}

function byUrgency({ clock: one }: Seen, { clock: other }: Seen): number {
  return (one.remainsMs ?? Infinity) - (other.remainsMs ?? Infinity);
}

interface Overview {
  readonly site: string | null;
  readonly seen: readonly Seen[];
  readonly alarms: readonly reads.OpenAlarm[];
  /** Of this site; none at a county. */
  readonly stores: readonly StoreSeen[];
  readonly mode: EpidemicMode | null;
  readonly said: string | null;
}

function overviewPage(view: View, shown: Shown, given: Overview): Html {
  const { site, seen, alarms, mode, said } = given;
  const main = html`
    ${shown.role === "county" ? siteList(view, given) : ""}
    ${alarmPanel(view, site, alarms)}
    ${pendingPanel(view, seen)}
    ${disputedPanel(view, seen)}
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
function siteList(view: View, { site, seen }: Overview): Html {
  const say = wasteTexts(view.language);
  if (site !== null) {
    return html`<p class="besides"><a class="plain" href="/waste">← ${say("allSites")}</a>
      <strong>${site}</strong></p>`;
  }
  const rows = [...Map.groupBy(seen, ({ standing }) => standing.site)].sort().map(([name, own]) => {
    const count = (stage: BagClock["stage"]) =>
      own.filter(({ clock }) => clock.stage === stage).length;
    const [near, past] = [count("warning"), count("breached")];
    return [
      html`<a href="/waste/sites/${encodeURIComponent(name)}">${name}</a>`,
      own.length,
      near === 0 ? "0" : badge("warn", String(near)),
      past === 0 ? "0" : badge("bad", String(past)),
    ];
  });
  const heads = [say("site"), say("counted"), say("warned"), say("overdue")];
  return html`<section class="panel"><h2>${say("allSites")}</h2>${
    rows.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : dataTable(heads.map((head, index) => ({ head, number: index > 0 })), rows)
  }</section>`;
}

function alarmPanel(view: View, site: string | null, alarms: readonly reads.OpenAlarm[]): Html {
  const say = wasteTexts(view.language);
  const heads = [say("alarms"), say("level"), say("rule"), say("since")];
  const columns = site === null ? [...heads, say("site")] : heads;
  const rows = alarms.slice(0, ROWS_MAX).map((alarm) => {
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
      ${moreOf(view, alarms.length)}
    </section>
  `;
}

function moreOf(view: View, count: number): Html | "" {
  if (count <= ROWS_MAX) return "";
  return html`<p class="note">${wasteTexts(view.language)("more", count - ROWS_MAX)}</p>`;
}

/** Entries that wait for a second person, each with its bags. */
function pendingPanel(view: View, seen: readonly Seen[]): Html | "" {
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
  }</section>`;
}

function disputedPanel(view: View, seen: readonly Seen[]): Html | "" {
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
  }</section>`;
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

function bagPanel(view: View, shown: Shown, { site, seen }: Overview): Html {
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
      <h2>${say("bags")} (${seen.length})</h2>
      ${rows.length === 0
        ? html`<p class="empty">${say("none")}</p>`
        : dataTable(columns.map((head) => ({ head })), rows)}
      ${moreOf(view, seen.length)}
    </section>
  `;
}
