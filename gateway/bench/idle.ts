/**
 * `deno task bench:idle [PROGRAM]`: how long a site takes from its start until it is ready, and
 * what memory it keeps when nothing happens; of this checkout, and of a built program.
 */
import { freePort, until } from "../../drivers/fixtures.ts";
import { table } from "../commands/table.ts";
import { print } from "../print.ts";
import { isReady } from "../readiness.ts";
import { type Candidate, candidates, deno, Measured, median, type Usage } from "./processes.ts";
import { writeSite } from "./site_files.ts";

const ROUNDS = 5;
const DEVICES = 20;
/** Just started; and after the garbage collector has found out that nothing happens. */
const LOOKS_SECONDS = [10, 90];

async function ready(url: string): Promise<void> {
  while (!await isReady(url)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Milliseconds from the start of the process until it answers that it is ready, each round. */
async function starts({ command }: Candidate, file: string, url: string): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = performance.now();
    await using _site = new Measured(...command("run", "-c", file));
    await ready(url);
    times.push(performance.now() - startedMs);
  }
  return times;
}

async function idle({ command }: Candidate, file: string, url: string): Promise<Usage[]> {
  await using site = new Measured(...command("run", "-c", file));
  const startedMs = performance.now();
  await ready(url);
  const usages: Usage[] = [];
  for (const seconds of LOOKS_SECONDS) {
    const waitMs = Math.max(0, startedMs + seconds * 1000 - performance.now());
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    usages.push(site.usage());
  }
  return usages;
}

/** What the runtime takes by itself: the floor. */
async function bare(): Promise<Usage> {
  const script = Deno.makeTempFileSync({ suffix: ".ts" });
  Deno.writeTextFileSync(
    script,
    "setInterval(() => {}, 60_000); Deno.writeTextFileSync(Deno.args[0], '');",
  );
  const mark = `${script}.ready`;
  await using process = new Measured(...deno("--no-config", script, mark));
  await until("the bare runtime has started", () => {
    try {
      return Deno.statSync(mark).isFile;
    } catch {
      return false;
    }
  });
  const usage = process.usage();
  Deno.removeSync(script);
  Deno.removeSync(mark);
  return usage;
}

const memory = ({ residentMiB, anonymousMiB }: Usage) =>
  `${residentMiB.toFixed(0)} (${anonymousMiB.toFixed(0)})`;
const floor = await bare();
const rows: string[][] = [["a bare runtime, the floor", "", memory(floor), ""]];
for (const candidate of candidates(Deno.args)) {
  const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
  try {
    // Its devices are silent, and it is enrolled nowhere.
    const counties = [{ node: "county-a", url: `http://127.0.0.1:${freePort()}` }];
    const { file, url } = await writeSite(dir, DEVICES, { counties });
    const times = await starts(candidate, file, url);
    const usages = await idle(candidate, file, url);
    rows.push([candidate.name, `${median(times).toFixed(0)} ms`, ...usages.map(memory)]);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}
const looks = LOOKS_SECONDS.map((seconds) => `MiB at ${seconds} s (anonymous)`);
print(table(["WHAT", `START TO READY, OF ${ROUNDS}`, ...looks], rows));
