/** What a scenario is, and how it goes: start, send, let both centres come to rest, count. */
import { CountyPair, reachOf } from "../gateway/bench/county_pair.ts";
import { type Count, countAt, holdTheSame } from "../gateway/bench/prescription_count.ts";
import { type Answer, isAcknowledged } from "./answers.ts";
import { type K6Run, runK6 } from "./k6_run.ts";
import { k6Scenarios, type Load, type Share, type Target } from "./plan.ts";

/** What may be made smaller; what is not said is as each scenario has it. */
export interface Scale {
  /** Prescriptions a second. */
  readonly rate?: number;
  readonly seconds?: number;
  readonly sites?: number;
  readonly warmUpSeconds?: number;
}

/** Something that is done while prescriptions arrive. */
export interface Happening {
  readonly atMs: number;
  readonly what: string;
}

/** What a scenario has at hand while prescriptions arrive. */
export interface Stage {
  /** Resolves so many seconds after the first prescription that counts was to be sent. */
  readonly after: (seconds: number) => Promise<void>;
  /** Notes it for the page. */
  readonly note: (what: string) => void;
}

/** Something that must be so, or that is aimed at. */
export interface Promised {
  readonly what: string;
  readonly found: string;
  readonly holds: boolean;
  /** An aim is shown and fails nothing: it depends on the machine. */
  readonly isAim: boolean;
}

export interface Scenario {
  readonly title: string;
  /** What it is, and where its numbers are from. */
  readonly what: string;
  readonly load: (scale: Scale) => Load | Share;
  /** What k6 runs, a file of this folder; else prescriptions are sent. */
  readonly script?: string;
  /** Sites whose prescriptions are sent, unless the scale says otherwise. */
  readonly sites: number;
  readonly tries: number;
  readonly timeoutMs: number;
  readonly stopAtMs?: number;
  /** Milliseconds that 99 of 100 answers are to take at most, where there is an aim. */
  readonly aimP99Ms?: number;
  /** What has to be there before the first prescription, beside both centres. */
  readonly prepare?: (pair: CountyPair, scale: Scale) => Promise<Prepared> | Prepared;
  /** What it promises of its answers, beside what all do. */
  readonly promised?: (
    answers: readonly Answer[],
    pair: CountyPair,
  ) => readonly Promised[] | Promise<readonly Promised[]>;
}

export interface Prepared {
  /** Where prescriptions go, where not to both centres. */
  readonly targets?: readonly Target[];
  readonly pharmacists?: readonly string[];
  /** Done beside the load. */
  readonly beside?: (stage: Stage) => Promise<Beside>;
}

export interface Beside {
  /** Keys of prescriptions that were acknowledged to others than k6. */
  readonly acknowledged?: readonly string[];
  readonly promised?: readonly Promised[];
  readonly figures?: readonly (readonly [name: string, value: string])[];
}

export interface Report {
  readonly name: string;
  readonly scenario: Scenario;
  readonly k6: K6Run;
  /** Without those that warm up. */
  readonly answers: readonly Answer[];
  readonly beganMs: number;
  readonly happenings: readonly Happening[];
  readonly counts: readonly Count[];
  /** From the last answer until both centres held the same, seconds. */
  readonly equalAfterSeconds: number;
  /** What this scenario promises beside what all do. */
  readonly promised: readonly Promised[];
  readonly figures: readonly (readonly [name: string, value: string])[];
}

/** Longer than any site has to ship and any centre to decide afterwards. */
const SETTLE_SECONDS = 150;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function sitesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `site-${index + 1}`);
}

/** Runs a scenario on nodes of its own, which end with it. */
export async function runScenario(
  name: string,
  scenario: Scenario,
  scale: Scale,
): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = Deno.makeTempDirSync({ prefix: "tributary-load-" });
  stack.defer(() => Deno.removeSync(folder, { recursive: true }));
  const sites = sitesOf(scale.sites ?? scenario.sites);
  const pair = stack.use(await CountyPair.start(sites));
  const load = scenario.load(scale);
  const prepared = await scenario.prepare?.(pair, scale);
  const targets = prepared?.targets ?? pair.centres.map(reachOf);
  const happenings: Happening[] = [];
  const startMs = Date.now();
  const warmUpSeconds = "pieces" in load ? 0 : load.warmUpSeconds;
  const warmUpMs = warmUpSeconds === 0 ? 0 : (warmUpSeconds + 1) * 1000;
  const stage: Stage = {
    after: (seconds) => pause(startMs + warmUpMs + seconds * 1000 - Date.now()),
    note: (what) => void happenings.push({ atMs: Date.now(), what }),
  };
  const { tries, timeoutMs, stopAtMs = null, script = "prescribe.ts" } = scenario;
  const pharmacists = prepared?.pharmacists ?? [];
  const run = `r${startMs.toString(36)}`;
  const scenarios = k6Scenarios(load);
  const plan = { run, sites, targets, tries, timeoutMs, stopAtMs, scenarios, pharmacists };
  const [k6, beside] = await Promise.all([
    runK6(script, plan, folder),
    prepared?.beside?.(stage),
  ]);
  const acknowledged = k6.answers.filter(isAcknowledged).map(({ key }) => key);
  const all = [...acknowledged, ...beside?.acknowledged ?? []];
  const restedFrom = performance.now();
  const counts = await countsAtRest(pair, all);
  const equalAfterSeconds = counts.restedMs === null ? NaN : (counts.restedMs - restedFrom) / 1000;
  const answers = k6.answers.filter(({ isWarmUp }) => !isWarmUp);
  const beganMs = answers.reduce((least, one) => Math.min(least, one.begunMs), Infinity);
  return {
    name,
    scenario,
    k6,
    answers,
    beganMs,
    happenings,
    counts: counts.at,
    equalAfterSeconds,
    promised: [...beside?.promised ?? [], ...await scenario.promised?.(answers, pair) ?? []],
    figures: beside?.figures ?? [],
  };
}

/** Waits until both centres hold the same and have decided all, or for so long. */
async function countsAtRest(pair: CountyPair, acknowledged: readonly string[]) {
  const until = performance.now() + SETTLE_SECONDS * 1000;
  for (;;) {
    const isEqual = await holdTheSame(pair.a, pair.b);
    const restedMs = performance.now();
    const isLate = restedMs > until;
    if (!isEqual && !isLate) {
      await pause(100);
      continue;
    }
    const at: Count[] = [];
    for (const centre of pair.centres) at.push(await countAt(centre, acknowledged));
    const isDone = at.every(({ lost, undecided }) => lost.length + undecided.length === 0);
    if (isLate || isDone) return { at, restedMs: isEqual ? restedMs : null };
    await pause(1000);
  }
}
