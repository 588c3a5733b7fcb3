/** Prescriptions as a site's own door writes them, where the site has no process. */
import { mixedPrescription } from "../demo/prescription_mix.ts";
import { SystemClock } from "../clock.ts";
import { receive } from "../prescription/intake.ts";
import { prescriptionEntry } from "../prescription/record/entries.ts";
import type { Written } from "./simulated_site.ts";

/** So many of the mix, of one site, and their keys. */
export function queuedPrescriptions(
  site: string,
  run: string,
  count: number,
): { readonly entries: Written[]; readonly keys: string[] } {
  const now = new SystemClock().now();
  const [entries, keys]: [Written[], string[]] = [[], []];
  for (let index = 0; index < count; index++) {
    const { id, text } = mixedPrescription(`${run}-${site}`, index, now.wallMs);
    const receipt = receive("json", new TextEncoder().encode(text), {
      contentType: "application/json",
      now,
    });
    if (receipt.kind === "refused") throw new Error(JSON.stringify(receipt.problem));
    const sent = { ...receipt, key: null, door: "json", site, who: "simulated" } as const;
    const { body } = prescriptionEntry("record", now, sent, { site, sendKey: null });
    entries.push({ kind: "prescription", wallMs: now.wallMs, body });
    keys.push(`${site}/1/${id}`);
  }
  return { entries, keys };
}
