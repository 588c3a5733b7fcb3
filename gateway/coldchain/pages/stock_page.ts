/** Where doses are, and the form by which they go from one place to another. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import { idField } from "../../console/form_parts.ts";
import type { Page } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { moveRequest } from "../flow/flow_answers.ts";
import { STEPS } from "../flow/flow_body.ts";
import type { FlowDesk } from "../flow/flow_desk.ts";
import { type ReadScan, readScan, type StockLine, stockOf } from "../flow/flow_reads.ts";
import { formOf } from "../flow/place.ts";
import { watchedUnits } from "../record/cold_reads.ts";
import * as parts from "./dose_parts.ts";
import { type NamedUnit, placeFields, placeIn, placeWords } from "./dose_places.ts";
import { type DoseText, doseTexts, textOf } from "./dose_text.ts";
import { issueTexts } from "./refusal_text.ts";

const TYPED_MAX = 400;
const STEP_TEXTS: readonly DoseText[] = Object.keys(STEPS).filter(isDoseStep);

function isDoseStep(name: string): name is keyof typeof STEPS {
  return Object.hasOwn(STEPS, name);
}

export function stockPage(desk: FlowDesk): Page {
  return {
    path: "/vaccines",
    tab: textOf("vaccines"),
    still: true,
    render: async (view, _places, _parts, { query }) => {
      const typed = (query.get("typed") ?? "").slice(0, TYPED_MAX);
      return await drawn(view, desk, { typed, isSaved: query.has("saved") });
    },
    forms: {
      move: {
        right: "coldchain.doses",
        send: async (form, _places, _parts, actor, view) => {
          const text = (name: string) => fieldOf(form, name);
          const code = text("code");
          const { data, error } = moveRequest.safeParse({
            ...{ id: text("id"), step: text("step") },
            ...{ from: placeIn(form, "from"), to: placeIn(form, "to") },
            lots: [{
              ...{ product: text("product"), lot: text("lot") },
              expires: text("expires") === "" ? null : text("expires"),
              doses: Number(text("doses")),
              codes: code === "" ? [] : [code],
            }],
            reason: text("reason"),
          });
          const faults = data === undefined
            ? issueTexts(error.issues)
            : parts.faultsOf(await desk.move(data, actor));
          if (faults === null) return "/vaccines?saved";
          const kept = { from: placeIn(form, "from"), to: placeIn(form, "to"), step: text("step") };
          return parts.refusedPage(await drawn(view, desk, { typed: code, faults, kept }));
        },
      },
    },
  };
}

async function drawn(
  view: View,
  desk: FlowDesk,
  { typed, faults, isSaved, kept = NOTHING_KEPT }: {
    readonly typed: string;
    readonly faults?: readonly Text[];
    readonly isSaved?: boolean;
    readonly kept?: Kept;
  },
): Promise<Html> {
  const say = doseTexts(view.language);
  const site = desk.isSite ? desk.site : null;
  const [stock, units] = await Promise.all([
    stockOf(desk.tables, site),
    watchedUnits(desk.tables, site),
  ]);
  const words = placeWords(view, units);
  const scan = typed === "" ? null : await readScan(desk.tables, desk.site, typed);
  const rows = stock.map((one) => [
    ...(desk.isSite ? [] : [one.site]),
    ...[words(one.site, one.place), one.product, one.lot, one.doses, one.expires ?? "–"],
  ]);
  const heads = [
    ...(desk.isSite ? [] : [say("site")]),
    ...[say("place"), say("product"), say("lot"), say("doses"), say("expires")],
  ];
  const main = html`
    <section class="panel"><h2>${say("stock")}</h2>${rows.length === 0
      ? html`<p class="empty">${say("noStock")}</p>`
      : dataTable(heads.map((head) => ({ head })), rows)}</section>
    ${desk.isSite
      ? forms(view, desk.site, {
        ...{ scan, stock, units, kept },
        doses: scan?.kind === "read" ? desk.packDosesOf(scan.product) : 1,
      })
      : ""}
  `;
  const frame = {
    ...{ current: "/vaccines", isSite: desk.isSite } as const,
    ...(faults === undefined ? {} : { faults }),
    ...(isSaved === undefined ? {} : { isSaved }),
  };
  return parts.doseFrame(view, frame, main);
}

/** What a person had chosen before it was refused. */
interface Kept {
  readonly step: string;
  readonly from: string;
  readonly to: string;
}
const NOTHING_KEPT: Kept = { step: "", from: "", to: "" };

function forms(view: View, site: string, { scan, stock, units, kept, doses }: {
  readonly scan: ReadScan | null;
  /** Of the pack that was scanned. */
  readonly doses: number;
  readonly stock: readonly StockLine[];
  readonly units: readonly NamedUnit[];
  readonly kept: Kept;
}): Html {
  const say = doseTexts(view.language);
  const known = stock.map(({ place }) => place).filter((place) => formOf(place) !== "unit");
  const place = (name: "from" | "to") =>
    placeFields(view, { name, site, units, known, chosen: kept[name] });
  const read = scan?.kind === "read" ? scan : null;
  return html`
    <section class="panel"><h2>${say("scan")}</h2>
      <form method="get" action="/vaccines" class="form">
        ${parts.field(view, { name: "typed", label: "code", focus: scan === null })}
        <p class="note">${say("scanHint")}</p>
        ${parts.action(view, "read")}
      </form>
      ${scan === null ? "" : scanned(view, scan)}
    </section>
    <section class="panel">
      <h2>${say("step")}</h2>
      <form method="post" action="/vaccines/move" class="form">
        ${idField()}
        <input type="hidden" name="code" value="${read?.code ?? ""}">
        ${parts.choice(
          view,
          { name: "step", label: "step", chosen: kept.step },
          STEP_TEXTS.map((step) => [step, say(step)]),
        )}
        ${place("from")}
        ${place("to")}
        ${parts.field(view, { name: "product", label: "product", value: read?.product ?? "" })}
        ${parts.field(view, { name: "lot", label: "lot", value: read?.lot ?? "" })}
        ${parts.field(view, {
          ...{ name: "expires", label: "expires", type: "date", optional: true },
          value: read?.expires ?? "",
        })}
        ${parts.field(view, {
          ...{ name: "doses", label: "doses", type: "number", value: String(doses) },
        })}
        ${parts.field(view, { name: "reason", label: "reason", optional: true })}
        ${parts.action(view, "save")}
      </form>
    </section>
  `;
}

/** What a code was found to be. */
export function scanned(view: View, scan: ReadScan): Html {
  const say = doseTexts(view.language);
  if (scan.kind === "unreadable") {
    return html`<p class="banner bad" role="alert">${scan.reason[view.language]}</p>`;
  }
  const { product, lot, expires, name, isDoubtful } = scan;
  return html`
    <p class="banner ${isDoubtful || lot === null ? "warn" : "good"}" role="status">
      ${name} ${product} · ${say("lot")} ${lot ?? "?"} · ${say("expires")} ${expires ?? "?"}
      ${isDoubtful ? say("doubtful") : lot === null ? say("noLot") : ""}</p>
  `;
}
