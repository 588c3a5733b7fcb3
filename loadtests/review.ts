/**
 * What k6 runs for pharmacists: each takes the first in order and approves it, one after the other,
 * by its own session. A line for each goes to the console, which `answers.ts` reads.
 */
import { sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import type { Plan } from "./plan.ts";

const plan: Plan = JSON.parse(__ENV.PLAN);

/** What others hold may come back: whoever finds nothing asks again after so long, seconds. */
const AGAIN_SECONDS = 0.1;

export const options = {
  scenarios: plan.scenarios,
  systemTags: ["scenario", "status"],
  thresholds: { "iterations{scenario:load}": ["count>0"] },
};

export default function review(): void {
  const cookie = plan.pharmacists[(exec.vu.idInTest - 1) % plan.pharmacists.length];
  const [{ url }] = plan.targets;
  const post = (path: string, body: object) =>
    http.post(`${url}${path}`, JSON.stringify(body), {
      headers: { cookie, "content-type": "application/json" },
      timeout: `${plan.timeoutMs}ms`,
    });
  const begun = Date.now();
  for (let tries = 1; tries <= plan.tries; tries++) {
    const taken = post("/api/reviews/take", {});
    const held = taken.status === 200 ? JSON.parse(String(taken.body)).held : null;
    if (held === null) {
      sleep(AGAIN_SECONDS);
      continue;
    }
    const { claim, shown } = held;
    const verdict = shown.verdict === null ? null : shown.verdict.id;
    const { status } = post("/api/reviews/decide", { ...claim, decision: "approve", verdict });
    const took = (Date.now() - begun).toFixed(2);
    const columns = ["load", claim.site, claim.id, begun, took, status, tries, "approve", 0, 0];
    // The only way out for what a script says; `--console-output` names its file.
    const out = console;
    out.log(columns.join(" "));
    return;
  }
}

export function handleSummary(data: unknown): Record<string, string> {
  return { [__ENV.SUMMARY]: JSON.stringify(data) };
}
