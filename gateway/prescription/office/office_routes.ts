/** The office for programs: reports, samples, comments, roster, patients to be called. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiRoute } from "../../api_route.ts";
import { CONTACT_RESULTS } from "../life/contact_body.ts";
import { words } from "../life/subject.ts";
import { openSameKeys } from "../record/same_keys.ts";
import * as answers from "./office_answers.ts";
import { dayAfter, dayText, type Span, spanOfDay } from "../../china_calendar.ts";
import { commentBody, commentFields, MONTH, rosterBody } from "./office_bodies.ts";
import { type Done, type OfficeDesk, SAME_KEYS_MAX } from "./office_desk.ts";
import { openCases, shiftsOf } from "./office_lists.ts";
import { passesOf, type Place } from "./office_reads.ts";

/** Days of one report. */
const DAYS_MAX = 31;
const PASSES_MAX = 1000;

const day = z.iso.date("want a day such as 2026-11-28, in China's time");
const dayQuery = z.object({
  day: day.optional().describe("None: today"),
  days: z.coerce.number().int().min(1).max(DAYS_MAX).default(1),
});
const passesQuery = z.object({
  day: day.optional(),
  after: z.string().regex(/^\d+ \S+$/, "want `next` of the answer before").optional(),
  limit: z.coerce.number().int().min(1).max(PASSES_MAX).default(PASSES_MAX),
});
const rosterQuery = dayQuery;
const closing = z.strictObject({ result: z.enum(CONTACT_RESULTS), comment: words });
const seen = z.strictObject({ comment: words });
const comment = z.strictObject(commentFields);
const shift = z.strictObject(
  (({ day, account, from, to, duty }) => ({ day, account, from, to, duty }))(rosterBody.shape),
);

export function officeRoutes(desk: OfficeDesk): readonly ApiRoute[] {
  return [...reportRoutes(desk), ...sampleRoutes(desk), ...dutyRoutes(desk)];
}

function reportRoutes(desk: OfficeDesk): readonly ApiRoute[] {
  const of = { method: "get", role: "county", right: "prescription.review" } as const;
  return [
    {
      ...of,
      path: "/api/reports/day",
      summary: "Verdicts of a day, or of so many from it on, and what passed by rules alone",
      query: dayQuery,
      answer: answers.dayReportAnswer,
      handle: async (_parts, { query }) => {
        const { day, days, span } = spanIn(query, desk.nowMs);
        return Response.json({ day, days, ...await desk.dayReport(span) });
      },
    },
    {
      ...of,
      path: "/api/reports/day/passes",
      summary: "Each prescription that rules alone let pass on a day, with its code",
      query: passesQuery,
      answer: answers.passesAnswer,
      handle: async (_parts, { query }) => {
        const { after, limit, day } = passesQuery.parse(query);
        const span = spanOfDay(day ?? dayText(desk.nowMs));
        const rows = await passesOf(desk.tables, span, placeIn(after), limit);
        const last = rows.length < limit ? undefined : rows.at(-1);
        return Response.json({
          passes: rows.map(({ number, wallMs, place: _place, ...row }) => ({
            ...row,
            prescription: number,
            at: new Date(wallMs).toISOString(),
          })),
          next: last === undefined ? null : `${last.wallMs} ${last.place}`,
        });
      },
    },
    {
      ...of,
      path: "/api/reports/workload",
      summary: "Decisions by pharmacist and hour, how long each waited and took",
      query: dayQuery,
      answer: answers.workloadAnswer,
      handle: async (_parts, { query }) => {
        const { day, days, span } = spanIn(query, desk.nowMs);
        const to = dayAfter(day, days - 1);
        return Response.json({ from: day, to, ...await desk.workload(span) });
      },
    },
    {
      ...of,
      path: "/api/reports/keep",
      summary: "How many prescriptions need not be kept any more, by 1, 2 and 3 years",
      answer: answers.mayGoAnswer,
      handle: async () => Response.json(await desk.mayGo()),
    },
  ];
}

function sampleRoutes(desk: OfficeDesk): readonly ApiRoute[] {
  return [
    {
      method: "get",
      role: "county",
      path: "/api/samples/{month}",
      right: "prescription.review",
      summary: "What is to be commented on of a month such as 2026-11, with the comments",
      answer: answers.sampleAnswer,
      handle: async (_parts, { path: { month } }) => {
        if (!MONTH.test(month)) return problemResponse(NO_MONTH);
        const { drawn, items } = await desk.sample(month);
        return Response.json({
          month,
          drawn: drawn === null ? null : {
            seed: drawn.seed,
            county: drawn.county,
            by: drawn.drawnBy,
            at: new Date(drawn.drawnMs).toISOString(),
            outpatients: drawn.outpatients,
            discharges: drawn.discharges,
          },
          items: items.map(({ site, number, from, comments }) => ({
            site,
            prescription: number,
            from,
            comments: comments.map(({ atMs, ...one }) => ({
              ...one,
              at: new Date(atMs).toISOString(),
            })),
          })),
        });
      },
    },
    {
      method: "post",
      role: "county",
      path: "/api/samples/{month}",
      right: "prescription.office",
      summary: "Draws the sample of a month that is over, once",
      answer: answers.toldAnswer,
      handle: async (_parts, { path: { month }, actor }) =>
        MONTH.test(month) ? told(await desk.draw(month, actor)) : problemResponse(NO_MONTH),
    },
    {
      method: "post",
      role: "county",
      path: "/api/comments",
      right: "prescription.review",
      summary: "A pharmacist comments on a prescription of a month's sample or comment pool",
      body: comment,
      answer: answers.toldAnswer,
      handle: async (_parts, { body, actor }) => {
        const said = comment.parse(body);
        const whole = commentBody.safeParse({ ...said, id: "id", by: { id: "by" } });
        if (!whole.success) return problemResponse(ITEMS_NEEDED);
        return told(await desk.comment(said, actor));
      },
    },
  ];
}

