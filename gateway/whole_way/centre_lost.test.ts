import { expect, test } from "vitest";
import * as z from "zod";
import { until } from "../../sync/fixtures.ts";
import { bothEqual, consortium } from "./fixtures.ts";

const lossSchema = z.array(z.object({
  centre: z.string(),
  lost: z.boolean(),
  reason: z.string(),
  by: z.string(),
}));

test(
  "G2: a centre is declared lost at the other, each site is told and the auditor can read it",
  async () => {
    await using all = await consortium(() => ({}));
    const { a, b, site } = all;
    await site.start();
    await bothEqual(all);
    const losses = async (node: typeof a) => lossSchema.parse(await node.ask("/api/centres"));
    const reason = "fire, disks destroyed";
    await b.kill("SIGKILL");

    const said = await a.run("centre", "lost", "county-b", "--reason", reason);
    expect(said).toMatchObject({ code: 0 });
    expect(said.printed).toContain("county-b is declared lost; 1 sites are told");
    const word = { centre: "county-b", lost: true, reason, by: "county-a" };
    for (const node of [a, site]) {
      await until("it is known", async () => (await losses(node)).length === 1);
      expect(await losses(node)).toMatchObject([word]);
      expect(await node.page("/", "zh")).toContain("宣布失效");
    }
    const audited = (await a.entriesOf("county-a", "audit")).filter(({ kind }) =>
      kind === "centre-lost"
    );
    expect(audited.map(({ body }) => body)).toEqual([{ centre: "county-b", reason, number: 1 }]);

    const back = await a.run("centre", "returned", "county-b", "--reason", "new disks");
    expect(back).toMatchObject({ code: 0 });
    await until("the site knows", async () => (await losses(site))[0]?.lost === false);
    await b.start();
    await until("the other centre learns it as well", async () => (await losses(b)).length === 1);
    expect(await losses(b)).toMatchObject([{ centre: "county-b", lost: false }]);

    const wrong = await a.run("centre", "lost", "county-c", "--reason", "a slip");
    expect(wrong.code).toBe(1);
    expect(wrong.printed).toContain("The county has no such centre");
    expect((await site.run("centre", "lost", "county-b", "--reason", "a slip")).code).toBe(1);
  },
  300_000,
);
