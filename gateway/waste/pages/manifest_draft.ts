/** The form by which a transfer manifest is drafted, or a draft replaced by another (W8). */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Page } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { CATEGORY_CODES, type CategoryCode } from "../category.ts";
import { drafting, manifestOrder } from "../desk/acts.ts";
import { type ManifestBody, WASTE_FORMS } from "../entry/manifest_body.ts";
import { custodianKey } from "../entry/subject.ts";
import type { BagStanding } from "../life/bag.ts";
import { TYPED } from "../manifest/form.ts";
import { StoredWords } from "../record/stored_words.ts";
import { bagsHeldBy, latestManifests, manifestOf } from "../record/waste_reads.ts";
import { newActId } from "./form_fields.ts";
import * as parts from "./parts.ts";
import { perform } from "./perform.ts";
import { type ActingSite, custodianIn, placesOf } from "./shown.ts";
import { wasteTexts, wordText } from "./text.ts";

const AT = { role: "site", right: "waste.weigh", still: true, assets: ["waste.css"] } as const;

export function draftPages(shown: ActingSite): readonly Page[] {
  const render: Page["render"] = async (view, { manifest }, _parts, { query }) => {
    const store = query.get("store");
    return await draftPage(view, shown, { manifest: manifest ?? null, store, faults: [] });
  };
  const form: NonNullable<Page["forms"]>[string] = {
    right: "waste.weigh",
    send: async (form, { manifest }, own, actor, view) => {
      const { desk } = shown;
      const done = await perform(
        { desk, form, parts: own, actor },
        (by) => drafting(desk, orderIn(form), by),
      );
      if (done.kind === "done") {
        return `/waste/manifests/${encodeURIComponent(done.subject)}?said=done`;
      }
      const store = fieldOf(form, "store");
      const { faults } = done;
      return parts.refusedPage(
        await draftPage(view, shown, { manifest: manifest ?? null, store, faults, form }) ?? html``,
      );
    },
  };
  return [
    { ...AT, path: "/waste/manifests/new", render, forms: { save: form } },
    { ...AT, path: "/waste/manifests/{manifest}/edit", render, forms: { save: form } },
  ];
}

function orderIn(form: FormData) {
  const all = (name: string) => form.getAll(name).filter((one) => typeof one === "string");
  const part = (name: keyof typeof TYPED) =>
    Object.fromEntries(TYPED[name].map(([field]) => [field, fieldOf(form, `${name}.${field}`)]));
  const categories = all("category");
  return manifestOrder.parse({
    ...{ id: fieldOf(form, "id"), manifest: fieldOf(form, "manifest"), replaces: all("replaces") },
    store: custodianIn(fieldOf(form, "store")),
    consignor: part("consignor"),
    carrier: part("carrier"),
    receiver: part("receiver"),
    lines: categories.map((category) => ({
      category,
      form: fieldOf(form, `form.${category}`),
      components: fieldOf(form, `components.${category}`),
      packaging: fieldOf(form, `packaging.${category}`),
    })),
    ...{ bags: all("bag"), loads: all("load") },
  });
}

interface Asked {
  /** `null`: a new one. */
  readonly manifest: string | null;
  readonly store: string | null;
  readonly faults: readonly Text[];
  readonly form?: FormData;
}

async function draftPage(view: View, shown: ActingSite, asked: Asked): Promise<Html | null> {
  const { desk } = shown;
  const { tables, name } = desk.node;
  const say = wasteTexts(view.language);
  const drafts = asked.manifest === null ? [] : await draftsOf(shown, asked.manifest);
  if (drafts === null) return null;
  const [latest] = await latestManifests(tables, name, 1);
  const before = drafts.at(0)?.body ?? latest?.standing.body ?? null;
  const store = custodianIn(asked.store ?? "") ?? drafts.at(0)?.body.store ??
    placesOf(desk, "store").at(0) ?? null;
  if (store === null) {
    const none = html`<p class="banner warn">${say("noPlaces")}</p>`;
    return parts.wasteFrame(view, shown, "/waste/manifests", none);
  }
  const held = (await bagsHeldBy(tables, custodianKey(store))).listed
    .map(({ standing }) => standing);
  const value = (name: string) => asked.form === undefined ? null : fieldOf(asked.form, name);
  const path = asked.manifest === null
    ? "/waste/manifests/new"
    : `/waste/manifests/${encodeURIComponent(asked.manifest)}/edit`;
  const sent = {
    id: value("id") || newActId(),
    manifest: asked.manifest ?? (value("manifest") || newManifestId()),
    store: custodianKey(store),
  };
  const main = html`
    ${parts.faultsBanner(view, asked.faults)}
    <section class="panel">
      <h2>${say(asked.manifest === null ? "newManifest" : "edit")} <code>${sent
        .manifest}</code></h2>
      <form method="post" action="${path}/save" class="form">
        ${parts.hidden(sent)}
        ${drafts.map(({ id }) => html`<input type="hidden" name="replaces" value="${id}">`)}
        ${contents(view, held)}
        ${lineFields(view, held, before, value)}
        ${partyFields(view, before, value)}
        ${parts.action(view, "save")}
      </form>
    </section>
  `;
  return parts.wasteFrame(view, shown, "/waste/manifests", main);
}

