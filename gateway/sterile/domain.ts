/** Sterile supply: cycles and their verdicts, packs, releases and recalls. */
import type { Domain } from "../domain.ts";
import { sterileOf } from "./record/sterile_projection.ts";
import { STERILE_KINDS } from "./sterile_kinds.ts";

export const sterile: Domain = {
  name: "sterile",
  kinds: STERILE_KINDS,
  projections: (authorities) => [sterileOf(authorities)],
  desk: async () => (await import("./desk/desk_opening.ts")).openSterileDesk,
};
