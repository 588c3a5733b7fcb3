import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../../drivers/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import {
  bothEqual,
  brokerLine,
  consortium,
  countingProfile,
  held,
  writeProfiles,
} from "./fixtures.ts";
import { MqttDevice } from "./mqtt_device.ts";
import {
  acknowledgements,
  answers,
  commitsOf,
  parseTrace,
  readTrace,
  tooEarly,
  tracedTo,
} from "./system_calls.ts";

const ONE_BY_ONE = 15;
const UNDER_LOAD = 600;

test(
  "T1 G1: every acknowledgement of site and county follows the fsync that covers it",
  async () => {
    const port = freePort();
    await using all = await consortium((folder) => ({
      profilesDir: writeProfiles(folder, countingProfile("counter")),
      sources: [brokerLine(port, { one: "counter", two: "counter", three: "counter" })],
    }));
    const { a, site, folder } = all;
    const [siteFile, countyFile] = ["site.strace", "county.strace"].map((name) =>
      join(folder, name)
    );
    await a.kill("SIGTERM");
    await a.start(tracedTo(countyFile));
    await site.start(tracedTo(siteFile));
    const names = ["one", "two", "three"];
    await using devices = new AsyncDisposableStack();
    const [first, ...others] = names.map((name) =>
      devices.use(new MqttDevice(name, port, `count/${name}`))
    );
    for (let n = 0; n < ONE_BY_ONE; n++) {
      const before = await held(a, "site-1", "reading");
      await first.publish(JSON.stringify({ n }));
      await until("it has arrived", async () => await held(a, "site-1", "reading") > before);
    }
    await Promise.all([first, ...others].map((device) => {
      let n = 0;
      return device.publishAll(20, () => n++ < UNDER_LOAD ? JSON.stringify({ n }) : null);
    }));
    await bothEqual(all);
    const [sitePid, countyPid] = [site.pid, a.pid];
    await site.kill("SIGTERM");
    await a.kill("SIGTERM");

    const atSite = await readTrace(siteFile, sitePid);
    const acknowledged = acknowledgements(atSite, port);
    expect(acknowledged).toHaveLength(ONE_BY_ONE + names.length * UNDER_LOAD);
    expect(tooEarly(acknowledged, commitsOf(atSite))).toEqual([]);

    const atCounty = await readTrace(countyFile, countyPid);
    const receipts = answers(atCounty, a.port, "/sync/entries");
    expect(receipts.length).toBeGreaterThan(ONE_BY_ONE / 2);
    expect(tooEarly(receipts, commitsOf(atCounty))).toEqual([]);
  },
  300_000,
);

/** A trace in which a message is read, its commit written and synced, and the PUBACK sent. */
function traceOf(order: string): string {
  const hex = (bytes: string) => bytes.replaceAll(/../g, "\\x$&");
  const connection = "9<TCP:[127.0.0.1:1883->127.0.0.1:4000]>";
  const log = "7</data/journal/00000001.journal-wal>";
  const lines: Readonly<Record<string, string>> = {
    publish: `1 recvfrom(${connection}, "${hex("32050001610001")}", 65536, 0, NULL, NULL) = 7`,
    page: `2 pwrite64(${log}, "${hex("00ff")}", 2, 0) = 2`,
    sync: `2 fdatasync(${log} <unfinished ...>`,
    resumed: "2 <... fdatasync resumed>)              = 0",
    puback: `1 sendto(${connection}, "${hex("40020001")}", 4, MSG_NOSIGNAL, NULL, 0) = 4`,
  };
  return order.split(" ").map((one) => lines[one]).join("\n");
}

test.each(
  [
    { early: 0, order: "publish page sync resumed puback" },
    { early: 1, order: "publish page sync puback resumed" },
    { early: 1, order: "publish page puback" },
    { early: 1, order: "page publish sync resumed puback" },
    { early: 1, order: "publish puback page sync resumed" },
  ] as const,
)("an acknowledgement before its fsync is found: $order", ({ early, order }) => {
  const calls = parseTrace(traceOf(order));
  expect(tooEarly(acknowledgements(calls, 1883), commitsOf(calls))).toHaveLength(early);
});
