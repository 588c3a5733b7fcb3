/** One bag: where it stands, what disagrees, every entry about it; and the page of a load. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import type { Page, PageForm } from "../../console/page.ts";
import { badge, factRows, type Html, moment, type View } from "../../console/view.ts";
import { bagClock } from "../clock/bag_clock.ts";
import { resolveAtCounty } from "../desk/county_resolution.ts";
import { personsBy } from "../desk/entry_read.ts";
import { epidemicModes } from "../desk/epidemic_read.ts";
import { rulesFor } from "../desk/rules_read.ts";
import { resolutionOrder, resolving } from "../desk/later_acts.ts";
import { presentFor } from "../../devices/present.ts";
import { fieldOf } from "../../form.ts";
import type { Confirmation } from "../entry/confirmation.ts";
import { needsTwo } from "../entry/correction_body.ts";
import { custodianKey } from "../entry/subject.ts";
import { type BagStanding, momentsOf } from "../life/bag.ts";
import type { Conflict } from "../life/disputes.ts";
import { bagOf, type KnownBag } from "../record/waste_reads.ts";
import { newActId } from "./form_fields.ts";
import * as parts from "./parts.ts";
import { performBy, saidBy } from "./perform.ts";
import { type ActingSite, placeName, type Shown } from "./shown.ts";
import { wasteTexts, wordText } from "./text.ts";

export function bagPages(shown: Shown, acting: ActingSite | null): readonly Page[] {
  const render: Page["render"] = async (view, { bag }, _parts, { query }) =>
    await shownBag(view, shown, bag, { said: query.get("said") });
  const at = { path: "/waste/bags/{bag}", still: true, assets: ["waste.css"], render } as const;
  if (acting === null && shown.role === "site") return [at];
  return [{ ...at, forms: { resolve: resolveForm(shown) } }];
}

function resolveForm(shown: Shown): PageForm {
  return {
    right: "waste.confirm",
    send: async (form, { bag }, own, actor, view) => {
      const { desk, node } = shown;
      const sent = { form, parts: own, actor };
      const write = (by: readonly Confirmation[]) =>
        desk === null
          ? resolveAtCounty(node, resolutionIn(form), by)
          : desk.write(resolving(resolutionIn(form), by));
      const done = await performBy(sent, write);
      if (done.kind === "done") {
        const said = saidBy(done, needsTwo(resolutionIn(form).about));
        return `/waste/bags/${encodeURIComponent(bag)}?said=${said}`;
      }
      const main = await shownBag(view, shown, bag, { faults: done.faults });
      return parts.refusedPage(main ?? html``);
    },
  };
}

function resolutionIn(form: FormData) {
  return resolutionOrder.parse({
    ...{ id: fieldOf(form, "id"), subject: fieldOf(form, "subject") },
    about: fieldOf(form, "about"),
    keeps: fieldOf(form, "keeps"),
    against: form.getAll("of").filter((one) => one !== form.get("keeps")),
    over: form.getAll("over"),
    reason: fieldOf(form, "reason"),
  });
}

interface Told {
  readonly said?: string | null;
  readonly faults?: readonly Text[];
}

async function shownBag(
  view: View,
  shown: Shown,
  bag: string,
  { said = null, faults = [] }: Told,
): Promise<Html | null> {
  const { tables } = shown.node;
  const known = await bagOf(tables, bag);
  if (known === null) return null;
  const persons = await personsBy(tables, bag);
  const main = html`
    ${parts.faultsBanner(view, faults)}
    ${await standingPanel(view, shown, known)}
    ${known.standing.conflicts.map((one) => conflictPanel(view, shown, bag, one))}
    ${historyPanel(view, known.standing, persons)}
  `;
  return parts.wasteFrame(view, shown, "/waste", main, said);
}

async function standingPanel(
  view: View,
  shown: Shown,
  { standing, faults }: KnownBag,
): Promise<Html> {
  const { language } = view;
  const say = wasteTexts(language);
  const { bag, site, state, category, ward, weight, custodian, loads } = standing;
  const { manifest, receipt, missing, notReceived, unfounded } = standing;
  const mode = (await epidemicModes(shown.node.tables))(site);
  const present = await presentFor(shown.node, momentsOf([standing]));
  const rules = (await rulesFor(shown, [site]))(site);
  const clock = bagClock(standing, present, { mode, rules });
  const facts: (readonly [string, Html | string])[] = [
    [say("state"), wordText(language, state)],
    [say("clock"), parts.clockBadge(view, clock)],
    [say("category"), `${parts.categoryName(view, category)} ${category ?? ""}`],
    [
      say("weight"),
      html`${parts.kilogramsText(weight?.grams)} ${
        weight?.from === "keyed" ? badge("warn", say("keyed")) : ""
      }`,
    ],
    [say("ward"), ward === null ? "—" : placeName(shown, { kind: "ward", id: ward })],
    [
      say("holder"),
      custodian === null ? "?" : `${placeName(shown, custodian)} (${custodianKey(custodian)})`,
    ],
    [say("site"), site],
  ];
  if (loads.length > 0) facts.push([say("loads"), html`${loads.map(loadLink)}`]);
  if (manifest !== null) facts.push([say("manifest"), parts.manifestLink(manifest)]);
  if (receipt !== null) facts.push([say("receipt"), receipt]);
  return html`
    <section class="panel">
      <h2>${say("bagPage")} <code>${bag}</code></h2>
      ${missing === null
        ? ""
        : html`<p class="banner bad">${say("missingSince", missing.explanation)}</p>`}
      ${notReceived === null ? "" : html`<p class="banner bad">${say("notReceived_")}</p>`}
      ${unfounded.map(({ manifest }) =>
        html`<p class="banner bad">${say("unfoundedReceipt", manifest)}</p>`
      )}
      ${faults === 0 ? "" : html`<p class="banner bad">${say("faults", faults)}</p>`}
      <dl class="facts">${factRows(facts)}</dl>
      ${shown.desk === null ? "" : html`<p class="buttons">
        <a class="action button" href="/waste/bags/${encodeURIComponent(bag)}/label">${
        say("printLabel")
      }</a></p>`}
    </section>
  `;
}

export function loadLink(load: string): Html {
  return html`
    <a href="/waste/trace?code=${encodeURIComponent(load)}"><code>${load}</code></a>
  `;
}

/** What disagrees, with all that is said, for a person to say which is right. */
function conflictPanel(view: View, shown: Shown, bag: string, conflict: Conflict): Html {
  const { language } = view;
  const say = wasteTexts(language);
  const { subject, about, alternatives, resolutions } = conflict;
  const line = ({ id, node, time, says }: Conflict["alternatives"][number]) =>
    html`<strong>${says}</strong> · ${node} · ${
      moment(view, new Date(time.wallMs).toISOString())
    } ${parts.entryLink(id)}`;
  const head = html`<h2>${say("conflict", wordText(language, about))}</h2>`;
  if (shown.desk === null && shown.role === "site") {
    return html`<section class="panel alert">${head}<ul>${
      alternatives.map((one) => html`<li>${line(one)}</li>`)
    }</ul></section>`;
  }
  return html`
    <section class="panel alert">
      ${head}
      <form method="post" action="/waste/bags/${encodeURIComponent(bag)}/resolve" class="form">
        ${parts.hidden({ id: newActId(), subject, about })}
        ${resolutions.map((one) => html`<input type="hidden" name="over" value="${one}">`)}
        <fieldset><legend>${say("keepThis")}</legend>${alternatives.map((one) =>
          html`
            <label class="alternative"><input type="radio" name="keeps" value="${one.id}"
                        required> <span>${line(one)}</span></label>
            <input type="hidden" name="of" value="${one.id}">
          `
        )}</fieldset>
        ${parts.field(view, { name: "reason", label: "reason" })}
        ${needsTwo(about) ? parts.secondFields(view, shown.desk === null) : ""}
        ${parts.action(view, "resolve")}
      </form>
    </section>
  `;
}

function historyPanel(
  view: View,
  { history }: BagStanding,
  persons: ReadonlyMap<string, readonly string[]>,
): Html {
  const { language } = view;
  const say = wasteTexts(language);
  const heads = [say("entry"), say("when"), say("confirmed"), say("role"), say("node")];
  const rows = history.map(({ id, kind, time, node, role }) => [
    html`<a href="/waste/entries/${encodeURIComponent(id)}">${wordText(language, kind)}</a>`,
    html`${moment(view, new Date(time.wallMs).toISOString())}${
      time.clock === "untrusted" ? say("inDoubt") : ""
    }`,
    [...new Set(persons.get(id) ?? [])].join("、"),
    role === "stands" ? say("stands") : badge("warn", wordText(language, role)),
    node,
  ]);
  return html`<section class="panel"><h2>${say("history")}</h2>${
    dataTable(heads.map((head) => ({ head })), rows)
  }</section>`;
}
