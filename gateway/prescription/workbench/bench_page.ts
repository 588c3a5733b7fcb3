/** The pharmacist's workbench, as a page of the console. */
import { html } from "hono/html";
import type { Page } from "../../console/page.ts";
import type { Html, View } from "../../console/view.ts";
import type { ReviewDesk } from "../review/review_desk.ts";
import { pharmacistOf } from "../review/review_routes.ts";
import { benchForms } from "./bench_forms.ts";
import { BENCH, benchFor } from "./bench_view.ts";
import { type BenchKey, isBenchKey, named, sayIn } from "./text.ts";

export function benchPages(desk: ReviewDesk): readonly Page[] {
  return [{
    path: BENCH,
    tab: { zh: sayIn("zh")("title"), en: sayIn("en")("title") },
    right: "prescription.review",
    still: true,
    assets: ["review.css", "review.js"],
    render: (view, _, parts, { actor, query }) =>
      benchFor(desk, view, parts, pharmacistOf(actor), { above: saidBefore(view, query) }),
    forms: benchForms(desk),
  }];
}

const SAID: readonly BenchKey[] = ["released", "wentOff"];

/** What became of the form before, as its answer's address has it. */
function saidBefore({ language }: View, query: URLSearchParams): Html | "" {
  const say = sayIn(language);
  const key = query.get("said") ?? "";
  if (isBenchKey(key) && SAID.includes(key)) {
    return html`<p class="banner good" role="status" data-stored>${say(key)}</p>`;
  }
  const state = query.get("state");
  if (key !== "decided" || state === null || !isBenchKey(state)) return "";
  const next = query.has("next") ? ` · ${say("nextNow")}` : "";
  return html`<p class="banner good" role="status" data-stored>${
    say("decided", named(language, state))
  }${next}</p>`;
}
