/** Goods at the door (C10): what came so far, and the form by which a keeper takes them in. */
import { html } from "hono/html";
import type { Text } from "../../../drivers/profile_parts.ts";
import { dataTable } from "../../console/data_table.ts";
import type { Page, Said } from "../../console/page.ts";
import { badge, type Html, type Tone, type View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { PERSON_NEEDED, signedIn } from "../../people/second_person.ts";
import { wallOf } from "../evaluate/written.ts";
import type { FlowDesk } from "../flow/flow_desk.ts";
import { readScan } from "../flow/flow_reads.ts";
import { CAUSE_TEXTS } from "../flow/receipt_act.ts";
import { filesOfLate } from "../flow/receipt_journey.ts";
import { receiptOrder } from "../flow/receipt_order.ts";
import { watchedUnits } from "../record/cold_reads.ts";
import { latestReceipts, type ReceiptRow } from "../record/receipt_reads.ts";
import { Calendar } from "../series/calendar.ts";
import * as parts from "./dose_parts.ts";
import { doseTexts } from "./dose_text.ts";
import { type Line, linesIn, orderIn, withScan } from "./receipt_draft.ts";
import { type Offered, receiptForm } from "./receipt_form.ts";
import { issueTexts, problemText } from "./refusal_text.ts";
import { scanned } from "./stock_page.ts";

const PATH = "/vaccines/receipts";
const TYPED_MAX = 400;

export function receiptsPage(desk: FlowDesk): Page {
  const calendar = new Calendar();
  const shown = (view: View, draft: Draft) => drawn(view, desk, calendar, draft);
  return {
    path: PATH,
    still: true,
    render: async (view, _places, _parts, { query }) =>
      await shown(view, { ...NEW, isSaved: query.has("saved") }),
    forms: {
      // What was filled in so far comes back with one line more.
      line: {
        right: "coldchain.doses",
        send: async (form, _places, _parts, _actor, view): Promise<Said> => {
          const typed = fieldOf(form, "typed").slice(0, TYPED_MAX);
          const scan = typed === "" ? null : await readScan(desk.tables, desk.site, typed);
          const note = scan === null ? null : scanned(view, scan);
          const packDosesOf = (product: string) => desk.packDosesOf(product);
          const lines = withScan(linesIn(form), scan, packDosesOf);
          return { main: await shown(view, { form, lines, note }), status: 200 };
        },
      },
      receive: {
        right: "coldchain.doses",
        send: async (form, _places, { people }, actor, view) => {
          const refused = async (faults: readonly Text[], status: Said["status"]) => (
            { main: await shown(view, { form, lines: linesIn(form), faults }), status }
          );
          const by = signedIn(actor, people);
          if (!desk.isSite || by === null) {
            return await refused([problemText(PERSON_NEEDED)], 403);
          }
          const { data, error } = receiptOrder.safeParse(orderIn(form, calendar));
          if (data === undefined) return await refused(issueTexts(error.issues), 400);
          const faults = parts.faultsOf(await desk.receive(data, by.person));
          return faults === null ? `${PATH}?saved` : await refused(faults, 409);
        },
      },
    },
  };
}

const TONES: Readonly<Record<ReceiptRow["state"], Tone>> = {
  "accepted": "good",
  "quarantined": "warn",
  "refused": "idle",
  "in-part": "warn",
  "accepted-against-rules": "bad",
  "to-accept": "warn",
  "to-refuse": "bad",
};

interface Draft {
  readonly form: FormData;
  readonly lines: readonly Line[];
  readonly faults?: readonly Text[];
  readonly isSaved?: boolean;
  /** What the last code was found to be. */
  readonly note?: Html | null;
}
const NEW: Draft = { form: new FormData(), lines: withScan([], null) };

async function drawn(
  view: View,
  desk: FlowDesk,
  calendar: Calendar,
  { form, lines, faults, isSaved, note = null }: Draft,
): Promise<Html> {
  const { tables, isSite, nowMs } = desk;
  const site = isSite ? desk.site : null;
  const receipts = await latestReceipts(tables, site);
  const say = doseTexts(view.language);
  const rows = receipts.map((one) => [
    wallOf(one.arrivedMs, calendar),
    ...(isSite ? [] : [one.site]),
    ...[one.consignment, one.from, badge(TONES[one.state], say(one.state))],
    one.causes.length === 0
      ? say("inOrder")
      : html`${one.causes.map((cause) => html`<p>${CAUSE_TEXTS[cause][view.language]}</p>`)}`,
  ]);
  const heads = [
    say("arrived"),
    ...(isSite ? [] : [say("site")]),
    ...[say("consignment"), say("supplier"), say("decision"), say("journey")],
  ];
  const main = html`
    ${isSite ? receiptForm(view, { form, lines, note }, await offered(desk, calendar)) : ""}
    <section class="panel"><h2>${say("receipts")}</h2>${rows.length === 0
      ? html`<p class="empty">${say("noReceipts")}</p>`
      : dataTable(heads.map((head) => ({ head })), rows)}</section>
  `;
  const frame = {
    ...{ current: PATH, isSite } as const,
    ...(faults === undefined ? {} : { faults }),
    ...(isSaved === undefined ? {} : { isSaved }),
  };
  return parts.doseFrame(view, frame, main);

  async function offered({ site }: FlowDesk, calendar: Calendar): Promise<Offered> {
    const units = await watchedUnits(tables, site);
    const files = await filesOfLate(tables, site, nowMs);
    return {
      units: units.map(({ unit, name }) => [unit, name] as const),
      files: files.map(({ id, logger, rows, file }) => {
        const end = rows === null ? "" : ` · ${wallOf(rows.toMs, calendar)}`;
        return [`file/${id}`, `${file.name} · ${logger}${end}`] as const;
      }),
      now: wallOf(nowMs, calendar).replace(" ", "T"),
    };
  }
}
