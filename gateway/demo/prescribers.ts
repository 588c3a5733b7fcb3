/** Simulated prescribers: each site's HIS sends the mix, a round at once and then at leisure. */
import { pause } from "../../sync/timer.ts";
import { readToken } from "../keystore.ts";
import type { NodePlan } from "./plan.ts";
import { mixedPrescription } from "./prescription_mix.ts";

/** A round of the mix has something for a pharmacist twice. */
const ROUND = 20;
/** From one to the next in the first round, and then. */
const HURRY_MS = 300;
const LEISURE_MS = 10_000;
/** A node that starts, or has no room, is asked again after so long, under the same number. */
const AGAIN_MS = 1000;

/** Sends prescriptions at the site's own door until the signal aborts; `run` names this start. */
export async function prescribeAt(
  site: NodePlan,
  run: string,
  signal: AbortSignal,
): Promise<void> {
  for (let index = 0; !signal.aborted;) {
    const { id, text } = mixedPrescription(`${site.name}-${run}`, index, Date.now());
    const isTaken = await send(site, id, text, signal);
    if (isTaken) index++;
    await pause(!isTaken ? AGAIN_MS : index < ROUND ? HURRY_MS : LEISURE_MS, signal);
  }
}

/** Whether it is stored; what is sent again under its number is stored once (T2). */
async function send(
  { name, port, dataDir }: NodePlan,
  id: string,
  body: string,
  signal: AbortSignal,
): Promise<boolean> {
  const headers = {
    authorization: `Bearer ${readToken(dataDir)}`,
    "content-type": "application/json",
  };
  const url = `http://127.0.0.1:${port}/api/prescriptions`;
  const answer = await fetch(url, { method: "POST", headers, body, signal }).catch(() => null);
  const said = await answer?.text().catch(() => "");
  if (answer === null || answer.status >= 429) return false;
  if (answer.ok) return true;
  throw new Error(`Cannot send the prescription "${id}" at "${name}": ${answer.status} ${said}`);
}
