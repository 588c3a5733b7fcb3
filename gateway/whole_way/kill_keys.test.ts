import { expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { NodeProcess } from "../fixtures.ts";
import { reviewConfig, sentPrescription } from "../prescription/fixture_sources.ts";

const SITE = "site-1";
const ROUNDS = 3;

async function send(county: NodeProcess, prescription: object, key: string) {
  const answer = await county.fetch(`/api/prescriptions?site=${SITE}`, {
    method: "POST",
    body: JSON.stringify(prescription),
    headers: { "content-type": "application/json", "idempotency-key": key },
  });
  const { token = null } = z.looseObject({ token: z.string().nullish() })
    .parse(await answer.json());
  return { status: answer.status, token };
}

test(
  "T2: a key is one content's behind a kill at the answer, and before its tables are made again",
  async () => {
    using folder = new TemporaryFolder();
    const prescription = reviewConfig(folder.path, SITE);
    await using county = new NodeProcess(folder.path, {
      ...{ name: "county-a", role: "county", port: freePort() },
      more: { prescription },
    });
    await county.start();
    for (let round = 1; round <= ROUNDS; round++) {
      const key = `k-${round}`;
      const first = sentPrescription(`first-${round}`);
      const answer = await send(county, first, key);
      expect(answer.status).toBe(201);
      await county.kill("SIGKILL");
      for (const { name } of Deno.readDirSync(county.dataDir)) {
        if (name.startsWith("tables.db")) Deno.removeSync(`${county.dataDir}/${name}`);
      }
      await county.start();
      const other = sentPrescription(`other-${round}`);
      const [refused, repeated] = await Promise.all([
        send(county, other, key),
        send(county, first, key),
      ]);
      expect(refused.status).toBe(409);
      expect(repeated).toEqual({ status: 200, token: answer.token });
      expect((await county.fetch(`/api/prescriptions/other-${round}?site=${SITE}`)).status).toBe(
        404,
      );
    }
  },
  240_000,
);
