/** Doses at a site: looks at what stands, and writes what persons tell before it answers. */
import type * as z from "zod";
import type { NewEntry } from "../../../sync/append.ts";
import type { Problem } from "../../../sync/problem.ts";
import { streamTo } from "../../../sync/stream.ts";
import type { Input } from "../../api_route.ts";
import { entryId, isTooLarge, newEntry, once } from "../../collected_entry.ts";
import type { Node } from "../../node.ts";
import { issueLines } from "../../schema_faults.ts";
import type { LotRange } from "../codes/lot_list.ts";
import type { QuarantineBody } from "../life/quarantine_body.ts";
import { isSetApart, setApartFor, takenIn } from "../life/receipt.ts";
import type { Person } from "../life/subject.ts";
import { receiptOf, receiptState } from "../record/receipt_reads.ts";
import { Calendar } from "../series/calendar.ts";
import type { moveRequest } from "./flow_answers.ts";
import { type MovedBody, movedBody, RANGES_MAX, type UsedBody } from "./flow_body.ts";
import * as reads from "./flow_reads.ts";
import {
  type FlowRefusal,
  type LotHere,
  moveRefusals,
  reversalRefusals,
  useRefusals,
} from "./flow_rules.ts";
import { formOf, nameOf } from "./place.ts";
import type { NamedPerson, RecipientKey } from "./recipient.ts";
import { isStorableId } from "./flow_event.ts";
import { receiptBodies, receiptRefusals } from "./receipt_act.ts";
import { journeyOfFile } from "./receipt_journey.ts";
import type { ReceiptOrder } from "./receipt_order.ts";
import { openingOf, packed, vialUseOf } from "./vial_act.ts";
import { vialSpecOf } from "./vial_config.ts";
import { vialOfOpening, vialsOfLots } from "./vial_reads.ts";
import { openingReversalRefusals, vialMoveRefusals, type VialUse } from "./vial_rules.ts";

export type Done =
  | { readonly kind: "done"; readonly id: string }
  | { readonly kind: "refused"; readonly refusals: readonly FlowRefusal[] }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Who tells something. */
export type Teller = Pick<Input["actor"], "account" | "who">;

const PERSON_LENGTH_MAX = 64;

export type FlowNode = Pick<Node, "clock" | "config" | "disk" | "journal" | "tables" | "keystore">;

/** Asked for now, and named by whoever asks so that it is written once. */
export type AskedMove = z.infer<typeof moveRequest>;
export interface AskedUse extends Pick<UsedBody, "id" | "place" | "product" | "lot" | "code"> {
  readonly expires: string | null;
  readonly person: NamedPerson;
}

export class FlowDesk {
  readonly #node: FlowNode;
  readonly recipients: RecipientKey | null;
  readonly #calendar = new Calendar();
  /** What is looked at and what is written of it go together, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(node: FlowNode, recipients: RecipientKey | null) {
    this.#node = node;
    this.recipients = recipients;
  }

  get site(): string {
    return this.#node.config.node;
  }

  get isSite(): boolean {
    return this.#node.config.role === "site";
  }

  get tables() {
    return this.#node.tables;
  }

  /** What was written so far is in the tables. */
  async caughtUp(): Promise<void> {
    await this.#node.tables.caughtUp(this.#node.journal);
  }

  get nowMs(): number {
    return this.#node.clock.now().wallMs;
  }

