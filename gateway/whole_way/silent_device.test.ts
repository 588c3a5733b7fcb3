import { expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import { deviceView } from "../devices/device_list.ts";
import type { NodeProcess } from "../fixtures.ts";
import { brokerLine, consortium, countingProfile, publishedBy, writeProfiles } from "./fixtures.ts";

/** What a node says of the device, and of its one value. */
async function seenAt(node: NodeProcess) {
  const devices = z.array(deviceView).parse(await node.ask("/api/devices"));
  const device = devices.find(({ device }) => device === "counter-1");
  const [point] = device?.points ?? [];
  return { silent: typeof device?.silentSince === "string", stale: point?.stale };
}

test("C7: a device that tells nothing for two intervals is an alarm at site and county, until it does", async () => {
  const port = freePort();
  await using all = await consortium((folder) => ({
    profilesDir: writeProfiles(
      folder,
      countingProfile("counter"),
    ),
    sources: [brokerLine(port, { "counter-1": "counter" })],
  }));
  const { a, site } = all;
  await site.start();
  const publish = (n: number) =>
    publishedBy("counter-1", port, "count/counter-1", JSON.stringify({ n }));
  const alarms = async () => (await site.entriesOf("site-1", "alarm")).map(({ kind }) => kind);
  expect(await publish(1)).toBe(true);
  // On a slow machine it was silent before, too; since this value it is not.
  await until("its value is there", async () => (await seenAt(site)).stale !== undefined);
  for (const node of [site, a]) {
    await until(`${node.name} knows it silent`, async () => (await seenAt(node)).silent);
    // Nothing came since: what it said last is no value of now.
    await until(
      `${node.name} shows its value as stale`,
      async () => (await seenAt(node)).stale === true,
    );
  }
  const before = await alarms();
  expect(before.at(-1)).toBe("no-data");

  // A restart of the site does not tell it once more.
  await site.kill("SIGTERM");
  await site.start();
  await until("its silence is told as over", async () => {
    await publish(2);
    return (await alarms()).length > before.length;
  });
  const after = await alarms();
  expect(after.slice(0, before.length + 1)).toEqual([...before, "data-again"]);
  for (const [index, kind] of after.entries()) {
    expect([index, kind]).toEqual([index, index % 2 === 0 ? "no-data" : "data-again"]);
  }
  await until(
    "the county knows it, too",
    async () => (await a.entriesOf("site-1", "alarm")).some(({ kind }) => kind === "data-again"),
  );
});
