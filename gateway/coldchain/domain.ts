/** The cold chain: temperatures against rules, and what people do about alarms. */
import type { Domain } from "../domain.ts";

export const coldchain: Domain = {
  name: "coldchain",
  kinds: [],
  projections: () => [],
  commands: async () => (await import("./commands.ts")).addColdchainCommands,
};