/** Drafts that hold, the bodies of which may disagree; `null`: there is no such manifest. */
async function draftsOf({ desk }: ActingSite, manifest: string) {
  const { tables } = desk.node;
  const known = await manifestOf(tables, manifest);
  if (known === null) return null;
  const drafts = known.standing.drafts.map((id) => `id/${id}`);
  const events = await new StoredWords(tables).events(drafts);
  return events.flatMap((event) =>
    event.kind === "waste-manifest" ? [{ id: event.body.id, body: event.body }] : []
  );
}

function newManifestId(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  return `LD-${day}-${crypto.randomUUID().slice(0, 6).toUpperCase()}`;
}

/** Bags that lie open in the store, and closed boxes as a whole. */
function contents(view: View, held: readonly BagStanding[]): Html {
  const say = wasteTexts(view.language);
  const open = held.filter(({ loads }) => loads.length === 0);
  const boxes = Map.groupBy(
    held.filter(({ loads }) => loads.length > 0),
    ({ loads }) => loads[loads.length - 1],
  );
  if (held.length === 0) return html`<p class="banner warn">${say("none")}</p>`;
  return html`
    <fieldset>
      <legend>${say("bags")} (${held.length})</legend>
      ${[...boxes].map(([load, own]) =>
        html`<label class="alternative"><input type="checkbox" name="load" value="${load}" checked>
          <span>${say("load")} <code>${load}</code> · ${own.length}</span></label>`
      )}
      ${open.map(({ bag, category, weight, conflicts }) =>
        html`<label class="alternative"><input type="checkbox" name="bag" value="${bag}"
          ${conflicts.length === 0 ? "checked" : ""}> <span><code>${bag}</code>
          ${parts.categoryName(view, category)} ${
          parts.kilogramsText(weight?.grams)
        }</span></label>`
      )}
    </fieldset>
  `;
}

function lineFields(
  view: View,
  held: readonly BagStanding[],
  before: ManifestBody | null,
  value: (name: string) => string | null,
): Html {
  const present = CATEGORY_CODES.filter((code) => held.some(({ category }) => category === code));
  const line = (code: CategoryCode) => {
    const said = before?.lines.find(({ category }) => category === code);
    const forms = WASTE_FORMS.map((form) => ({ value: form, text: wordText(view.language, form) }));
    return html`
      <fieldset>
        <legend><label><input type="checkbox" name="category" value="${code}" checked>
          ${parts.categoryName(view, code)} ${code}</label></legend>
        ${parts.choose(
          view,
          {
            name: `form.${code}`,
            label: "form",
            value: value(`form.${code}`) ?? said?.form ?? "solid",
          },
          forms,
        )}
        ${parts.field(view, {
          ...{ name: `components.${code}`, label: "components", optional: true },
          value: value(`components.${code}`) ?? said?.components ?? "",
        })}
        ${parts.field(view, {
          ...{ name: `packaging.${code}`, label: "packaging", optional: true },
          value: value(`packaging.${code}`) ?? said?.packaging ?? "",
        })}
      </fieldset>
    `;
  };
  return html`${present.map(line)}`;
}

const PARTS = ["consignor", "carrier", "receiver"] as const;
const PART_NAMES = {
  consignor: { zh: "移出单位", en: "Consignor" },
  carrier: { zh: "承运单位", en: "Carrier" },
  receiver: { zh: "接受单位", en: "Receiver" },
} as const satisfies Readonly<Record<typeof PARTS[number], Text>>;

/** As the manifest before had them: carriers and disposers stay the same for years. */
function partyFields(
  view: View,
  before: ManifestBody | null,
  value: (name: string) => string | null,
): Html {
  const own = (part: typeof PARTS[number]): Readonly<Record<string, string>> =>
    before?.[part] ?? {};
  return html`${
    PARTS.map((part) =>
      html`
        <fieldset>
          <legend>${PART_NAMES[part][view.language]}</legend>
          ${TYPED[part].map(([field, zh, en]) =>
            html`<label class="field"><span>${view.language === "zh" ? zh : en}</span>
            <input name="${part}.${field}" autocomplete="off"
              value="${value(`${part}.${field}`) ?? own(part)[field] ?? ""}"></label>`
          )}
        </fieldset>
      `
    )
  }`;
}
