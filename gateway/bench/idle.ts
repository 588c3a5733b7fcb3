/**
 * `deno task bench:idle [PROGRAM]`: how long a site takes from its start until it is ready, and
 * what memory it keeps when nothing happens; of this checkout, and of a built program.
 */
import { join } from "node:path";
import { stringify } from "yaml";
import { freePort, until } from "../../drivers/fixtures.ts";
import { hashPassword } from "../../drivers/mqtt/password.ts";
import { table } from "../commands/table.ts";
import { print } from "../print.ts";
import { type CommandLine, ourProgram } from "../program.ts";
import { deno, Measured, median, type Usage } from "./processes.ts";

const ROUNDS = 5;
const DEVICES = 20;
/** Just started; and after the garbage collector has found out that nothing happens. */
const LOOKS_SECONDS = [10, 90];

interface Candidate {
  readonly name: string;
  readonly command: (...args: readonly string[]) => CommandLine;
}

const CANDIDATES: readonly Candidate[] = [
  { name: "checkout", command: ourProgram },
  ...Deno.args.map((program): Candidate => ({
    name: program,
    command: (...args) => [program, [...args]],
  })),
];

/** A site of 20 devices that are silent, and a county that it is not enrolled at. */
async function configured(dir: string): Promise<{ file: string; url: string }> {
  const [port, httpPort] = [freePort(), freePort()];
  const passwordHash = await hashPassword("bench");
  const clients = Array.from({ length: DEVICES }, (_, number) => ({
    username: `dev-${number}`,
    passwordHash,
    devices: [{ id: `dev-${number}`, profile: "temperature-humidity" }],
  }));
  const config = {
    role: "site",
    node: "bench",
    title: { zh: "测试", en: "Bench" },
    dataDir: join(dir, "site"),
    http: { port: httpPort },
    counties: [{ node: "county-a", url: `http://127.0.0.1:${freePort()}` }],
    sources: [{ name: "sensors", driver: "mqtt-broker", settings: { port, clients } }],
  };
  const file = join(dir, "bench.yaml");
  Deno.writeTextFileSync(file, stringify(config));
  return { file, url: `http://127.0.0.1:${httpPort}/readyz` };
}

async function ready(url: string): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
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
for (const candidate of CANDIDATES) {
  const dir = Deno.makeTempDirSync({ prefix: "tributary-bench-" });
  try {
    const { file, url } = await configured(dir);
    const times = await starts(candidate, file, url);
    const usages = await idle(candidate, file, url);
    rows.push([candidate.name, `${median(times).toFixed(0)} ms`, ...usages.map(memory)]);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}
const looks = LOOKS_SECONDS.map((seconds) => `MiB at ${seconds} s (anonymous)`);
print(table(["WHAT", `START TO READY, OF ${ROUNDS}`, ...looks], rows));
