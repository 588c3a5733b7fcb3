import { describe, expect, test } from "vitest";
import * as z from "zod";
import { until } from "../../sync/fixtures.ts";
import { contentFrom, flipBit, hashOf } from "../../sync/blobs/fixture_blobs.ts";
import type { NodeProcess } from "../fixtures.ts";
import { bothEqual, consortium } from "./fixtures.ts";

const answerSchema = z.object({ hash: z.string(), bytes: z.number(), mediaType: z.string() });
const problemSchema = z.object({ type: z.string(), detail: z.string(), hint: z.string() });
const statusSchema = z.object({
  blobs: z.object({
    count: z.number(),
    lost: z.number(),
    links: z.array(
      z.object({
        destination: z.string(),
        waiting: z.number(),
        waitingBytes: z.number(),
        setAside: z.array(z.object({ reason: z.string() })),
      }),
    ),
  }),
});

function post(node: NodeProcess, content: Uint8Array<ArrayBuffer>, mediaType: string) {
  const headers = { "content-type": mediaType };
  return node.fetch("/api/blobs", { method: "POST", headers, body: content });
}

async function blobsOf(node: NodeProcess): Promise<z.infer<typeof statusSchema>["blobs"]> {
  return statusSchema.parse(await node.ask("/api/status")).blobs;
}

async function contentAt(node: NodeProcess, hash: string, range?: string) {
  const headers: Record<string, string> = range === undefined ? {} : { range };
  const answer = await node.fetch(`/api/blobs/${hash}`, { headers });
  return { status: answer.status, bytes: await answer.bytes(), headers: answer.headers };
}

describe("L7: a file that a program brings to a site", () => {
  test("is at both centres, named by an entry, and then leaves the site", async () => {
    await using all = await consortium(() => ({ blobs: { retentionDays: 0 } }));
    const { a, b, site } = all;
    await b.kill("SIGTERM");
    await site.start();
    const content = contentFrom(1, 3_000_000);
    const first = await post(site, content, "application/dicom");
    expect(first.status).toBe(201);
    const stored = answerSchema.parse(await first.json());
    expect(stored).toEqual({
      hash: hashOf(content),
      bytes: content.length,
      mediaType: "application/dicom",
    });
    const again = await post(site, content, "application/dicom");
    expect([again.status, answerSchema.parse(await again.json())]).toEqual([200, stored]);

    await until("A has it", async () => (await contentAt(a, stored.hash)).status === 200);
    const away = (await blobsOf(site)).links.find(({ destination }) => destination === "county-b");
    expect(away).toMatchObject({ waiting: 1, waitingBytes: content.length });
    expect(await site.metric("tributary_blobs_waiting", { to: "county-b" })).toBe(1);
    expect(await site.page("/", "zh")).toContain("待送文件");
    expect(await site.page("/", "en")).toContain("Files waiting");
    expect((await site.run("status")).printed).toMatch(/county-b +1 +0\.00 GB/);
    expect((await contentAt(site, stored.hash)).bytes).toEqual(content);

    await b.start();
    await until("the site has let it go", async () => {
      return (await contentAt(site, stored.hash)).status === 404;
    });
    for (const county of [a, b]) {
      const { status, bytes, headers } = await contentAt(county, stored.hash);
      expect(status).toBe(200);
      expect(bytes).toEqual(content);
      expect(headers.get("content-type")).toBe("application/dicom");
      expect(headers.get("content-disposition")).toBe("attachment");
      const part = await contentAt(county, stored.hash, "bytes=2999990-");
      expect([part.status, part.bytes]).toEqual([206, content.slice(-10)]);
      expect(part.headers.get("content-range")).toBe("bytes 2999990-2999999/3000000");
      expect((await contentAt(county, stored.hash, "bytes=3000000-")).status).toBe(416);
    }
    await bothEqual(all);
    const named = (await b.entriesOf("site-1", "record")).filter(({ kind }) => kind === "file");
    expect(named.map(({ body }) => body)).toEqual([stored]);
    expect(await blobsOf(site)).toMatchObject({ count: 0, lost: 0 });
  });

  test("goes on where it was when site and centre are killed amid it", async () => {
    await using all = await consortium(() => ({ line: { mbit: 8, sharePercent: 100 } }));
    const { a, b, site } = all;
    await site.start();
    const content = contentFrom(2, 10_000_000);
    const { hash } = answerSchema.parse(await (await post(site, content, "image/jpeg")).json());
    const partAt = (node: NodeProcess) => {
      try {
        return Deno.statSync(`${node.dataDir}/blobs/incoming/${hash}.part`).size;
      } catch {
        return 0;
      }
    };
    await until("some of it is at A", () => partAt(a) > 1_000_000);
    await Promise.all([a.kill(), site.kill()]);
    const before = partAt(a);
    expect(before).toBeLessThan(content.length);
    await a.start();
    expect(partAt(a)).toBeGreaterThan(before - 300_000);
    await site.start();
    for (const county of [a, b]) {
      await until(`${county.name} has it`, async () => {
        return (await contentAt(county, hash)).status === 200;
      }, 120_000);
      expect((await contentAt(county, hash)).bytes).toEqual(content);
    }
  });

  test("is refused with what to do where it is too large, of no kind, or there is no room", async () => {
    await using all = await consortium(() => ({ blobs: { fileMiB: 1, totalGiB: 0.001 } }));
    const { site, a } = all;
    await site.start();
    const problemOf = async (answer: Response) => {
      const problem = problemSchema.parse(await answer.json());
      expect(problem.hint).not.toBe("");
      return `${answer.status} ${problem.type.split(":").at(-1)}`;
    };
    const large = contentFrom(3, 1_100_000);
    expect(await problemOf(await post(site, large, "a/b"))).toBe("413 too-large");
    expect(await problemOf(await post(site, contentFrom(3, 10), "jpeg"))).toBe(
      "415 bad-media-type",
    );
    const one = await post(site, contentFrom(4, 900_000), "a/b");
    expect(one.status).toBe(201);
    await one.body?.cancel();
    expect(await problemOf(await post(site, contentFrom(5, 900_000), "a/b"))).toBe("507 no-space");
    expect(await problemOf(await site.fetch(`/api/blobs/${"ab".repeat(32)}`)))
      .toBe("404 no-such-file");
    // A centre is given its files by sites.
    expect((await post(a, contentFrom(6, 10), "a/b")).status).toBe(404);
    const stranger = await site.fetch("/api/blobs", { method: "POST", body: "x", token: false });
    expect(stranger.status).toBe(401);
  });

  test("G6: a centre whose copy is damaged says so, and has it again", async () => {
    await using all = await consortium(() => ({}));
    const { a, b, site } = all;
    await site.start();
    const content = contentFrom(7, 500_000);
    const { hash } = answerSchema.parse(await (await post(site, content, "image/jpeg")).json());
    for (const county of [a, b]) {
      await until("it is there", async () => (await contentAt(county, hash)).status === 200);
    }
    flipBit(`${a.dataDir}/blobs/${hash.slice(0, 2)}/${hash.slice(2)}`, -300);
    await contentAt(a, hash).catch(() => {});
    await until("it is told", () => a.log.includes('"kind":"blob-lost"'));
    // The next start of the site asks what was lost.
    await site.kill("SIGTERM");
    await site.start();
    await until("it is whole again", async () => {
      const { status, bytes } = await contentAt(a, hash);
      return status === 200 && hashOf(bytes) === hash;
    });
    expect((await blobsOf(a)).lost).toBe(0);
  });
});
