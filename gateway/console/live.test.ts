import { afterAll, beforeAll, expect, test } from "vitest";
import { TemporaryFolder, until } from "../../sync/fixtures.ts";
import { ownerLinkSchema } from "../commands/status.ts";
import { NodeProcess } from "../fixtures.ts";
import { STREAMS_MAX } from "./live.ts";

let folder: TemporaryFolder;
let site: NodeProcess;

beforeAll(async () => {
  folder = new TemporaryFolder();
  site = await new NodeProcess(folder.path, { name: "site-1", role: "site" }).start();
});

afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  folder?.[Symbol.dispose]();
});

/** A cookie of a new session, as a browser would send it. */
async function signIn(): Promise<string> {
  const { url } = ownerLinkSchema.parse(await site.ask("/api/owner-links", {}));
  const opened = await fetch(url, { method: "POST", redirect: "manual" });
  await opened.body?.cancel();
  return opened.headers.getSetCookie()[0].split(";")[0];
}

test("X1: an open page ends when its session does, and another's goes on", async () => {
  const [leaving, staying] = [await signIn(), await signIn()];
  const [left, stays] = await Promise.all([leaving, staying].map(async (cookie) => {
    const answer = await site.fetch("/live?path=/", { token: false, headers: { cookie } });
    expect(answer.status).toBe(200);
    return answer;
  }));
  const out = await site.fetch("/sign-out", {
    method: "POST",
    redirect: "manual",
    token: false,
    headers: { cookie: leaving },
  });
  await out.body?.cancel();
  expect(await left.text()).toMatch(/event: ended\ndata: \{\}\n\n$/);
  const reader = stays.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  await reader?.cancel();
});

test("asking only for the head of an open page takes no room", async () => {
  for (let asked = 0; asked <= STREAMS_MAX; asked++) {
    const head = await site.fetch("/live?path=/", { method: "HEAD" });
    expect(head.status).toBe(200);
  }
});

test("a node has a limit of open pages, and room again when one is closed", async () => {
  const open = async () => await site.fetch("/live?path=/");
  // Those of the test before are let go in their own time.
  const pages: Response[] = [];
  await until("no more pages are taken", async () => {
    const page = await open();
    if (page.status === 200) pages.push(page);
    else expect((await page.json()).type).toBe("urn:tributary:problem:too-many-pages");
    return page.status === 503 && pages.length === STREAMS_MAX;
  });
  await pages.pop()?.body?.cancel();
  await until("there is room again", async () => {
    const page = await open();
    if (page.status !== 200) await page.body?.cancel();
    else pages.push(page);
    return page.status === 200;
  });
  await Promise.all(pages.map((page) => page.body?.cancel()));
});
