/** This moment, as ages are reckoned from it (W5, S5, T12). */
import type { Stamp } from "../../sync/entry.ts";
import type { Present, WrittenMoment } from "../age.ts";
import type { Rows } from "../sql/sql.ts";
import { correctionsOf } from "./corrections.ts";

export interface ClockNode {
  readonly name: string;
  readonly clock: { readonly now: () => Stamp };
  readonly tables: Rows;
}

/** With what nodes found out later of the clocks by which they wrote of these moments. */
export async function presentFor(
  { name: node, clock, tables }: ClockNode,
  moments: readonly Required<WrittenMoment>[],
): Promise<Present> {
  const now = clock.now();
  const doubtful = new Map(
    moments.filter((one) => one.clock !== "trusted" && one.bootId !== now.bootId)
      .map(({ node, bootId }) => [`${node}/${bootId}`, { node, bootId }]),
  );
  return { now, corrections: await correctionsOf(tables, [...doubtful.values()]), node };
}
