/** Routes about doses: what a scanner read, steps, uses, lists of lots, stock, the trace. */
import * as z from "zod";
import { type Problem, problemResponse } from "../../../sync/problem.ts";
import { readBody } from "../../../sync/read_body.ts";
import type { ApiRoute } from "../../api_route.ts";
import { unmaskRoute } from "../../people/unmask.ts";
import { readLotList } from "../codes/lot_list.ts";
import * as answers from "./flow_answers.ts";
import { doneResponse } from "./done_response.ts";
import type { FlowDesk } from "./flow_desk.ts";
import { readScan, stockOf } from "./flow_reads.ts";
import { receiptRoutes } from "./receipt_routes.ts";
import { excursionOf, traceDoses, traceExcursion } from "./trace.ts";
import { openVials } from "./vial_reads.ts";

const LIST_BYTES_MAX = 8 << 20;
const RIGHT = "coldchain.doses";

export function flowRoutes(desk: FlowDesk): readonly ApiRoute[] {
  return [
    ...siteRoutes(desk),
    ...receiptRoutes(desk),
    lotListRoute(desk),
    ...readRoutes(desk),
    ...traceRoutes(desk),
  ];
}

/** What persons tell is written where the doses are. */
function siteRoutes(desk: FlowDesk): readonly ApiRoute[] {
  const of = { method: "post", role: "site", right: RIGHT, answer: answers.doneAnswer } as const;
  return [
    {
      ...of,
      path: "/api/coldchain/moves",
      summary: "Doses are stored, moved, taken to a session, brought back, sent on, thrown away",
      body: answers.moveRequest,
      handle: async (_parts, { body, actor }) =>
        doneResponse(await desk.move(answers.moveRequest.parse(body), actor)),
    },
    {
      ...of,
      path: "/api/coldchain/uses",
      summary: "A dose was given to somebody",
      body: answers.useRequest,
      handle: async (_parts, { body, actor }) =>
        doneResponse(await desk.use(answers.useRequest.parse(body), actor)),
    },
    {
      ...of,
      path: "/api/coldchain/reversals",
      summary: "A step, a use or an opening was written by mistake: it stays, and counts no more",
      body: answers.reverseRequest,
      handle: async (_parts, { body, actor }) => {
        const { what, reason } = answers.reverseRequest.parse(body);
        return doneResponse(await desk.reverse(what, reason, actor));
      },
    },
  ];
}

function lotListRoute(desk: FlowDesk): ApiRoute {
  const query = z.object({
    sites: z.string().max(8192).default("").describe("At a county: whose it is, with commas"),
  });
  return {
    method: "post",
    path: "/api/coldchain/lot-lists",
    right: RIGHT,
    summary:
      "A supplier's file of trace codes and lots, as CSV or JSON: the whole of it or nothing",
    upload: true,
    bodyType: "text/csv",
    body: z.string(),
    query,
    answer: answers.doneAnswer,
    handle: async (_parts, { request, query: asked, actor }) => {
      const bytes = await readBody(request, LIST_BYTES_MAX);
      if (bytes === null) return problemResponse(LIST_TOO_LARGE);
      const list = readLotList(new TextDecoder().decode(bytes));
      if (list.kind === "refused") {
        const detail = list.faults.map(({ line, field, found }) =>
          `line ${line}${field === null ? "" : `, ${field}`}: ${found}`
        ).join("; ");
        return problemResponse({ ...LIST_REFUSED, detail });
      }
      const sites = query.parse(asked).sites.split(",").map((one) => one.trim())
        .filter((one) => one !== "");
      if (!desk.isSite && sites.length === 0) return problemResponse(SITES_NEEDED);
      return doneResponse(await desk.takeLots(list.ranges, sites, actor));
    },
  };
}

