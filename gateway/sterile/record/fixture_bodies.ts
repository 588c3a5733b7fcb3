/** Bodies of sterile supply for tests that mix entries: few names, so that they meet. */
import fc from "fast-check";
import { USE_DOUBTS } from "../supply/unsterile_use.ts";
import { ALARMS, ESCALATION_LEVELS } from "./alarm_body.ts";

const site = fc.constantFrom("site-1", "site-2");
const id = fc.constantFrom("i-1", "i-2", "i-3", "i-4", "i-5", "i-6", "i-7", "i-8");
const cycle = fc.constantFrom("c-1", "c-2");
const load = fc.constantFrom("l-1", "l-2");
const pack = fc.constantFrom("p-1", "p-2", "包");
const steriliser = fc.constantFrom("S1", "S2");
const by = fc.constantFrom({ id: "li" }, { id: "wang", name: "王" });
const result = fc.constantFrom("pass", "fail");
const place = fc.constantFrom("手术室", "ward");
const upTo = fc.record({ life: fc.constant(1), seq: fc.integer({ min: 1, max: 3 }) });
const moment = fc.record({
  wallMs: fc.integer({ min: 0, max: 3 }),
  bootId: fc.constant("b"),
  bootMs: fc.integer({ min: 0, max: 3 }),
});

const subject = { id, site };

export const STERILE_BODIES: Readonly<Record<string, fc.Arbitrary<object>>> = {
  "sterile-pack": fc.record({
    ...subject,
    pack,
    title: fc.constantFrom("清创包", "tray"),
    implant: fc.boolean(),
    by,
    checkedBy: by,
    expires: fc.constantFrom(null, "2026-09-01"),
  }),
  "sterile-receipt": fc.record({
    ...subject,
    pack,
    title: fc.constantFrom("清创包", "tray"),
    implant: fc.boolean(),
    supplier: fc.constantFrom("site-1", "site-2", "CSSD"),
    lot: fc.constant("C-7"),
    sterilisedOn: fc.constant("2026-03-01"),
    expires: fc.constant("2026-09-01"),
    proof: fc.oneof(
      fc.record({ indicator: fc.constant("biological"), result, document: fc.constant("B-7") }),
      fc.record({
        indicator: fc.constant("emergency"),
        result,
        document: fc.constant("E-7"),
        class: fc.constantFrom(4, 5),
        reason: fc.constant("急诊"),
      }),
    ),
    by,
    checkedBy: by,
  }, {
    requiredKeys: [
      ...["id", "site", "pack", "title", "implant", "supplier", "lot"] as const,
      ...["sterilisedOn", "expires", "by", "checkedBy"] as const,
    ],
  }),
  "sterile-load": fc.record({
    ...subject,
    load,
    steriliser,
    type: fc.constantFrom("instruments", "test"),
    packs: fc.uniqueArray(pack, { maxLength: 3 }),
    by,
  }),
  "sterile-cycle": fc.record({
    ...subject,
    cycle,
    steriliser,
    number: fc.constantFrom(null, "7"),
    load: fc.option(load),
    loadType: fc.constantFrom(null, "instruments"),
    program: fc.constantFrom(null, "p134"),
    method: fc.constantFrom(null, "prevacuum"),
    source: fc.constantFrom("samples", "printed"),
    started: moment,
    ended: fc.option(moment),
    upTo,
    verdict: fc.constantFrom("pass", "fail", "undetermined"),
    reasons: fc.constant([]),
    holdSeconds: fc.constantFrom(null, 240.5),
    lowestCel: fc.constantFrom(null, 134.2),
    highestCel: fc.constantFrom(null, 135),
    f0Minutes: fc.constantFrom(0, 78.25),
    offSaturation: fc.constantFrom(null, 2.5),
    rulesDay: fc.constant("2026-03-02"),
  }),
  "sterile-assignment": fc.record({ ...subject, cycle, load, by }),
  "sterile-bowie-dick": fc.record({ ...subject, steriliser, cycle, result, by }),
  "sterile-indicator": fc.oneof(
    fc.record({
      ...subject,
      steriliser,
      cycle,
      by,
      indicator: fc.constant("chemical"),
      class: fc.integer({ min: 1, max: 6 }),
      place: fc.constantFrom("outside", "pcd"),
      pack,
      result,
    }, {
      requiredKeys: [
        ...["id", "site", "steriliser", "cycle", "by", "indicator"] as const,
        ...["class", "place", "result"] as const,
      ],
    }),
    fc.record({
      ...subject,
      steriliser,
      cycle,
      by,
      indicator: fc.constant("biological"),
      result,
      controlGrew: fc.boolean(),
    }),
  ),
  "sterile-release-step": fc.record({
    ...subject,
    load,
    step: fc.constantFrom("check", "release"),
    seen: fc.array(id, { minLength: 1, maxLength: 3 }),
    by,
    emergency: fc.constant({ reason: "急诊" }),
  }, { requiredKeys: ["id", "site", "load", "step", "seen", "by"] }),
  "sterile-issue": fc.record({ ...subject, pack, place, by }),
  "sterile-use": fc.record({ ...subject, pack, patient: fc.constantFrom("P-1", "P-2"), place, by }),
  "sterile-recall": fc.record({
    ...subject,
    steriliser,
    supplier: site,
    cause: fc.constantFrom("cycle-failed", "biological-failed"),
    because: fc.array(id, { minLength: 1, maxLength: 2 }),
    packs: fc.uniqueArray(pack, { minLength: 1, maxLength: 3 }),
  }, { requiredKeys: ["id", "site", "steriliser", "cause", "because", "packs"] }),
  "sterile-pack-back": fc.record({
    ...subject,
    pack,
    recall: id,
    outcome: fc.constantFrom("returned", "not-found"),
    by,
  }),
  "sterile-reversal": fc.record({ ...subject, reverses: id, reason: fc.constant("错"), by }),
  "sterile-curve": fc.record({
    ...subject,
    steriliser,
    cycle,
    upTo,
    part: fc.constant(0),
    of: fc.constant(1),
    boots: fc.constant(["b"]),
    holds: fc.constant("samples"),
    program: fc.constant(null),
    names: fc.constant(["chamber"]),
    rows: fc.constant([[1, 1, 0, 0, 0, 3, 304.2, 134]]),
  }),
  "sterile-steriliser": fc.record({
    ...subject,
    steriliser,
    title: fc.constant({ zh: "灭菌器", en: "Steriliser" }),
    device: fc.constantFrom("autoclave-1", "autoclave-2"),
    source: fc.constantFrom("samples", "printed"),
    settings: steriliser.map((id) => ({
      id,
      temperatures: ["chamber"],
      altitudeMetres: 0,
      programs: [],
    })),
  }),
  "sterile-alarm": fc.record({
    ...subject,
    alarm: fc.constantFrom(...ALARMS),
    steriliser: fc.option(steriliser),
    subject: cycle,
    sinceMs: fc.integer({ min: 0, max: 3 }),
    why: fc.subarray([...USE_DOUBTS], { minLength: 1 }),
  }, { requiredKeys: ["id", "site", "alarm", "steriliser", "subject", "sinceMs"] }),
  "sterile-alarm-level": fc.record({
    ...subject,
    alarm: id,
    level: fc.constantFrom(...ESCALATION_LEVELS),
  }),
  "sterile-alarm-closed": fc.record({ ...subject, alarm: id, comment: fc.constant("修好"), by }),
};
