/** Addresses of all pages and routes of the three domains, with what a year brought in them. */
import type { ApiRoute } from "../../api_route.ts";
import { dayText } from "../../china_calendar.ts";
import type { Page } from "../../console/page.ts";
import type { Rows } from "../../sql/sql.ts";
import { SITE } from "./township_cycles.ts";
import { codeOf, DAY_MS, personOf, unitName } from "./township_days.ts";

/** What a page may take, and the trace of an excursion (C14). */
const PAGE_MS = 200;
const TRACE_MS = 1000;

export interface Address {
  readonly path: string;
  /** JSON that is sent there; none: it is got. */
  readonly body?: object;
  /** `null`: a document that is made and taken away, not a page that somebody waits for. */
  readonly aimMs: number | null;
  /** Whether it is known to be answered; of others only the path is known. */
  readonly isListed: boolean;
}

/** What names of a year cannot be told without asking. */
export interface YearNames {
  /** Whole days before today. */
  readonly days: number;
  readonly nowMs: number;
  /** The alarm in whose time all of a lot of ten thousand doses lay in the unit. */
  readonly excursion: string;
  /** A cycle that failed; `null`: none did in so few days. */
  readonly failed: string | null;
}

type Of = readonly (string | Partial<Address> & { readonly path: string })[];

function cold({ nowMs, excursion }: YearNames): Record<string, Of> {
  const today = dayText(nowMs);
  const monthAgo = dayText(nowMs - 30 * DAY_MS);
  const unit = `${SITE}/${unitName(0)}`;
  const api = `/api/coldchain/units/${unit}`;
  const trace = `/vaccines/trace?site=${SITE}&episode=${excursion}`;
  const code = codeOf(0, 1);
  const { system, number } = personOf(0);
  return {
    "/coldchain": ["/coldchain"],
    "/coldchain/{site}": [`/coldchain/${SITE}`],
    "/coldchain/{site}/{unit}": [`/coldchain/${unit}`],
    "/coldchain/{site}/{unit}/preview": [`/coldchain/${unit}/preview`],
    "/vaccines": ["/vaccines"],
    "/vaccines/session": ["/vaccines/session"],
    "/vaccines/receipts": ["/vaccines/receipts"],
    "/vaccines/quarantine": ["/vaccines/quarantine"],
    "/vaccines/trace": [
      "/vaccines/trace",
      { path: trace, aimMs: TRACE_MS },
      { path: `/vaccines/trace?typed=${code}`, aimMs: TRACE_MS },
    ],
    "/api/coldchain/units": ["/api/coldchain/units"],
    "/api/coldchain/alarms": ["/api/coldchain/alarms"],
    "/api/coldchain/quarantines": ["/api/coldchain/quarantines"],
    "/api/coldchain/units/{site}/{unit}/days": [`${api}/days?from=${monthAgo}&to=${today}`],
    "/api/coldchain/units/{site}/{unit}/curve": [1, 30].map((days) =>
      `${api}/curve?from=${isoAt(nowMs - days * DAY_MS)}&to=${isoAt(nowMs)}`
    ),
    "/api/coldchain/units/{site}/{unit}/logger-files": [`${api}/logger-files`],
    "/api/coldchain/units/{site}/{unit}/evidence": [
      { path: `${api}/evidence?from=${monthAgo}&to=${today}`, aimMs: null },
    ],
    "/api/coldchain/units/{site}/{unit}/preview": [
      { path: `${api}/preview`, body: { preset: "strict", days: 90 }, aimMs: null },
    ],
    "/api/coldchain/codes": [`/api/coldchain/codes?typed=${code}`],
    "/api/coldchain/stock": ["/api/coldchain/stock"],
    "/api/coldchain/vials": [`/api/coldchain/vials?site=${SITE}`],
    "/api/coldchain/receipts": ["", `?site=${SITE}`].map((of) => `/api/coldchain/receipts${of}`),
    "/api/coldchain/receipts/{site}/{receipt}": [`/api/coldchain/receipts/${SITE}/r-0`],
    "/api/coldchain/traces/excursions/{site}/{episode}": [
      { path: `/api/coldchain/traces/excursions/${SITE}/${excursion}`, aimMs: TRACE_MS },
    ],
    "/api/coldchain/traces/codes/{code}": [
      { path: `/api/coldchain/traces/codes/${code}`, aimMs: TRACE_MS },
    ],
    "/api/coldchain/traces/people": [
      { path: "/api/coldchain/traces/people", body: { system, number }, aimMs: TRACE_MS },
    ],
  };
}

function isoAt(ms: number): string {
  return new Date(ms).toISOString();
}

