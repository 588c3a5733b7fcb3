import { expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { until } from "../../sync/fixtures.ts";
import { parseOrigin } from "../../sync/origin.ts";
import type { HeldPosition } from "../fixtures.ts";
import { bothEqual, brokerLine, consortium, latestOf, publishedBy } from "./fixtures.ts";

const lifeBody = z.object({
  reason: z.string(),
  previous: z.object({
    origin: z.string(),
    streams: z.array(z.object({ stream: z.string(), seq: z.number(), hash: z.string() })),
  }).nullable(),
});

const byStream = (a: { stream: string }, b: { stream: string }) => a.stream < b.stream ? -1 : 1;

test("G4: a life ends with a kill, not with a stop; the next one names its end", async () => {
  const port = freePort();
  await using all = await consortium(() => ({
    sources: [brokerLine(port, { "th-1": "temperature-humidity" })],
  }));
  const { a, b, site } = all;
  const publish = async (temperature: number) => {
    const payload = JSON.stringify({ temperature });
    expect(await publishedBy("th-1", port, "sensors/th-1/state", payload)).toBe(true);
    await until(
      "it is shown",
      async () => (await latestOf(site, "th-1"))[0]?.value === temperature,
    );
  };
  const ownPositions = async (): Promise<HeldPosition[]> =>
    (await site.positions()).filter(({ origin }) => origin.startsWith("site-1."));

  await site.start();
  const first = await site.origin();
  expect(parseOrigin(first)?.life).toBe(1);
  await publish(1);
  await site.kill("SIGTERM");
  expect(site.log).toContain('"kind":"stopped"');
  await site.start();
  expect(await site.origin()).toBe(first);
  await publish(2);
  // The device is told to be gone; then nothing more comes, and what is held is known.
  await until(
    "it is offline",
    async () => (await site.entriesOf("site-1", "reading")).at(-1)?.body.state === "offline",
  );
  const last = await ownPositions();
  expect(
    new Set(last.map(({ origin }) => origin)),
  ).toEqual(new Set([first]));

  // The site dies while a county is away as well, and both come back.
  await Promise.all([site.kill("SIGKILL"), b.kill("SIGTERM")]);
  await Promise.all([site.start(), b.start()]);
  const second = await site.origin();
  expect(parseOrigin(second)?.life).toBe(2);
  expect(second).not.toBe(first);
  await publish(3);
  await bothEqual(all);
  const [begun] = (await b.entriesOf("site-1", "audit")).filter(({ origin }) => origin === second);
  expect(begun).toMatchObject({ seq: 1, kind: "life" });
  const { reason, previous } = lifeBody.parse(begun.body);
  expect(reason).toBe("unclean");
  expect(previous?.origin).toBe(first);
  expect(previous?.streams.toSorted(byStream)).toEqual(
    last.map(({ stream, seq, hash }) => ({ stream, seq, hash })).sort(byStream),
  );
  // The county's own life went on, since it was stopped.
  expect(parseOrigin(await b.origin())?.life).toBe(1);

  await a.kill("SIGKILL");
  await a.start();
  expect(parseOrigin(await a.origin())?.life).toBe(2);
  await publish(4);
  await bothEqual(all);
  for (const county of [a, b]) {
    await until(
      `${county.name} shows the last value`,
      async () => (await latestOf(county, "th-1"))[0]?.value === 4,
    );
  }
}, 300_000);