function readRoutes(desk: FlowDesk): readonly ApiRoute[] {
  return [
    {
      method: "get",
      path: "/api/coldchain/codes",
      right: RIGHT,
      summary:
        "What a scanner that works as a keyboard has typed, with its lot where that is known",
      query: answers.scanQuery,
      answer: answers.scanAnswer,
      handle: async (_parts, { query }) => {
        const { typed, site = desk.site } = answers.scanQuery.parse(query);
        return Response.json(await readScan(desk.tables, site, typed));
      },
    },
    {
      method: "get",
      path: "/api/coldchain/stock",
      right: "read",
      summary: "Doses by site, place and lot, those that were given taken off",
      query: z.object({ site: z.string().max(64).optional() }),
      answer: answers.stockAnswer,
      handle: async (_parts, { query }) =>
        Response.json({ stock: await stockOf(desk.tables, query.site ?? null) }),
    },
    {
      method: "get",
      path: "/api/coldchain/vials",
      right: "read",
      summary: "Opened vials in which doses are left, and until when they may be used",
      query: answers.vialsQuery,
      answer: answers.vialsAnswer,
      handle: async (_parts, { query }) => {
        const { site = desk.site } = answers.vialsQuery.parse(query);
        return Response.json({ vials: await openVials(desk.tables, site) });
      },
    },
  ];
}

function traceRoutes(desk: FlowDesk): readonly ApiRoute[] {
  return [
    {
      method: "get",
      path: "/api/coldchain/traces/excursions/{site}/{episode}",
      right: RIGHT,
      summary: "Doses that an alarm's excursion is about: lots, sites, to whom they were given",
      answer: answers.excursionAnswer,
      handle: async (_parts, { path: { site, episode } }) => {
        const excursion = await excursionOf(desk.tables, site, episode);
        if (excursion === null) return problemResponse(NO_EPISODE);
        const traced = await traceExcursion(desk.tables, excursion);
        return Response.json({ episode: excursion.episode, ...traced });
      },
    },
    {
      method: "get",
      path: "/api/coldchain/traces/codes/{code}",
      right: RIGHT,
      summary: "What a dose went through before it was given: units, and their alarms meanwhile",
      answer: answers.dosesAnswer,
      handle: async (_parts, { path: { code } }) =>
        Response.json({ doses: await traceDoses(desk.tables, { code }) }),
    },
    {
      method: "post",
      path: "/api/coldchain/traces/people",
      right: RIGHT,
      summary: "The same of all doses of a person, who is asked for by the number",
      body: answers.personQuery,
      answer: answers.dosesAnswer,
      handle: async (_parts, { body }) => {
        const { recipients } = desk;
        if (recipients === null) return problemResponse(NO_RECIPIENTS);
        const person = recipients.keyOf(answers.personQuery.parse(body));
        return Response.json({ doses: await traceDoses(desk.tables, { person }) });
      },
    },
    unmaskRoute({
      subject: "vaccination",
      fields: ["number", "name"],
      read: async (_parts, id, field) => {
        const select = "SELECT sealed FROM colduses WHERE site = ? AND id = ? LIMIT 1";
        const [site, use] = [id.slice(0, id.indexOf("~")), id.slice(id.indexOf("~") + 1)];
        const row = (await desk.tables.rows(select, [site, use])).at(0);
        const opened = row === undefined
          ? null
          : desk.recipients?.opened(row.text("sealed"), use) ?? null;
        return opened === null ? null : field === "name" ? opened.name : opened.number;
      },
    }),
  ];
}

const LIST_TOO_LARGE = {
  status: 413,
  code: "list-too-large",
  title: "The list is too large",
  hint: `divide it into files of at most ${LIST_BYTES_MAX >> 20} MiB`,
} as const satisfies Problem;

const LIST_REFUSED = {
  status: 400,
  code: "list-refused",
  title: "Nothing of the list was taken",
  hint: "put the lines right, or ask who sent it for another",
} as const satisfies Problem;

const SITES_NEEDED = {
  status: 400,
  code: "sites-needed",
  title: "It is not said whose list it is",
  hint: "name the sites: ?sites=site-1,site-2",
} as const satisfies Problem;

const NO_EPISODE = {
  status: 404,
  code: "no-such-episode",
  title: "There is no alarm of this name at this site",
} as const satisfies Problem;

const NO_RECIPIENTS = {
  status: 409,
  code: "no-recipient-key",
  title: "This node has no key for recipients",
  hint: "configure vaccines.recipientKeyFile, the same file at all nodes of the county",
} as const satisfies Problem;
