/** Entries of sterile supply, whose word counts on them, and under which keys tables find them. */
import type { Entry, Stamp } from "../../../sync/entry.ts";
import { nodeOf } from "../../../sync/origin.ts";
import { bodyOf } from "../../projection.ts";
import { isStorable } from "../../sql/sql.ts";
import { sayOf } from "../../site_say.ts";
import { SUPPLY_KINDS, type SupplyEvent, supplyEventOf } from "../supply/event.ts";
import {
  type SterileAlarmBody,
  sterileAlarmBody,
  type SterileAlarmClosedBody,
  sterileAlarmClosedBody,
  type SterileAlarmLevelBody,
  sterileAlarmLevelBody,
} from "./alarm_body.ts";
import { type CurveBody, curveBody } from "./curve_body.ts";
import { type SteriliserBody, steriliserBody } from "./steriliser_body.ts";

export const CURVE = "sterile-curve";
export const STERILISER = "sterile-steriliser";
export const ALARM = "sterile-alarm";
export const ALARM_LEVEL = "sterile-alarm-level";
export const ALARM_CLOSED = "sterile-alarm-closed";

/** Where and when it was written. */
export interface Written {
  /** `origin/stream/seq` */
  readonly place: string;
  readonly node: string;
  readonly time: Stamp;
}

export type SterileWord =
  | { readonly about: "supply"; readonly event: SupplyEvent; readonly written: Written }
  | { readonly about: "curve"; readonly body: CurveBody; readonly written: Written }
  | { readonly about: "steriliser"; readonly body: SteriliserBody; readonly written: Written }
  | { readonly about: "alarm"; readonly body: SterileAlarmBody; readonly written: Written }
  | {
    readonly about: "alarm-level";
    readonly body: SterileAlarmLevelBody;
    readonly written: Written;
  }
  | {
    readonly about: "alarm-closed";
    readonly body: SterileAlarmClosedBody;
    readonly written: Written;
  };

const SUPPLY: ReadonlySet<string> = new Set(SUPPLY_KINDS.map(([kind]) => kind));
/** Kinds that have words; of what others write no body is looked at. */
const TOLD: ReadonlySet<string> = new Set([
  ...[...SUPPLY, CURVE, STERILISER],
  ...[ALARM, ALARM_LEVEL, ALARM_CLOSED],
]);

/** What an entry says; `null`: of what cannot be read, and of what its writer has no say in. */
export function wordIn(entry: Entry, authorities: readonly string[]): SterileWord | null {
  const { origin, stream, seq, kind, time } = entry;
  if (!TOLD.has(kind)) return null;
  const written = { place: `${origin}/${stream}/${seq}`, node: nodeOf(origin), time };
  let word: SterileWord | null;
  try {
    word = wordOf(kind, bodyOf(entry), written);
  } catch {
    return null;
  }
  if (word === null) return null;
  const site = siteIn(word);
  if (sayOf(entry, site, authorities) === null) return null;
  // Not a name that the tables would keep as another: nobody's load has such.
  return isStorable(site, ...keysIn(word)) ? word : null;
}

/** Reads what the tables hold, too; throws a `ZodError` that names what does not fit. */
export function wordOf(kind: string, body: unknown, written: Written): SterileWord | null {
  if (SUPPLY.has(kind)) {
    const { place, time } = written;
    return {
      about: "supply",
      event: supplyEventOf(kind, body, { place, time }),
      written,
    };
  }
  switch (kind) {
    case CURVE:
      return { about: "curve", body: curveBody.parse(body), written };
    case STERILISER:
      return { about: "steriliser", body: steriliserBody.parse(body), written };
    case ALARM:
      return { about: "alarm", body: sterileAlarmBody.parse(body), written };
    case ALARM_LEVEL:
      return { about: "alarm-level", body: sterileAlarmLevelBody.parse(body), written };
    case ALARM_CLOSED:
      return { about: "alarm-closed", body: sterileAlarmClosedBody.parse(body), written };
    default:
      return null;
  }
}

export function siteIn(word: SterileWord): string {
  return word.about === "supply" ? word.event.body.site : word.body.site;
}

export const keyOf = {
  id: (id: string) => `id/${id}`,
  cycle: (cycle: string) => `cycle/${cycle}`,
  curve: (cycle: string) => `curve/${cycle}`,
  load: (load: string) => `load/${load}`,
  pack: (pack: string) => `pack/${pack}`,
  patient: (patient: string) => `patient/${patient}`,
  /** Bowie-Dick and biological tests of a steriliser. */
  tests: (steriliser: string) => `tests/${steriliser}`,
  recalls: (steriliser: string) => `recalls/${steriliser}`,
  /** Recalls that name a pack. */
  recalled: (pack: string) => `recalled/${pack}`,
  /** Emergency releases of a site. */
  early: "early",
  alarm: (alarm: string) => `alarm/${alarm}`,
  steriliser: (steriliser: string) => `steriliser/${steriliser}`,
} as const;

export function keysIn(word: SterileWord): string[] {
  switch (word.about) {
    case "supply":
      return keysOf(word.event);
    case "curve":
      return [keyOf.curve(word.body.cycle)];
    case "steriliser":
      return [keyOf.steriliser(word.body.steriliser)];
    case "alarm":
      return [keyOf.alarm(word.body.id)];
    case "alarm-level":
    case "alarm-closed":
      return [keyOf.alarm(word.body.alarm)];
  }
}

/** Of an event, its own id among them. */
export function keysOf(event: SupplyEvent): string[] {
  return [...new Set([keyOf.id(event.body.id), ...keysOfEvent(event)])];
}

function keysOfEvent(event: SupplyEvent): string[] {
  const { kind, body } = event;
  switch (kind) {
    case "sterile-pack":
    case "sterile-receipt":
    case "sterile-issue":
    case "sterile-pack-back":
      return [keyOf.pack(body.pack)];
    case "sterile-use":
      return [keyOf.pack(body.pack), keyOf.patient(body.patient)];
    case "sterile-load":
      return [keyOf.load(body.load), ...body.packs.map(keyOf.pack)];
    case "sterile-cycle":
      return [keyOf.cycle(body.cycle), ...body.load === null ? [] : [keyOf.load(body.load)]];
    case "sterile-assignment":
      return [keyOf.cycle(body.cycle), keyOf.load(body.load)];
    case "sterile-bowie-dick":
      return [keyOf.cycle(body.cycle), keyOf.tests(body.steriliser)];
    case "sterile-indicator":
      if (body.indicator === "biological") {
        return [keyOf.cycle(body.cycle), keyOf.tests(body.steriliser)];
      }
      return [keyOf.cycle(body.cycle), ...body.pack === undefined ? [] : [keyOf.pack(body.pack)]];
    case "sterile-release-step":
      return [keyOf.load(body.load), ...body.emergency === undefined ? [] : [keyOf.early]];
    case "sterile-recall":
      return [
        ...body.supplier === undefined ? [keyOf.recalls(body.steriliser)] : [],
        ...body.packs.map(keyOf.recalled),
      ];
    case "sterile-reversal":
      return [keyOf.id(body.reverses)];
  }
}