  async move(asked: AskedMove, teller: Teller): Promise<Done> {
    const lots = packed(asked.lots, this.#vialSpecs, this.#today());
    const whole = { ...asked, lots, site: this.site, atMs: this.nowMs, by: personOf(teller) };
    const { data: body, error } = movedBody.safeParse(whole);
    if (body === undefined) return { kind: "problem", problem: invalid(error) };
    return await this.#inTurn(async () => {
      const known = await this.#known("coldmoves", asked.id);
      const facts = {
        here: known ? [] : await this.#hereFor(body),
        units: await reads.unitsOf(this.tables, this.site),
        receipt: formOf(asked.from) === "receipt"
          ? await receiptState(this.tables, this.site, nameOf(asked.from))
          : null,
        today: this.#today(),
      };
      const vials = known ? [] : await vialsOfLots(this.tables, this.site, body.lots);
      const refusals = known ? [] : [
        ...moveRefusals(body, facts),
        ...vialMoveRefusals(body, { nowMs: this.nowMs, here: facts.here, vials }),
      ];
      if (refusals.length > 0) return { kind: "refused", refusals };
      const apart = known ? [] : await this.#apartOf(body);
      return await this.#tellAll([
        { kind: "cold-moved", body, words: JSON.stringify(asked) },
        ...apart.map((body) => ({ kind: "cold-quarantine", body })),
      ]);
    });
  }

  /** Goods have come (C10): all that is written of them is one commit. */
  async receive(order: ReceiptOrder, by: Person): Promise<Done> {
    return await this.#inTurn(async () => {
      const { tables, site, nowMs } = this;
      const arrivedMs = order.arrivedMs ?? nowMs;
      const journey = order.journey.kind === "file"
        ? await journeyOfFile(tables, site, order.journey, arrivedMs)
        : order.journey;
      const known = await receiptState(tables, site, order.id) !== null;
      const facts = {
        ...{ site, nowMs, journey, today: this.#today() },
        units: await reads.unitsOf(tables, site),
      };
      const refusals = known ? [] : receiptRefusals(order, facts);
      if (refusals.length > 0) return { kind: "refused", refusals };
      const bodies = receiptBodies(order, journey ?? NO_JOURNEY, facts, by);
      const told = { kind: "cold-receipt", body: bodies.receipt, words: JSON.stringify(order) };
      // Of one that is known it is for the journal to say whether it is the same.
      if (known) return await this.#tellAll([told]);
      return await this.#tellAll([
        told,
        ...bodies.decided.map((body) => ({ kind: "cold-receipt-decided", body })),
        ...bodies.quarantines.map((body) => ({ kind: "cold-quarantine", body })),
        ...bodies.moved.map((body) => ({
          kind: "cold-moved",
          body: { ...body, lots: packed(body.lots, this.#vialSpecs, facts.today) },
        })),
      ]);
    });
  }

  async use(asked: AskedUse, teller: Teller): Promise<Done> {
    const { recipients } = this;
    if (recipients === null) return { kind: "problem", problem: NO_KEY };
    return await this.#inTurn(async () => {
      const known = await this.#known("colduses", asked.id);
      const { person, ...use } = asked;
      const here = known ? [] : await reads.lotsAt(this.tables, this.site, use.place, use.code);
      const isUsed = use.code !== null && await reads.isCodeUsed(this.tables, use.code);
      const { site, nowMs } = this;
      const today = this.#today();
      const spec = vialSpecOf(this.#vialSpecs, use.product, today);
      const facts = { site, nowMs, spec, here, isCodeUsed: isUsed };
      const vial = known ? ONE_DOSE : await vialUseOf(this.tables, use, facts);
      const isCodeUsed = vial.kind === "one-dose" && isUsed;
      const refusals = known ? [] : [
        ...useRefusals(use, { here, today, isCodeUsed }),
        ...(vial.kind === "refused" ? [vial.refusal] : []),
      ];
      if (refusals.length > 0) return { kind: "refused", refusals };
      const recipient = recipients.recipientOf(person, asked.id);
      const told = { site, atMs: nowMs, by: personOf(teller) };
      // What is sealed is sealed anew each time: what was asked for says whether it is the same.
      const words = JSON.stringify([use, recipient.key]);
      const body = { ...use, ...told, recipient };
      return await this.#tellAll([
        { kind: "cold-used", body, words },
        ...(vial.kind === "to-open"
          ? [{ kind: "cold-opened", body: openingOf(use, vial, told) }]
          : []),
      ]);
    });
  }

  async reverse(what: string, reason: string, teller: Teller): Promise<Done> {
    return await this.#inTurn(async () => {
      const isThere = await this.#known("coldmoves", what) ||
        await this.#known("colduses", what) || await this.#known("coldopenings", what);
      if (!isThere) return { kind: "problem", problem: nothingOf(what) };
      const refusals = [
        ...reversalRefusals(await reads.heldOfStep(this.tables, this.site, what)),
        ...openingReversalRefusals(await vialOfOpening(this.tables, this.site, what)),
      ];
      if (refusals.length > 0) return { kind: "refused", refusals };
      const id = entryId("cold-reversed", this.site, what);
      const body = { id, site: this.site, what, reason, by: personOf(teller) };
      return await this.#tell("cold-reversed", body);
    });
  }

  /** A county gives a list to sites, a site to itself. One list is stored once. */
  async takeLots(
    ranges: readonly LotRange[],
    sites: readonly string[],
    teller: Teller,
  ): Promise<Done> {
    return await this.#inTurn(async () => {
      const list = entryId("cold-lots", ...ranges.map((one) => JSON.stringify(one)));
      for (const site of this.isSite ? [null] : sites) {
        for (let at = 0; at < ranges.length; at += RANGES_MAX) {
          const id = entryId("cold-lots", list, site, at);
          const part = ranges.slice(at, at + RANGES_MAX);
          const body = { id, site: site ?? this.site, ranges: part, by: personOf(teller) };
          const done = await this.#tell("cold-lots", body, undefined, site);
          if (done.kind !== "done") return done;
        }
      }
      return { kind: "done", id: list };
    });
  }

  /** Doses of a pack of a product that is whole, as it counts today. */
  packDosesOf(product: string): number {
    return vialSpecOf(this.#vialSpecs, product, this.#today())?.doses ?? 1;
  }

  get #vialSpecs() {
    return this.#node.config.vaccines.vials;
  }

  /** Lots where doses are to leave from. */
  async #hereFor({ step, from, lots }: MovedBody): Promise<LotHere[]> {
    const { tables, site } = this;
    if (step === "sent") return await reads.lotsToSend(tables, site, from, lots);
    if (formOf(from) !== "receipt") return await reads.lotsAt(tables, site, from);
    const receipt = await receiptOf(tables, site, nameOf(from));
    // What another site sent is counted where it comes from.
    if (receipt === null || receipt.receipt.body.sentBy !== undefined) return [];
    return await Promise.all(lots.map(async ({ product, lot }) => {
      const gone = await reads.putAwayOf(tables, { site, product, lot, from });
      const doses = takenIn(receipt, { product, lot }) - gone;
      return { product, lot, doses, hold: null, suppliers: [], expires: null };
    }));
  }

  /** What is held back as it is put away: its journey was out of range, or nobody knows of it. */
  async #apartOf({ id, from, to, lots, atMs, by }: MovedBody): Promise<QuarantineBody[]> {
    const form = formOf(from);
    if (form !== "receipt" && form !== "away") return [];
    const receipt = form === "away" ? null : await receiptOf(this.tables, this.site, nameOf(from));
    const apart = receipt === null ? lots : lots.filter((lot) => isSetApart(receipt, lot));
    if (apart.length === 0) return [];
    const [site, unit] = [this.site, nameOf(to)];
    return [{
      ...{ id: entryId("cold-quarantine", site, id, unit), site, unit },
      lots: apart.map(({ product, lot }) => ({ product, lot })),
      ...{ sinceMs: atMs, because: [receipt === null ? id : nameOf(from)] },
      cause: receipt === null ? "temperature-unknown" : setApartFor(receipt.causes),
      by,
    }];
  }

  /** Whether it is written already: then it is for the journal to say whether it is the same. */
  async #known(table: "coldmoves" | "colduses" | "coldopenings", id: string): Promise<boolean> {
    const select = `SELECT id FROM ${table} WHERE site = ? AND id = ? LIMIT 1`;
    return (await this.tables.rows(select, [this.site, id])).length > 0;
  }

  #today(): string {
    return this.#calendar.dayOf(this.nowMs).date;
  }

  async #inTurn(work: () => Promise<Done>): Promise<Done> {
    const turn = this.#turn.then(async () => {
      await this.caughtUp();
      return await work();
    });
    this.#turn = turn.catch(() => {});
    return await turn;
  }

  async #tell(
    kind: string,
    body: { readonly id: string },
    words?: string,
    site: string | null = null,
  ): Promise<Done> {
    return await this.#tellAll([{ kind, body, words }], site);
  }

  /** In one commit, named by the first of them. `site`: to whom a county tells it. */
  async #tellAll(
    all: readonly [ToBeTold, ...ToBeTold[]],
    site: string | null = null,
  ): Promise<Done> {
    const { disk, clock, tables, journal } = this.#node;
    const none = disk.noRoomFor("record");
    if (none !== null) return { kind: "problem", problem: { ...NO_ROOM, detail: none.reason } };
    const [{ body: { id } }] = all;
    if (!isStorableId(id)) return { kind: "problem", problem: nothingOf(id) };
    const time = clock.now();
    const stream = site === null ? "record" : streamTo(site);
    const entries = all.map(({ kind, body, words }): NewEntry =>
      once(newEntry(stream, kind, time, body), kind, body.id, words)
    );
    if (entries.some(isTooLarge)) return { kind: "problem", problem: TOO_LARGE };
    const [outcome] = await disk.append(entries, time);
    if (outcome.kind === "conflict") return { kind: "problem", problem: OTHER_WORDS };
    await tables.caughtUp(journal);
    return { kind: "done", id };
  }
}

