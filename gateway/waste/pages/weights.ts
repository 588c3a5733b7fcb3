/** What the scales of a site say now, and the fields of a weight that is keyed (W2). */
import { html } from "hono/html";
import { listDevices } from "../../devices/device_list.ts";
import { age, badge, type Html, type View } from "../../console/view.ts";
import type { WasteDesk } from "../desk/waste_desk.ts";
import { field, hidden } from "./parts.ts";
import { wasteTexts } from "./text.ts";

export interface ScaleNow {
  readonly device: string;
  readonly title: { readonly zh: string; readonly en: string } | null;
  /** Place of the entry, `null`: it says no weight that may be taken now. */
  readonly reading: string | null;
  readonly kilograms: number | null;
  /** When it said so. */
  readonly time: string | null;
}

/** In the order of the configuration. */
export async function scalesNow({ node, config }: WasteDesk): Promise<ScaleNow[]> {
  const devices = await listDevices(node.tables, node.name, node.clock.now());
  const maxSeconds = config.rules.weightAgeSeconds.value;
  return config.scales.map(({ device, point: name }): ScaleNow => {
    const found = devices.find((one) => one.device === device);
    const point = found?.points.find(({ point }) => point === name);
    const isGood = point !== undefined && point.quality === "good" &&
      typeof point.value === "number" && point.value > 0 && point.ageSeconds !== null &&
      point.ageSeconds <= maxSeconds;
    return {
      device,
      title: found?.title ?? null,
      reading: isGood ? `${point.origin}/reading/${point.seq}` : null,
      kilograms: isGood && typeof point.value === "number" ? point.value : null,
      time: isGood ? point.time : null,
    };
  });
}

/** One scale with what it says. */
export function scaleCard(view: View, scale: ScaleNow, below: Html | ""): Html {
  const say = wasteTexts(view.language);
  const { kilograms, time } = scale;
  return html`
    <article class="card ${kilograms === null ? "idle" : "good"}">
      <header><h3>${scale.title?.[view.language] ?? scale.device}</h3></header>
      ${kilograms === null
        ? badge("idle", say("noWeight"))
        : html`<p class="main-value"><strong>${kilograms.toFixed(3)}</strong>
        <span class="unit">kg · ${age(view, time)}</span></p>`}
      ${below}
    </article>
  `;
}

/** The weights that may be taken, one of them chosen. */
export function weightChoice(view: View, scales: readonly ScaleNow[]): Html {
  const say = wasteTexts(view.language);
  const here = scales.filter(({ reading }) => reading !== null);
  return html`
    <fieldset>
      <legend>${say("sumWeight")}</legend>
      ${here.length === 0 ? html`<p>${badge("warn", say("noWeight"))}</p>` : ""}
      <div class="boxes">${here.map(({ reading, kilograms, device, title }, index) =>
        html`<label><input type="radio" name="reading" value="${reading}"
          ${index === 0 ? "checked" : ""}> <strong>${kilograms?.toFixed(3)} kg</strong>
          ${title?.[view.language] ?? device}</label>`
      )}</div>
    </fieldset>
  `;
}

/** Of a scale that fails: with reason and photo, and marked. */
export function keyedFields(view: View, value: (name: string) => string): Html {
  const say = wasteTexts(view.language);
  return html`
    <p class="note">${say("keyedNeeds")}</p>
    ${hidden({ reading: "" })}
    ${field(view, {
      ...{ name: "kilograms", label: "kilograms", type: "number", step: "0.001" },
      value: value("kilograms"),
    })}
    ${field(view, { name: "reason", label: "reason", value: value("reason") })}
    ${field(view, { name: "photo", label: "photo", type: "file" })}
  `;
}
