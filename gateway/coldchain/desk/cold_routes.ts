/** The cold chain for programs and pages: what stands, and what persons do about it. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import type { ApiParts, ApiRoute, Input } from "../../api_route.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import { dayReport } from "../evaluate/report.ts";
import { moment } from "../evaluate/written.ts";
import { ACTIVATION_KJ_MOL } from "../series/kinetic.ts";
import type { Person } from "../life/subject.ts";
import * as reads from "../record/cold_reads.ts";
import { Calendar } from "../series/calendar.ts";
import type { ColdNode } from "./cold_node.ts";
import { downsampled } from "./curve.ts";
import * as acts from "./person_acts.ts";
import { decideOrder, decideQuarantine } from "./quarantine_act.ts";
import { alarmView, unitView } from "./unit_view.ts";

const SPAN_DAYS_MAX = 90;
const DAY_MS = 86_400_000;
/** Points of a curve: more than a screen has columns. */
const POINTS_MAX = 2000;

const anything = z.record(z.string(), z.unknown());
const siteQuery = z.object({
  site: z.string().max(64).optional().describe("Of one site; none: of all that are known here"),
});
const spanQuery = z.object({
  from: z.iso.datetime({ offset: true }).describe("From this moment on, at most 90 days back"),
  to: z.iso.datetime({ offset: true }).describe("Up to this moment"),
});
const daysQuery = z.object({
  from: z.iso.date().describe("First day, as 2026-11-01"),
  to: z.iso.date().describe("Last day"),
});
type Shown = Pick<ColdNode, "name" | "tables" | "journal" | "clock">;

/** What is known here: at a county of all sites. */
export function readRoutes(node: Shown): readonly ApiRoute[] {
  const { tables, journal } = node;
  const calendar = new Calendar();
  const caughtUp = () => tables.caughtUp(journal);
  const path = "/api/coldchain/units/{site}/{unit}";
  const ofUnit = async ({ site, unit }: Input["path"]) => {
    await caughtUp();
    return await reads.unitOf(tables, site, unit);
  };
  return [
    {
      method: "get",
      path: "/api/coldchain/units",
      right: "read",
      summary: "Units that are watched, each with its values, alarms and what is not compliant",
      query: siteQuery,
      answer: z.array(anything),
      handle: async (_parts, { query }) => {
        await caughtUp();
        const units = await reads.watchedUnits(tables, siteQuery.parse(query).site ?? null);
        const views = [];
        for (const unit of units) views.push(await unitView(node, unit, calendar));
        return Response.json(views);
      },
    },
    {
      method: "get",
      path: "/api/coldchain/alarms",
      right: "read",
      summary: "Alarms that somebody has to look at or to explain, the latest first",
      query: siteQuery,
      answer: z.array(anything),
      handle: async (_parts, { query }) => {
        await caughtUp();
        const site = siteQuery.parse(query).site ?? null;
        return Response.json((await reads.episodesToDo(tables, site)).map(alarmView));
      },
    },
    {
      method: "get",
      path: "/api/coldchain/quarantines",
      right: "read",
      summary: "Lots that are set apart until somebody decides, those first that wait the longest",
      query: siteQuery,
      answer: z.array(anything),
      handle: async (_parts, { query }) => {
        await caughtUp();
        return Response.json(await reads.heldLots(tables, siteQuery.parse(query).site ?? null));
      },
    },
    {
      method: "get",
      path: `${path}/days`,
      right: "read",
      summary: "Days of each probe: extremes, mean, MKT, minutes out of range, alarms (C3)",
      query: daysQuery,
      answer: z.array(anything),
      handle: async (_parts, { path, query }) => {
        const unit = await ofUnit(path);
        if (unit === null) return problemResponse(NO_SUCH);
        const { from, to } = daysQuery.parse(query);
        const answer = [];
        for (const { id, device, point } of unit.probes) {
          const series = { site: unit.site, device, point };
          const days = await reads.daysBetween(tables, series, from, to);
          const at = (ms: number) => moment(ms, calendar);
          const told = days.map((day) => dayReport(day, unit.rules, at, ACTIVATION_KJ_MOL));
          answer.push({ probe: id, days: told });
        }
        return Response.json(answer);
      },
    },
    {
      method: "get",
      path: `${path}/curve`,
      right: "read",
      summary: "Values of each probe, the extremes of each column where there are many, and limits",
      query: spanQuery,
      answer: anything,
      handle: async (_parts, { path, query }) => {
        const unit = await ofUnit(path);
        if (unit === null) return problemResponse(NO_SUCH);
        const span = spanQuery.parse(query);
        const [fromMs, toMs] = [Date.parse(span.from), Date.parse(span.to)];
        if (toMs <= fromMs || toMs - fromMs > SPAN_DAYS_MAX * DAY_MS) {
          return problemResponse(BAD_SPAN);
        }
        const probes = [];
        for (const { id, device, point } of unit.probes) {
          const series = { site: unit.site, device, point };
          const samples = await reads.valuesBetween(tables.near, series, fromMs, toMs);
          probes.push({ probe: id, points: downsampled(samples, fromMs, toMs, POINTS_MAX) });
        }
        return Response.json({
          probes,
          limits: unit.rules.map(({ id, side, limitCelsius }) => ({ id, side, limitCelsius })),
        });
      },
    },
  ];
}

