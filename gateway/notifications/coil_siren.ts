/** A siren at a point of a Modbus device, switched as a person would, with its audit (C12). */
import { JournalUnwritable } from "../../sync/journal.ts";
import type { Role } from "../roles/role.ts";
import type { Coil } from "./channels/open_channels.ts";
import { type Siren, SirenFault } from "./channels/siren_channel.ts";

/** Who writes, for the audit. */
const WHO = "notifications";
/** So much of a message's id names it in a write's. */
const ID_LENGTH = 16;

export function coilSiren(writer: Role["writer"], { device, point, on }: Coil): Siren {
  return {
    set: async (sounds, message) => {
      if (writer === null) throw new SirenFault("this node has no devices");
      // An id stands for one write for ever, and a try that failed is made again.
      const id = `${message.slice(0, ID_LENGTH)}-${crypto.randomUUID()}`;
      const value = sounds === on;
      const reason = `notification ${message.slice(0, ID_LENGTH)}: ${sounds ? "on" : "off"}`;
      try {
        const result = await writer.write({ id, device, point, value, reason, who: WHO });
        if (result.kind === "problem") {
          const { title, detail, hint } = result.problem;
          throw new SirenFault([title, detail, hint].filter((one) => one).join("; "));
        }
        const { state, detail } = result.write;
        if (state !== "confirmed") throw new SirenFault(`the write is ${state}: ${detail ?? ""}`);
        return `${device} ${point} = ${value}`;
      } catch (error) {
        if (error instanceof JournalUnwritable) {
          throw new SirenFault(error.message, { cause: error });
        }
        throw error;
      }
    },
  };
}
