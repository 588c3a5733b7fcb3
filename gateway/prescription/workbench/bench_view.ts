/** One workbench as somebody sees it: the queue on one side, and what is claimed beside it. */
import { html } from "hono/html";
import type { ApiParts } from "../../api_route.ts";
import type { Html, View } from "../../console/view.ts";
import { type Held, LIST_MAX, type Pharmacist, type ReviewDesk } from "../review/review_desk.ts";
import { decideForm, type Draft, NO_DRAFT } from "./decide_form.ts";
import { heldView } from "./held_view.ts";
import { keyLegend } from "./key_legend.ts";
import { policyLine } from "./policy_line.ts";
import { queueSide } from "./queue_side.ts";
import { type BenchKey, sayIn } from "./text.ts";

/** Its address. */
export const BENCH = "/review";

/** What a workbench shows beside what waits and what is held. */
export interface Around {
  /** What became of what was sent before. */
  readonly above: Html | "";
  /** In the place of how it is decided; none: the form with what was typed before. */
  readonly form?: (held: Held) => Html;
  readonly draft?: Draft;
  readonly fault?: BenchKey;
}

/** What somebody sees of the desk now; `who` is `null` where it is no person. */
export async function benchFor(
  desk: ReviewDesk,
  view: View,
  parts: ApiParts,
  who: Pharmacist | null,
  around: Around,
): Promise<Html> {
  const say = sayIn(view.language);
  if (who === null) return html`<p class="banner bad">${say("noPerson")}</p>`;
  const [workload, items, held] = [
    await desk.workload(),
    await desk.list(LIST_MAX),
    await desk.held(who),
  ];
  const states = [workload, items, held];
  const refused = states.find((one) => one.kind === "refused");
  if (refused?.kind === "refused") {
    const why = refused.problem.status === 503 ? say("notReady") : refused.problem.title;
    return html`${around.above}<p class="banner bad" role="alert">${why}</p>`;
  }
  if (workload.kind !== "done" || items.kind !== "done" || held.kind !== "done") return html``;
  const shown = {
    workload: workload.answer,
    items: items.answer,
    policy: desk.policy,
    account: who.account,
    holds: held.answer !== null,
  };
  const isOn = shown.workload.onDuty.includes(who.account);
  return html`
    <div class="bench" data-now="${view.nowMs}" data-account="${who.account}"
      data-on="${String(isOn)}" data-claim="${claimName(held.answer)}">
      ${notices(view, desk.policy.awayMs)}
      <div class="bench-side">${queueSide(view, shown)}</div>
      <div class="bench-main">
        <div data-part="policy">${policyLine(view, parts)}</div>
        ${around.above}
        ${held.answer === null
          ? html`<div data-part="rest">${restPart(view, isOn, shown.workload.free)}</div>`
          : heldView(view, held.answer, formFor(view, held.answer, around))}
        ${keyLegend(view)}
      </div>
    </div>
  `;
}

function formFor(view: View, held: Held, { form, draft = NO_DRAFT, fault }: Around): Html {
  return form?.(held) ?? decideForm(view, held, draft, fault ?? null);
}

/** What the script compares with what the stream tells. */
function claimName(held: Held | null): string {
  if (held === null) return "";
  const { site, prescription, fence, store } = held.task.claim;
  return JSON.stringify([site, prescription, fence, store]);
}

/** Hidden until the script has a reason to show one. */
function notices({ language }: View, awayMs: number): Html {
  const say = sayIn(language);
  return html`
    <div class="bench-notices" aria-live="assertive">
      <p class="banner bad" data-notice="line" hidden>${say(
        "lineLost",
        Math.round(awayMs / 1000),
      )}</p>
      <p class="banner good" data-notice="back" hidden>${say("lineBack")}</p>
      <p class="banner bad" data-notice="claim" hidden>${say("claimLost")}
        <a href="${BENCH}">${say("reload")}</a></p>
      <p class="banner warn" data-notice="off" hidden>${say("offNow")}</p>
      <p class="banner bad" data-notice="session" hidden>${say("sessionOver")}
        <a href="/sign-in" target="_blank">${say("openSignIn")}</a></p>
      <p class="banner warn" data-notice="new" hidden>${say("newArrived")}</p>
    </div>
  `;
}

/** In the place of a claim. */
export function restPart({ language }: View, isOn: boolean, free: number): Html {
  const say = sayIn(language);
  const [title, hint]: [BenchKey, BenchKey] = !isOn
    ? ["comeOn", "offHint"]
    : free > 0
    ? ["someWait", "someHint"]
    : ["nothingWaits", "nothingHint"];
  return html`
    <section class="panel bench-rest">
      <h2>${say(title)}</h2>
      <p>${say(hint)}</p>
      <form method="post"
        action="/review/take"><button class="action strong">${say(
          isOn ? "take" : "comeOn",
        )} <kbd>N</kbd></button></form>
    </section>
  `;
}
