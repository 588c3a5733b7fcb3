/** Acts about waste, for pages and programs of the site; and what anybody may see of it. */
import * as z from "zod";
import { problemResponse } from "../../../sync/problem.ts";
import type { ApiParts, ApiRoute, Input } from "../../api_route.ts";
import type { SecondPerson } from "../../people/second_person.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import * as reads from "../record/waste_reads.ts";
import { TRACED_AS } from "../manifest/trace.ts";
import { manifestForm, manifestFormOf } from "../manifest/form_data.ts";
import * as acts from "./acts.ts";
import * as later from "./later_acts.ts";
import { actDone, doneAnswer } from "./done.ts";
import { personsOf } from "./persons.ts";
import { type RuledNode, rulesFor } from "./rules_read.ts";
import { around } from "./surroundings.ts";
import { tracedBy } from "./trace_read.ts";
import type { Act, WasteDesk, WasteNode } from "./waste_desk.ts";

const anything = z.record(z.string(), z.unknown());

interface Way<T extends z.ZodObject> {
  readonly path: string;
  readonly summary: string;
  readonly right: "waste.weigh" | "waste.confirm";
  readonly body: T;
  readonly act: (asked: z.infer<T>, by: readonly Confirmation[]) => Act;
}

const secondIn = z.object({ second: z.unknown().optional() });

/** Acts of persons, at a site. */
export function actRoutes(desk: WasteDesk): readonly ApiRoute[] {
  const route = <T extends z.ZodObject>({ path, summary, right, body, act }: Way<T>): ApiRoute => ({
    method: "post",
    path,
    summary,
    right,
    role: "site",
    body,
    answer: actDone,
    handle: async ({ people }: ApiParts, input: Input) => {
      const asked = body.parse(input.body);
      const second: SecondPerson | undefined = acts.secondOf(secondIn.parse(input.body).second);
      const persons = await personsOf(input.actor, second, people);
      if (persons.kind === "refused") return doneAnswer(persons);
      return doneAnswer(await desk.write(act(asked, persons.by)));
    },
  });
  return [
    route({
      path: "/api/waste/bags",
      summary: "A bag is sealed, with its category, ward and weight (W1, W2)",
      right: "waste.weigh",
      body: acts.sealOrder,
      act: (asked, by) => acts.sealing(desk, asked, by),
    }),
    route({
      path: "/api/waste/boxings",
      summary: "Bags or loads are put into a box (W5)",
      right: "waste.weigh",
      body: acts.boxOrder,
      act: (asked, by) => acts.boxing(desk, asked, by),
    }),
    route({
      path: "/api/waste/handovers",
      summary: "Waste goes from one custodian to another; two persons confirm (W4)",
      right: "waste.weigh",
      body: acts.handoverOrder,
      act: (asked, by) => acts.handover(desk, asked, by),
    }),
    route({
      path: "/api/waste/stored",
      summary: "A store takes what was collected, or names what does not balance (W6)",
      right: "waste.weigh",
      body: acts.storeOrder,
      act: (asked, by) => acts.storing(desk, asked, by),
    }),
    route({
      path: "/api/waste/confirmations",
      summary: "The second person confirms an entry, here or elsewhere (W4)",
      right: "waste.confirm",
      body: later.confirmOrder,
      act: (asked, [by]) => later.confirming(desk, asked, by),
    }),
    route({
      path: "/api/waste/reversals",
      summary: "Two persons take an entry back; nothing is edited (W1)",
      right: "waste.confirm",
      body: later.reversalOrder,
      act: later.reversing,
    }),
    route({
      path: "/api/waste/resolutions",
      summary: "A person says which of several entries is right; of custodians two do (W4)",
      right: "waste.confirm",
      body: later.resolutionOrder,
      act: later.resolving,
    }),
    ...manifestWays(desk).map((way) => way(route)),
  ];
}

type Router = <T extends z.ZodObject>(way: Way<T>) => ApiRoute;

function manifestWays(desk: WasteDesk): readonly ((route: Router) => ApiRoute)[] {
  return [
    (route) =>
      route({
        path: "/api/waste/manifests",
        summary: "A transfer manifest is drafted (W8)",
        right: "waste.weigh",
        body: acts.manifestOrder,
        act: (asked, by) => acts.drafting(desk, asked, by),
      }),
    (route) =>
      route({
        path: "/api/waste/manifest-numbers",
        summary: "The national number of a manifest is entered; until then it is a draft (W8)",
        right: "waste.weigh",
        body: acts.numberOrder,
        act: (asked, [by]) => acts.numbering(desk, asked, by),
      }),
    (route) =>
      route({
        path: "/api/waste/departures",
        summary: "The carrier takes waste on a manifest; two persons confirm",
        right: "waste.weigh",
        body: acts.departOrder,
        act: (asked, by) => acts.departure(desk, asked, by),
      }),
    (route) =>
      route({
        path: "/api/waste/receipts",
        summary: "The disposer's receipt of what the carrier brought",
        right: "waste.weigh",
        body: acts.receiptOrder,
        act: (asked, by) => acts.receipt(desk, asked, by),
      }),
    (route) =>
      route({
        path: "/api/waste/disposals",
        summary: "The disposer says that it is disposed of",
        right: "waste.weigh",
        body: acts.disposalOrder,
        act: acts.disposal,
      }),
  ];
}

