import { expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { enrol, NodeProcess, type NodeTls } from "../fixtures.ts";
import { Authority } from "./authority.ts";
import { brokerLine, publishedBy } from "./fixtures.ts";

const linksSchema = z.object({
  links: z.array(z.object({ state: z.string(), reason: z.string().nullable() })),
});

/** A site of one county, which trusts nobody but the authority that it pins. */
class TlsSite {
  readonly node: NodeProcess;
  readonly #port = freePort();
  readonly #county: NodeProcess;

  constructor(folder: string, name: string, county: NodeProcess, ca: string) {
    this.#county = county;
    this.node = new NodeProcess(folder, {
      name,
      role: "site",
      more: {
        counties: [{ node: county.name, url: county.url, ca }],
        sources: [brokerLine(this.#port, { "th-1": "temperature-humidity" })],
      },
    });
  }

  /** Whether mosquitto_pub got its PUBACK. */
  publishes(temperature: number): Promise<boolean> {
    const payload = JSON.stringify({ temperature });
    return publishedBy("th-1", this.#port, "sensors/th-1/state", payload);
  }

  /** Temperatures of this site that the county holds, in order. */
  async arrived(): Promise<number[]> {
    const entries = await this.#county.entriesOf(this.node.name, "reading");
    const body = z.object({ readings: z.array(z.object({ value: z.number() })) });
    return entries.filter(({ kind }) => kind === "reading")
      .flatMap((entry) => body.parse(entry.body).readings.map(({ value }) => value));
  }

  /** Why its link is down, once it is. */
  async reason(): Promise<string> {
    let reason: string | null = null;
    await until(`${this.node.name} says why its link is down`, async () => {
      const [link] = linksSchema.parse(await this.node.ask("/api/status")).links;
      reason = link.state === "down" ? link.reason : null;
      return reason !== null;
    });
    return reason ?? "";
  }
}

function countyWith(folder: string, tls: NodeTls): NodeProcess {
  return new NodeProcess(folder, { name: "county-a", role: "county", tls });
}

test("a site ships to the county whose authority it pins, and to nobody else", async () => {
  using folder = new TemporaryFolder();
  const [authority, stranger] = ["county-ca", "other-ca"]
    .map((name) => new Authority(folder.path, name));
  await using county = await countyWith(folder.path, authority.issue()).start();
  const trusting = new TlsSite(folder.path, "site-1", county, authority.certificate);
  await using _site = trusting.node;
  await enrol(county, trusting.node);
  await trusting.node.start();
  expect(await trusting.publishes(4)).toBe(true);
  await until("it has arrived", async () => (await trusting.arrived()).includes(4));

  // Another box, enrolled as it should be, of which somebody then changed the authority.
  await enrol(county, new TlsSite(folder.path, "site-2", county, authority.certificate).node);
  const wrong = new TlsSite(folder.path, "site-2", county, stranger.certificate);
  await using _wrong = wrong.node;
  await wrong.node.start();
  expect(await wrong.publishes(5)).toBe(true);
  expect(await wrong.reason()).toMatch(/its certificate was issued by "?.*county-ca/);
  expect(await wrong.node.page("/", "zh")).toContain("证书不受信任");
  expect(await wrong.node.page("/", "en")).toContain("certificate is not trusted");
  expect(await county.positionsOf("site-2")).toEqual([]);
  // Nor does a code reach the wrong one.
  const stray = new TlsSite(folder.path, "site-3", county, stranger.certificate);
  await expect(enrol(county, stray.node)).rejects.toThrow(/certificate/);
}, 300_000);

test("G8: behind an expired certificate a site collects on, says why, and catches up", async () => {
  using folder = new TemporaryFolder();
  const authority = new Authority(folder.path, "county-ca");
  const good = authority.issue();
  await using county = await countyWith(folder.path, good).start();
  const site = new TlsSite(folder.path, "site-1", county, authority.certificate);
  await using _site = site.node;
  await enrol(county, site.node);
  await site.node.start();
  expect(await site.publishes(1)).toBe(true);
  await until("it has arrived", async () => (await site.arrived()).includes(1));

  await county.kill("SIGTERM");
  const expired = authority.issue({ from: -40, to: -10 });
  const renewed = Deno.readTextFileSync(good.certificate);
  const key = Deno.readTextFileSync(good.key);
  Deno.copyFileSync(expired.certificate, good.certificate);
  Deno.copyFileSync(expired.key, good.key);
  await county.start();
  for (const temperature of [2, 3]) expect(await site.publishes(temperature)).toBe(true);
  await until("the site has noticed", async () => /expired/.test(await site.reason()), 60_000);
  const day = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10);
  expect(await site.reason()).toContain(`its certificate has expired on ${day}`);
  expect(await site.publishes(4)).toBe(true);
  expect(await site.node.page("/", "zh")).toContain("请检查证书文件和有效期");

  await county.kill("SIGTERM");
  Deno.writeTextFileSync(good.certificate, renewed);
  Deno.writeTextFileSync(good.key, key);
  await county.start();
  await until("all have arrived", async () => (await site.arrived()).length === 4, 90_000);
  expect(await site.arrived()).toEqual([1, 2, 3, 4]);
}, 300_000);