interface Way<T extends z.ZodType> {
  readonly path: string;
  readonly summary: string;
  readonly body: T;
  readonly act: (node: ColdNode, asked: z.infer<T>, by: Person) => Promise<acts.Outcome>;
}

/** Acts of persons, at a site. */
export function actRoutes(node: ColdNode): readonly ApiRoute[] {
  const route = <T extends z.ZodType>({ path, summary, body, act }: Way<T>): ApiRoute => ({
    method: "post",
    path: `/api/coldchain/${path}`,
    summary,
    right: "coldchain.acknowledge",
    role: "site",
    body,
    answer: z.object({ entries: z.array(z.string()).describe("Ids of the entries") }),
    handle: async (parts: ApiParts, input: Input) => {
      const by = signedIn(input.actor, parts.people);
      if (by === null) return problemResponse(PERSON_NEEDED);
      await node.tables.caughtUp(node.journal);
      const outcome = await act(node, body.parse(input.body), by.person);
      if (outcome.kind === "refused") return problemResponse(outcome.problem);
      return Response.json({ entries: outcome.entries }, { status: 201 });
    },
  });
  return [
    route({
      path: "acknowledgements",
      summary: "A person says what an alarm was, with a comment (C9)",
      body: acts.acknowledgeOrder,
      act: acts.acknowledge,
    }),
    route({
      path: "suppressions",
      summary: "A person switches a unit's alarms off, with a reason and an end (C8)",
      body: acts.suppressOrder,
      act: acts.suppress,
    }),
    route({
      path: "suppressions-ended",
      summary: "A unit's alarms are told again",
      body: acts.watchOrder,
      act: acts.watchAgain,
    }),
    route({
      path: "readings",
      summary: "A temperature that a person read, in the morning or the afternoon (C6)",
      body: acts.readingOrder,
      act: acts.readByHand,
    }),
    route({
      path: "quarantine-decisions",
      summary: "A person says what becomes of a lot that was set apart (C10)",
      body: decideOrder,
      act: decideQuarantine,
    }),
    route({
      path: "calibrations",
      summary: "A probe was compared with a reference: its certificate (C13)",
      body: acts.calibrationOrder,
      act: acts.calibrate,
    }),
  ];
}

const NO_SUCH: Problem = {
  status: 404,
  code: "no-such-unit",
  title: "No unit is known here under this name",
  hint: "/api/coldchain/units lists them; what another node wrote may be on its way",
};
const BAD_SPAN: Problem = {
  status: 400,
  code: "bad-span",
  title: "This is no span of time that is shown",
  detail: `want to after from, and at most ${SPAN_DAYS_MAX} days`,
  hint: "ask for a shorter span",
};
