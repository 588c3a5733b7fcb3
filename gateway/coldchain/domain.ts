/** The cold chain: temperatures against rules, and what people do about alarms. */
import type { Domain } from "../domain.ts";
import { COLD_KINDS } from "./cold_kinds.ts";
import { FLOW_KINDS } from "./flow/flow_event.ts";
import { flowOf } from "./flow/flow_projection.ts";
import { coldOf } from "./record/cold_projection.ts";

export const coldchain: Domain = {
  name: "coldchain",
  kinds: [...COLD_KINDS, ...FLOW_KINDS],
  projections: (authorities) => [coldOf(authorities), flowOf(authorities)],
  desk: async () => (await import("./desk.ts")).openColdchain,
  commands: async () => (await import("./commands.ts")).addColdchainCommands,
};
