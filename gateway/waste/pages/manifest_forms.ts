/** What is done with a manifest: its number, the departure, the receipt, the disposal. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Page, PageForm } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import * as acts from "../desk/acts.ts";
import type { Act } from "../desk/waste_desk.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import type { Custodian } from "../entry/subject.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";
import { around } from "../desk/surroundings.ts";
import { gramsIn, newActId, textIn } from "./form_fields.ts";
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
        return plan(form, standing, by);
      });
      if (done.kind === "done") {
        return `/waste/manifests/${encodeURIComponent(manifest)}?said=${saidBy(done, needsTwo)}`;
      }
      return parts.refusedPage(await draw(view, shown, manifest, done) ?? html``);
    },
  });
  return {
    number: form(false, (form, { manifest }, [by]) =>
      acts.numbering(
        acts.numberOrder.parse({
          ...{ id: textIn(form, "id"), manifest },
          number: textIn(form, "number").normalize("NFKC").replace(/\s/g, ""),
        }),
        by,
      )),
    depart: form(true, departure),
    receive: form(true, receipt),
    dispose: form(false, (form, { manifest, received }, by) =>
      acts.disposal(
        acts.disposalOrder.parse({
          ...{ id: textIn(form, "id"), manifest, method: textIn(form, "method") },
          receipt: textIn(form, "receipt") || received.at(0)?.body.receipt,
          disposedMs: Date.parse(`${textIn(form, "disposedAt")}T00:00:00+08:00`),
        }),
        by,
      )),
  };
}

/** What the draft names leaves the draft's store. */
function departure(
  form: FormData,
  { manifest, body, bags, loads }: ManifestStanding,
  by: readonly Confirmation[],
): Act {
  return acts.departure(
    acts.departOrder.parse({
      ...{ id: textIn(form, "id"), manifest, loads },
      from: body?.store,
      to: custodianIn(textIn(form, "to")),
      bags: body?.bags ?? bags,
    }),
    by,
  );
}

function receipt(
  form: FormData,
  { manifest, departed }: ManifestStanding,
  by: readonly Confirmation[],
): Act {
  const missing = new Set(form.getAll("notReceived"));
  return acts.receipt(
    acts.receiptOrder.parse({
      ...{ id: textIn(form, "id"), manifest, receipt: textIn(form, "receipt") },
      from: departed?.body.to,
      to: custodianIn(textIn(form, "to")),
      bags: departed?.body.bags.filter((bag) => !missing.has(bag)),
      loads: departed?.body.loads,
      grams: gramsIn(textIn(form, "kilograms")),
      difference: textIn(form, "difference"),
    }),
    by,
  );
}

export function manifestFormPanels(
  view: View,
  shown: ActingSite,
  manifest: ManifestStanding,
): Html {
  const { number, stage } = manifest;
  return html`
    ${number === null ? numberForm(view, manifest) : ""}
    ${stage === "prepared" ? departForm(view, shown, manifest) : ""}
    ${stage === "departed" ? receiveForm(view, shown, manifest) : ""}
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
  const fields = html`${parts.field(view, { name: "number", label: "number14", digits: true })}`;
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
  const bags = manifest.departed?.body.bags ?? [];
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
  const receipt = manifest.received.at(0)?.body.receipt ?? "";
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
