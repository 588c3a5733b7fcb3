/** Runs k6 with a plan, and reads what it did. */
import { join } from "node:path";
import * as z from "zod";
import { type Answer, readAnswers } from "./answers.ts";
import type { Plan } from "./plan.ts";

/** Where `ops/k6.ts` puts it. */
const K6 = join(Deno.env.get("HOME") ?? "/root", ".cache", "tributary", "k6-1.1.0");

/** k6's exit code where a script ends the run by itself, and where a threshold does not hold. */
const ABORTED = 108;
const THRESHOLD = 99;

export interface K6Run {
  readonly answers: readonly Answer[];
  /** Prescriptions that k6 sent and came to an end with, without the warm-up. */
  readonly iterations: number;
  /** Prescriptions that k6 was to send and had nobody free for. */
  readonly dropped: number;
  /** A script ended it, such as {@link Plan.stopAtMs} says. */
  readonly aborted: boolean;
  readonly version: string;
}

const summary = z.object({
  metrics: z.record(z.string(), z.object({ values: z.record(z.string(), z.number()) }).loose()),
});

/** `script` is a file of this folder; throws with k6's own words where it fails. */
export async function runK6(script: string, plan: Plan, folder: string): Promise<K6Run> {
  mustBeThere();
  const [log, report] = ["answers.log", "summary.json"].map((name) => join(folder, name));
  const { code, stdout, stderr } = await new Deno.Command(K6, {
    args: [
      "run",
      "--quiet",
      "--no-usage-report",
      "--address=",
      "--log-format=raw",
      `--console-output=${log}`,
      join(import.meta.dirname ?? ".", script),
    ],
    env: { PLAN: JSON.stringify(plan), SUMMARY: report, K6_NO_USAGE_REPORT: "true" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0 && code !== ABORTED && code !== THRESHOLD) {
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    throw new Error(`k6 ended with ${code}:\n${said}`);
  }
  const { metrics } = summary.parse(JSON.parse(Deno.readTextFileSync(report)));
  return {
    answers: readAnswers(Deno.readTextFileSync(log)),
    iterations: metrics["iterations{scenario:load}"]?.values.count ?? 0,
    dropped: metrics["dropped_iterations{scenario:load}"]?.values.count ?? 0,
    aborted: code === ABORTED,
    version: await versionOf(),
  };
}

function mustBeThere(): void {
  try {
    Deno.statSync(K6);
  } catch (cause) {
    throw new Error(`"k6" is missing: deno run -A ops/k6.ts`, { cause });
  }
}

async function versionOf(): Promise<string> {
  const { stdout } = await new Deno.Command(K6, { args: ["version"] }).output();
  return new TextDecoder().decode(stdout).split(" (")[0].trim();
}
