import { expect, test } from "vitest";
import { freePort } from "../../drivers/fixtures.ts";
import { range, TemporaryFolder, until } from "../../sync/fixtures.ts";
import { PostgresServer } from "../../sync/postgres/fixture_server.ts";
import { centresFor, enrol, NodeProcess } from "../fixtures.ts";
import { brokerLine, countingProfile, writeProfiles } from "./fixtures.ts";
import { MqttDevice } from "./mqtt_device.ts";

test("G1 G6: a county on PostgreSQL stores what a site ships, though its database is killed", async () => {
  using temporary = new TemporaryFolder();
  const folder = temporary.path;
  await using postgres = await PostgresServer.start();
  const { hosts, database, user } = postgres.server;
  const store = { kind: "postgres", hosts, database, user };
  await using county = new NodeProcess(folder, {
    name: "county-a",
    role: "county",
    more: { store },
  });
  await county.start();
  const port = freePort();
  await using site = new NodeProcess(folder, {
    name: "site-1",
    role: "site",
    more: {
      counties: centresFor([county]),
      profilesDir: writeProfiles(folder, countingProfile("counter", { id: "id" })),
      sources: [brokerLine(port, { counter: "counter" })],
    },
  });
  await enrol(county, site);
  await site.start();
  await using device = new MqttDevice("counter", port, "count/counter");
  const pid = county.pid;
  let n = 0;
  const publish = async (count: number) => {
    const end = n + count;
    await device.publishAll(20, () => n < end ? JSON.stringify({ id: `m-${n}`, n: n++ }) : null);
  };
  for (const _ of range(1, 3)) {
    await publish(300);
    await postgres.kill();
    await publish(50);
    await postgres.up();
  }
  await publish(10);
  expect(device.acknowledged).toBe(n);
  const ids = async (node: NodeProcess) =>
    (await node.entriesOf("site-1", "reading")).filter(({ kind }) => kind === "reading")
      .map(({ body }) => body.id);

  // A site that was refused comes back when it was told to.
  await until(
    "all of it is at the county",
    async () => (await ids(county)).length >= n,
    60_000,
  );
  expect(await ids(county)).toEqual(Array.from({ length: n }, (_, index) => `m-${index}`));
  // It was never started anew, and what it shows has followed.
  expect([county.pid, county.ended]).toEqual([pid, false]);
  await until("its tables have followed", async () => {
    const latest = JSON.stringify(await county.ask("/api/latest?site=site-1"));
    return latest.includes(`"value":${n - 1}`);
  });
});
