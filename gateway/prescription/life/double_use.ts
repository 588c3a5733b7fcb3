/** Goods that left twice on one prescription, found where both entries meet (P9). */
import { entryId } from "../../collected_entry.ts";
import type { DispensingBody, DoubleUseBody } from "./dispensing_body.ts";
import type { LifeEvent } from "./event.ts";
import { type Goods, goodsOf } from "./goods.ts";
import { type Told, type ToldOfVersion, toldOfVersion } from "./told.ts";

/** `events` of one (site, number), in any order; one alarm for each version used twice. */
export function doubleUse(events: readonly LifeEvent[]): DoubleUseBody[] {
  const versions = new Set(
    events.flatMap((event) => event.kind === "dispensing" ? [event.body.version] : []),
  );
  return [...versions].sort((a, b) => a - b).flatMap((version) => {
    const told = toldOfVersion(version, events.filter((event) => versionOf(event) === version));
    return doubleUseOf(told, goodsOfVersion(told)) ?? [];
  });
}

/** `null`: an event that is about no version of its own. */
export function versionOf({ kind, body }: LifeEvent): number | null {
  if (kind === "prescription") return body.prescription.version;
  return kind === "contact-case-closed" ? null : body.version;
}

export function goodsOfVersion({ prescription, dispensings, returns }: ToldOfVersion): Goods {
  return goodsOf(
    prescription?.lines ?? null,
    dispensings.map(({ body }) => body),
    returns.map(({ body }) => body),
  );
}

/**
 * The alarm about one version, or `null`. Its id is made of the dispensings: both centres raise the
 * same, and another one once there are more of them.
 */
export function doubleUseOf({ dispensings }: ToldOfVersion, goods: Goods): DoubleUseBody | null {
  const reasons: DoubleUseBody["reasons"] = [];
  if (isRepeated(dispensings, ({ part }) => part)) reasons.push("same-part");
  if (isRepeated(dispensings, ({ id }) => id)) reasons.push("same-key");
  if (goods.excess.length > 0) reasons.push("over-quantity");
  const first = dispensings.at(0)?.body;
  if (first === undefined || reasons.length === 0) return null;
  const { site, prescription, version, hash } = first;
  const uses = dispensings.map(({ body, node, timeMs }) => ({
    dispensing: body.id,
    part: body.part,
    token: body.token,
    node,
    timeMs,
    by: body.by,
  }));
  const parts = uses.flatMap(({ dispensing, part, token }) => [dispensing, part, token]);
  const id = entryId("double-use", site, prescription, version, ...reasons, ...parts);
  return { id, site, prescription, version, hash, reasons, uses, excess: [...goods.excess] };
}

function isRepeated(
  dispensings: readonly Told<DispensingBody>[],
  keyOf: (body: DispensingBody) => string | number,
): boolean {
  return new Set(dispensings.map(({ body }) => keyOf(body))).size < dispensings.length;
}