interface ToBeTold {
  readonly kind: string;
  readonly body: { readonly id: string };
  /** What was asked for: others under its id are a conflict. */
  readonly words?: string | undefined;
}

/** A person's account; the owner and the local command are named as the audit names them. */
function personOf({ account, who }: Teller): Person {
  return { id: (account ?? who).slice(0, PERSON_LENGTH_MAX) };
}

function invalid({ issues }: z.ZodError): Problem {
  return {
    status: 400,
    code: "cold-invalid",
    title: "The step does not say what it has to",
    detail: issueLines(issues).join("; "),
  };
}

/** All that speaks against it, at once. */
export function refusalProblem(refusals: readonly FlowRefusal[]): Problem {
  return {
    status: 409,
    code: "cold-refused",
    title: "This may not be written about the doses",
    detail: refusals.map(({ rule, field, text }) => `${field}: ${text.en} (${rule})`).join("; "),
    hint: "do what the detail says, and send it again",
  };
}

const NO_ROOM = {
  status: 503,
  code: "no-room",
  title: "The disk has no room for it",
  hint: "make room on the disk of this node; nothing was written",
} as const satisfies Problem;

const NO_KEY = {
  status: 409,
  code: "no-recipient-key",
  title: "This node has no key for recipients",
  hint: "configure vaccines.recipientKeyFile, the same file at all nodes of the county",
} as const satisfies Problem;

const TOO_LARGE = {
  status: 413,
  code: "too-large",
  title: "It is more than one entry holds",
  hint: "write it in two parts",
} as const satisfies Problem;

const ONE_DOSE: VialUse = { kind: "one-dose" };

/** Stands in what is not stored: the receipt is there already. */
const NO_JOURNEY = { kind: "none", reason: "not looked at again" } as const;

const OTHER_WORDS = {
  status: 409,
  code: "other-content",
  title: "Something else stands under this id",
  hint: "give a new id for what is new; what was written by mistake is reversed",
} as const satisfies Problem;

function nothingOf(id: string): Problem {
  return {
    status: 404,
    code: "no-such-step",
    title: "There is no step or use of this id at this site",
    detail: `nothing of id "${id.slice(0, PERSON_LENGTH_MAX)}"`,
  };
}
