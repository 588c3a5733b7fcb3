/** Transfer manifests: the list, and each as the national form has it, to be printed (W8). */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dayText } from "../../china_calendar.ts";
import { dataTable } from "../../console/data_table.ts";
import type { Page } from "../../console/page.ts";
import { badge, type Html, moment, type View } from "../../console/view.ts";
import { rulesFor } from "../desk/rules_read.ts";
import { around } from "../desk/surroundings.ts";
import {
  FORM_PARTS,
  formFields,
  lacking,
  LINE_HEADS,
  lineCells,
  receivedTonnes,
} from "../manifest/form.ts";
import type { ManifestStanding } from "../manifest/manifest.ts";
import { lackText } from "../manifest/plan_departure.ts";
import { manifestKeptUntil } from "../retention.ts";
import type { WasteRules } from "../rules.ts";
import { latestManifests, manifestOf, manifestsNumbered } from "../record/waste_reads.ts";
import { manifestFormPanels, manifestForms } from "./manifest_forms.ts";
import * as parts from "./parts.ts";
import { type ActingSite, ownSite, type Shown } from "./shown.ts";
import { wasteTexts, wordText } from "./text.ts";

const LIST_MAX = 200;

export function manifestPages(shown: Shown, acting: ActingSite | null): readonly Page[] {
  const at = { still: true, assets: ["waste.css"] } as const;
  const one: Page = {
    ...at,
    path: "/waste/manifests/{manifest}",
    render: async (view, { manifest }, _parts, { query }) =>
      await manifestPage(view, shown, manifest, { said: query.get("said") }),
    ...acting === null ? {} : { forms: manifestForms(acting, manifestPage) },
  };
  return [{ ...at, path: "/waste/manifests", render: (view) => listPage(view, shown) }, one];
}

async function listPage(view: View, shown: Shown): Promise<Html> {
  const { language } = view;
  const say = wasteTexts(language);
  const known = await latestManifests(shown.node.tables, ownSite(shown), LIST_MAX);
  const heads = [say("manifest"), say("number"), say("state"), say("site")];
  const rows = known.map(({ site, standing: { manifest, number, stage } }) => [
    parts.manifestLink(manifest),
    number ?? badge("warn", say("draft")),
    wordText(language, stage),
    site,
  ]);
  const main = html`
    ${shown.desk === null ? "" : html`<p class="buttons"><a class="action button"
      href="/waste/manifests/new">${say("newManifest")}</a></p>`}
    <section class="panel"><h2>${say("manifests")}</h2>${rows.length === 0
      ? html`<p class="empty">${say("none")}</p>`
      : dataTable(heads.map((head) => ({ head })), rows)}</section>
  `;
  return parts.wasteFrame(view, shown, "/waste/manifests", main);
}

export interface Told {
  readonly said?: string | null;
  readonly faults?: readonly Text[];
}

export async function manifestPage(
  view: View,
  shown: Shown,
  id: string,
  { said = null, faults = [] }: Told,
): Promise<Html | null> {
  const { tables } = shown.node;
  const known = await manifestOf(tables, id);
  if (known === null) return null;
  const rules = (await rulesFor(shown, [known.site]))(known.site);
  const { manifests } = await around(tables, { manifests: [id] }, rules);
  const manifest = manifests.get(id);
  if (manifest === undefined) return null;
  const { number } = manifest;
  const numbered = number === null ? [] : await manifestsNumbered(tables, number);
  const others = numbered.map(({ standing }) => standing.manifest).filter((one) => one !== id);
  const say = wasteTexts(view.language);
  const main = html`
    ${parts.faultsBanner(view, faults)}
    ${faultsOf(view, manifest)}
    ${others.map((other) => html`<p class="banner bad">${say("numberTwice", other)}</p>`)}
    ${nationalForm(view, manifest, rules)}
    ${bagList(view, manifest)}
    ${shown.desk === null ? "" : manifestFormPanels(view, { ...shown, desk: shown.desk }, manifest)}
  `;
  return parts.wasteFrame(view, shown, "/waste/manifests", main, said);
}