const siteQuery = z.object({
  site: z.string().max(64).optional().describe("Of one site; none: of all that are known here"),
});
const listQuery = siteQuery.extend({
  after: z.string().max(300).optional().describe("Those that follow: `next` of the answer before"),
  limit: z.coerce.number().int().min(1).max(reads.ROWS_MAX).default(reads.ROWS_MAX),
});
const next = z.string().nullable().describe("null: these are all; else more follow, with after=");
const heldQuery = listQuery.extend({
  held: z.string().max(100).optional()
    .describe("What one custodian holds, such as store/store-1; none: all that is not settled"),
});

/** What is known here: at a county of all sites. */
export function readRoutes(
  ruled: RuledNode & { readonly node: WasteNode },
): readonly ApiRoute[] {
  const { tables, journal } = ruled.node;
  const caughtUp = () => tables.caughtUp(journal);
  return [
    {
      method: "get",
      path: "/api/waste/bags",
      right: "read",
      summary: "Bags that are not disposed of, that disagree, or that wait, what is here first " +
        "and of that the oldest (W5); or what one holds (W6)",
      query: heldQuery,
      answer: z.object({ bags: z.array(anything), next }),
      handle: async (_parts, { query }) => {
        await caughtUp();
        const { site = null, held, ...asked } = heldQuery.parse(query);
        const { listed, next } = held === undefined
          ? await reads.unsettledBags(tables, site, asked)
          : await reads.bagsHeldBy(tables, held, asked);
        const bags = listed.map(({ standing, faults }) => ({ ...standing, faults }));
        return Response.json({ bags, next });
      },
    },
    {
      method: "get",
      path: "/api/waste/bags/{bag}",
      right: "read",
      summary: "Where a bag stands, with every entry about it",
      answer: anything,
      handle: async (_parts, { path }) => {
        await caughtUp();
        const found = await reads.bagOf(tables, path.bag);
        if (found === null) return problemResponse(NO_SUCH);
        return Response.json({ ...found.standing, faults: found.faults });
      },
    },
    {
      method: "get",
      path: "/api/waste/manifests/{manifest}",
      right: "read",
      summary: "A manifest with its bags",
      answer: anything,
      handle: async (_parts, { path }) => {
        await caughtUp();
        const found = await reads.manifestOf(tables, path.manifest);
        if (found === null) return problemResponse(NO_SUCH);
        const bags = await reads.bagsOnManifest(tables, path.manifest);
        return Response.json({
          ...found.standing,
          site: found.site,
          bags: bags.map(({ standing }) => standing.bag),
        });
      },
    },
    {
      method: "get",
      path: "/api/waste/manifests/{manifest}/form",
      right: "read",
      summary: "A manifest as the national form has it, and what it lacks (W8)",
      answer: manifestForm,
      handle: async (_parts, { path }) => {
        await caughtUp();
        const known = await reads.manifestOf(tables, path.manifest);
        if (known === null) return problemResponse(NO_SUCH);
        const rules = (await rulesFor(ruled, [known.site]))(known.site);
        const { manifests } = await around(tables, { manifests: [path.manifest] }, rules);
        const found = manifests.get(path.manifest);
        return found === undefined
          ? problemResponse(NO_SUCH)
          : Response.json(manifestFormOf(found));
      },
    },
    {
      method: "get",
      path: "/api/waste/trace",
      right: "read",
      summary: "Bags, boxes, manifests and receipts from any of their codes (W8)",
      query: z.object({ code: z.string().min(1).max(500) }),
      answer: z.object({ foundAs: z.array(z.enum(TRACED_AS)), bags: z.array(anything) }),
      handle: async (_parts, { query }) => {
        await caughtUp();
        return Response.json(await tracedBy(tables, query.code));
      },
    },
    {
      method: "get",
      path: "/api/waste/alarms",
      right: "read",
      summary: "Alarms about waste that are not over, of what is here first, and the oldest (W9)",
      query: listQuery,
      answer: z.object({ alarms: z.array(anything), next }),
      handle: async (_parts, { query }) => {
        await caughtUp();
        const { site = null, ...asked } = listQuery.parse(query);
        const { listed: alarms, next } = await reads.openAlarms(tables, site, asked);
        return Response.json({ alarms, next });
      },
    },
  ];
}

const NO_SUCH = {
  status: 404,
  code: "no-such-waste",
  title: "Nothing is known here under this code",
  hint: "read the label again; what another node wrote may be on its way",
};
