/** A session: one dose after another, each with its pack and whom it was given to. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import { idField } from "../../console/form_parts.ts";
import type { Page } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { useRequest } from "../flow/flow_answers.ts";
import type { FlowDesk } from "../flow/flow_desk.ts";
import { type ReadScan, readScan, stockOf } from "../flow/flow_reads.ts";
import { formOf, nameOf } from "../flow/place.ts";
import { vialSums } from "../flow/vial.ts";
import { openVials, vialsOpenedIn } from "../flow/vial_reads.ts";
import { watchedUnits } from "../record/cold_reads.ts";
import { Calendar } from "../series/calendar.ts";
import * as parts from "./dose_parts.ts";
import { placeWords } from "./dose_places.ts";
import { doseTexts } from "./dose_text.ts";
import { discardRest, vialsPanel } from "./open_vials.ts";
import { issueTexts } from "./refusal_text.ts";
import { scanned } from "./stock_page.ts";

const TYPED_MAX = 400;

interface Asked {
  readonly place: string;
  readonly typed: string;
  readonly faults?: readonly Text[];
  readonly isSaved?: boolean;
}

export function sessionPage(desk: FlowDesk): Page {
  const calendar = new Calendar();
  return {
    role: "site",
    path: "/vaccines/session",
    right: "coldchain.doses",
    still: true,
    render: async (view, _places, _parts, { query }) => {
      const asked = (name: string) => (query.get(name) ?? "").slice(0, TYPED_MAX);
      const [place, typed, isSaved] = [asked("place"), asked("typed"), query.has("saved")];
      return await drawn(view, desk, calendar, { place, typed, isSaved });
    },
    forms: {
      give: {
        right: "coldchain.doses",
        send: async (form, _places, _parts, actor, view) => {
          const text = (name: string) => fieldOf(form, name);
          const place = text("place");
          const { data, error } = useRequest.safeParse({
            ...{ id: text("id"), place, product: text("product"), lot: text("lot") },
            expires: text("expires") === "" ? null : text("expires"),
            code: text("code") === "" ? null : text("code"),
            person: { system: text("system"), number: text("number"), name: text("name") },
          });
          const faults = data === undefined
            ? issueTexts(error.issues)
            : parts.faultsOf(await desk.use(data, actor));
          if (faults === null) return `/vaccines/session?saved&place=${encodeURIComponent(place)}`;
          return parts.refusedPage(
            await drawn(view, desk, calendar, { place, typed: text("code"), faults }),
          );
        },
      },
      discard: {
        right: "coldchain.doses",
        send: async (form, _places, _parts, actor, view) => {
          const faults = await discardRest(desk, form, actor);
          if (faults === null) return "/vaccines/session?saved";
          return parts.refusedPage(
            await drawn(view, desk, calendar, { place: "", typed: "", faults }),
          );
        },
      },
    },
  };
}

async function drawn(view: View, desk: FlowDesk, calendar: Calendar, asked: Asked): Promise<Html> {
  const { place, typed, faults, isSaved } = asked;
  const { tables, site, nowMs } = desk;
  const say = doseTexts(view.language);
  const scan = typed === "" ? null : await readScan(tables, site, typed);
  const here = (await stockOf(tables, site))
    .filter((one) => formOf(one.place) === "session");
  const rows = here.map((one) => [nameOf(one.place), one.product, one.lot, one.doses]);
  const heads = [say("sessionPlace"), say("product"), say("lot"), say("doses")];
  const main = html`
    <section class="panel"><h2>${say("session")}</h2>${rows.length === 0
      ? html`<p class="empty">${say("noStock")}</p>`
      : dataTable(heads.map((head) => ({ head })), rows)}
      <form method="get" action="/vaccines/session" class="form">
        ${parts.choice(
          view,
          { name: "place", label: "sessionPlace", chosen: place },
          [...new Set([...(place === "" ? [] : [place]), ...here.map((one) => one.place)])]
            .map((one) => [one, nameOf(one)]),
        )}
        ${parts.field(view, { name: "typed", label: "code", focus: scan === null })}
        <p class="note">${say("scanHint")}</p>
        ${parts.action(view, "read")}
      </form>
      ${scan === null ? "" : scanned(view, scan)}
    </section>
    ${place === "" ? "" : giveForm(view, place, scan)}
    ${vialsPanel(view, {
      ...{ site, nowMs, words: placeWords(view, await watchedUnits(tables, site)) },
      open: await openVials(tables, site),
      sums: vialSums(await vialsOpenedIn(tables, site, calendar.dayOf(nowMs))),
    })}
  `;
  const frame = {
    ...{ current: "/vaccines/session", isSite: desk.isSite } as const,
    ...(faults === undefined ? {} : { faults }),
    ...(isSaved === undefined ? {} : { isSaved }),
  };
  return parts.doseFrame(view, frame, main);
}

function giveForm(view: View, place: string, scan: ReadScan | null): Html {
  const say = doseTexts(view.language);
  const known = scan?.kind === "read" ? scan : null;
  const value = (text: string | null | undefined) => ({ value: text ?? "" });
  return html`
    <section class="panel">
      <h2>${say("person")}</h2>
      <form method="post" action="/vaccines/session/give" class="form">
        ${idField()}
        <input type="hidden" name="place" value="${place}">
        <input type="hidden" name="expires" value="${known?.expires ?? ""}">
        ${parts.field(view, {
          ...{ name: "code", label: "code", optional: true },
          ...value(known?.code),
        })}
        ${parts.field(view, { name: "product", label: "product", ...value(known?.product) })}
        ${parts.field(view, { name: "lot", label: "lot", ...value(known?.lot) })}
        ${parts.choice(view, { name: "system", label: "system" }, [
          ["resident-id", say("resident-id")],
          ["immunisation-record", say("immunisation-record")],
        ])}
        ${parts.field(view, { name: "number", label: "number" })}
        ${parts.field(view, { name: "name", label: "name" })}
        ${parts.action(view, "give")}
      </form>
    </section>
  `;
}
