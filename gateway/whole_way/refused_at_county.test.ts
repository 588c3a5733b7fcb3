import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { decodeRunAnswers } from "../../sync/answers.ts";
import { numbered, range, stampAt, TemporaryFolder, until } from "../../sync/fixtures.ts";
import { NodeKey } from "../../sync/identity.ts";
import { openJournal } from "../../sync/journal.ts";
import { gather, lacking } from "../../sync/ship.ts";
import { offeredNonce, signRequest } from "../../sync/signature.ts";
import { encodeBatch } from "../../sync/wire.ts";
import { enrol, NodeProcess, startCentres } from "../fixtures.ts";
import { openKeystore } from "../keystore.ts";
import { held } from "./fixtures.ts";

const problem = z.object({
  type: z.string(),
  status: z.number(),
  title: z.string(),
  hint: z.string().optional(),
});

/** What a request is sent as; what is left out is as an honest site has it. */
interface Asked {
  readonly node?: string;
  readonly key?: NodeKey;
  readonly audience?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** What is sent in the place of what was signed. */
  readonly sent?: Uint8Array<ArrayBuffer>;
}

const stack = new AsyncDisposableStack();
let county: NodeProcess;
let other: NodeProcess;
let key: NodeKey;
/** A batch of ten readings of site-1, signed by it; and by somebody else. */
let batch: Uint8Array<ArrayBuffer>;
let forged: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  const folder = stack.use(new TemporaryFolder()).path;
  [county, other] = await startCentres(folder);
  stack.use(county);
  stack.use(other);
  const counties = [{ node: county.name, url: county.url }];
  const site = new NodeProcess(folder, { name: "site-1", role: "site", more: { counties } });
  await enrol(county, site);
  key = openKeystore(site.dataDir, undefined).key;
  const directory = stack.use(new TemporaryFolder()).path;
  const journal = await openJournal({
    directory,
    node: "site-1",
    hashName: "sha256",
    segmentBytesMax: 16 << 20,
    stamp: stampAt(0),
  });
  await journal.append(range(1, 10).map((number) => numbered(number)), stampAt(0));
  const wanted = lacking(journal.positions(), new Map());
  batch = encodeBatch((await gather(journal, wanted, new Map(), key)).runs);
  forged = encodeBatch((await gather(journal, wanted, new Map(), NodeKey.create())).runs);
  await journal.close();
}, 300_000);

afterAll(() => stack.disposeAsync());

/** A nonce of the county's, as it offers one with every refusal. */
async function nonce(): Promise<string> {
  const asked = await fetch(`${county.url}/sync/entries`, { method: "POST", body: batch });
  await asked.body?.cancel();
  return offeredNonce(asked.headers.get("accept-signature") ?? undefined) ?? "";
}

async function request(asked: Asked): Promise<Request> {
  const { node = "site-1", audience = "county-a", body = batch } = asked;
  const url = `${county.url}/sync/entries`;
  const signer = { key: asked.key ?? key, node, audience, nonce: await nonce() };
  const headers = await signRequest({ method: "POST", url, headers: {} }, body, signer);
  return new Request(url, { method: "POST", headers, body: asked.sent ?? body });
}

const refused = (code: string) => county.metric("tributary_sync_refused_total", { code });

const changed = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const copy = new Uint8Array(bytes);
  copy[copy.length - 1] ^= 1;
  return copy;
};

describe("X3: the county refuses with a problem document, counts it and stores nothing", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  test.each<[string, () => Asked, { code: string; status: number; title: RegExp; hint?: RegExp }]>([
    ["a request signed with another key", () => ({ key: NodeKey.create() }), {
      code: "signature",
      status: 403,
      title: /signature is not that of the node/,
      hint: /enrol it again/,
    }],
    ["an unknown site", () => ({ node: "site-9", key: NodeKey.create() }), {
      code: "unknown-node",
      status: 403,
      title: /not enrolled here/,
      hint: /tributary invite/,
    }],
    ["a request that is meant for the other county", () => ({ audience: "county-b" }), {
      code: "audience",
      status: 403,
      title: /meant for another node/,
      hint: /tributary.yaml/,
    }],
    ["a batch that was changed on its way", () => ({ sent: changed(batch) }), {
      code: "digest",
      status: 400,
      title: /digest is not that of the body/,
    }],
    ["what is no batch", () => ({ body: text("no zstd") }), {
      code: "bad-body",
      status: 400,
      title: /not what this route takes/,
    }],
    ["a request over the limit", () => ({ sent: new Uint8Array((8 << 20) + 1) }), {
      code: "too-large",
      status: 413,
      title: /at most 8388608 bytes/,
    }],
  ])("%s", async (_what, asked, wanted) => {
    const before = await refused(wanted.code);
    const answer = await fetch(await request(asked()));
    expect(answer.status).toBe(wanted.status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const found = problem.parse(await answer.json());
    expect(found.type).toBe(`urn:tributary:problem:${wanted.code}`);
    expect(found.status).toBe(wanted.status);
    expect(found.title).toMatch(wanted.title);
    if (wanted.hint !== undefined) expect(found.hint).toMatch(wanted.hint);
    expect(await refused(wanted.code)).toBe(before + 1);
    expect(await held(county, "site-1", "reading")).toBe(0);
    await until("it is logged", () => county.log.includes(`"code":"${wanted.code}"`));
  });

  test("a head that another key signed: its run is refused, with the reason", async () => {
    const answer = await fetch(await request({ body: forged }));
    expect(answer.status).toBe(200);
    const answers = decodeRunAnswers(await answer.bytes());
    expect(answers.map(({ kind }) => kind)).toEqual(["refused", "refused"]);
    expect(answers[0]).toHaveProperty("reason", expect.stringMatching(/sign/));
    expect(await county.metric("tributary_runs_refused_total", { from: "site-1" })).toBe(2);
    expect(await held(county, "site-1", "reading")).toBe(0);
  });

  test("a request that is replayed byte for byte; the first one is stored once", async () => {
    const asked = await request({});
    const first = await fetch(asked.clone());
    expect(first.status).toBe(200);
    await first.body?.cancel();
    const again = await fetch(asked);
    expect(again.status).toBe(401);
    expect(again.headers.get("content-type")).toBe("application/problem+json");
    expect(problem.parse(await again.json())).toMatchObject({
      type: "urn:tributary:problem:replayed",
      title: "The request's nonce was used before",
    });
    expect(await refused("replayed")).toBe(1);
    // What was refused before has not stopped what is right; and it came once, at both.
    expect(await held(county, "site-1", "reading")).toBe(10);
    await until(
      "the other county has it too",
      async () => (await held(other, "site-1", "reading")) === 10,
    );
    const entries = await other.entriesOf("site-1", "reading");
    expect(entries.map(({ body }) => body.number)).toEqual(range(1, 10));
  });
});
