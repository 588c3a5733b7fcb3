import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../sync/fixtures.ts";
import { InnerCounty, SITE } from "../fixture_county.ts";
import { plainPrescription } from "../fixture_intake.ts";
import { sentPrescription } from "../fixture_sources.ts";
import * as answers from "./office_answers.ts";
import { dayText, monthText } from "../../china_calendar.ts";

let county: InnerCounty;
const TODAY = dayText(Date.now());

beforeAll(async () => {
  county = await InnerCounty.start();
});

afterAll(async () => await county?.[Symbol.asyncDispose]());

async function ask(path: string, body?: object) {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await county.fetch(path, init);
  const json: unknown = await answer.json();
  return { status: answer.status, json };
}

test("P8: each automatic pass of a day is in its report, under its own code", async () => {
  const sent = await county.send(plainPrescription());
  expect(sent.status).toBe(201);
  await until("it is in the report", async () => {
    const { json } = await ask(`/api/reports/day?day=${TODAY}`);
    return answers.dayReportAnswer.parse(json).verdicts === 1;
  });
  const report = answers.dayReportAnswer.parse((await ask("/api/reports/day")).json);
  expect(report.sites.map(({ site }) => site)).toEqual([SITE]);
  const { json } = await ask("/api/reports/day/passes");
  const { passes } = answers.passesAnswer.parse(json);
  expect(passes).toHaveLength(report.passes.reduce((sum, { count }) => sum + count, 0));
  expect(report.outcomes).toEqual([{ name: sent.verdict?.outcome, count: 1 }]);
});

test("P13: a month's sample is drawn once, and only of a month that is over", async () => {
  const now = await ask(`/api/samples/${monthText(Date.now())}`, {});
  expect([now.status, JSON.stringify(now.json)]).toEqual([
    409,
    expect.stringContaining("month-not-over"),
  ]);
  expect((await ask("/api/samples/2026-13", {})).status).toBe(404);
  expect((await ask("/api/samples/2025-01", {})).status).toBe(201);
  const again = await ask("/api/samples/2025-01", {});
  expect(JSON.stringify(again.json)).toContain("sample-drawn");
  const { json } = await ask("/api/samples/2025-01");
  expect(answers.sampleAnswer.parse(json).drawn).toMatchObject({ outpatients: 0, discharges: 0 });
});

test("P14: a comment is a person's own, a program makes none", async () => {
  const comment = { month: "2025-01", site: SITE, prescription: "RX-1" };
  const whole = { ...comment, judgement: "unreasonable", items: ["1-10"] };
  const { status, json } = await ask("/api/comments", whole);
  expect([status, JSON.stringify(json)]).toEqual([403, expect.stringContaining("person-needed")]);
  const none = await ask("/api/comments", { ...whole, items: [] });
  expect(JSON.stringify(none.json)).toContain("items-needed");
});

describe("the roster", () => {
  const shift = { day: "2026-11-28", account: "li", from: "20:00", to: "08:00", duty: "on" };
  const asked = "/api/roster?day=2026-11-28";

  test("has who was put on duty, until it is taken back", async () => {
    expect((await ask("/api/roster", shift)).status).toBe(201);
    const { json } = await ask(asked);
    expect(answers.rosterAnswer.parse(json)).toEqual([
      expect.objectContaining({ account: "li", from: "20:00", to: "08:00" }),
    ]);
    expect((await ask("/api/roster", { ...shift, duty: "off" })).status).toBe(201);
    expect((await ask(asked)).json).toEqual([]);
  });

  test("refuses a duty that ends as it begins, and a time that is none", async () => {
    expect((await ask("/api/roster", { ...shift, to: "20:00" })).status).toBe(400);
    expect(JSON.stringify((await ask("/api/roster", { ...shift, to: "24:00" })).json))
      .toContain("want a time such as 08:00");
  });
});

test("P11: a case that is not open cannot be closed", async () => {
  expect((await ask("/api/contact-cases")).json).toEqual([]);
  const closing = { result: "reached", comment: "已电话告知停用" };
  expect((await ask("/api/contact-cases/none/close", closing)).status).toBe(404);
});

test("P12: the policy that holds now is told", async () => {
  const { json } = await ask("/api/prescription-policy");
  expect(json).toMatchObject({ side: "county", state: "up", version: 2 });
});

test("P8, P14: workload and what may go are told also where there is nothing", async () => {
  const { json } = await ask("/api/reports/workload?days=31");
  expect(answers.workloadAnswer.parse(json).all.decided).toBe(0);
  const kept = answers.mayGoAnswer.parse((await ask("/api/reports/keep")).json);
  expect(kept.map(({ years, count }) => [years, count])).toEqual([[1, 0], [2, 0], [3, 0]]);
});

test("P8: reports judge by the times that the node is configured with", async () => {
  const review = { warnSeconds: 1, escalateSeconds: 2 };
  await using hasty = await InnerCounty.start({ review });
  await hasty.send(sentPrescription("late", { drug: "009" }));
  await until("it is escalated in the report", async () => {
    const answer = await hasty.fetch("/api/reports/day");
    return answers.dayReportAnswer.parse(await answer.json()).waits.waitingEscalated === 1;
  });
});
