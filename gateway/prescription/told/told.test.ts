import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { freePort } from "../../../drivers/fixtures.ts";
import { TemporaryFolder, until } from "../../../sync/fixtures.ts";
import { InnerCounty, SITE } from "../fixture_county.ts";
import { MAPPING_TEXT } from "../fixture_lists.ts";
import { sentPrescription } from "../fixture_sources.ts";

/** At the same county, of another HIS. */
const OTHER = "site-018";
const SECRET = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`;

const told = z.object({
  type: z.literal("prescription.changed"),
  data: z.looseObject({ site: z.string(), id: z.string(), state: z.string() }),
});

/** A HIS that takes what it is told, once somebody else's library has checked the signature. */
class His implements AsyncDisposable {
  readonly port = freePort();
  readonly heard: { readonly id: string; readonly what: string }[] = [];
  readonly #server: Deno.HttpServer;
  refusing = false;
  refused = 0;
  /** A prescription that it finds fault with. */
  faulted = "";

  constructor() {
    const checking = new Webhook(SECRET);
    const options = { hostname: "127.0.0.1", port: this.port, onListen: () => {} };
    this.#server = Deno.serve(options, async (request) => {
      const text = await request.text();
      const headers = Object.fromEntries(request.headers);
      const { data } = told.parse(checking.verify(text, headers));
      if (this.refusing) {
        this.refused++;
        return new Response("busy", { status: 500 });
      }
      if (data.id === this.faulted) {
        this.refused++;
        return new Response("cannot store this", { status: 422 });
      }
      this.heard.push({ id: headers["webhook-id"], what: `${data.id} ${data.state}` });
      return new Response();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

let opened: AsyncDisposableStack;
let his: His;
let county: InnerCounty;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  const folder = opened.use(new TemporaryFolder()).path;
  his = opened.use(new His());
  const secretFile = join(folder, "secret");
  Deno.writeTextFileSync(secretFile, `${SECRET}\n`);
  const webhook = { url: `http://127.0.0.1:${his.port}/told`, secretFile, sites: [SITE] };
  const mappings = [SITE, OTHER].map((site) => {
    const file = join(folder, `${site}.yaml`);
    Deno.writeTextFileSync(file, MAPPING_TEXT.replace("site: site-017", `site: ${site}`));
    return file;
  });
  county = opened.use(await InnerCounty.start({ webhook, mappings }));
});
afterEach(() => opened.disposeAsync());

describe("a HIS that is told by webhook", () => {
  test("hears each change once it is on disk, in order, signed as Standard Webhooks has it", async () => {
    await county.send(sentPrescription("one"));
    await until("it heard of it", () => his.heard.length > 0);
    const asked = { version: 1, reason: "退号", by: { id: "dr-1" } };
    await county.tell("one", "void", asked);
    await until("it heard of that", () => his.heard.some(({ what }) => what === "one cancelled"));
    expect(his.heard.map(({ what }) => what).at(-1)).toBe("one cancelled");
    expect(his.heard[0].what).toBe("one passed");
  });

  test("P9: hears of the sites that its webhook names, and of no other", async () => {
    await county.send(sentPrescription("theirs"), { query: `?site=${OTHER}` });
    await county.send(sentPrescription("ours"));
    await until("it heard of that", () => his.heard.some(({ what }) => what === "ours passed"));
    expect(his.heard.filter(({ what }) => what.startsWith("theirs"))).toEqual([]);
  });

  test("hears again what it refused, under the same id, and what came meanwhile, over a restart", async () => {
    await until("the county tells", async () => {
      await county.send(sentPrescription("first"));
      return his.heard.length > 0;
    });
    his.refusing = true;
    await county.send(sentPrescription("refused"));
    await county.send(sentPrescription("behind", { drug: "009" }));
    await until("it refused", () => his.refused > 0);
    await county.restart();
    his.refusing = false;
    await until("it heard both", () => his.heard.some(({ what }) => what === "behind queued"));
    const heard = his.heard.map(({ what }) => what);
    expect(heard.indexOf("refused passed")).toBeGreaterThan(0);
    expect(heard.indexOf("refused passed")).toBeLessThan(heard.indexOf("behind queued"));
    const ids = his.heard.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("that finds fault with one, again and again, hears those behind it, and that one when told to", async () => {
    await until("the county tells", async () => {
      await county.send(sentPrescription("first"));
      return his.heard.length > 0;
    });
    his.faulted = "faulted";
    await county.send(sentPrescription("faulted"));
    await county.send(sentPrescription("behind", { drug: "009" }));
    await until(
      "it heard what is behind",
      () => his.heard.some(({ what }) => /^behind/.test(what)),
    );
    expect(his.refused).toBe(4);
    const path = "/api/prescription-changes/refused";
    const listed = async () => await (await county.fetch(path)).json();
    const faulted = { site: SITE, id: "faulted", reason: "it answered 422" };
    expect(await listed()).toEqual({ changes: [faulted] });
    his.faulted = "";
    const again = await county.fetch(path, { method: "POST" });
    expect(await again.json()).toEqual({ told: 1 });
    await until("it heard that one", () => his.heard.some(({ what }) => /^faulted/.test(what)));
    expect(await listed()).toEqual({ changes: [] });
  });
});

describe("a HIS that listens", () => {
  /** Reads a stream until it has heard `what`; the id behind which it goes on. */
  async function listen(what: string, { after, onOpen = () => {} }: {
    readonly after?: string;
    readonly onOpen?: () => void;
  } = {}): Promise<{ id: string; heard: string[] }> {
    const headers: Record<string, string> = after === undefined ? {} : { "last-event-id": after };
    const over = new AbortController();
    const path = `/api/prescription-changes?site=${SITE}`;
    const answer = await county.fetch(path, { headers, signal: over.signal });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const heard: string[] = [];
    let text = "";
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      onOpen();
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data === undefined || !event.includes("event: prescription")) continue;
        const { id, state } = told.shape.data.parse(JSON.parse(data));
        heard.push(`${id} ${state}`);
        if (`${id} ${state}` !== what) continue;
        over.abort();
        return { id: /^id: (\d+)$/m.exec(event)?.[1] ?? "", heard };
      }
    }
    throw new Error(`The stream ended before it told ${what}: ${heard.join(", ")}`);
  }

  async function telling(): Promise<void> {
    await until("the county tells", async () => {
      const answer = await county.fetch("/api/prescription-changes");
      await answer.body?.cancel();
      return answer.ok;
    });
  }

  test("hears changes from then on, and goes on behind the last one without a hole", async () => {
    await telling();
    const open = Promise.withResolvers<void>();
    const first = listen("one passed", { onOpen: open.resolve });
    await open.promise;
    await county.send(sentPrescription("one"));
    const { id } = await first;
    await county.send(sentPrescription("two"));
    await county.restart();
    await county.send(sentPrescription("three", { drug: "009" }));
    await telling();
    const { heard } = await listen("three queued", { after: id });
    expect(heard).toEqual(["two passed", "three queued"]);
  });

  test("is told where nothing is kept for it", async () => {
    await using plain = await InnerCounty.start();
    const answer = await plain.fetch("/api/prescription-changes");
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining("changes-not-kept"),
    ]);
  });

  test("is told where it cannot go on", async () => {
    await telling();
    const headers = { "last-event-id": "999999" };
    const answer = await county.fetch("/api/prescription-changes", { headers });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (text.split("\n\n").length < 3) text += (await reader?.read())?.value ?? "";
    expect(text).toContain("event: gap");
    await reader?.cancel();
  });
});
