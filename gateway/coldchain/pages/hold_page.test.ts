import { join } from "node:path";
import { stringify } from "yaml";
import * as z from "zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../drivers/fixtures.ts";
import { TemporaryFolder } from "../../../sync/fixtures.ts";
import { parseConfig } from "../../config_file.ts";
import { InnerNode } from "../../fixture_inner_node.ts";
import { PharmacistClient } from "../../prescription/review/fixture_pharmacist.ts";
import { LOT, PRODUCT } from "../flow/fixture_flow.ts";

const PAGE = "/vaccines/quarantine";
const HOLDS = "/api/coldchain/lot-holds";
const DECISIONS = "/api/coldchain/lot-hold-decisions";

const told = z.object({ entries: z.array(z.string()) });

const opened = new AsyncDisposableStack();
let county: InnerNode;
let keeper: PharmacistClient;
beforeAll(async () => {
  const folder = opened.use(new TemporaryFolder());
  county = opened.use(
    await InnerNode.start(parseConfig(stringify({
      ...{ role: "county", node: "county-a", title: { zh: "青山县", en: "Qingshan" } },
      ...{ dataDir: join(folder.path, "data"), http: { port: freePort() } },
    }))),
  );
  keeper = await PharmacistClient.hire(county, "li", "vaccine-keeper");
}, 120_000);
afterAll(() => opened.disposeAsync());

async function said(answer: Response): Promise<[number, string]> {
  return [answer.status, await answer.text()];
}

/** What the page says to the keeper, without its tags. */
async function page(language: "zh" | "en" = "zh"): Promise<string> {
  const headers = { "cookie": keeper.cookie, "accept-language": language };
  const answer = await fetch(`${county.url}${PAGE}`, { headers });
  return textOf(await answer.text());
}

/** Fields of a form of the page, as a browser sends them. */
function send(act: string, fields: Record<string, string>): Promise<Response> {
  return fetch(`${county.url}${PAGE}/${act}`, {
    ...{ method: "POST", redirect: "manual", body: new URLSearchParams(fields) },
    headers: { "cookie": keeper.cookie, "accept-language": "zh" },
  });
}

function textOf(page: string): string {
  return page.slice(page.indexOf("<main")).replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

describe("C10: a county holds a lot back at all its sites", () => {
  const named = { id: "recall-1", product: PRODUCT, lot: LOT, reason: "召回 2026-7" };
  const order = { ...named, isUnseen: true };
  const decision = { id: "d-1", product: PRODUCT, lot: LOT, decision: "released", basis: "已复核" };

  test("by its routes: a person who may, once, with a reason, and decides on a basis", async () => {
    const headers = { "content-type": "application/json" };
    for (const [path, body] of [[HOLDS, order], [DECISIONS, decision]] as const) {
      const nobody = await county.fetch(path, {
        ...{ method: "POST", headers, body: JSON.stringify(body) },
      });
      expect(await said(nobody)).toEqual([403, expect.stringContaining("person-needed")]);
    }
    const pharmacist = await PharmacistClient.hire(county, "wang");
    expect((await said(await pharmacist.ask(HOLDS, order)))[0]).toBe(403);
    expect(await said(await keeper.ask(HOLDS, { ...order, reason: " " })))
      .toEqual([400, expect.stringContaining("reason")]);
    expect(await said(await keeper.ask(DECISIONS, decision)))
      .toEqual([409, expect.stringContaining("not-quarantined")]);
    expect(await said(await keeper.ask(HOLDS, { ...order, isUnseen: false })))
      .toEqual([409, expect.stringContaining("product-unseen")]);
    const first = await keeper.ask(HOLDS, order);
    expect(first.status).toBe(201);
    const { entries } = told.parse(await first.json());
    expect(told.parse(await (await keeper.ask(HOLDS, order)).json())).toEqual({ entries });
    expect(await page()).toMatch(/全县各站点 原因 [^]*召回 2026-7/);
    expect(await page("en")).toContain("all sites of the county");
    expect(await said(await keeper.ask(DECISIONS, { ...decision, basis: "" })))
      .toEqual([400, expect.stringContaining("basis")]);
    const decided = await keeper.ask(DECISIONS, decision);
    expect([decided.status, told.parse(await decided.json()).entries]).toEqual([
      201,
      [expect.any(String)],
    ]);
    expect(await page()).toContain("没有隔离待处理的疫苗");
  });

  test("at its page, where what is wrong is said in the reader's language", async () => {
    const fields = { ...named, id: "recall-2", reason: "召回 2026-8", isUnseen: "" };
    const [status, refused] = await said(await send("hold", { ...fields, reason: "" }));
    expect([status, textOf(refused)]).toEqual([400, expect.stringContaining("原因：请用文字填写")]);
    const [unseen, asked] = await said(await send("hold", fields));
    expect([unseen, textOf(asked)]).toEqual([
      ...[409, expect.stringContaining("此处尚无该产品的任何记录")],
    ]);
    expect(asked).toContain(`value="${fields.reason}"`);
    const held = await send("hold", { ...fields, isUnseen: "1" });
    expect([held.status, held.headers.get("location")]).toEqual([303, `${PAGE}?saved`]);
    expect(await page()).toMatch(
      /全县各站点[^]*召回 2026-8[^]*此处尚无该批号的任何记录[^]*作出决定/,
    );
    const deciding = { ...decision, id: "d-2", unit: "*", decision: "returned" };
    const decided = await send("decide", deciding);
    expect([decided.status, decided.headers.get("location")]).toEqual([303, `${PAGE}?saved`]);
    expect(await page()).toMatch(/不得再使用[^]*退回 · 已复核 · 药师li/);
    const [again, late] = await said(await send("decide", { ...deciding, id: "d-3" }));
    expect([again, textOf(late)]).toEqual([409, expect.stringContaining("可能已有人作出决定")]);
  });
});
