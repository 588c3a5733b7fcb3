/** All that nobody gets now, with why, since when and by whom, and what becomes of it (C10). */
import { html } from "hono/html";
import * as z from "zod";
import type { Text } from "../../../drivers/profile_parts.ts";
import { choiceField, idField, inputField } from "../../console/form_parts.ts";
import type { Page, PageForm } from "../../console/page.ts";
import { badge, factRows, type Html, moment, type Tone, type View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import type { Actor } from "../../people/actor.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import { holdLot, holdOrder } from "../desk/lot_holds.ts";
import type { Outcome } from "../desk/person_acts.ts";
import { decideOrder, decideQuarantine, type DecidingNode } from "../desk/quarantine_act.ts";
import { countedTwice } from "../flow/counted_twice.ts";
import { CAUSE_TEXTS } from "../flow/receipt_act.ts";
import {
  type AllHeld,
  allHeld,
  HELD_LOTS_MAX,
  type HeldStock,
  LOST_DAYS,
  RECEIPTS_MAX,
} from "../flow/held_stock.ts";
import { QUARANTINE_DECISIONS } from "../life/quarantine_body.ts";
import { placeOf } from "../flow/place.ts";
import { type Person, WHOLE_SITE } from "../life/subject.ts";
import { watchedUnits } from "../record/cold_reads.ts";
import { countedTwicePanel } from "./counted_twice.ts";
import * as parts from "./dose_parts.ts";
import { type PlaceWords, placeWords } from "./dose_places.ts";
import { doseTexts } from "./dose_text.ts";
import { causeWords, type HeldText, heldTexts } from "./quarantine_text.ts";
import { issueTexts, problemText } from "./refusal_text.ts";

const PATH = "/vaccines/quarantine";
const DECIDE = "coldchain.acknowledge";

interface Said {
  readonly isSaved?: boolean;
  readonly faults?: readonly Text[];
  /** What a person had typed before it was refused. */
  readonly kept?: Readonly<Record<string, string>>;
}

/** As a form sends it: a box that is not ticked is nothing. */
const typedHold = holdOrder.extend({ isUnseen: z.string().transform((text) => text !== "") });

/** A site decides what its units hold back; a county holds lots back at all sites, and decides. */
export function quarantinePage(node: DecidingNode, role: "site" | "county"): Page {
  const isSite = role === "site";
  const form = <T extends z.ZodType>(
    schema: T,
    names: readonly string[],
    act: (order: z.infer<T>, by: Person) => Promise<Outcome>,
  ): PageForm => ({
    right: DECIDE,
    send: async (form, _places, { people }, actor, view) => {
      const typed = Object.fromEntries(names.map((name) => [name, fieldOf(form, name)]));
      const refused = async (status: 400 | 403 | 409, faults: readonly Text[]) => (
        { main: await heldPage(view, node, isSite, actor, { faults, kept: typed }), status }
      );
      const by = signedIn(actor, people);
      if (by === null) return await refused(403, [problemText(PERSON_NEEDED)]);
      const order = schema.safeParse(typed);
      if (!order.success) return await refused(400, issueTexts(order.error.issues));
      const outcome = await act(order.data, by.person);
      return outcome.kind === "done"
        ? `${PATH}?saved`
        : await refused(409, [problemText(outcome.problem)]);
    },
  });
  const decide = form(
    decideOrder,
    ["id", "unit", "product", "lot", "decision", "basis"],
    (order, by) => decideQuarantine(node, order, by),
  );
  const hold = form(
    typedHold,
    ["id", "product", "lot", "reason", "isUnseen"],
    (order, by) => holdLot(node, order, by),
  );
  return {
    path: PATH,
    still: true,
    render: async (view, _places, _parts, { actor, query }) =>
      await heldPage(view, node, isSite, actor, { isSaved: query.has("saved") }),
    forms: isSite ? { decide } : { decide, hold },
  };
}

/** What stands on the page. */
export async function heldPage(
  view: View,
  { name, clock, tables, journal, fellow = null }: DecidingNode,
  isSite: boolean,
  actor: Pick<Actor, "account" | "rights">,
  { kept = {}, ...said }: Said,
): Promise<Html> {
  await tables.caughtUp(journal);
  const { near } = tables;
  const site = isSite ? name : null;
  const held = await allHeld(near, site, clock.now().wallMs);
  const words = placeWords(view, await watchedUnits(near, site));
  const text = heldTexts(view.language);
  const acts = actor.account !== null && actor.rights.has(DECIDE);
  const card = (one: HeldStock) =>
    lotCard(view, one, words, {
      ...{ isSite, isCentre: !isSite && (one.site === name || one.site === fellow?.name) },
      decides: one.site === name || (one.site === fellow?.name && fellow.isLost()),
      acts,
    });
  const [waiting, lost] = [
    held.lots.filter(({ isOpen }) => isOpen),
    held.lots.filter(({ isOpen }) => !isOpen),
  ];
  const twice = isSite ? [] : await countedTwice(near);
  const main = html`
    ${countedTwicePanel(view, twice)}
    <section class="panel ${waiting.length > 0 ? "alert" : ""}"><h2>${text("waiting")}</h2>
      ${waiting.length === 0
        ? html`<p class="calm">${text("noneWaiting")}</p>`
        : html`<p class="note">${text(isSite && acts ? "setApart" : "whoDecides")}</p>`}
      ${held.cut.waiting ? more(view, "cut", HELD_LOTS_MAX) : ""}
      <div class="cards">${waiting.map(card)}</div>
    </section>
    ${!isSite && acts ? holdForm(view, kept) : ""}
    ${receiptsPanel(view, held, isSite)}
    ${lost.length === 0 ? "" : html`
      <section class="panel">
        <h2>${text("lost")}</h2>
        <p class="note">${text("writeOff")}</p>
        <p class="note">${text("lostSince").replace("{}", `${LOST_DAYS}`)}</p>
        ${held.cut.lost ? more(view, "lostCut", HELD_LOTS_MAX) : ""}
        <div class="cards">${lost.map(card)}</div>
      </section>
    `}
  `;
  return parts.doseFrame(view, { current: PATH, isSite, ...said }, main);
}

function more(view: View, text: HeldText, most: number): Html {
  return html`<p class="banner warn">${
    heldTexts(view.language)(text).replace("{}", `${most}`)
  }</p>`;
}

/** Of a county: a recall, or a warning about a lot. */
function holdForm(view: View, kept: Readonly<Record<string, string>>): Html {
  const text = heldTexts(view.language);
  const reason = {
    ...{ name: "reason", label: text("holdReason"), value: kept.reason ?? "" },
    more: html`maxlength="500"`,
  };
  return html`
    <section class="panel">
      <h2>${text("hold")}</h2>
      <p class="note">${text("holdNote")}</p>
      <form method="post" action="${PATH}/hold" class="form">
        ${idField()}
        ${parts.field(view, { name: "product", label: "product", value: kept.product ?? "" })}
        ${parts.field(view, { name: "lot", label: "lot", value: kept.lot ?? "" })}
        ${inputField(reason)}
        <div class="boxes"><label><input type="checkbox" name="isUnseen" value="1">
          ${text("holdUnseen")}</label></div>
        ${parts.action(view, "save")}
      </form>
    </section>
  `;
}

const TONES: Readonly<Record<HeldStock["state"], Tone>> = {
  quarantined: "bad",
  destroyed: "idle",
  returned: "warn",
  released: "good",
};

interface Looking {
  readonly isSite: boolean;
  /** A centre's word, on all sites. */
  readonly isCentre: boolean;
  /** Whether persons of the node decide of what is told of its site. */
  readonly decides: boolean;
  readonly acts: boolean;
}

function lotCard(
  view: View,
  held: HeldStock,
  words: PlaceWords,
  { isSite, isCentre, decides, acts }: Looking,
): Html {
  const { site, unit, product, lot, state, isOpen, reasons, decisions, places } = held;
  const [say, text] = [doseTexts(view.language), heldTexts(view.language)];
  const since = reasons.length === 0 ? null : Math.min(...reasons.map(({ sinceMs }) => sinceMs));
  const why = [
    ...new Set(
      reasons.flatMap(({ cause, words }) =>
        words === null
          ? causeWords(view.language, cause)
          : [causeWords(view.language, cause), words]
      ),
    ),
  ];
  const whole = text(isCentre ? "everywhere" : "all");
  const others = isSite && held.countyDecides
    ? text("countyDecides")
    : isCentre && isOpen && !decides
    ? text("centreDecides").replace("{}", site)
    : "";
  // One act decides of each quarantine of the lot.
  const said = new Set(
    decisions.map(({ body: { decision, basis, by } }) =>
      `${text(decision)} · ${basis} · ${by.name ?? by.id}`
    ),
  );
  const who = [
    ...new Set(reasons.map(({ by }) => by === null ? text("byRules") : by.name ?? by.id)),
  ];
  return html`
    <div class="card ${isOpen ? "bad" : ""}">
      <header><h3>${say("lot")} ${lot}</h3>${badge(TONES[state], text(state))}</header>
      ${held.isDisputed ? html`<p class="reason">${badge("warn", text("disputed"))}</p>` : ""}
      <dl class="facts">${factRows([
        [say("product"), product],
        ...isSite ? [] : [[say("site"), site] as const],
        [say("place"), unit === WHOLE_SITE ? whole : words(site, placeOf("unit", unit))],
        [text("why"), why.join(view.language === "zh" ? "；" : "; ")],
        [say("since"), since === null ? "—" : moment(view, new Date(since).toISOString())],
        [text("by"), who.join(", ")],
        ...places.map(({ place, doses }) =>
          [text("doses"), `${words(site, place)}: ${doses}`] as const
        ),
        ...[...said].map((one) => [text("decided"), one] as const),
        ...isCentre && !held.isSeen ? [[text("doses"), text("unseen")] as const] : [],
      ])}</dl>
      ${others === "" ? "" : html`<p class="note">${others}</p>`}
      ${acts && decides && held.siteDecides ? decideForm(view, held) : ""}
    </div>
  `;
}

function decideForm(view: View, { unit, product, lot }: HeldStock): Html {
  const text = heldTexts(view.language);
  const hidden = (name: string, value: string) =>
    html`<input type="hidden" name="${name}" value="${value}">`;
  return html`
    <details>
      <summary>${text("decide")}</summary>
      <form method="post" action="${PATH}/decide" class="form">
        ${idField()}${hidden("unit", unit)}${hidden("product", product)}${hidden("lot", lot)}
        ${choiceField(
          { name: "decision", label: text("decision") },
          [["", ""], ...QUARANTINE_DECISIONS.map((one) => [one, text(one)] as const)],
          true,
        )}
        ${inputField({
          ...{ name: "basis", label: text("basis"), more: html`maxlength="500"` },
        })}
        ${parts.action(view, "save")}
      </form>
    </details>
  `;
}

function receiptsPanel(view: View, { receipts, cut }: AllHeld, isSite: boolean): Html | "" {
  if (receipts.length === 0) return "";
  const [say, text] = [doseTexts(view.language), heldTexts(view.language)];
  return html`
    <section class="panel">
      <h2>${text("atTheDoor")}</h2>
      ${cut.receipts ? more(view, "receiptsCut", RECEIPTS_MAX) : ""}
      <div class="cards">${receipts.map(({ body, causes }) =>
        html`
          <div class="card ${causes.length > 0 ? "bad" : "warn"}">
            <header><h3>${say("receiptPlace")} ${body.id}</h3>${causes.length > 0
              ? badge("bad", text("toRefuse"))
              : badge("warn", text("toAccept"))}</header>
            <dl class="facts">${factRows([
              ...isSite ? [] : [[say("site"), body.site] as const],
              [text("consignment"), `${body.consignment} · ${body.from}`],
              [text("arrived"), moment(view, new Date(body.arrivedMs).toISOString())],
              [text("by"), body.by.name ?? body.by.id],
              ...causes.map((one) => [text("why"), CAUSE_TEXTS[one][view.language]] as const),
              ...body.goods.map(({ product, lot, quantity, unit }) =>
                [say("lot"), `${lot} (${product}): ${quantity} ${unit}`] as const
              ),
            ])}</dl>
          </div>
        `
      )}</div>
      <p><a class="plain" href="/vaccines/receipts">${say("receipts")} →</a></p>
    </section>
  `;
}
