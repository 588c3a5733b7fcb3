/**
 * Into the temporary store, in two steps: the labels are read; then all of it is weighed, and what
 * does not balance is named and explained, or nothing is written (W6).
 */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import type { Page, Said } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { storeOrder, storing } from "../desk/acts.ts";
import { around } from "../desk/surroundings.ts";
import { heldBy } from "../life/bag.ts";
import { bagsIn } from "../life/ledger.ts";
import type { Custodian } from "../entry/subject.ts";
import { codesIn, faultsIn, FormFault, newActId, textOr } from "./form_fields.ts";
import * as parts from "./parts.ts";
import { perform, PHOTO_FORM_BYTES_MAX, saidBy, type Sent, weightIn } from "./perform.ts";
import { type ActingSite, custodianIn, placesOf } from "./shown.ts";
import { wasteTexts } from "./text.ts";
import { keyedFields, type ScaleNow, scalesNow, weightChoice } from "./weights.ts";

const AT = { role: "site", right: "waste.weigh", still: true, assets: ["waste.css"] } as const;

export function storePages(shown: ActingSite): readonly Page[] {
  const check: NonNullable<Page["forms"]>[string] = {
    right: "waste.weigh",
    send: (form, _places, _parts, _actor, view) => checked(view, shown, form, []),
  };
  return [{
    ...AT,
    path: "/waste/store",
    render: (view, _places, _parts, { query }) =>
      Promise.resolve(readPage(view, shown, null, [], query.get("said"))),
    forms: {
      check,
      keyed: check,
      take: { right: "waste.weigh", bytesMax: PHOTO_FORM_BYTES_MAX, send: take(shown) },
    },
  }];
}

function take(shown: ActingSite): NonNullable<Page["forms"]>[string]["send"] {
  const { desk } = shown;
  return async (form, _places, own, actor, view) => {
    const sent = { desk, form, parts: own, actor };
    const done = await perform(sent, async (by) => storing(desk, await orderIn(sent), by));
    if (done.kind === "done") return `/waste/store?said=${saidBy(done, true)}`;
    return await checked(view, shown, form, done.faults);
  };
}

async function orderIn(sent: Sent) {
  const { form } = sent;
  const { bags, loads, labels } = codesIn(fieldOf(form, "codes"));
  const explained = (prefix: string) =>
    [...form.keys()].filter((name) => name.startsWith(prefix)).flatMap((name) => {
      const explanation = fieldOf(form, name);
      return explanation === "" ? [] : [{ bag: name.slice(prefix.length), explanation }];
    });
  return storeOrder.parse({
    ...{ id: fieldOf(form, "id"), bags, loads, labels },
    from: custodianIn(fieldOf(form, "from")),
    to: custodianIn(fieldOf(form, "to")),
    weight: await weightIn(sent),
    missing: explained("missing-"),
    unexpected: explained("unexpected-"),
    weightExplanation: textOr(form, "weightExplanation"),
  });
}

interface Reading {
  readonly from: Custodian;
  readonly to: Custodian;
  readonly codes: string;
  /** Of the bags that are here, those in closed boxes too. */
  readonly here: readonly string[];
  /** What whoever brings it holds. */
  readonly expected: readonly string[];
}

/** The second step; the first one again where its codes cannot be read. */
async function checked(
  view: View,
  shown: ActingSite,
  form: FormData,
  faults: readonly Text[],
): Promise<Said> {
  const { desk } = shown;
  try {
    const from = custodianIn(fieldOf(form, "from"));
    const to = custodianIn(fieldOf(form, "to"));
    if (from === null || to === null) throw new FormFault([NO_PLACES]);
    const codes = fieldOf(form, "codes");
    const { bags, loads } = codesIn(codes);
    await desk.caughtUp();
    const { ledger } = await around(
      desk.node.tables,
      { bags, loads, heldBy: from },
      desk.config.rules,
    );
    const here = new Set([...bags, ...loads.flatMap((load) => bagsIn(ledger, load))]);
    const expected = heldBy(ledger.bags.values(), from).map(({ bag }) => bag);
    const reading = { from, to, codes, here: [...here].sort(), expected };
    const main = checkPage(view, shown, reading, { form, faults, scales: await scalesNow(desk) });
    return { main, status: faults.length === 0 ? 200 : 409 };
  } catch (error) {
    const main = readPage(view, shown, form, faultsIn(error), null);
    return parts.refusedPage(main, 400);
  }
}

