/** This moment, as ages are reckoned from it (W5, T12). */
import type { Present } from "../../age.ts";
import { correctionsOf } from "../../devices/corrections.ts";
import type { BagStanding } from "../life/bag.ts";
import type { WasteNode } from "./waste_desk.ts";

/** With what nodes found out later of the clocks by which they wrote of these bags. */
export async function presentFor(
  { name: node, clock, tables }: Pick<WasteNode, "name" | "clock" | "tables">,
  bags: readonly BagStanding[],
): Promise<Present> {
  const now = clock.now();
  const doubtful = new Map(
    bags.flatMap(({ history }) => history).filter(({ time }) =>
      time.clock !== "trusted" && time.bootId !== now.bootId
    ).map(({ node, time: { bootId } }) => [`${node}/${bootId}`, { node, bootId }]),
  );
  return { now, corrections: await correctionsOf(tables, [...doubtful.values()]), node };
}
