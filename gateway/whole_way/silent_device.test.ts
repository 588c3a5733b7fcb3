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
  return { silent: device?.silentSince !== null, stale: device?.points.at(0)?.stale };
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
  expect(await publish(1)).toBe(true);
  for (const node of [site, a]) {
    await until(`${node.name} knows it silent`, async () => (await seenAt(node)).silent);
    // Nothing came since: what it said last is no value of now.
    expect(await seenAt(node)).toEqual({ silent: true, stale: true });
  }
  const alarms = async () =>
    (await site.entriesOf("site-1", "alarm")).map(({ kind, body }) => `${kind} ${body.device}`);
  expect(await alarms()).toEqual(["no-data counter-1"]);

  // A restart of the site does not tell it once more.
  await site.kill("SIGTERM");
  await site.start();
  expect(await publish(2)).toBe(true);
  await until(
    "the site hears it again",
    async () => (await alarms()).includes("data-again counter-1"),
  );
  expect((await alarms()).slice(0, 2)).toEqual(["no-data counter-1", "data-again counter-1"]);
  await until(
    "the county knows it, too",
    async () => (await a.entriesOf("site-1", "alarm")).some(({ kind }) => kind === "data-again"),
  );
});
