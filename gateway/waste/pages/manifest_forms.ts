/** What is done with a manifest: its number, the departure, the receipt, the disposal. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Page, PageForm } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import * as acts from "../desk/acts.ts";
import type { Act, WasteDesk } from "../desk/waste_desk.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import type { Custodian } from "../entry/subject.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";
import { around } from "../desk/surroundings.ts";
import { gramsIn, newActId } from "./form_fields.ts";
import * as parts from "./parts.ts";
import { perform, saidBy } from "./perform.ts";
import { type ActingSite, custodianIn, placesOf, type Shown } from "./shown.ts";
import { wasteTexts } from "./text.ts";

type Draw = (
  view: View,
  shown: Shown,
  manifest: string,
  told: { readonly faults: readonly Text[] },
) => Promise<Html | null>;

type Plan = (
  desk: WasteDesk,
  form: FormData,
  manifest: ManifestStanding,
  by: readonly Confirmation[],
) => Act;

export function manifestForms(shown: ActingSite, draw: Draw): NonNullable<Page["forms"]> {
  const form = (needsTwo: boolean, plan: Plan): PageForm => ({
    right: "waste.weigh",
    send: async (form, { manifest }, own, actor, view) => {
      const { desk } = shown;
      const done = await perform({ desk, form, parts: own, actor }, async (by) => {
        const { manifests } = await around(
          desk.node.tables,
          { manifests: [manifest] },
          desk.config.rules,
        );
        const standing = manifests.get(manifest);
        if (standing === undefined) throw new Error(`There is no manifest "${manifest}"`);
        return plan(desk, form, standing, by);
      });
      if (done.kind === "done") {
        return `/waste/manifests/${encodeURIComponent(manifest)}?said=${saidBy(done, needsTwo)}`;
      }
      return parts.refusedPage(await draw(view, shown, manifest, done) ?? html``);
    },
  });
  return {
    number: form(false, (desk, form, { manifest }, [by]) =>
      acts.numbering(
        desk,
        acts.numberOrder.parse({
          ...{ id: fieldOf(form, "id"), manifest },
          number: fieldOf(form, "number").normalize("NFKC").replace(/\s/g, ""),
        }),
        by,
      )),
    depart: form(true, departure),
    receive: form(true, receipt),
    dispose: form(false, (_desk, form, { manifest, received }, by) =>
      acts.disposal(
        acts.disposalOrder.parse({
          ...{ id: fieldOf(form, "id"), manifest, method: fieldOf(form, "method") },
          receipt: fieldOf(form, "receipt") || received.at(0)?.body.receipt,
          disposedMs: Date.parse(`${fieldOf(form, "disposedAt")}T00:00:00+08:00`),
        }),
        by,
      )),
  };
}

/** What the draft names leaves the draft's store. */
function departure(
  desk: WasteDesk,
  form: FormData,
  { manifest, body, bags, loads }: ManifestStanding,
  by: readonly Confirmation[],
): Act {
  return acts.departure(
    desk,
    acts.departOrder.parse({
      ...{ id: fieldOf(form, "id"), manifest, loads },
      from: body?.store,
      to: custodianIn(fieldOf(form, "to")),
      bags: body?.bags ?? bags,
    }),
    by,
  );
}

function receipt(
  desk: WasteDesk,
  form: FormData,
  { manifest, departed, outstanding, received }: ManifestStanding,
  by: readonly Confirmation[],
): Act {
  const missing = new Set(form.getAll("notReceived"));
  return acts.receipt(
    desk,
    acts.receiptOrder.parse({
      ...{ id: fieldOf(form, "id"), manifest, receipt: fieldOf(form, "receipt") },
      from: departed?.body.to,
      to: custodianIn(fieldOf(form, "to")),
      bags: expectedOf({ departed, outstanding, received }).filter((bag) => !missing.has(bag)),
      loads: received.length === 0 ? departed?.body.loads : [],
      receivedMs: momentIn(form, "receivedAt"),
      grams: gramsIn(fieldOf(form, "kilograms")),
      difference: fieldOf(form, "difference"),
    }),
    by,
  );
}

/** Of Asia/Shanghai; `undefined`: nobody told. */
function momentIn(form: FormData, name: string): number | undefined {
  const text = fieldOf(form, name);
  return text === "" ? undefined : Date.parse(`${text}+08:00`);
}

