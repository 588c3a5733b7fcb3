/**
 * `deno task load:SCENARIO`: runs it on nodes of its own, prints what came of it, and draws it into
 * `loadtests/results/SCENARIO.html`. Exit 1 where a promise does not hold. In the environment
 * LOAD_RATE (a second), LOAD_SECONDS, LOAD_SITES and LOAD_WARM_SECONDS make it smaller or larger.
 */
import { join } from "node:path";
import { cpus, totalmem } from "node:os";
import * as z from "zod";
import { type Figures, figuresOf, pageOf } from "./page.ts";
import { promisesOf } from "./promises.ts";
import { runScenario, type Scale } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const numeric = z.coerce.number().positive().optional();
const environment = z.object({
  LOAD_RATE: numeric,
  LOAD_SECONDS: numeric,
  LOAD_SITES: z.coerce.number().int().min(1).max(1000).optional(),
  LOAD_WARM_SECONDS: z.coerce.number().min(0).optional(),
});

function scaleOf(env: Readonly<Record<string, string>>): Scale {
  const { LOAD_RATE, LOAD_SECONDS, LOAD_SITES, LOAD_WARM_SECONDS } = environment.parse(env);
  return {
    rate: LOAD_RATE,
    seconds: LOAD_SECONDS,
    sites: LOAD_SITES,
    warmUpSeconds: LOAD_WARM_SECONDS,
  };
}

function machineOf(k6: string, when: string): Figures {
  const [load] = Deno.loadavg();
  return [
    ["processors", `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`],
    ["memory", `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`],
    ["system", `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`],
    ["Deno", Deno.version.deno],
    ["k6, on the same processors", k6],
    [
      "load of the machine before and at the end",
      `${loadBefore.toFixed(2)} and ${load.toFixed(2)}`,
    ],
    ["begun", when],
  ];
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const [loadBefore] = Deno.loadavg();
const [name = ""] = Deno.args;
const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
if (scenario === undefined) {
  print(`Want one of: ${Object.keys(SCENARIOS).map((one) => `load:${one}`).join(", ")}`);
  Deno.exit(2);
}
const when = new Date().toISOString();
const report = await runScenario(name, scenario, scaleOf(Deno.env.toObject()));
const machine = machineOf(report.k6.version, when);
const folder = join(import.meta.dirname ?? ".", "results");
Deno.mkdirSync(folder, { recursive: true });
const file = join(folder, `${name}.html`);
Deno.writeTextFileSync(file, pageOf(report, machine));
for (const [what, value] of [...figuresOf(report), ...machine]) print(`${what}: ${value}`);
const promises = promisesOf(report);
for (const { what, found, holds, isAim } of promises) {
  print(`${holds ? "holds   " : "DOES NOT"} ${isAim ? "(aim) " : ""}${what}: ${found}`);
}
print(`Drawn in ${file}`);
Deno.exit(promises.every(({ holds, isAim }) => holds || isAim) ? 0 : 1);
