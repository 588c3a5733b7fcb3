import { expect, test } from "vitest";
import type { LifeEvent } from "../life/event.ts";
import { idOf, NUMBER, SITE, Story } from "../life/fixture_life.ts";
import { standingOf } from "../life/standing.ts";
import { queueItemOf } from "./queue_feed.ts";

function itemOf(...events: LifeEvent[]) {
  return queueItemOf(standingOf(events), events, { store: "store", senior: false });
}

test("what a pharmacist has to decide is offered, and withdrawn once that is done", () => {
  const a = new Story("county-a");
  const events = [a.prescription(), a.verdict("pharmacist")];
  expect(itemOf(...events)).toMatchObject({
    site: SITE,
    prescription: NUMBER,
    version: 1,
    purpose: "decide",
    not: [],
    over: [],
    order: { emergency: 1, severity: 2 },
    decidedFence: 0,
  });
  expect(itemOf(...events, a.decision("approve", "p-1"))).toBeNull();
  expect(itemOf(a.prescription(), a.verdict("pass"))).toBeNull();
});

test("P3 P14 after the first signature the second is offered, to another person", () => {
  const a = new Story("county-a");
  const asks = a.verdict("pharmacist", { levels: ["red"] });
  const insists = a.answer("insist", asks);
  const events = [a.prescription(), asks, insists];
  const first = itemOf(...events);
  expect(first).toMatchObject({ not: [], over: [idOf(insists)], decidedFence: 0 });
  const signs = a.decision("sign", "p-1", insists, { fence: 7 });
  expect(itemOf(...events, signs)).toMatchObject({
    purpose: "second-signature",
    not: ["p-1"],
    over: [idOf(insists)],
    decidedFence: 7,
  });
});

test("P7 only fences of the queue's own store tell that a decision is known", () => {
  const a = new Story("county-a");
  const asks = a.verdict("pharmacist");
  const asked = a.decision("ask", "p-1", null, { fence: 5 });
  const elsewhere = a.decision("ask", "p-2", null, { fence: 90, store: "another" });
  const explained = [a.answer("explain", asked), a.answer("explain", elsewhere)];
  const events = [a.prescription(), asks, asked, elsewhere, ...explained];
  expect(itemOf(...events)).toMatchObject({ decidedFence: 5 });
});
