/** A HIS takes a prescription back (作废): this version, and those before. */
import * as z from "zod";
import type { Problem } from "../../sync/problem.ts";
import type { Stream } from "../../sync/stream.ts";
import { entryId, newEntry, once } from "../collected_entry.ts";
import { actingAs } from "./acting.ts";
import type { LifeDesk, Told } from "./life_desk.ts";
import { voidBody } from "./life/prescription_body.ts";
import { standingOf } from "./life/standing.ts";
import { person, words } from "./life/subject.ts";
import { ofKind } from "./life/told.ts";
import type { RecordKey } from "./record/stored_events.ts";
import { refusalOfOther, type Signing } from "./second_signature.ts";
import { dayOf } from "./shanghai_day.ts";

export const voidRequest = z.strictObject({
  version: z.int().min(1).max(1000).describe("It, and those before, do not hold any more"),
  reason: words,
  by: person.optional()
    .describe("Who takes it back, as a program says; a person who is signed in is it himself"),
});
export type VoidRequest = z.infer<typeof voidRequest>;

export const voided = z.strictObject({
  id: z.string(),
  isOut: z.boolean().describe("Goods are out: the county opens a case, the patient is called"),
});
export type Voided = z.infer<typeof voided>;

/** Goods that are out stay a fact; a later version is another matter. */
export function takeBackPrescription(
  desk: LifeDesk,
  { site, number }: RecordKey,
  { version, reason, by: named }: VoidRequest,
  asking: Pick<Signing, "registry" | "actor">,
): Promise<Told<Voided>> {
  const acting = actingAs(asking.actor, named);
  if (acting.kind === "refused") return Promise.resolve(acting);
  const { by } = acting;
  return desk.tell<Voided>({ site, number }, (events) => {
    const received = ofKind(events, "prescription").map(({ body }) => body.prescription);
    if (received.every((one) => one.version !== version)) {
      return { kind: "refused", problem: UNKNOWN };
    }
    const who = { ...asking, site, day: dayOf(desk.now) };
    const other = received.filter((one) => one.version <= version)
      .map(({ prescriber }) => refusalOfOther(who, prescriber.id)).find((one) => one !== null);
    if (other !== undefined && other !== null) return { kind: "refused", problem: other };
    const standing = standingOf(events);
    const isOut = [standing, ...standing.earlier].some((one) =>
      one.version <= version && (one.goods.state === "partly" || one.goods.state === "wholly")
    );
    const id = entryId("prescription-void", site, number, version);
    const key = { channel: "number", id: `${version}/${number}` };
    const subject = { id, site, prescription: number, version };
    const body = voidBody.parse({ ...subject, door: "json", key, reason, by });
    const before = ofKind(events, "prescription-void").find((one) => one.body.id === id);
    if (before !== undefined) {
      const isSame = before.body.reason === reason && before.body.by.id === by.id;
      return isSame
        ? { kind: "told", repeated: true, answer: { id, isOut } }
        : { kind: "refused", problem: OTHER_WORDS };
    }
    const words = JSON.stringify([reason, by.id]);
    const entry = (stream: Stream) => newEntry(stream, "prescription-void", desk.stamp(), body);
    return {
      kind: "append",
      entry: (stream) => once(entry(stream), `prescription-void/${site}`, id, words),
      answer: { id, isOut },
    };
  });
}

const UNKNOWN: Problem = {
  status: 404,
  code: "no-such-prescription",
  title: "This node has no such prescription in this version",
  hint: "see its id and version; what was sent elsewhere may be on its way",
};

const OTHER_WORDS: Problem = {
  status: 409,
  code: "other-content",
  title: "It was taken back already, by another or for another reason: nothing was stored",
};
