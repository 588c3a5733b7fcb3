/** What a dose is to the vial that it is given of, and what is written where it opens one. */
import type { Rows } from "../../sql/sql.ts";
import { entryId } from "../../collected_entry.ts";
import type { MovedLot, OpenedBody, UsedBody } from "./flow_body.ts";
import type { LotHere } from "./flow_rules.ts";
import { type VialSpec, vialSpecOf } from "./vial_config.ts";
import { isThrownAway, vialOfCode, vialsOfLot } from "./vial_reads.ts";
import { openDoses, type VialUse, vialUse } from "./vial_rules.ts";

type Use = Pick<UsedBody, "id" | "place" | "product" | "lot" | "code">;

/** `facts.here`: lots where it is given. */
export async function vialUseOf(
  rows: Rows,
  use: Use,
  { site, nowMs, spec, here, isCodeUsed }: {
    readonly site: string;
    readonly nowMs: number;
    readonly spec: VialSpec | null;
    readonly here: readonly LotHere[];
    readonly isCodeUsed: boolean;
  },
): Promise<VialUse> {
  const { place, product, lot, code } = use;
  const there = here.find((one) => one.product === product && one.lot === lot);
  const vials = await vialsOfLot(rows, site, use);
  return vialUse(use, {
    ...{ nowMs, spec, isCodeUsed },
    isThrownAway: code !== null && spec !== null &&
      await isThrownAway(rows, site, { product, lot, code }),
    vial: code === null ? null : await vialOfCode(rows, site, { product, lot, code }),
    closedDoses: (there?.doses ?? 0) - openDoses(vials, place),
  });
}

/** Named after the dose that it is opened for. */
export function openingOf(
  { id, place, product, lot }: Use,
  { code, spec: { doses, openMinutes, source } }: Extract<VialUse, { kind: "to-open" }>,
  told: Pick<OpenedBody, "site" | "atMs" | "by">,
): OpenedBody {
  const useByMs = told.atMs + openMinutes * 60_000;
  const of = { place, product, lot, code, doses, useByMs, source };
  return { id: entryId("cold-opened", told.site, id), ...of, ...told };
}

/** With the doses of a pack, so that packs of several are followed one by one as well. */
export function packed<T extends MovedLot>(
  lots: readonly T[],
  specs: readonly VialSpec[],
  day: string,
): T[] {
  return lots.map((one) => {
    const packDoses = one.packDoses ?? vialSpecOf(specs, one.product, day)?.doses;
    return packDoses === undefined ? one : { ...one, packDoses };
  });
}
