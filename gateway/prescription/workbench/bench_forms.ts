/** What the workbench's forms do; each works without script, and what was typed never goes. */
import * as z from "zod";
import { html } from "hono/html";
import type { ApiParts } from "../../api_route.ts";
import type { PageForm, Said, Visit } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import { fieldOf } from "../../form.ts";
import { NODE_NAME } from "../../../sync/origin.ts";
import { DECISIONS } from "../life/decision_body.ts";
import { code } from "../life/subject.ts";
import type { DecideAsked, Held, Pharmacist, ReviewDesk } from "../review/review_desk.ts";
import { pharmacistOf } from "../review/review_routes.ts";
import { type Around, benchFor } from "./bench_view.ts";
import { COMMENT_MAX, confirmPart, type Draft, isRed } from "./decide_form.ts";
import { saidTable } from "./said_part.ts";
import { type BenchKey, named, sayIn } from "./text.ts";
import { unmaskedField } from "./unmasked_field.ts";

const claimFields = z.object({
  site: z.string().regex(NODE_NAME),
  id: code,
  fence: z.coerce.number().int().min(1),
  store: code,
});

const decideFields = claimFields.extend({
  verdict: code.nullable(),
  decision: z.enum(DECISIONS).nullable(),
});

interface Asked {
  readonly desk: ReviewDesk;
  readonly view: View;
  readonly parts: ApiParts;
  readonly actor: Visit["actor"];
  readonly who: Pharmacist;
  readonly form: FormData;
}

export function benchForms(desk: ReviewDesk): Readonly<Record<string, PageForm>> {
  const asPharmacist = (work: (asked: Asked) => Promise<string | Said>): PageForm => ({
    right: "prescription.review",
    send: async (form, _, parts, actor, view) => {
      const who = pharmacistOf(actor);
      if (who === null) {
        return { main: await benchFor(desk, view, parts, null, { above: "" }), status: 403 };
      }
      return await work({ desk, view, parts, actor, who, form });
    },
  });
  return {
    take: asPharmacist(async ({ who }) => {
      await desk.take(who);
      return "/review";
    }),
    "off-duty": asPharmacist(async ({ who }) => {
      await desk.offDuty(who);
      return "/review?said=wentOff";
    }),
    release: asPharmacist(async (asked) => {
      const claim = claimFields.safeParse(Object.fromEntries(asked.form)).data;
      if (claim === undefined) return "/review";
      const { id, ...rest } = claim;
      const released = await desk.release(asked.who, { ...rest, prescription: id });
      return released.kind === "done" ? "/review?said=released" : "/review";
    }),
    back: asPharmacist(async (asked) => await again(asked, draftOf(asked.form), undefined, 200)),
    decide: asPharmacist(decide),
    unmask: { ...asPharmacist(unmask), right: "personal.unmask" },
  };
}

async function decide(asked: Asked): Promise<string | Said> {
  const { desk, who, form, view } = asked;
  const draft = draftOf(form);
  const { decision, comment } = draft;
  const verdict = textOf(form, "verdict") || null;
  const fields = decideFields.safeParse({ ...Object.fromEntries(form), verdict, decision }).data;
  if (fields === undefined || decision === null) return await again(asked, draft, "needDecision");
  if (comment.length > COMMENT_MAX) return await again(asked, draft, "tooLong");
  if (comment === "" && (decision === "ask" || decision === "refuse")) {
    return await again(asked, draft, "needComment");
  }
  const { id: prescription, site, fence, store } = fields;
  const claim = { site, prescription, fence, store, verdict };
  const held = await desk.held(who);
  const own = held.kind === "done" && held.answer !== null && isOf(held.answer, claim)
    ? held.answer
    : null;
  const lets = decision === "approve" || decision === "sign";
  if (own !== null && lets && isRed(own) && textOf(form, "confirmed") !== "yes") {
    return await show(asked, { above: "", form: (one) => confirmPart(view, one, draft) }, 200);
  }
  const said = comment === "" ? {} : { comment };
  const decided = await desk.decide(who, { ...claim, decision, ...said });
  if (decided.kind === "refused") return await notStored(asked, claim, draft, decided.problem);
  const next = await desk.take(who);
  const more = next.kind === "done" && next.answer !== null ? "&next" : "";
  return `/review?said=decided&state=${decided.answer.state}${more}`;
}