/** Bags that a receipt names beside boxes; a later one names all that are still to come. */
function expectedOf(
  { departed, outstanding, received }: Pick<
    ManifestStanding,
    "departed" | "outstanding" | "received"
  >,
): readonly string[] {
  return received.length === 0 ? departed?.body.bags ?? [] : outstanding;
}

export function manifestFormPanels(
  view: View,
  shown: ActingSite,
  manifest: ManifestStanding,
): Html {
  const { number, stage, outstanding } = manifest;
  const isAwaited = stage !== "prepared" && outstanding.length > 0;
  return html`
    ${number === null ? numberForm(view, manifest) : ""}
    ${stage === "prepared" ? departForm(view, shown, manifest) : ""}
    ${isAwaited ? receiveForm(view, shown, manifest) : ""}
    ${stage === "received" ? disposeForm(view, manifest) : ""}
  `;
}

function panel(
  view: View,
  { manifest }: ManifestStanding,
  form: "number" | "depart" | "receive" | "dispose",
  fields: Html,
): Html {
  const labels = {
    number: "enterNumber",
    depart: "depart",
    receive: "receive",
    dispose: "dispose",
  } as const;
  return html`
    <section class="panel unprinted">
      <h2>${wasteTexts(view.language)(labels[form])}</h2>
      <form method="post" action="/waste/manifests/${encodeURIComponent(manifest)}/${form}"
        class="form">
        ${parts.hidden({ id: newActId() })}
        ${fields}
        ${parts.action(view, labels[form])}
      </form>
    </section>
  `;
}

function numberForm(view: View, manifest: ManifestStanding): Html {
  const fields = html`${parts.field(view, { name: "number", label: "number14", keys: "numeric" })}`;
  return panel(view, manifest, "number", fields);
}

function placeField(
  view: View,
  shown: ActingSite,
  kind: Extract<Custodian["kind"], "vehicle" | "disposer">,
): Html {
  const places = parts.placeChoices(placesOf(shown.desk, kind));
  const none = html`<p class="banner warn">${wasteTexts(view.language)("noPlaces")}</p>`;
  return html`${places.length === 0 ? none : ""}
    ${parts.choose(view, { name: "to", label: kind }, places)}`;
}

function departForm(view: View, shown: ActingSite, manifest: ManifestStanding): Html {
  const say = wasteTexts(view.language);
  const edit = `/waste/manifests/${encodeURIComponent(manifest.manifest)}/edit`;
  return html`
    <p class="buttons unprinted"><a class="action button" href="${edit}">${say("edit")}</a></p>
    ${panel(
      view,
      manifest,
      "depart",
      html`${placeField(view, shown, "vehicle")}
      ${parts.secondFields(view)}`,
    )}
  `;
}

function receiveForm(view: View, shown: ActingSite, manifest: ManifestStanding): Html {
  const say = wasteTexts(view.language);
  const bags = expectedOf(manifest);
  return panel(
    view,
    manifest,
    "receive",
    html`
      ${placeField(view, shown, "disposer")}
      ${parts.field(view, { name: "receipt", label: "receipt" })}
      ${parts.field(view, {
        ...{ name: "kilograms", label: "receivedKg", type: "number", step: "0.001" },
      })}
      ${parts.field(view, {
        ...{ name: "receivedAt", label: "receivedAt", type: "datetime-local", optional: true },
      })}
      ${parts.field(view, { name: "difference", label: "difference", optional: true })}
      ${bags.length === 0
        ? ""
        : html`<details><summary>${say("notReceived")}</summary>${
          bags.map((bag) =>
            html`<label class="alternative"><input type="checkbox" name="notReceived"
            value="${bag}"> <code>${bag}</code></label>`
          )
        }</details>`}
      ${parts.secondFields(view)}
    `,
  );
}

function disposeForm(view: View, manifest: ManifestStanding): Html {
  const done = new Set(manifest.disposed.map(({ body }) => body.receipt));
  const receipt = manifest.received.find(({ body }) => !done.has(body.receipt))?.body.receipt ?? "";
  return panel(
    view,
    manifest,
    "dispose",
    html`
      ${parts.field(view, { name: "receipt", label: "receipt", value: receipt })}
      ${parts.field(view, { name: "method", label: "method", value: "D10" })}
      ${parts.field(view, { name: "disposedAt", label: "disposedAt", type: "date" })}
    `,
  );
}
