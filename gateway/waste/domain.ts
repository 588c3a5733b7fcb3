/** Medical waste: from the sealed bag to the disposer's receipt. */
import type { Domain } from "../domain.ts";
import { WASTE_ENTRY_KINDS } from "./kinds.ts";
import { wasteOf } from "./record/waste_projection.ts";

export const waste: Domain = {
  name: "waste",
  kinds: WASTE_ENTRY_KINDS,
  projections: (authorities) => [wasteOf(authorities)],
  desk: async () => (await import("./desk/desk_opening.ts")).openWasteDesk,
};
