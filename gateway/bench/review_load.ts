/** One load on two centres: what was answered, what it cost them, when both held it. */
import type { NodeProcess } from "../fixtures.ts";
import { readToken } from "../keystore.ts";
import { homeOf } from "../home_centre.ts";
import { holdTheSame } from "./prescription_count.ts";
import { type PrescriberLoad, type PrescriberResult, prescriberResult } from "./prescriber.ts";
import { deno } from "./processes.ts";

export interface Centre {
  readonly node: NodeProcess;
  /** Processor time used since its start, seconds. */
  readonly cpuSeconds: () => number;
}

export type LoadPlan = Pick<
  PrescriberLoad,
  "run" | "path" | "rate" | "connections" | "warmUpSeconds" | "seconds"
>;

export interface MeasuredLoad extends PrescriberResult {
  /** A second from the first that was sent until both centres hold all of them. */
  readonly rateAtBoth: number;
  /** From a moment's position at one centre until the other one's disk has it. */
  readonly bothP50Ms: number;
  readonly bothP99Ms: number;
  /** Of both centres, for each answer, with all that they do about it afterwards. */
  readonly cpuMicros: number;
  /** Keys of those that were answered. */
  readonly keys: readonly string[];
}

/** Half of them have either centre as their home. */
export const SITES: readonly string[] = ["001", "002", "003", "004"].map((n) => `site-${n}`);

const POLL_MS = 5;
/** Half seconds: who is busy for longer has work that never ends. */
const CALM_LOOKS_MAX = 20;
/** Questions cost the centres something, too. */
const PROBE_MS = 200;

export async function measureLoad(
  centres: readonly Centre[],
  plan: LoadPlan,
): Promise<MeasuredLoad> {
  const [a, b] = centres.map(({ node }) => node);
  const sites = SITES.map((site) => {
    const home = homeOf(site, [a.name, b.name]) === a.name ? a : b;
    return { site, port: home.port, token: readToken(home.dataDir) };
  });
  const cpu = () => centres.reduce((sum, { cpuSeconds }) => sum + cpuSeconds(), 0);
  await calm(cpu);
  const [cpuBefore, beganMs] = [cpu(), performance.now()];
  const over = new AbortController();
  const lags = lagsUntil(a, b, over.signal);
  const result = await prescribe({ ...plan, sites });
  over.abort();
  const lagsMs = Float64Array.from(await lags).sort();
  while (!await holdTheSame(a, b)) await wait(POLL_MS);
  const rateAtBoth = result.sent / (performance.now() - beganMs) * 1000;
  await calm(cpu);
  const refused = new Set(result.refused);
  const keys = result.sentOf.flatMap((sent, place) =>
    Array.from({ length: sent }, (_, count) => count * SITES.length + place)
      .filter((index) => !refused.has(index))
      .map((index) => `${SITES[place]}/1/${plan.run}-${index}`)
  );
  const at = (share: number) => lagsMs.at(Math.floor((lagsMs.length - 1) * share)) ?? NaN;
  return {
    ...result,
    rateAtBoth,
    bothP50Ms: at(0.5),
    bothP99Ms: at(0.99),
    cpuMicros: (cpu() - cpuBefore) / keys.length * 1e6,
    keys,
  };
}

async function prescribe(load: PrescriberLoad): Promise<PrescriberResult> {
  const script = new URL("./prescriber.ts", import.meta.url).pathname;
  const [program, args] = deno(script, JSON.stringify(load));
  const { success, stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  if (!success) throw new Error("The prescribers failed");
  return prescriberResult.parse(JSON.parse(new TextDecoder().decode(stdout)));
}

/** Again and again: where one centre stands, and how long until the other one holds that. */
async function lagsUntil(a: NodeProcess, b: NodeProcess, signal: AbortSignal): Promise<number[]> {
  const found: number[] = [];
  for (let turn = 0; !signal.aborted; turn++) {
    const [from, to] = turn % 2 === 0 ? [a, b] : [b, a];
    const reached = await writtenBy(from.name, from);
    const fromMs = performance.now();
    while (!signal.aborted && await writtenBy(from.name, to) < reached) await wait(POLL_MS);
    if (!signal.aborted) found.push(performance.now() - fromMs);
    await wait(PROBE_MS);
  }
  return found;
}

/** Entries for sites that a node wrote, as `holder` has them. */
async function writtenBy(writer: string, holder: NodeProcess): Promise<number> {
  const positions = await holder.positions();
  return positions
    .filter(({ origin, stream }) => origin.startsWith(`${writer}.`) && stream.startsWith("to:"))
    .reduce((sum, { seq }) => sum + seq, 0);
}

/** Waits until they have nothing to do: what they owe the tables is done, too. */
async function calm(cpuSeconds: () => number): Promise<void> {
  for (let before = cpuSeconds(), looks = 0; looks < CALM_LOOKS_MAX; looks++) {
    await wait(500);
    const now = cpuSeconds();
    if (now - before < 0.06) return;
    before = now;
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
