/** The office of a county's review: reads its tables in slices, and writes what persons tell. */
import { randomBytes } from "node:crypto";
import type { NewEntry } from "../../../sync/append.ts";
import type { Problem } from "../../../sync/problem.ts";
import { streamTo } from "../../../sync/stream.ts";
import type { Input } from "../../api_route.ts";
import { entryId, isTooLarge, newEntry, once } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { noRoomProblem } from "../../no_room.ts";
import type { ContactClosedBody } from "../life/contact_body.ts";
import type { WaitPolicy } from "../life/queue_order.ts";
import type { SameKeySeenBody } from "../life/same_key_body.ts";
import { type Person } from "../life/subject.ts";
import { openSameKeys } from "../record/same_keys.ts";
import { dayOf } from "../shanghai_day.ts";
import { monthText, type Span, spanOfMonth } from "../../china_calendar.ts";
import { dayReportOf } from "./day_report.ts";
import { KEEP_YEARS } from "./keep.ts";
import { type CommentBody, type RosterBody, type SampleBody, sampleBody } from "./office_bodies.ts";
import { COMMENT, ROSTER, SAMPLE } from "./office_kinds.ts";
import { openCases, sampleItems, sampleOf } from "./office_lists.ts";
import * as reads from "./office_reads.ts";
import { CountyDrawing, GROUPS, isHospital, type SampleKey } from "./sample.ts";
import { workloadOf } from "./workload.ts";

export type Done =
  | { readonly kind: "done"; readonly id: string }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Who tells something. */
export type Teller = Pick<Input["actor"], "account" | "who">;

export type SeenSameKey = Pick<SameKeySeenBody, "comment">;

/** More is a sender that gives all one key. */
export const SAME_KEYS_MAX = 200;

/** As long as an id of a person may be. */
const PERSON_LENGTH_MAX = 64;

/** A person's account; the owner and the local command are named as the audit names them. */
function personOf({ account, who }: Teller): Person {
  return { id: (account ?? who).slice(0, PERSON_LENGTH_MAX) };
}

export class OfficeDesk {
  readonly #node: Pick<Node, "clock" | "config" | "disk" | "journal" | "tables">;

  readonly #policy: Pick<WaitPolicy, "warnMs" | "escalateMs">;
  readonly #kindOf: (site: string, day: number) => string | null;

  /**
   * `policy`: the same by which the workbench warns and escalates (P8); `kindOf`: what kind of
   * place the county's registry calls a site on a day.
   */
  constructor(
    node: Node,
    policy: Pick<WaitPolicy, "warnMs" | "escalateMs">,
    kindOf: (site: string, day: number) => string | null,
  ) {
    this.#node = node;
    this.#policy = policy;
    this.#kindOf = kindOf;
  }

  get tables() {
    return this.#node.tables;
  }

  get nowMs(): number {
    return this.#node.clock.now().wallMs;
  }

