import * as net from "node:net";
import process from "node:process";
import { expect, test } from "vitest";
import { FixtureNode, type Members } from "./fixture_node.ts";
import { stampAt, until } from "./fixtures.ts";

/** Between two ends of a connection: counts what goes either way, and how many connect. */
async function counting(to: number) {
  const counted = { up: 0, down: 0, connections: 0 };
  const server = net.createServer((near) => {
    counted.connections++;
    const far = net.connect(to, "127.0.0.1");
    near.on("data", (bytes) => counted.up += bytes.length);
    far.on("data", (bytes) => counted.down += bytes.length);
    near.pipe(far).pipe(near);
    for (const end of [near, far]) end.on("error", () => {});
    far.on("close", () => near.destroy());
    near.on("close", () => far.destroy());
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { counted, port: address.port, [Symbol.dispose]: () => server.close() };
}

test("a lone reading to one centre takes at most 700 bytes both ways over a kept connection", async () => {
  const members: Members = new Map();
  await using a = (await FixtureNode.start("county-a", members)).listen();
  await using site = await FixtureNode.start("site-017", members);
  using line = await counting(Number(a.url.port));
  const peer = site.peer(a, { url: new URL(`http://127.0.0.1:${line.port}`) });
  // As a site's link is: one that says something once a minute is never asked for more.
  site.linkTo(a, { peer, refreshMs: 75_000 });
  const { origin } = site.journal;
  const reading = async (n: number) => {
    const body = JSON.stringify({
      device: "sensor-03",
      readings: [
        { point: "temperature", value: 4 + n / 10, unit: "Cel", quality: "good" },
        { point: "humidity", value: 47 + n, unit: "%", quality: "good" },
      ],
    });
    const time = stampAt(n * 60_000);
    await site.journal.append([
      { kind: "entry", stream: "reading", entryKind: "reading", time, body },
    ], time);
    await until(
      "it is told",
      () => site.journal.receipts().some(({ stream, seq }) => stream === "reading" && seq === n),
    );
    return body.length;
  };
  await reading(1);
  await until(
    "it is settled",
    () => site.journal.receipts().some(({ stream }) => stream === "audit"),
  );
  const { up, down, connections } = line.counted;
  let bodies = 0;
  for (let n = 2; n <= 11; n++) bodies += await reading(n);
  const each = { up: (line.counted.up - up) / 10, down: (line.counted.down - down) / 10 };
  process.stdout.write(
    `a lone reading (JSON of ${bodies / 10} bytes): ${each.up} bytes up, ${each.down} down, ` +
      `${each.up + each.down} together, without TLS\n`,
  );
  expect(a.journal.position(origin, "reading")?.seq).toBe(11);
  expect(line.counted.connections).toBe(connections);
  expect(each.up + each.down).toBeLessThanOrEqual(700);
});
