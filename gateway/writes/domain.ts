/** Writes to devices, for persons (C12). */
import type { Domain } from "../domain.ts";
import { deviceWrites, outcomeBody, WRITE, WRITE_OUTCOME, writeBody } from "./device_writes.ts";

export const writes: Domain = {
  name: "writes",
  kinds: [
    {
      kind: WRITE,
      streams: ["audit"],
      about: "What is about to be written to a device, by whom and why",
      body: writeBody,
    },
    {
      kind: WRITE_OUTCOME,
      streams: ["audit"],
      about: "What became of a write",
      body: outcomeBody,
    },
  ],
  projections: () => [deviceWrites],
  desk: async () => (await import("./desk.ts")).openWriteDesk,
  commands: async () => (await import("./commands.ts")).addWriteCommand,
};
