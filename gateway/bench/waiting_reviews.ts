/** A queue that waits for pharmacists, and pharmacists for it. */
import { until } from "../../sync/fixtures.ts";
import { mixedPrescription } from "../demo/prescription_mix.ts";
import type { NodeProcess } from "../fixtures.ts";
import { PharmacistClient, waiting } from "../prescription/review/fixture_pharmacist.ts";
import type { CountyPair } from "./county_pair.ts";

/** Senders that make the queue. */
const SENDERS = 20;
const OFFERED_MS = 120_000;

/** Sends so many of the mix of which each needs a pharmacist, and waits until both offer all. */
export async function fillQueue(
  pair: CountyPair,
  sites: readonly string[],
  count: number,
): Promise<void> {
  let index = 0;
  let left = count;
  const next = () => {
    for (;;) {
      const one = mixedPrescription("queued", index++, Date.now());
      if (one.expected === "pharmacist") return { ...one, site: sites[index % sites.length] };
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, async () => {
    while (left-- > 0) {
      const { id, site, text } = next();
      const answer = await pair.a.fetch(`/api/prescriptions?site=${site}`, {
        method: "POST",
        body: text,
        headers: { "content-type": "application/json", "idempotency-key": id },
      });
      await answer.body?.cancel();
      if (answer.status !== 201) throw new Error(`${id} was answered by ${answer.status}`);
    }
  }));
  for (const centre of pair.centres) await untilWaiting(centre, count);
}

/** Resolves when a node offers so many; throws where it does not within two minutes. */
async function untilWaiting(node: NodeProcess, count: number): Promise<void> {
  await until(
    `${node.name} offers ${count}`,
    async () => await waiting(node) === count,
    OFFERED_MS,
  );
}

/** How many a node still offers: none, or those of after two minutes. */
export async function leftWaiting(node: NodeProcess): Promise<number> {
  await untilWaiting(node, 0).catch(() => {});
  return await waiting(node);
}

/** Cookies of so many pharmacists who are signed in there. */
export async function hirePharmacists(node: NodeProcess, count: number): Promise<string[]> {
  const cookies: string[] = [];
  for (let number = 1; number <= count; number++) {
    cookies.push((await PharmacistClient.hire(node, `pharmacist-${number}`)).cookie);
  }
  return cookies;
}