function faultsOf(view: View, manifest: ManifestStanding): Html {
  const say = wasteTexts(view.language);
  const { drafts, numbers, outstanding, received, faults } = manifest;
  const isLost = received.length > 0 && outstanding.length > 0;
  return html`
    ${drafts.length > 1 ? html`<p class="banner bad">${say("twoDrafts", drafts.length)}</p>` : ""}
    ${numbers.length > 1
      ? html`<p class="banner bad">${say("twoNumbers", numbers.join(", "))}</p>`
      : ""}
    ${faults.map(({ kind, receipt }) => html`<p class="banner bad">${say(kind, receipt)}</p>`)}
    ${isLost ? html`<p class="banner bad">${say("outstanding", outstanding.join(", "))}</p>` : ""}
  `;
}

/** As the national form has it, in its order; what is empty stays empty on paper. */
function nationalForm(view: View, manifest: ManifestStanding, rules: WasteRules): Html {
  const { language } = view;
  const say = wasteTexts(language);
  const fields = Map.groupBy(formFields(manifest), ({ part }) => part);
  const lacks = lacking(manifest);
  const kept = manifestKeptUntil(manifest, rules);
  const columns = LINE_HEADS.map((head) => ({ head: head[language] }));
  return html`
    <section class="panel paper">
      <h2>${language === "zh" ? "危险废物转移联单" : "Transfer manifest of hazardous waste"}</h2>
      <p>${say("number")}: <strong>${manifest.number ?? say("draft")}</strong> ·
        <code>${manifest.manifest}</code> · ${wordText(language, manifest.stage)}${kept === null
          ? ""
          : ` · ${say("keptUntil")} ${dayText(kept)}`}</p>
      ${[...fields].map(([part, own]) =>
        html`
          <h3>${FORM_PARTS[part][language]}</h3>
          <dl class="facts">${own.map(({ label, value }) =>
            html`
              <div>
                <dt>${label[language]}</dt>
                <dd>${value === "" ? " " : value}</dd>
              </div>
            `
          )}</dl>
          ${part === "consignor"
            ? dataTable(columns, manifest.lines.map((line) => lineCells(line, language)))
            : ""}
          ${part === "receiver" && manifest.received.length > 0
            ? html`<p>${say("receivedSum")}: ${receivedTonnes(manifest)} t ${
              manifest.received.map(({ body }) => body.difference)
            }</p>`
            : ""}
        `
      )}
      <p class="note unprinted">${say("print")}</p>
      <div class="unprinted">${lacks.length === 0
        ? badge("good", say("complete"))
        : html`${badge("warn", say("lacking"))} ${
          lacks.map((field) => lackText(field, manifest)[language]).join(" · ")
        }`}</div>
    </section>
  `;
}

/** From the manifest to its bags, and what was written of it. */
function bagList(
  view: View,
  { bags, departed, received, disposed, drafts }: ManifestStanding,
): Html {
  const say = wasteTexts(view.language);
  const events = [...departed === null ? [] : [departed], ...received, ...disposed];
  return html`
    <section class="panel unprinted">
      <h2>${say("counted")} (${bags.length})</h2>
      <p class="codes">${bags.map(parts.bagLink)}</p>
      <ul class="plainlist">
        ${drafts.map((id) => html`<li>${say("waste-manifest")} ${parts.entryLink(id)}</li>`)}
        ${events.map(({ kind, body, time }) =>
          html`<li>${wordText(view.language, kind)} ${parts.entryLink(body.id)} · ${
            say("recordedAt")
          } ${moment(view, new Date(time.wallMs).toISOString())}${
            "receipt" in body ? ` · ${say("receipt")} ${body.receipt}` : ""
          }</li>`
        )}</ul>
    </section>
  `;
}