const NO_PLACES: Text = {
  zh: "请选择收集人和暂存间",
  en: "choose who collected it, and the store",
};

function readPage(
  view: View,
  shown: ActingSite,
  form: FormData | null,
  faults: readonly Text[],
  said: string | null,
): Html {
  const say = wasteTexts(view.language);
  const value = (name: string) => form === null ? "" : fieldOf(form, name);
  const choices = (...kinds: readonly Custodian["kind"][]) =>
    parts.placeChoices(placesOf(shown.desk, ...kinds));
  const from = choices("person", "ward", "store");
  const main = html`
    ${parts.faultsBanner(view, faults)}
    <section class="panel">
      <h2>${say("store")}</h2>
      <form method="post" action="/waste/store/check" class="form">
        ${parts.choose(view, { name: "from", label: "collector", value: value("from") }, from)}
        ${parts.choose(
          view,
          { name: "to", label: "intoStore", value: value("to") },
          choices("store"),
        )}
        ${parts.codesField(view, value("codes"), false)}
        ${parts.action(view, "check")}
      </form>
    </section>
  `;
  return parts.wasteFrame(view, shown, "/waste/store", main, said);
}

interface Checking {
  readonly form: FormData;
  readonly faults: readonly Text[];
  readonly scales: readonly ScaleNow[];
}

function checkPage(
  view: View,
  shown: ActingSite,
  { from, to, codes, here, expected }: Reading,
  { form, faults, scales }: Checking,
): Html {
  const say = wasteTexts(view.language);
  const missing = expected.filter((bag) => !here.includes(bag));
  const unexpected = here.filter((bag) => !expected.includes(bag));
  const value = (name: string) => fieldOf(form, name);
  const isKeyed = form.has("kilograms") || form.has("keyed");
  const sent = {
    ...{ from: `${from.kind}/${from.id}`, to: `${to.kind}/${to.id}`, codes },
    id: value("id") || newActId(),
  };
  const counts = here.filter((bag) => expected.includes(bag)).length;
  const main = html`
    ${parts.faultsBanner(view, faults)}
    <section class="panel ${missing.length + unexpected.length > 0 ? "alert" : ""}">
      <h2>${say("expected", expected.length, counts)}</h2>
      ${missing.length + unexpected.length > 0 ? html`<p>${say("unbalanced")}</p>` : ""}
      <form method="post" action="/waste/store/take" class="form" enctype="multipart/form-data">
        ${parts.hidden(sent)}
        ${explanations(view, "missing", missing, value)}
        ${explanations(view, "unexpected", unexpected, value)}
        ${isKeyed ? keyedFields(view, value) : weightChoice(view, scales)}
        ${parts.field(view, {
          ...{ name: "weightExplanation", label: "weightExplained", optional: true },
          value: value("weightExplanation"),
        })}
        ${parts.secondFields(view, isKeyed)}
        ${parts.action(view, "storeIt")}
      </form>
      <div class="buttons">
        <form method="post" action="/waste/store/check">
          ${parts.hidden(sent)}${parts.action(view, "weighAgain")}</form>
        <form method="post" action="/waste/store/keyed">
          ${parts.hidden({ ...sent, keyed: "yes" })}<button class="plain">${say("keyIt")}</button>
        </form>
      </div>
    </section>
    ${here.length === 0 ? "" : html`<section class="panel">${
      dataTable(
        [{ head: say("bag") }],
        here.map((bag) => [parts.bagLink(bag)]),
      )
    }</section>`}
  `;
  return parts.wasteFrame(view, shown, "/waste/store", main);
}

/** One field for each bag that is named. */
function explanations(
  view: View,
  what: "missing" | "unexpected",
  bags: readonly string[],
  value: (name: string) => string,
): Html | "" {
  if (bags.length === 0) return "";
  const say = wasteTexts(view.language);
  return html`
    <fieldset>
      <legend>${say(what === "missing" ? "missing" : "unexpectedBags")}</legend>
      ${bags.map((bag) =>
        html`<label class="field"><span>${parts.bagLink(bag)}</span>
          <input name="${what}-${bag}" value="${value(`${what}-${bag}`)}" autocomplete="off"
            placeholder="${say("explain")}"></label>`
      )}
    </fieldset>
  `;
}
