import { expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { parseOrigin } from "../../sync/origin.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { centresFor, enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { brokerLine, publishedBy } from "./fixtures.ts";

const latestSchema = z.array(z.object({ point: z.string(), value: z.unknown() }));

/** The last temperature that a county shows. */
async function temperature(county: NodeProcess): Promise<unknown> {
  const latest = latestSchema.parse(await county.ask("/api/latest"));
  return latest.find(({ point }) => point === "temperature")?.value;
}

test(
  "G7: of a box that replaces another the newest value is shown, and both lives are sound",
  { timeout: 300_000 },
  async () => {
    using folder = new TemporaryFolder();
    using other = new TemporaryFolder();
    const counties = await startCentres(folder.path);
    await using _a = counties[0];
    await using _b = counties[1];
    const box = (path: string) => {
      const port = freePort();
      const sources = [brokerLine(port, { "th-1": "temperature-humidity" })];
      const more = { counties: centresFor(counties), sources };
      const node = new NodeProcess(path, { name: "site-1", role: "site", more });
      const say = (value: number) =>
        publishedBy("th-1", port, "sensors/th-1/state", JSON.stringify({ temperature: value }));
      return { node, say };
    };
    const old = box(folder.path);
    await using _old = old.node;
    await old.node.start();
    await enrol(counties[0], old.node);
    for (const value of [5.4, 5.5, 5.6]) expect(await old.say(value)).toBe(true);
    for (const county of counties) {
      await until("both show the old box", async () => await temperature(county) === 5.6);
    }
    await old.node.kill();

    const fresh = box(other.path);
    await using _fresh = fresh.node;
    await fresh.node.start();
    await enrol(counties[0], fresh.node);
    // It learns that its name has spoken before, and goes on in a life after those of the old box.
    await until("it begins another life", () => fresh.node.log.includes('"reason":"overtaken"'));
    expect(await fresh.say(9.9)).toBe(true);
    for (const county of counties) {
      await until("both show the new box", async () => await temperature(county) === 9.9);
      const { code, printed } = await county.run("verify");
      expect(printed).toContain("all sound");
      expect(code).toBe(0);
    }
    const lives = (await counties[0].positions()).map(({ origin }) => parseOrigin(origin))
      .flatMap((life) => life?.node === "site-1" ? [life.life] : []);
    expect(Math.max(...lives)).toBe(2);
  },
);
