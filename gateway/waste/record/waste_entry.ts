/** Entries about waste, whose word counts on them, and under which keys tables find them. */
import type { Entry, Stamp } from "../../../sync/entry.ts";
import { lifeOf, nodeOf } from "../../../sync/origin.ts";
import { bodyOf } from "../../projection.ts";
import { isStorable } from "../../sql/sql.ts";
import { sayOf } from "../../site_say.ts";
import {
  type AlarmBody,
  alarmBody,
  type AlarmOverBody,
  alarmOverBody,
} from "../alarm/alarm_body.ts";
import { type EpidemicBody, epidemicBody } from "../clock/epidemic.ts";
import { type EventOf, WASTE_KINDS, type WasteEvent, wasteEventOf } from "../entry/event.ts";
import { custodianKey } from "../entry/subject.ts";
import { type RulesBody, rulesBody, WASTE_RULES } from "../entry/rules_body.ts";
import { type ToldBody, toldBody, WASTE_TOLD } from "../entry/told_body.ts";
import { keysOf } from "../life/closure.ts";

export const WASTE_ALARM = "waste-alarm";
export const WASTE_ALARM_OVER = "waste-alarm-over";
export const WASTE_EPIDEMIC = "waste-epidemic";

/** Kinds that have words; of what others write no body is looked at. */
const TOLD: ReadonlySet<string> = new Set(
  [...WASTE_KINDS, WASTE_TOLD, WASTE_RULES, WASTE_ALARM, WASTE_ALARM_OVER, WASTE_EPIDEMIC],
);

/** Where and when it was written. */
export interface Written {
  readonly place: string;
  readonly node: string;
  readonly time: Stamp;
}

/** Of one node, as it wrote them: by life and number, whatever its clock said. */
export function byLife(
  { written: one }: { readonly written: Written },
  { written: other }: { readonly written: Written },
): number {
  const [oneOrigin, , oneSeq] = one.place.split("/");
  const [otherOrigin, , otherSeq] = other.place.split("/");
  return lifeOf(oneOrigin) - lifeOf(otherOrigin) || Number(oneSeq) - Number(otherSeq) ||
    (one.place < other.place ? -1 : 1);
}

/** What an entry says of waste. */
export type WasteWord =
  /** `told`: the entry by which a county told of the event, where one did. */
  | { readonly about: "life"; readonly event: WasteEvent; readonly told?: ToldBody }
  | { readonly about: "rules"; readonly body: RulesBody; readonly written: Written }
  | { readonly about: "alarm"; readonly body: AlarmBody; readonly written: Written }
  | { readonly about: "alarm-over"; readonly body: AlarmOverBody; readonly written: Written }
  | { readonly about: "epidemic"; readonly body: EpidemicBody; readonly written: Written };

/**
 * What an entry says, or `null`: of what cannot be read, of what its writer has no say in, and
 * where the tables would keep one of its codes as another.
 */
export function wordIn(entry: Entry, authorities: readonly string[]): WasteWord | null {
  const { origin, stream, seq, kind, time } = entry;
  if (!TOLD.has(kind)) return null;
  const written = { place: `${origin}/${stream}/${seq}`, node: nodeOf(origin), time };
  let word: WasteWord | null;
  try {
    word = wordOf(kind, bodyOf(entry), written);
  } catch {
    return null;
  }
  if (word === null || !maySay(entry, word, authorities)) return null;
  return isStorable(siteIn(word), ...keysIn(word)) ? word : null;
}

/** Reads what tables hold, too; throws a `ZodError` that names what does not fit. */
export function wordOf(kind: string, body: unknown, written: Written): WasteWord | null {
  if (WASTE_KINDS.has(kind)) return { about: "life", event: wasteEventOf(kind, body, written) };
  switch (kind) {
    case WASTE_TOLD:
      return toldWord(toldBody.parse(body), written);
    case WASTE_RULES:
      return { about: "rules", body: rulesBody.parse(body), written };
    case WASTE_ALARM:
      return { about: "alarm", body: alarmBody.parse(body), written };
    case WASTE_ALARM_OVER:
      return { about: "alarm-over", body: alarmOverBody.parse(body), written };
    case WASTE_EPIDEMIC:
      return { about: "epidemic", body: epidemicBody.parse(body), written };
    default:
      return null;
  }
}

/** The event as its site wrote it; its place is where a node that was told of it finds it. */
function toldWord(told: ToldBody, { place }: Written): WasteWord {
  const { kind, entry, node, time, site: to } = told;
  const event = wasteEventOf(kind, entry, { place, node, time, told: { to, place: told.place } });
  return { about: "life", event, told };
}

export function siteIn(word: WasteWord): string {
  return word.about === "life" ? word.told?.site ?? word.event.body.site : word.body.site;
}

function maySay(entry: Entry, word: WasteWord, authorities: readonly string[]): boolean {
  const site = siteIn(word);
  const say = sayOf(entry, site, authorities);
  if (word.about === "life" && word.told !== undefined) return say === "county";
  // By what it goes a site alone says.
  if (word.about === "rules") return say === "site";
  // Of the others' limits no site says anything.
  if (say === "site" && word.about === "epidemic") return word.body.scope === site;
  return say !== null;
}

export const EPIDEMIC_KEY = "epidemic/";
export const rulesKey = (site: string) => `rules/${site}`;
export const alarmKey = (alarm: string) => `alarm/${alarm}`;

/** Digits of the largest safe integer: as text, too, moments stand in their order. */
const MOMENT_DIGITS = 16;

export function momentText(ms: number): string {
  return String(Math.floor(Math.max(0, ms))).padStart(MOMENT_DIGITS, "0");
}

/** Of what a custodian (`custodianKey`) brought to stores: by wall clocks, or of one boot. */
export const deliveriesByWall = (from: string) => `from/${JSON.stringify(from)}/wall/`;
export const deliveriesOfBoot = (from: string, bootId: string) =>
  `from/${JSON.stringify(from)}/boot/${bootId}/`;

function deliveryKeys({ body, time }: EventOf<"waste-stored">): string[] {
  const from = custodianKey(body.from);
  return [
    deliveriesByWall(from) + momentText(time.wallMs),
    deliveriesOfBoot(from, time.bootId) + momentText(time.bootMs),
  ];
}

export function keysIn(word: WasteWord): string[] {
  switch (word.about) {
    case "life": {
      const { event } = word;
      const own = keysOf(event);
      return event.kind === "waste-stored" ? [...own, ...deliveryKeys(event)] : own;
    }
    case "rules":
      return [rulesKey(word.body.site)];
    case "alarm":
      return [alarmKey(word.body.id)];
    case "alarm-over":
      return [alarmKey(word.body.alarm)];
    case "epidemic":
      return [EPIDEMIC_KEY];
  }
}
