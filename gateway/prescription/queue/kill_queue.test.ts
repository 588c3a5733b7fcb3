import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { PostgresServer } from "../../../sync/postgres/fixture_server.ts";
import { print } from "../../print.ts";
import type { Place } from "./fixture_pharmacists.ts";
import { Trial, type TrialResult } from "./fixture_trial.ts";

/** `deno task test:long:queue` has ten thousand, and kills more often. */
const PRESCRIPTIONS = Number(Deno.env.get("TRIBUTARY_QUEUE") ?? 1000);
const KILLS = Number(Deno.env.get("TRIBUTARY_QUEUE_KILLS") ?? 2);

const results: string[] = [];
afterAll(() => results.forEach(print));

async function sound(name: string, place: Place, processes: number): Promise<void> {
  await using trial = new Trial(place, { prescriptions: PRESCRIPTIONS, kills: KILLS, processes });
  const result: TrialResult = await trial.run();
  const figures = Object.entries(result).map(([what, count]) => `${what} ${count}`);
  results.push(`Queue at ${name}: ${figures.join(", ")}`);
  expect(result).toMatchObject({ decided: PRESCRIPTIONS, doubled: 0, heldByTwo: 0, lost: 0 });
}

const timeout = 1_900_000;

test("P7 50 pharmacists at one file, killed and started again: none doubled, none lost", {
  timeout,
}, async () => {
  using folder = new TemporaryFolder();
  await sound("libsql", { dialect: "libsql", path: join(folder.path, "queue.db") }, 1);
});

test("P7 50 pharmacists at five nodes, killed in turn: none held by two, doubled or lost", {
  timeout,
}, async () => {
  await using server = await PostgresServer.start();
  const { hosts, database, user } = server.server;
  const place: Place = {
    dialect: "postgres",
    hosts: [...hosts],
    database,
    user,
    schema: "queue",
  };
  await sound("PostgreSQL", place, 5);
});