/** The same page with what was typed, and why nothing was stored. */
function again(asked: Asked, draft: Draft, fault?: BenchKey, status: 200 | 400 = 400) {
  return show(asked, { above: "", draft, ...(fault === undefined ? {} : { fault }) }, status);
}

async function show(
  { desk, view, parts, who }: Asked,
  around: Around,
  status: Said["status"],
): Promise<Said> {
  return { main: await benchFor(desk, view, parts, who, around), status };
}

/** Nothing was stored: what stands instead, what was typed, and the next one (P7). */
async function notStored(
  asked: Asked,
  { site, prescription }: Pick<DecideAsked, "site" | "prescription">,
  draft: Draft,
  problem: { readonly status: number; readonly code: string; readonly title: string },
): Promise<Said> {
  const { desk, view, who } = asked;
  if (problem.status !== 409) {
    const above = html`<p class="banner bad" role="alert">${
      sayIn(view.language)("notStored")
    }: ${problem.title}</p>`;
    return await show(asked, { above, draft }, problem.status === 403 ? 403 : 503);
  }
  const shown = await desk.shown({ site, prescription });
  await desk.take(who);
  const why = problem.code === "stale-claim" ? "staleText" : "otherText";
  return await show(
    asked,
    { above: stalePart(view, { site, prescription }, why, draft, shown) },
    409,
  );
}

function stalePart(
  view: View,
  { site, prescription }: Pick<DecideAsked, "site" | "prescription">,
  why: BenchKey,
  { decision, comment }: Draft,
  shown: Held["shown"] | null,
): Html {
  const say = sayIn(view.language);
  const chosen = decision === null ? "" : say(decision);
  return html`
    <section class="panel alert bench-stale" role="alert" data-stale>
      <h2>${say("staleTitle")}: ${site} · ${prescription}</h2>
      <p>${say(why)}</p>
      ${shown === null ? "" : html`
        <p><strong>${say("nowStands")}</strong>: ${named(view.language, shown.standing.state)}</p>
        ${shown.decisions.length + shown.answers.length === 0 ? "" : saidTable(view, say, shown)}
      `}
      ${comment === "" ? "" : html`
        <label class="field"><span>${say("keptText")} · ${chosen}</span>
          <textarea readonly rows="3">${comment}</textarea></label>
      `}
    </section>
  `;
}

async function unmask(asked: Asked): Promise<Said> {
  const { desk, parts, who, form, view, actor } = asked;
  const say = sayIn(view.language);
  const held = await desk.held(who);
  const value = held.kind === "done" && held.answer !== null
    ? await unmaskedField(parts, held.answer.task, {
      who: actor.who,
      field: textOf(form, "field"),
      reason: textOf(form, "reason"),
    })
    : null;
  const above = value === null
    ? html`<p class="banner bad" role="alert">${say("unmaskNone")}</p>`
    : html`<p class="banner warn" role="status">${say("unmasked")}: <strong>${value}</strong></p>`;
  return await show(asked, { above }, value === null ? 404 : 200);
}

/** The sentence that was chosen, and what was typed. */
function draftOf(form: FormData): Draft {
  const decision = DECISIONS.find((one) => one === textOf(form, "decision")) ?? null;
  const words = [textOf(form, "phrase"), textOf(form, "comment")];
  return { decision, comment: words.filter((one) => one !== "").join("\n") };
}

function textOf(form: FormData, name: string): string {
  return fieldOf(form, name).replaceAll("\r\n", "\n");
}

function isOf({ task: { claim } }: Held, other: Omit<DecideAsked, "decision" | "comment">) {
  return claim.site === other.site && claim.prescription === other.prescription &&
    claim.fence === other.fence && claim.store === other.store;
}