function dutyRoutes(desk: OfficeDesk): readonly ApiRoute[] {
  return [
    {
      method: "get",
      role: "county",
      path: "/api/roster",
      right: "read",
      summary: "Who is on duty, from a day on",
      query: rosterQuery,
      answer: answers.rosterAnswer,
      handle: async (_parts, { query }) => {
        const { day, days } = spanIn(query, desk.nowMs);
        return Response.json(await shiftsOf(desk.tables, day, dayAfter(day, days - 1)));
      },
    },
    {
      method: "post",
      role: "county",
      path: "/api/roster",
      right: "prescription.office",
      summary: "Puts somebody on duty, or takes it back by `duty: off`",
      body: shift,
      answer: answers.toldAnswer,
      handle: async (_parts, { body, actor }) => {
        const change = shift.parse(body);
        if (change.from === change.to) return problemResponse(NO_LENGTH);
        return told(await desk.changeRoster(change, actor));
      },
    },
    {
      method: "get",
      role: "county",
      path: "/api/contact-cases",
      right: "prescription.review",
      summary: "Patients that have to be called, the oldest first, 200 at most",
      answer: answers.casesAnswer,
      handle: async () => {
        const cases = await openCases(desk.tables);
        return Response.json(cases.map(({ number, openedMs, ...one }) => ({
          ...one,
          prescription: number,
          openedAt: new Date(openedMs).toISOString(),
        })));
      },
    },
    {
      method: "post",
      role: "county",
      path: "/api/contact-cases/{id}/close",
      right: "prescription.review",
      summary: "Tells what came of calling a patient",
      body: closing,
      answer: answers.toldAnswer,
      handle: async (_parts, { path: { id }, body, actor }) =>
        told(await desk.closeCase(id, closing.parse(body), actor)),
    },
    {
      method: "get",
      role: "county",
      path: "/api/same-keys",
      right: "prescription.review",
      summary: "Other prescriptions that nodes out of reach of each other took under one " +
        "Idempotency-Key, which nobody has looked at; 200 at most",
      answer: answers.sameKeysAnswer,
      handle: async () => {
        const open = await openSameKeys(desk.tables, SAME_KEYS_MAX);
        return Response.json(open.map(({ body, receivedMs }) => ({
          id: body.id,
          site: body.site,
          prescription: body.prescription,
          version: body.version,
          receivedAt: new Date(receivedMs).toISOString(),
          first: { prescription: body.first.prescription, version: body.first.version },
          key: body.key,
        })));
      },
    },
    {
      method: "post",
      role: "county",
      path: "/api/same-keys/{id}/seen",
      right: "prescription.review",
      summary: "Tells that a person has looked at two prescriptions under one key",
      body: seen,
      answer: answers.toldAnswer,
      handle: async (_parts, { path: { id }, body, actor }) =>
        told(await desk.seeSameKey(id, seen.parse(body), actor)),
    },
  ];
}

function told(done: Done): Response {
  if (done.kind === "refused") return problemResponse(done.problem);
  return Response.json({ id: done.id }, { status: 201 });
}

function placeIn(after: string | undefined): Place | null {
  if (after === undefined) return null;
  const [wall, place] = after.split(" ");
  return { wallMs: Number(wall), place };
}

function spanIn(
  query: Readonly<Record<string, string>>,
  nowMs: number,
): { readonly day: string; readonly days: number; readonly span: Span } {
  const asked = dayQuery.parse(query);
  const day = asked.day ?? dayText(nowMs);
  const { fromMs } = spanOfDay(day);
  const { toMs } = spanOfDay(dayAfter(day, asked.days - 1));
  return { day, days: asked.days, span: { fromMs, toMs } };
}

const NO_MONTH: Problem = {
  status: 404,
  code: "no-month",
  title: "This is no month",
  hint: "write it as 2026-11",
};

const ITEMS_NEEDED: Problem = {
  status: 400,
  code: "items-needed",
  title: "What is unreasonable has items, what is reasonable has none",
  hint: "see items 1-1 to 3-4",
};

const NO_LENGTH: Problem = {
  status: 400,
  code: "no-length",
  title: "A duty ends at another time than it begins",
  hint: "change `to`",
};
