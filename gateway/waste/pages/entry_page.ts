/** One entry, with the forms by which the second person confirms it, or two take it back. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dayText } from "../../china_calendar.ts";
import type { Page, PageForm } from "../../console/page.ts";
import { badge, factRows, type Html, moment, type View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { entryOf, type KnownEntry, personsIn } from "../desk/entry_read.ts";
import { rulesFor } from "../desk/rules_read.ts";
import { confirming, confirmOrder, reversalOrder, reversing } from "../desk/later_acts.ts";
import { evidenceOf } from "../desk/reading_read.ts";
import type { Evidence } from "../entry/weight.ts";
import { keptUntil } from "../retention.ts";
import type { WasteRules } from "../rules.ts";
import { newActId, secondIn } from "./form_fields.ts";
import * as parts from "./parts.ts";
import { perform, saidBy } from "./perform.ts";
import { type ActingSite, type Shown } from "./shown.ts";
import { wasteTexts, wordText } from "./text.ts";

export function entryPages(shown: Shown, acting: ActingSite | null): readonly Page[] {
  const render: Page["render"] = async (view, { entry }, _parts, { query }) =>
    await shownEntry(view, shown, entry, { said: query.get("said") });
  const at = {
    path: "/waste/entries/{entry}",
    still: true,
    assets: ["waste.css"],
    render,
  } as const;
  if (acting === null) return [at];
  return [{ ...at, forms: { confirm: confirmForm(acting), reverse: reverseForm(acting) } }];
}

function confirmForm(shown: ActingSite): PageForm {
  const { desk } = shown;
  return {
    right: "waste.confirm",
    send: async (form, { entry }, own, actor, view) => {
      // Whoever proves who he is at another's session confirms, not the one who is signed in.
      const done = await perform({ desk, form, parts: own, actor }, (by) =>
        confirming(
          desk,
          confirmOrder.parse({ id: fieldOf(form, "id"), of: entry }),
          secondIn(form) === undefined ? by[0] : by[by.length - 1],
        ));
      if (done.kind === "done") return `/waste/entries/${encodeURIComponent(entry)}?said=done`;
      return parts.refusedPage(await shownEntry(view, shown, entry, done) ?? html``);
    },
  };
}

function reverseForm(shown: ActingSite): PageForm {
  const { desk } = shown;
  return {
    right: "waste.confirm",
    send: async (form, { entry }, own, actor, view) => {
      const done = await perform({ desk, form, parts: own, actor }, (by) =>
        reversing(
          reversalOrder.parse({
            ...{ id: fieldOf(form, "id"), of: entry, reason: fieldOf(form, "reason") },
          }),
          by,
        ));
      if (done.kind === "done") {
        return `/waste/entries/${encodeURIComponent(done.entry)}?said=${saidBy(done, true)}`;
      }
      return parts.refusedPage(await shownEntry(view, shown, entry, done) ?? html``);
    },
  };
}

interface Told {
  readonly said?: string | null;
  readonly faults?: readonly Text[];
}

async function shownEntry(
  view: View,
  shown: Shown,
  id: string,
  { said = null, faults = [] }: Told,
): Promise<Html | null> {
  const known = await entryOf(shown.node.tables, id);
  if (known === null) return null;
  const { body } = known.event;
  const evidence = "weight" in body ? await evidenceOf(shown.node.journal, body.weight) : null;
  const rules = (await rulesFor(shown, [body.site]))(body.site);
  const main = html`
    ${parts.faultsBanner(view, faults)}
    ${entryPanel(view, known, { evidence, rules })}
    ${shown.desk === null ? "" : formPanels(view, known)}
  `;
  return parts.wasteFrame(view, shown, "/waste", main, said);
}

const EFFECT_TONE = { stands: "good", pending: "warn", reversed: "idle" } as const;

const EVIDENCE_TONE = {
  "proved": "good",
  "differs": "bad",
  "keyed": "warn",
  "not-here": "idle",
} as const satisfies Readonly<Record<Evidence, string>>;

function entryPanel(
  view: View,
  { event, effect, about }: KnownEntry,
  { evidence, rules }: { readonly evidence: Evidence | null; readonly rules: WasteRules },
): Html {
  const { language } = view;
  const say = wasteTexts(language);
  const { body, node, time, kind } = event;
  const bags = "bags" in body ? body.bags : "bag" in body ? [body.bag] : [];
  const facts: (readonly [string, Html | string])[] = [
    [say("role"), badge(EFFECT_TONE[effect], wordText(language, effect))],
    [say("when"), moment(view, new Date(time.wallMs).toISOString())],
    [say("confirmed"), personsIn(event).join("、")],
    [say("keptUntil"), dayText(keptUntil(kind, time.wallMs, rules))],
    [say("site"), body.site],
    [say("node"), node],
    [say("id"), html`<code>${body.id}</code>`],
  ];
  if ("from" in body) facts.push([say("from"), `${body.from.kind}/${body.from.id}`]);
  if ("to" in body) facts.push([say("to"), `${body.to.kind}/${body.to.id}`]);
  if ("weight" in body) {
    const reason = body.weight.from === "keyed" ? body.weight.reason : "";
    const proof = evidence === null
      ? ""
      : badge(EVIDENCE_TONE[evidence], wordText(language, evidence));
    facts.push([
      say("weight"),
      html`${parts.kilogramsText(body.weight.grams)} ${proof} ${reason}`,
    ]);
    if (body.weight.from === "keyed") {
      const { photo } = body.weight;
      facts.push([
        say("photo"),
        html`<a href="/api/blobs/${photo}"><code>${photo.slice(0, 8)}…</code></a>`,
      ]);
    }
  }
  if ("category" in body) facts.push([say("category"), body.category]);
  if ("manifest" in body) facts.push([say("manifest"), parts.manifestLink(body.manifest)]);
  if ("reason" in body) facts.push([say("reason"), body.reason]);
  if ("of" in body) facts.push([say("about"), parts.entryLink(body.of)]);
  return html`
    <section class="panel">
      <h2>${wordText(language, kind)}</h2>
      <dl class="facts">${factRows(facts)}</dl>
      ${bags.length === 0 ? "" : html`<p class="codes">${bags.map(parts.bagLink)}</p>`}
      ${about.length === 0
        ? ""
        : html`<ul class="plainlist">${
          about.map((one) =>
            html`<li><a href="/waste/entries/${encodeURIComponent(one.body.id)}">${
              wordText(language, one.kind)
            }</a> · ${personsIn(one).join("、")} · ${
              moment(view, new Date(one.time.wallMs).toISOString())
            }</li>`
          )
        }</ul>`}
    </section>
  `;
}

function formPanels(view: View, { event, effect }: KnownEntry): Html {
  const say = wasteTexts(view.language);
  const path = `/waste/entries/${encodeURIComponent(event.body.id)}`;
  const confirm = html`
    <section class="panel">
      <h2>${say("waiting")}</h2>
      <form method="post" action="${path}/confirm" class="form">
        ${parts.hidden({ id: newActId() })}
        <p class="note">${say("confirmHint")}</p>
        ${parts.credentialFields(view)}
        ${parts.action(view, "confirmIt")}
      </form>
    </section>
  `;
  const reverse = html`
    <section class="panel">
      <details>
        <summary>${say("reverse")}</summary>
        <p class="note">${say("reverseHint")}</p>
        <form method="post" action="${path}/reverse" class="form">
          ${parts.hidden({ id: newActId() })}
          ${parts.field(view, { name: "reason", label: "reason" })}
          ${parts.secondFields(view)}
          ${parts.action(view, "reverse")}
        </form>
      </details>
    </section>
  `;
  return html`${effect === "pending" ? confirm : ""}${effect === "reversed" ? "" : reverse}`;
}
