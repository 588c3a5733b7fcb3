/**
 * What k6 runs: prescriptions as a HIS sends them, each until it is acknowledged or its tries are
 * used up, the same key and the same bytes every time. What is to be done is in `PLAN`; a line for
 * each prescription goes to the console, which `answers.ts` reads.
 */
import { sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import type { Plan } from "./plan.ts";
import { mixedPrescription } from "../gateway/demo/prescription_mix.ts";

const plan: Plan = JSON.parse(__ENV.PLAN);

/** A retry waits so long, unless it is told for how long, so that nobody is the busier for it. */
const RETRY_SECONDS = 0.1;

export const options = {
  scenarios: plan.scenarios,
  // One line of the console has all that is looked at; the rest would only cost.
  systemTags: ["scenario", "status"],
  thresholds: {
    "dropped_iterations{scenario:load}": ["count==0"],
    "iterations{scenario:load}": ["count>0"],
  },
};

export default function prescribe(): void {
  const { name } = exec.scenario;
  const index = exec.scenario.iterationInTest;
  const { id, expected, text } = mixedPrescription(`${plan.run}-${name}`, index, Date.now());
  const site = plan.sites[index % plan.sites.length];
  const begun = Date.now();
  let status = 0;
  let tries = 0;
  let took = 0;
  let outcome = "-";
  let isDegraded = false;
  while (tries < plan.tries) {
    // A HIS has a centre, and goes to the other one when that does not answer.
    const target = plan.targets[(index + tries) % plan.targets.length];
    tries++;
    const answer = http.post(`${target.url}/api/prescriptions?site=${site}`, text, {
      headers: {
        "authorization": `Bearer ${target.token}`,
        "content-type": "application/json",
        "idempotency-key": id,
      },
      timeout: `${plan.timeoutMs}ms`,
    });
    status = answer.status;
    took = tries === 1 ? answer.timings.duration : Date.now() - begun;
    if (status === 200 || status === 201) {
      const verdict = JSON.parse(String(answer.body));
      outcome = String(verdict.outcome);
      isDegraded = verdict.degraded === true;
      break;
    }
    // Sent again it would be refused again.
    if (status >= 400 && status < 500 && status !== 429) break;
    sleep(Number(answer.headers["Retry-After"] ?? RETRY_SECONDS));
  }
  const isWrong = outcome === expected ? 0 : 1;
  const columns = [
    name,
    site,
    id,
    begun,
    took.toFixed(2),
    status,
    tries,
    outcome,
    isWrong,
    isDegraded ? 1 : 0,
  ];
  // The only way out for what a script says; `--console-output` names its file.
  const out = console;
  out.log(columns.join(" "));
  if (plan.stopAtMs !== null && name === "load" && took > plan.stopAtMs) {
    exec.test.abort(`an answer took ${Math.round(took)} ms`);
  }
}

export function handleSummary(data: unknown): Record<string, string> {
  return { [__ENV.SUMMARY]: JSON.stringify(data) };
}
