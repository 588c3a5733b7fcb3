import { expect, test } from "vitest";
import * as z from "zod";
import { until } from "../../sync/fixtures.ts";
import type { NodeProcess } from "../fixtures.ts";
import { PharmacistClient, waiting } from "../prescription/review/fixture_pharmacist.ts";
import { reviewConfig, sentPrescription } from "../prescription/fixture_sources.ts";
import { standingView } from "../prescription/standing_view.ts";
import { bothEqual, consortium } from "./fixtures.ts";

const SITE = "site-1";
const linkStates = z.object({ links: z.array(z.object({ state: z.string() })) });

async function standing(node: NodeProcess, id: string) {
  const path = `/api/prescriptions/${id}?site=${SITE}`;
  return standingView.parse(await node.ask(path));
}

test("P12: with the line down a site's pharmacist decides, and it reconciles", async () => {
  await using reviewing = await consortium(
    () => ({}),
    (folder) => ({ prescription: reviewConfig(folder, SITE) }),
  );
  const { a, b, site } = reviewing;
  await site.start();
  const pharmacist = await PharmacistClient.hire(site, "zhao");
  await until("both know the site", async () => await waiting(a) === 0 && await waiting(b) === 0);

  await Promise.all([a.kill(), b.kill()]);
  await until("the site knows", async () => {
    const { links } = linkStates.parse(await site.ask("/api/status"));
    return links.every(({ state }) => state !== "up");
  });
  const send = async (id: string) => {
    const body = JSON.stringify(sentPrescription(id, { drug: "009" }));
    const headers = { "content-type": "application/json" };
    await (await site.fetch("/api/prescriptions", { method: "POST", body, headers })).json();
  };
  for (const id of ["held", "approved", "refused"]) await send(id);
  await until("all three wait", async () => await waiting(site) === 3);
  // Nobody was there yet, and it did not pass by that (P3).
  expect(await standing(site, "held")).toMatchObject({ state: "queued", pass: null });

  const decisions = new Map([["approved", "approve"], ["refused", "refuse"]]);
  for (let held = await pharmacist.take(); held !== null; held = await pharmacist.take()) {
    const decision = decisions.get(held.claim.id);
    if (decision === undefined) {
      expect(held.claim.id).toBe("held");
      expect(await pharmacist.decide(held, "ask", "请核对剂量")).toMatchObject({ state: "asked" });
      continue;
    }
    const told = await pharmacist.decide(held, decision, "看过");
    expect(told.status).toBe(201);
  }
  const approved = await standing(site, "approved");
  expect(approved).toMatchObject({ state: "approved", pass: "approved" });
  const asked = { version: 1, token: approved.verdict?.token, by: { id: "w" } };
  const goods = await site.fetch("/api/prescriptions/approved/dispense", {
    method: "POST",
    body: JSON.stringify(asked),
    headers: { "content-type": "application/json", "idempotency-key": "d-1" },
  });
  expect(goods.status).toBe(201);
  await goods.body?.cancel();
  await send("left");
  await until("it waits", async () => await waiting(site) === 1);

  await Promise.all([a.start(), b.start()]);
  for (const node of [a, b]) {
    await until(`${node.name} has what the site decided, and what it left`, async () => {
      const found = await Promise.all(
        ["held", "approved", "refused", "left"].map((id) => standing(node, id).catch(() => null)),
      );
      return found.map((one) => one?.state).join() === "asked,approved,refused,queued";
    });
    await until(`${node.name} offers it`, async () => await waiting(node) === 1);
    expect((await standing(node, "approved")).goods.state).toBe("wholly");
  }
  await until("the site offers it no more", async () => await waiting(site) === 0);
  await bothEqual({ a, b, site });
});
