/** The cold chain: temperatures against rules, and what people do about alarms. */
import type { Domain } from "../domain.ts";
import { COLD_KINDS } from "./cold_kinds.ts";
import { coldOf } from "./record/cold_projection.ts";

export const coldchain: Domain = {
  name: "coldchain",
  kinds: COLD_KINDS,
  projections: (authorities) => [coldOf(authorities)],
  desk: async () => (await import("./desk/desk_opening.ts")).openColdDesk,
  commands: async () => (await import("./commands.ts")).addColdchainCommands,
};
