/** All that nobody gets now, with why, since when and by whom, and what becomes of it (C10). */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Page } from "../../console/page.ts";
import { badge, factRows, type Html, moment, type Tone, type View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import type { Actor } from "../../people/actor.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import { problemWords } from "../../problem_words.ts";
import { issueLines } from "../../schema_faults.ts";
import type { ColdNode } from "../desk/cold_node.ts";
import { decideOrder, decideQuarantine } from "../desk/quarantine_act.ts";
import { CAUSE_TEXTS } from "../flow/receipt_act.ts";
import { type AllHeld, allHeld, HELD_LOTS_MAX, type HeldStock } from "../flow/held_stock.ts";
import { QUARANTINE_DECISIONS } from "../life/quarantine_body.ts";
import { placeOf } from "../flow/place.ts";
import { WHOLE_SITE } from "../life/subject.ts";
import { watchedUnits } from "../record/cold_reads.ts";
import * as parts from "./dose_parts.ts";
import { type PlaceWords, placeWords } from "./dose_places.ts";
import { doseTexts } from "./dose_text.ts";
import { causeWords, heldTexts } from "./quarantine_text.ts";

const PATH = "/vaccines/quarantine";
const DECIDE = "coldchain.acknowledge";

type Shown = Pick<ColdNode, "name" | "tables" | "journal">;

interface Said {
  readonly isSaved?: boolean;
  readonly faults?: readonly Text[];
}

/** `acting`: at the site itself, whose persons decide; `null`: a county shows all sites'. */
export function quarantinePage(node: Shown, acting: ColdNode | null): Page {
  const page: Page = {
    path: PATH,
    still: true,
    render: async (view, _places, _parts, { actor, query }) =>
      await drawn(view, node, acting !== null, actor, { isSaved: query.has("saved") }),
  };
  if (acting === null) return page;
  return {
    ...page,
    forms: {
      decide: {
        right: DECIDE,
        send: async (form, _places, { people }, actor, view) => {
          const refused = async (status: 400 | 403 | 409, words: string) => {
            const faults = [{ zh: words, en: words }];
            return { main: await drawn(view, node, true, actor, { faults }), status };
          };
          const by = signedIn(actor, people);
          if (by === null) return await refused(403, problemWords(PERSON_NEEDED));
          const names = ["id", "unit", "product", "lot", "decision", "basis"];
          const typed = Object.fromEntries(names.map((name) => [name, fieldOf(form, name)]));
          const order = decideOrder.safeParse(typed);
          if (!order.success) {
            return await refused(400, issueLines(order.error.issues).join("; "));
          }
          await node.tables.caughtUp(node.journal);
          const outcome = await decideQuarantine(acting, order.data, by.person);
          return outcome.kind === "done"
            ? `${PATH}?saved`
            : await refused(409, problemWords(outcome.problem));
        },
      },
    },
  };
}

async function drawn(
  view: View,
  { name, tables, journal }: Shown,
  isSite: boolean,
  actor: Pick<Actor, "account" | "rights">,
  said: Said,
): Promise<Html> {
  await tables.caughtUp(journal);
  const { near } = tables;
  const site = isSite ? name : null;
  const held = await allHeld(near, site);
  const words = placeWords(view, await watchedUnits(near, site));
  const text = heldTexts(view.language);
  const acts = isSite && actor.account !== null && actor.rights.has(DECIDE);
  const card = (one: HeldStock) => lotCard(view, one, words, { isSite, acts });
  const [waiting, lost] = [
    held.lots.filter(({ isOpen }) => isOpen),
    held.lots.filter(({ isOpen }) => !isOpen),
  ];
  const main = html`
    <section class="panel ${waiting.length > 0 ? "alert" : ""}"><h2>${text("waiting")}</h2>
      ${waiting.length === 0
        ? html`<p class="calm">${text("noneWaiting")}</p>`
        : html`<p class="note">${text(acts ? "setApart" : "whoDecides")}</p>`}
      ${held.isCut
        ? html`<p class="banner warn">${text("cut").replace("{}", `${HELD_LOTS_MAX}`)}</p>`
        : ""}
      <div class="cards">${waiting.map(card)}</div>
    </section>
    ${receiptsPanel(view, held, isSite)}
    ${lost.length === 0 ? "" : html`
      <section class="panel">
        <h2>${text("lost")}</h2>
        <p class="note">${text("writeOff")}</p>
        <div class="cards">${lost.map(card)}</div>
      </section>
    `}
  `;
  return parts.doseFrame(view, { current: PATH, isSite, ...said }, main);
}

const TONES: Readonly<Record<HeldStock["state"], Tone>> = {
  quarantined: "bad",
  destroyed: "idle",
  returned: "warn",
  released: "good",
};

function lotCard(
  view: View,
  held: HeldStock,
  words: PlaceWords,
  { isSite, acts }: { readonly isSite: boolean; readonly acts: boolean },
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
        [say("place"), unit === WHOLE_SITE ? text("all") : words(site, placeOf("unit", unit))],
        [text("why"), why.join(view.language === "zh" ? "；" : "; ")],
        [say("since"), since === null ? "—" : moment(view, new Date(since).toISOString())],
        [text("by"), who.join(", ")],
        ...places.map(({ place, doses }) =>
          [text("doses"), `${words(site, place)}: ${doses}`] as const
        ),
        ...[...said].map((one) => [text("decided"), one] as const),
      ])}</dl>
      ${acts && isOpen ? decideForm(view, held) : ""}
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
        ${parts.idField()}${hidden("unit", unit)}${hidden("product", product)}${hidden("lot", lot)}
        <label class="field"><span>${text("decision")}</span>
          <select name="decision" required><option value=""></option>${QUARANTINE_DECISIONS.map((
            one,
          ) => html`<option value="${one}">${text(one)}</option>`)}</select></label>
        <label class="field"><span>${text("basis")}</span>
          <input name="basis" autocomplete="off" maxlength="500" required></label>
        ${parts.action(view, "save")}
      </form>
    </details>
  `;
}

function receiptsPanel(view: View, { receipts }: AllHeld, isSite: boolean): Html | "" {
  if (receipts.length === 0) return "";
  const [say, text] = [doseTexts(view.language), heldTexts(view.language)];
  return html`
    <section class="panel">
      <h2>${text("atTheDoor")}</h2>
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
