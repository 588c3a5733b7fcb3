/** Weighing and sealing: the scales live, then the form of one weight, or of a keyed one. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Page } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { sealing, sealOrder } from "../desk/acts.ts";
import { newActId, textOr } from "./form_fields.ts";
import * as parts from "./parts.ts";
import { perform, PHOTO_FORM_BYTES_MAX, saidBy, weightIn } from "./perform.ts";
import { type ActingSite, placesOf } from "./shown.ts";
import { wasteTexts } from "./text.ts";
import { keyedFields, scaleCard, type ScaleNow, scalesNow } from "./weights.ts";

const FORM = "/waste/seal/form";
const KEYED = "/waste/seal/keyed";

export function sealPages(shown: ActingSite): readonly Page[] {
  const { desk } = shown;
  const at = { role: "site", right: "waste.weigh", assets: ["waste.css"] } as const;
  const forms = (isKeyed: boolean) => ({ save: sealForm(shown, isKeyed) });
  return [
    {
      ...at,
      path: "/waste/seal",
      render: async (view) => scalesPage(view, shown, await scalesNow(desk)),
    },
    {
      ...at,
      path: FORM,
      still: true,
      render: async (view, _places, _parts, { query }) => {
        const reading = query.get("reading") ?? "";
        const scale = (await scalesNow(desk)).find((one) => one.reading === reading);
        return sealPage(view, shown, { scale: scale ?? null, reading });
      },
      forms: forms(false),
    },
    {
      ...at,
      path: KEYED,
      still: true,
      render: (view) => Promise.resolve(sealPage(view, shown, { scale: null, reading: "" })),
      forms: forms(true),
    },
  ];
}

function sealForm(shown: ActingSite, isKeyed: boolean): NonNullable<Page["forms"]>[string] {
  const { desk } = shown;
  return {
    right: "waste.weigh",
    ...isKeyed ? { bytesMax: PHOTO_FORM_BYTES_MAX } : {},
    send: async (form, _places, own, actor, view) => {
      const sent = { desk, form, parts: own, actor };
      const done = await perform(sent, async (by) =>
        sealing(
          desk,
          sealOrder.parse({
            id: fieldOf(form, "id"),
            bag: textOr(form, "bag"),
            category: fieldOf(form, "category"),
            source: { ward: fieldOf(form, "ward"), name: wardName(shown, fieldOf(form, "ward")) },
            weight: await weightIn(sent),
          }),
          by,
        ));
      if (done.kind === "done") {
        return `/waste/bags/${done.subject}?said=${saidBy(done, false)}`;
      }
      const reading = isKeyed ? "" : fieldOf(form, "reading");
      const scale = (await scalesNow(desk)).find((one) => one.reading === reading) ?? null;
      return parts.refusedPage(
        sealPage(view, shown, { scale, reading, form, faults: done.faults }),
      );
    },
  };
}

function wardName({ desk }: ActingSite, ward: string): string | undefined {
  return placesOf(desk, "ward").find(({ id }) => id === ward)?.name;
}

function scalesPage(view: View, shown: ActingSite, scales: readonly ScaleNow[]): Html {
  const say = wasteTexts(view.language);
  const main = html`
    <section class="panel">
      <h2>${say("seal")}</h2>
      <p class="note">${say(scales.length === 0 ? "noScales" : "scales")}</p>
      <div class="cards">${scales.map((scale) => cardOf(view, scale))}</div>
      <p class="buttons"><a class="plain" href="${KEYED}">${say("keyIt")}</a></p>
    </section>
  `;
  return parts.wasteFrame(view, shown, "/waste/seal", main);
}

function cardOf(view: View, scale: ScaleNow): Html {
  const say = wasteTexts(view.language);
  const to = scale.reading === null ? null : `${FORM}?reading=${encodeURIComponent(scale.reading)}`;
  return scaleCard(
    view,
    scale,
    to === null ? "" : html`<a class="action button" href="${to}">${say("useWeight")}</a>`,
  );
}

interface Asked {
  readonly scale: ScaleNow | null;
  /** Of the scale; empty: the weight is keyed. */
  readonly reading: string;
  /** As it was sent, where it was refused. */
  readonly form?: FormData;
  readonly faults?: readonly Text[];
}

function sealPage(view: View, shown: ActingSite, asked: Asked): Html {
  const { scale, reading, form, faults = [] } = asked;
  const say = wasteTexts(view.language);
  const isKeyed = reading === "";
  const value = (name: string) => form === undefined ? "" : fieldOf(form, name);
  const wards = placesOf(shown.desk, "ward").map(({ id, name }) => ({ value: id, text: name }));
  const again = html`<a class="action button" href="/waste/seal">${say("weighAgain")}</a>`;
  const main = html`
    ${parts.faultsBanner(view, faults)}
    ${isKeyed
      ? ""
      : scale === null
      ? html`<p class="banner warn">${say("noWeight")} ${again}</p>`
      : scaleCard(view, scale, again)}
    <section class="panel">
      <h2>${say(isKeyed ? "keyIt" : "seal")}</h2>
      ${wards.length === 0 ? html`<p class="banner warn">${say("noPlaces")}</p>` : ""}
      <form method="post" action="${isKeyed ? KEYED : FORM}/save" class="form"
        enctype="multipart/form-data">
        ${parts.hidden({ id: value("id") || newActId(), ...isKeyed ? {} : { reading } })}
        ${isKeyed ? keyedFields(view, value) : ""}
        ${parts.choose(
          view,
          { name: "category", label: "category", value: value("category") },
          parts.categoryChoices(view),
        )}
        ${parts.choose(view, { name: "ward", label: "ward", value: value("ward") }, wards)}
        ${parts.field(view, {
          name: "bag",
          label: "bagCode",
          value: value("bag"),
          optional: true,
        })}
        ${parts.secondFields(view, isKeyed)}
        ${parts.action(view, "seal")}
      </form>
    </section>
  `;
  return parts.wasteFrame(view, shown, "/waste/seal", main);
}
