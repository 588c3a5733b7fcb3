/** Open vials of several doses: what is left, until when, and the form for throwing it away. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import { type Html, moment, type View } from "../../console/view.ts";
import { moveRequest } from "../flow/flow_answers.ts";
import type { FlowDesk, Teller } from "../flow/flow_desk.ts";
import { nameOf, placeOf } from "../flow/place.ts";
import { openVials } from "../flow/vial_reads.ts";
import type { KnownVial } from "../flow/vial_rules.ts";
import * as parts from "./dose_parts.ts";
import { doseTexts } from "./dose_text.ts";
import { issueTexts } from "./refusal_text.ts";

/** Nothing where none is open. */
export function openVialsPanel(view: View, vials: readonly KnownVial[], nowMs: number): Html {
  if (vials.length === 0) return html``;
  const say = doseTexts(view.language);
  const rows = vials.map(({ place, code, lot, left, doses, useByMs }) => [
    ...[nameOf(place), code, lot, `${left}/${doses}`],
    useByMs < nowMs ? say("vialLate") : moment(view, new Date(useByMs).toISOString()),
  ]);
  const heads = [say("sessionPlace"), say("code"), say("lot"), say("vialLeft"), say("vialUseBy")];
  return html`
    <section class="panel"><h2>${say("openVials")}</h2>
      ${dataTable(heads.map((head) => ({ head })), rows)}
      <form method="post" action="/vaccines/session/discard" class="form">
        ${parts.idField()}
        ${parts.choice(
          view,
          { name: "code", label: "vial" },
          vials.map(({ code, lot, left }) => [code, `${code} · ${lot} · ${left}`]),
        )}
        ${parts.field(view, { name: "reason", label: "reason" })}
        ${parts.action(view, "discardRest")}
      </form>
    </section>
  `;
}

/** Why nothing was written; `null`: all that was left in the vial is thrown away. */
export async function discardRest(
  desk: FlowDesk,
  form: FormData,
  teller: Teller,
): Promise<readonly Text[] | null> {
  const code = parts.textIn(form, "code");
  const vial = (await openVials(desk.tables, desk.site)).find((one) => one.code === code);
  if (vial === undefined) return [NOT_OPEN];
  const { product, lot, left, place } = vial;
  const { data, error } = moveRequest.safeParse({
    ...{ id: parts.textIn(form, "id"), step: "wasted", from: place, to: placeOf("waste", code) },
    lots: [{ product, lot, expires: null, doses: left, codes: [code] }],
    reason: parts.textIn(form, "reason"),
  });
  return data === undefined
    ? issueTexts(error.issues)
    : parts.faultsOf(await desk.move(data, teller));
}

const NOT_OPEN: Text = {
  zh: "该瓶没有剩余剂数，或没有登记开瓶；请刷新页面核对",
  en: "nothing is left in this vial, or it was not opened here; load the page again",
};