  async dayReport(span: Span) {
    const { tables, nowMs } = this;
    const counts = await reads.verdictCounts(tables, span);
    const afters = await reads.afterCounts(tables, span);
    const waits = await reads.waitsOf(tables, span, this.#policy, nowMs);
    return dayReportOf(counts, afters, waits);
  }

  async workload(span: Span) {
    return workloadOf(await reads.decisionsOf(this.tables, span), this.#policy.escalateMs);
  }

  async mayGo() {
    const today = dayOf(this.nowMs);
    const all: reads.MayGo[] = [];
    for (const years of KEEP_YEARS) all.push(await reads.mayGoOf(this.tables, years, today));
    return all;
  }

  async sample(month: string) {
    const drawn = await sampleOf(this.tables, month);
    const key = { month, seed: drawn?.seed ?? null };
    return { drawn, items: await sampleItems(this.tables, key, spanOfMonth(month)) };
  }

  /** Once for a month that is over: nobody draws again until a sample pleases. */
  async draw(month: string, actor: Teller): Promise<Done> {
    if (month >= monthText(this.nowMs)) return { kind: "refused", problem: MONTH_NOT_OVER };
    await this.#caughtUp();
    if (await sampleOf(this.tables, month) !== null) return DRAWN_BEFORE;
    const seed = randomBytes(32).toString("hex");
    const { config } = this.#node;
    const centres = [
      config.node,
      ...config.role === "county" && config.peer !== undefined ? [config.peer.node] : [],
    ];
    const draw = { county: centres.sort().join("+"), month, seed };
    const span = spanOfMonth(month);
    const lastDay = dayOf(span.toMs - 1);
    const isOwn = (site: string) => isHospital(this.#kindOf(site, lastDay));
    const [outpatient, discharge] = await Promise.all(GROUPS.map(async (group) => {
      const drawing = new CountyDrawing(group, draw, isOwn);
      const population = reads.populationOf(this.tables, group, span);
      for await (const { patient, ...key } of population) drawing.add(key, patient);
      return { hospitals: drawing.hospitals, ...drawing.result() };
    }));
    const hospitals = [...new Set([...outpatient.hospitals, ...discharge.hospitals])].sort();
    const id = entryId(SAMPLE, month, seed);
    const groups = { outpatient: drawnOf(outpatient), discharge: drawnOf(discharge) };
    const body: SampleBody = { ...draw, id, ...groups, hospitals, by: personOf(actor) };
    const entry = newEntry("record", SAMPLE, this.#now(), body);
    const isTooMany = !sampleBody.safeParse(body).success || isTooLarge(entry);
    if (isTooMany) return { kind: "refused", problem: TOO_MANY_DRAWN };
    return await this.#tell(entry, month, DRAWN_BEFORE);
  }

  async changeRoster(change: Omit<RosterBody, "id" | "by">, actor: Teller): Promise<Done> {
    const id = crypto.randomUUID();
    const body: RosterBody = { ...change, id, by: personOf(actor) };
    return await this.#tell(newEntry("record", ROSTER, this.#now(), body), id);
  }

  /** A pharmacist comments on what others reviewed, and on what is to be commented on. */
  async comment(said: Omit<CommentBody, "id" | "by">, actor: Teller): Promise<Done> {
    const { account } = actor;
    if (account === null) return { kind: "refused", problem: PERSON_NEEDED };
    await this.#caughtUp();
    const { month, site, prescription } = said;
    const { items } = await this.sample(month);
    if (!items.some((one) => one.site === site && one.number === prescription)) {
      return { kind: "refused", problem: NOT_SAMPLED };
    }
    if (await this.#decided({ site, number: prescription }, account)) {
      return { kind: "refused", problem: OWN_REVIEW };
    }
    const id = crypto.randomUUID();
    const body: CommentBody = { ...said, id, by: personOf(actor) };
    return await this.#tell(newEntry("record", COMMENT, this.#now(), body), id);
  }

  async #decided({ site, number }: SampleKey, account: string): Promise<boolean> {
    const select = "SELECT count(*) AS n FROM officedecisions " +
      "WHERE site = ? AND number = ? AND person = ?";
    const [row] = await this.tables.rows(select, [site, number, account]);
    return row.number("n") > 0;
  }

  /** What came of calling a patient; a case is closed once. */
  async closeCase(
    id: string,
    { result, comment }: Pick<ContactClosedBody, "result" | "comment">,
    actor: Teller,
  ): Promise<Done> {
    await this.#caughtUp();
    const open = (await openCases(this.tables)).find((one) => one.id === id);
    if (open === undefined) return { kind: "refused", problem: NO_OPEN_CASE };
    const { site, number: prescription } = open;
    const body: ContactClosedBody = {
      id: entryId("contact-case-closed", id),
      case: id,
      site,
      prescription,
      result,
      comment,
      by: personOf(actor),
    };
    const entry = newEntry(streamTo(site), "contact-case-closed", this.#now(), body);
    return await this.#tell(entry, id, { kind: "refused", problem: NO_OPEN_CASE });
  }

  /** A person has looked at two prescriptions under one key: once each. */
  async seeSameKey(id: string, { comment }: SeenSameKey, actor: Teller): Promise<Done> {
    await this.#caughtUp();
    const found = (await openSameKeys(this.tables, SAME_KEYS_MAX)).find(({ body }) =>
      body.id === id
    );
    if (found === undefined) return { kind: "refused", problem: NO_SAME_KEY };
    const { site, prescription, version, hash } = found.body;
    const body: SameKeySeenBody = {
      ...{ id: entryId("same-key-seen", id), of: id },
      ...{ site, prescription, version, hash, comment },
      by: personOf(actor),
    };
    const entry = newEntry(streamTo(site), "prescription-same-key-seen", this.#now(), body);
    return await this.#tell(entry, id, { kind: "refused", problem: NO_SAME_KEY });
  }

  #now() {
    return this.#node.clock.now();
  }

  async #caughtUp(): Promise<void> {
    await this.#node.tables.caughtUp(this.#node.journal);
  }

  /** `repeated`: what is answered where the key is taken. */
  async #tell(entry: NewEntry, id: string, repeated?: Done): Promise<Done> {
    const none = noRoomProblem(this.#node.disk, "do it again later, or at the other centre");
    if (none !== null) return { kind: "refused", problem: none };
    const [outcome] = await this.#node.disk.append([once(entry, entry.entryKind, id)], this.#now());
    // Whoever asked sees it at once.
    await this.#caughtUp();
    return outcome.kind === "stored" || repeated === undefined ? { kind: "done", id } : repeated;
  }
}

function drawnOf({ population, drawn }: SampleBody["outpatient"]): SampleBody["outpatient"] {
  return { population, drawn };
}

const TOO_MANY_DRAWN: Problem = {
  status: 409,
  code: "too-many-drawn",
  title: "The samples of all hospitals are more than one entry holds: nothing was drawn",
  hint: "name clinics and village clinics under places of the registry: they have one together",
};

const MONTH_NOT_OVER: Problem = {
  status: 409,
  code: "month-not-over",
  title: "A sample is drawn of a month that is over",
  hint: "draw it from the first of the next month on, in China's time",
};

const DRAWN_BEFORE: Done = {
  kind: "refused",
  problem: {
    status: 409,
    code: "sample-drawn",
    title: "The sample of this month was drawn, and is drawn once",
    hint: "look at it: GET the same path",
  },
};

const PERSON_NEEDED: Problem = {
  status: 403,
  code: "person-needed",
  title: "A comment is a pharmacist's own, and takes that person's account",
  hint: "sign in as a pharmacist",
};

const NOT_SAMPLED: Problem = {
  status: 404,
  code: "not-sampled",
  title: "This prescription is not in the sample or the comment pool of that month",
  hint: "see GET /api/samples/MONTH for those that are",
};

const OWN_REVIEW: Problem = {
  status: 409,
  code: "own-review",
  title: "Nobody comments on what he decided himself",
  hint: "another pharmacist comments on it",
};

const NO_SAME_KEY: Problem = {
  status: 404,
  code: "no-same-key",
  title: "There are no such two prescriptions that nobody has looked at",
  hint: "see GET /api/same-keys; somebody else may have, or one of them was taken back",
};

const NO_OPEN_CASE: Problem = {
  status: 404,
  code: "no-open-case",
  title: "There is no such open case",
  hint: "see GET /api/contact-cases; somebody else may have closed it",
};