function waste({ days }: YearNames): Record<string, Of> {
  const [bag, manifest] = [`B-${days - 1}-0`, `M-${days - 2}`];
  return {
    "/waste": ["/waste"],
    "/waste/epidemic": ["/waste/epidemic"],
    "/waste/seal": ["/waste/seal"],
    "/waste/seal/form": ["/waste/seal/form"],
    "/waste/seal/keyed": ["/waste/seal/keyed"],
    "/waste/move": ["/waste/move"],
    "/waste/box": ["/waste/box"],
    "/waste/store": ["/waste/store"],
    "/waste/trace": ["/waste/trace", `/waste/trace?code=${bag}`, `/waste/trace?code=${manifest}`],
    "/waste/bags/{bag}": [`/waste/bags/${bag}`],
    "/waste/bags/{bag}/label": [`/waste/bags/${bag}/label`],
    "/waste/entries/{entry}": [`/waste/entries/${encodeURIComponent(`sealed ${bag}`)}`],
    "/waste/manifests": ["/waste/manifests"],
    "/waste/manifests/new": ["/waste/manifests/new"],
    "/waste/manifests/{manifest}": [`/waste/manifests/${manifest}`],
    "/waste/manifests/{manifest}/edit": [`/waste/manifests/${manifest}/edit`],
    "/api/waste/bags": [
      "/api/waste/bags",
      "/api/waste/bags?held=store/store-1",
      "/api/waste/bags?after=2&limit=10",
    ],
    "/api/waste/bags/{bag}": [`/api/waste/bags/${bag}`],
    "/api/waste/bags/{bag}/label": [`/api/waste/bags/${bag}/label`],
    "/api/waste/manifests/{manifest}": [`/api/waste/manifests/${manifest}`],
    "/api/waste/manifests/{manifest}/form": [`/api/waste/manifests/${manifest}/form`],
    "/api/waste/trace": [
      `/api/waste/trace?code=${bag}`,
      `/api/waste/trace?code=R-${days - 2}`,
    ],
    "/api/waste/alarms": ["/api/waste/alarms", "/api/waste/alarms?after=2"],
    "/api/waste/epidemic": ["/api/waste/epidemic"],
  };
}

function sterile({ days, failed }: YearNames): Record<string, Of> {
  const last = days - 1;
  const [cycle, load, pack] = [`C-${last}-0`, `L-${last}-0`, `P-${last}-0-0`];
  const lists = ["sterilisers", "cycles", "loads", "recalls", "alarms"].map((list) => {
    const path = `/api/sterile/${list}`;
    return [path, [path]] as const;
  });
  const ofFailed = (path: string) => failed === null ? [] : [`${path}${failed}`];
  return {
    ...Object.fromEntries(lists),
    "/sterile": ["/sterile"],
    "/sterile/alarms/{alarm}": ofFailed("/sterile/alarms/alarm%20"),
    "/sterile/cycles/{site}/{cycle}": [`/sterile/cycles/${SITE}/${cycle}`],
    "/sterile/loads/{site}/{load}": [`/sterile/loads/${SITE}/${load}`],
    "/sterile/packs/{site}/{pack}": [`/sterile/packs/${SITE}/${pack}`],
    "/sterile/recalls": ["/sterile/recalls"],
    "/sterile/recalls/{site}/{recall}": ofFailed(`/sterile/recalls/${SITE}/recall%20`),
    "/api/sterile/cycles/{cycle}": [`/api/sterile/cycles/${cycle}`],
    "/api/sterile/cycles/{cycle}/record": [
      { path: `/api/sterile/cycles/${cycle}/record`, aimMs: null },
    ],
    "/api/sterile/loads/{load}": [`/api/sterile/loads/${load}`],
    "/api/sterile/packs/{pack}": [`/api/sterile/packs/${pack}`],
    "/api/sterile/patients/{patient}": [`/api/sterile/patients/${pack}`],
  };
}

/** Of yesterday, and of the month before. */
function ofReports(reports: readonly { readonly name: string }[], { nowMs }: YearNames): string[] {
  const month = dayText(nowMs - 31 * DAY_MS).slice(0, 7);
  return reports.flatMap(({ name }) => [
    `/reports?report=${name}`,
    `/reports?report=${name}&period=${month}`,
    `/api/reports/${name}?site=${SITE}&period=${month}`,
  ]);
}

/** A path that nothing is listed of, with what stands in its places. */
function filled(path: string, { days, excursion }: YearNames): string {
  const last = days - 1;
  const names: Readonly<Record<string, string>> = {
    ...{ site: SITE, unit: unitName(0), episode: excursion, code: codeOf(0, 1) },
    ...{ bag: `B-${last}-0`, manifest: `M-${days - 2}` },
    ...{ cycle: `C-${last}-0`, load: `L-${last}-0`, pack: `P-${last}-0-0` },
  };
  return path.replaceAll(/\{(\w+)\}/g, (_, place) => {
    if (!Object.hasOwn(names, place)) throw new Error(`Not measured: "${path}"; list it`);
    return names[place];
  });
}

/**
 * Each page and route at least once: what is not measured would be thought to be fast. Throws where
 * it does not know what stands in a path, or lists one that is not there.
 */
export function addressesOf(
  { pages, routes, reports }: {
    readonly pages: readonly Pick<Page, "path">[];
    readonly reports: readonly { readonly name: string }[];
    readonly routes: readonly Pick<ApiRoute, "path">[];
  },
  names: YearNames,
): Address[] {
  const listed = { ...cold(names), ...waste(names), ...sterile(names) };
  const wanted = new Set([...pages, ...routes].map(({ path }) => path));
  const strange = Object.keys(listed).filter((path) => !wanted.has(path));
  if (strange.length > 0) throw new Error(`There is no ${strange.join(", ")}`);
  const others = [...wanted].filter((path) => !Object.hasOwn(listed, path));
  return [
    ...Object.values(listed).flat(),
    ...ofReports(reports, names),
    ...others.map((path) => ({ path: filled(path, names), isListed: false })),
  ].map((of) => ({
    ...{ aimMs: PAGE_MS, isListed: true },
    ...(typeof of === "string" ? { path: of } : of),
  }));
}

/** The alarm of the first unit's first day, when the whole first lot lay in it. */
export async function firstExcursion({ tables }: { readonly tables: Rows }): Promise<string> {
  const select = "SELECT episode FROM coldepisodes WHERE site = ? AND unit = ? " +
    "ORDER BY since LIMIT 1";
  const [row] = await tables.rows(select, [SITE, unitName(0)]);
  if (row === undefined) throw new Error(`No alarm of "${unitName(0)}" is in the tables`);
  return row.text("episode");
}
