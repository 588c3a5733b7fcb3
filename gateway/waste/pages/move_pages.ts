/** Handing waste on, and putting it into boxes. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Page } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { boxing, boxOrder, handover, handoverOrder } from "../desk/acts.ts";
import { CUSTODIANS } from "../entry/subject.ts";
import { codesIn, newActId, textOr } from "./form_fields.ts";
import * as parts from "./parts.ts";
import { perform, saidBy } from "./perform.ts";
import { type ActingSite, custodianIn, placesOf } from "./shown.ts";
import { wasteTexts } from "./text.ts";

const AT = { role: "site", right: "waste.weigh", still: true, assets: ["waste.css"] } as const;

interface Refused {
  readonly form: FormData;
  readonly faults: readonly Text[];
}

export function movePages(shown: ActingSite): readonly Page[] {
  const { desk } = shown;
  return [
    {
      ...AT,
      path: "/waste/move",
      render: (view, _places, _parts, { query }) =>
        Promise.resolve(movePage(view, shown, null, query.get("said"))),
      forms: {
        save: {
          right: "waste.weigh",
          send: async (form, _places, own, actor, view) => {
            const done = await perform({ desk, form, parts: own, actor }, (by) => {
              const { bags, loads } = codesIn(fieldOf(form, "codes"));
              return handover(
                desk,
                handoverOrder.parse({
                  ...{ id: fieldOf(form, "id"), bags, loads },
                  from: custodianIn(fieldOf(form, "from")),
                  to: custodianIn(fieldOf(form, "to")),
                }),
                by,
              );
            });
            if (done.kind === "done") return `/waste/move?said=${saidBy(done, true)}`;
            return parts.refusedPage(movePage(view, shown, { form, faults: done.faults }, null));
          },
        },
      },
    },
    {
      ...AT,
      path: "/waste/box",
      render: (view, _places, _parts, { query }) =>
        Promise.resolve(boxPage(view, shown, null, query)),
      forms: {
        save: {
          right: "waste.weigh",
          send: async (form, _places, own, actor, view) => {
            const done = await perform({ desk, form, parts: own, actor }, (by) => {
              const { bags, loads } = codesIn(fieldOf(form, "codes"));
              return boxing(
                desk,
                boxOrder.parse({
                  ...{ id: fieldOf(form, "id"), bags, loads, box: fieldOf(form, "box") },
                  outOf: textOr(form, "outOf") ?? null,
                }),
                by,
              );
            });
            if (done.kind === "done") return `/waste/box?said=done&load=${done.subject}`;
            const again = { form, faults: done.faults };
            return parts.refusedPage(boxPage(view, shown, again, new URLSearchParams()));
          },
        },
      },
    },
  ];
}

const valueIn = (again: Refused | null) => (name: string) =>
  again === null ? "" : fieldOf(again.form, name);

function movePage(
  view: View,
  shown: ActingSite,
  again: Refused | null,
  said: string | null,
): Html {
  const say = wasteTexts(view.language);
  const value = valueIn(again);
  const places = parts.placeChoices(placesOf(shown.desk, ...CUSTODIANS));
  // Stores weigh what they take, disposers give a receipt.
  const takers = parts.placeChoices(placesOf(shown.desk, "ward", "person", "vehicle"));
  const main = html`
    ${parts.faultsBanner(view, again?.faults ?? [])}
    <section class="panel">
      <h2>${say("handOver")}</h2>
      ${places.length === 0 ? html`<p class="banner warn">${say("noPlaces")}</p>` : ""}
      <form method="post" action="/waste/move/save" class="form">
        ${parts.hidden({ id: value("id") || newActId() })}
        ${parts.choose(view, { name: "from", label: "from", value: value("from") }, places)}
        ${parts.choose(view, { name: "to", label: "to", value: value("to") }, takers)}
        ${parts.codesField(view, value("codes"))}
        ${parts.secondFields(view)}
        ${parts.action(view, "handOver")}
      </form>
    </section>
  `;
  return parts.wasteFrame(view, shown, "/waste/move", main, said);
}

function boxPage(
  view: View,
  shown: ActingSite,
  again: Refused | null,
  query: URLSearchParams,
): Html {
  const say = wasteTexts(view.language);
  const value = valueIn(again);
  const load = query.get("load");
  const main = html`
    ${parts.faultsBanner(view, again?.faults ?? [])}
    ${load === null ? "" : html`<p class="banner idle">${say("load")} <a
      href="/waste/loads/${encodeURIComponent(load)}"><code>${load}</code></a></p>`}
    <section class="panel">
      <h2>${say("box")}</h2>
      <form method="post" action="/waste/box/save" class="form">
        ${parts.hidden({ id: value("id") || newActId() })}
        ${parts.field(view, { name: "box", label: "boxCode", value: value("box") })}
        ${parts.codesField(view, value("codes"))}
        ${parts.field(view, {
          ...{ name: "outOf", label: "outOf", value: value("outOf"), optional: true },
        })}
        ${parts.action(view, "box")}
      </form>
    </section>
  `;
  return parts.wasteFrame(view, shown, "/waste/box", main, query.get("said"));
}
