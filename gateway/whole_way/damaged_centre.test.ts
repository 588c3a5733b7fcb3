import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { range, TemporaryFolder, until } from "../../sync/fixtures.ts";
import { type NodeProcess, startCentres } from "../fixtures.ts";

const CODES = 150;

/** The newest segment of a node that is stopped. */
function segmentOf(node: NodeProcess): string {
  const journal = join(node.dataDir, "journal");
  const names = Array.from(Deno.readDirSync(journal), ({ name }) => name)
    .filter((name) => name.endsWith(".journal")).sort();
  return join(journal, names.at(-1) ?? "");
}

const against = z.object({
  different: z.number(),
  streams: z.array(z.object({ origin: z.string(), stream: z.string(), state: z.string() })),
});

test(
  "G6: a centre whose disk was damaged gets back what it lost, and shows both as equal again",
  { timeout: 300_000 },
  async () => {
    using folder = new TemporaryFolder();
    const [a, b] = await startCentres(folder.path);
    await using _a = a;
    await using _b = b;
    for (const n of range(1, CODES)) await a.ask("/api/invitations", { node: `site-${n}` });
    const origin = await a.origin();
    await until("b has it", async () => {
      const [own, other] = await Promise.all([a, b].map((node) => node.positionsOf("county-a")));
      return own.join() === other.join();
    });
    await b.kill("SIGTERM");
    const path = segmentOf(b);
    const file = Deno.readFileSync(path);
    // Pages in the middle, as of a flash block that went bad.
    const from = Math.floor(file.length / 2 / 4096) * 4096;
    file.fill(0x5a, from, from + 6 * 4096);
    Deno.writeFileSync(path, file);
    await b.start();
    await until("the damage is found, and a new life begun", async () => {
      await b.entriesOf("county-a", "audit");
      const lives = await b.entriesOf("county-b", "audit");
      return lives.some(({ kind, body }) => kind === "life" && body.reason === "salvaged");
    });
    const equal = async () => {
      const { printed } = await b.run("verify", "--against", a.url, "--wait", "5", "--json");
      const text = printed.slice(0, printed.lastIndexOf("}") + 1);
      return against.parse(JSON.parse(text)).different === 0;
    };
    await until("it is equal again, of itself", equal, 120_000);
    const { code, printed } = await b.run("verify");
    expect(printed).toContain("all sound");
    expect(code).toBe(0);
    const kinds = (await b.entriesOf("county-a", "audit"))
      .filter((entry) => entry.origin === origin && entry.kind === "invitation");
    expect(kinds.length).toBeGreaterThanOrEqual(CODES);
    // What was lost and came back stands in the tables as well: the codes are still good.
    const days = await b.page("/equality/county-a", "en");
    expect(days).toContain("Both centres are equal");
  },
);
