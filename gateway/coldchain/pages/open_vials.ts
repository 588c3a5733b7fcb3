/** Vials of several doses: what is left in those that are open, until when, and the day's sums. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import { idField } from "../../console/form_parts.ts";
import { badge, factRows, type Html, moment, type View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { moveRequest } from "../flow/flow_answers.ts";
import type { FlowDesk, Teller } from "../flow/flow_desk.ts";
import { placeOf } from "../flow/place.ts";
import type { VialSums } from "../flow/vial.ts";
import { openVials } from "../flow/vial_reads.ts";
import type { KnownVial } from "../flow/vial_rules.ts";
import { LATE_VIAL_TOLD_MS } from "../rules/plans.ts";
import * as parts from "./dose_parts.ts";
import type { PlaceWords } from "./dose_places.ts";
import { doseTexts } from "./dose_text.ts";
import { issueTexts } from "./refusal_text.ts";

export interface Vials {
  readonly site: string;
  readonly open: readonly KnownVial[];
  /** Of those that were opened today. */
  readonly sums: readonly VialSums[];
  readonly nowMs: number;
  readonly words: PlaceWords;
}

/** Nothing where none is open, and none was today. */
export function vialsPanel(view: View, vials: Vials): Html {
  const { open, sums, nowMs } = vials;
  if (open.length + sums.length === 0) return html``;
  const say = doseTexts(view.language);
  const isLate = open.some(({ useByMs }) => useByMs < nowMs);
  return html`
    <section class="panel ${isLate ? "alert" : ""}" id="vials"><h2>${say("openVials")}</h2>
      ${open.length === 0
        ? html`<p class="calm">${say("noneOpen")}</p>`
        : html`<div class="cards">${open.map((vial) => vialCard(view, vial, vials))}</div>`}
      ${sums.length === 0 ? "" : sumsTable(view, sums)}
    </section>
  `;
}

function vialCard(view: View, vial: KnownVial, { site, nowMs, words }: Vials): Html {
  const { code, product, lot, place, doses, given, discarded, left, openedMs, useByMs } = vial;
  const say = doseTexts(view.language);
  const isLate = useByMs < nowMs;
  const late = useByMs < nowMs - LATE_VIAL_TOLD_MS ? say("vialForgotten") : say("vialLate");
  const at = (ms: number) => moment(view, new Date(ms).toISOString());
  const giving = `/vaccines/session?${new URLSearchParams({ place, typed: code })}`;
  return html`
    <div class="card ${isLate ? "bad" : "good"}">
      <header><h3><code>${code}</code></h3>${isLate
        ? badge("bad", late)
        : badge("good", `${say("vialLeft")} ${left}`)}</header>
      <dl class="facts">${factRows([
        [say("place"), words(site, place)],
        [say("product"), product],
        [say("lot"), lot],
        [say("vialOpened"), at(openedMs)],
        [say("vialUseBy"), at(useByMs)],
        ...[[say("givenDoses"), given], [say("thrownAway"), discarded]] as const,
        [say("vialLeft"), `${left}/${doses}`],
      ])}</dl>
      ${isLate ? "" : html`<p><a class="plain" href="${giving}">${say("giveOfIt")} →</a></p>`}
      <details ${isLate ? "open" : ""}>
        <summary>${say("discardRest")}</summary>
        <form method="post" action="/vaccines/session/discard" class="form">
          ${idField()}
          <input type="hidden" name="code" value="${code}">
          ${parts.field(view, {
            ...{ name: "reason", label: "reason", value: isLate ? say("vialLateReason") : "" },
          })}
          ${parts.action(view, "discardRest")}
        </form>
      </details>
    </div>
  `;
}

function sumsTable(view: View, sums: readonly VialSums[]): Html {
  const say = doseTexts(view.language);
  const number = true;
  const columns = [
    ...[{ head: say("lot") }, { head: say("product") }, { head: say("vials"), number }],
    ...[{ head: say("doses"), number }, { head: say("givenDoses"), number }],
    ...[{ head: say("thrownAway"), number }, { head: say("vialLeft"), number }],
  ];
  return html`
    <h3>${say("openedToday")}</h3>
    ${dataTable(
      columns,
      sums.map(({ product, lot, vials, doses, given, discarded, left }) => [
        ...[lot, product, vials, doses, given, discarded, left],
      ]),
    )}
  `;
}

/** Why nothing was written; `null`: all that was left in the vial is thrown away. */
export async function discardRest(
  desk: FlowDesk,
  form: FormData,
  teller: Teller,
): Promise<readonly Text[] | null> {
  const code = fieldOf(form, "code");
  const vial = (await openVials(desk.tables, desk.site)).find((one) => one.code === code);
  if (vial === undefined) return [NOT_OPEN];
  const { product, lot, left, place } = vial;
  const { data, error } = moveRequest.safeParse({
    ...{ id: fieldOf(form, "id"), step: "wasted", from: place, to: placeOf("waste", code) },
    lots: [{ product, lot, expires: null, doses: left, codes: [code] }],
    reason: fieldOf(form, "reason"),
  });
  return data === undefined
    ? issueTexts(error.issues)
    : parts.faultsOf(await desk.move(data, teller));
}

const NOT_OPEN: Text = {
  zh: "该瓶没有剩余剂数，或没有登记开瓶；请刷新页面核对",
  en: "nothing is left in this vial, or it was not opened here; load the page again",
};
