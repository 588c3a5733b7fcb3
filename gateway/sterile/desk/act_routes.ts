/** Acts about sterile supply, for pages and programs of the site. */
import * as z from "zod";
import { problemResponse } from "../../../sync/problem.ts";
import type { ApiParts, ApiRoute, Input } from "../../api_route.ts";
import type { Right } from "../../people/roles.ts";
import { otherPerson, type PeopleOf, PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import type { Person } from "../supply/supply_body.ts";
import * as acts from "./acts.ts";
import * as orders from "./orders.ts";
import type { Done, SterileDesk } from "./sterile_desk.ts";

const done = z.object({
  entry: z.string().describe("Id of the entry"),
  subject: z.string().describe("Load, pack, cycle or entry that it is about"),
  warning: z.string().optional().describe("It is written; what to know of it all the same"),
});

export interface Asker {
  readonly actor: Input["actor"];
  readonly people: PeopleOf;
}

type Work<T extends z.ZodType> = (
  order: z.infer<T>,
  by: Person,
  asker: Asker,
  path: Input["path"],
) => Promise<Done>;

/** What persons do, by the last part of its path: the same for programs and for pages. */
export class Doing {
  readonly #desk: SterileDesk;

  constructor(desk: SterileDesk) {
    this.#desk = desk;
  }

  readonly pack: Work<typeof orders.packOrder> = async (order, by, { actor, people }) => {
    const checked = await otherPerson(actor, order.checked, "sterile.work", people);
    if (checked.kind === "refused") return checked;
    return await this.#desk.write(acts.packing([order, by], checked.proof.person));
  };

  readonly receipt: Work<typeof orders.receiptOrder> = async (order, by, { actor, people }) => {
    const checked = await otherPerson(actor, order.checked, "sterile.work", people);
    if (checked.kind === "refused") return checked;
    return await this.#desk.write(acts.receiving([order, by], checked.proof.person));
  };

  /** Where its cycle is over already, that is judged anew with it. */
  readonly load: Work<typeof orders.loadOrder> = async (order, by) => {
    const loaded = await this.#desk.write(acts.loading([order, by]));
    if (loaded.kind === "refused" || order.cycle === undefined) return loaded;
    const { id, load, cycle } = order;
    const assigned = await this.#desk.write(acts.assigning([{ id, load }, by], cycle));
    return assigned.kind === "refused" ? assigned : loaded;
  };

  readonly assign: Work<typeof orders.assignOrder> = async (order, by, _asker, { cycle }) =>
    await this.#desk.write(acts.assigning([order, by], cycle));

  readonly bowieDick: Work<typeof orders.bowieDickOrder> = async (order, by) =>
    await this.#desk.write(await acts.reading("sterile-bowie-dick", [order, by], this.#desk));

  readonly indicator: Work<typeof orders.indicatorOrder> = async (order, by) =>
    await this.#desk.write(await acts.reading("sterile-indicator", [order, by], this.#desk));

  readonly step: Work<typeof orders.stepOrder> = async (order, by, asker, { load }) => {
    const { actor, people } = asker;
    if (order.by === undefined) return await this.#desk.write(acts.stepping([order, by], load));
    const other = await otherPerson(actor, order.by, "sterile.release", people);
    if (other.kind === "refused") return other;
    return await this.#desk.write(acts.stepping([order, other.proof.person], load));
  };

  readonly issue: Work<typeof orders.issueOrder> = async (order, by) =>
    await this.#desk.write(acts.issuing([order, by]));

  readonly use: Work<typeof orders.useOrder> = async (order, by) =>
    await this.#desk.write(acts.using([order, by]));

  readonly back: Work<typeof orders.backOrder> = async (order, by) =>
    await this.#desk.write(acts.comingBack([order, by]));

  readonly reversal: Work<typeof orders.reversalOrder> = async (order, by) =>
    await this.#desk.write(acts.reversing([order, by]));

  readonly closeAlarm: Work<typeof orders.closeOrder> = async (
    { comment },
    by,
    _asker,
    { alarm },
  ) => await this.#desk.close(alarm, comment, by);
}

export function actRoutes(desk: SterileDesk): readonly ApiRoute[] {
  const doing = new Doing(desk);
  const route = <T extends z.ZodType>(
    path: string,
    summary: string,
    right: Right,
    body: T,
    work: Work<T>,
  ): ApiRoute => ({
    method: "post",
    path: `/api/sterile/${path}`,
    summary,
    right,
    role: "site",
    body,
    answer: done,
    handle: async ({ people }: ApiParts, { actor, body: sent, path }: Input) => {
      const by = signedIn(actor, people);
      if (by === null) return problemResponse(PERSON_NEEDED);
      const order = body.parse(sent);
      return doneAnswer(await work(order, by.person, { actor, people }, path));
    },
  });
  const [work, release] = ["sterile.work", "sterile.release"] as const;
  return [
    route(
      "packs",
      "A pack is packed; a second person looked at it",
      work,
      orders.packOrder,
      doing.pack,
    ),
    route(
      "receipts",
      "A pack of another supply is received; a second person looked at it, too (S5)",
      work,
      orders.receiptOrder,
      doing.receipt,
    ),
    route("loads", "A load is put into a steriliser", work, orders.loadOrder, doing.load),
    route(
      "cycles/{cycle}/load",
      "Says which load lay in a cycle; it is judged anew",
      work,
      orders.assignOrder,
      doing.assign,
    ),
    route(
      "bowie-dicks",
      "A Bowie-Dick test was read (S5)",
      work,
      orders.bowieDickOrder,
      doing.bowieDick,
    ),
    route(
      "indicators",
      "A chemical or biological indicator was read (S5)",
      work,
      orders.indicatorOrder,
      doing.indicator,
    ),
    route(
      "loads/{load}/steps",
      "One of the two steps by which a load is released, each by another person (S5)",
      release,
      orders.stepOrder,
      doing.step,
    ),
    route("issues", "A released pack leaves for a ward", work, orders.issueOrder, doing.issue),
    route("uses", "A pack was used on a patient (S5)", work, orders.useOrder, doing.use),
    route("backs", "What became of a recalled pack (S5)", work, orders.backOrder, doing.back),
    route(
      "reversals",
      "Takes an entry back that was a mistake; nothing is edited",
      release,
      orders.reversalOrder,
      doing.reversal,
    ),
    route(
      "alarms/{alarm}/close",
      "Says what came of an alarm",
      release,
      orders.closeOrder,
      doing.closeAlarm,
    ),
  ];
}

function doneAnswer(done: Done): Response {
  if (done.kind === "refused") return problemResponse(done.problem);
  const { kind: _kind, ...said } = done;
  return Response.json(said, { status: 201 });
}
