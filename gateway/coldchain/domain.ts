/** The cold chain: temperatures against rules, and what people do about alarms. */
import type { Domain } from "../domain.ts";
import { COLD_KINDS } from "./cold_kinds.ts";

export const coldchain: Domain = {
  name: "coldchain",
  kinds: COLD_KINDS,
  projections: () => [],
  commands: async () => (await import("./commands.ts")).addColdchainCommands,
};
