/** What k6 is to do, as the runner writes it and `prescribe.ts` reads it. */

/** Where prescriptions are sent. */
export interface Target {
  readonly url: string;
  readonly token: string;
}

/** Prescriptions a second are to go from one stage's rate to the next within its seconds. */
export interface Stage {
  readonly rate: number;
  readonly seconds: number;
}

export interface Plan {
  /** Begins all numbers of prescriptions. */
  readonly run: string;
  readonly sites: readonly string[];
  readonly targets: readonly Target[];
  /** How often one prescription is sent, and how long each time may take. */
  readonly tries: number;
  readonly timeoutMs: number;
  /** An answer that takes longer ends the run: it is saturated; `null`: none does. */
  readonly stopAtMs: number | null;
  readonly scenarios: Readonly<Record<string, object>>;
  /** Pharmacists that work: cookies of their sessions. None where prescriptions are sent. */
  readonly pharmacists: readonly string[];
}

export interface Load {
  /** Prescriptions a second to begin with. */
  readonly startRate: number;
  readonly stages: readonly Stage[];
  /** So many may wait for their answer. */
  readonly waitingMax: number;
  readonly warmUpSeconds: number;
}

/** Work that waits already: each of so many does one piece after the other, until all is done. */
export interface Share {
  readonly pieces: number;
  readonly workers: number;
  readonly secondsMax: number;
}

/** A rate that stays is reached at once. */
export function steadily(rate: number, seconds: number): Pick<Load, "startRate" | "stages"> {
  return { startRate: rate, stages: [{ rate, seconds }] };
}

/** k6's own scenarios: what warms up has another name, and is in no figure. */
export function k6Scenarios(load: Load | Share): Plan["scenarios"] {
  return "pieces" in load ? shared(load) : arriving(load);
}

function shared({ pieces, workers, secondsMax }: Share): Plan["scenarios"] {
  const load = {
    executor: "shared-iterations",
    iterations: pieces,
    vus: workers,
    maxDuration: `${secondsMax}s`,
    gracefulStop: "10s",
  };
  return { load };
}

function arriving(
  { startRate, stages, waitingMax, warmUpSeconds }: Load,
): Plan["scenarios"] {
  const arrivals = (rate: number, of: readonly Stage[], startTime: number) => ({
    executor: "ramping-arrival-rate",
    timeUnit: "1s",
    startRate: Math.max(1, Math.round(rate)),
    stages: of.map((stage) => ({
      target: Math.max(1, Math.round(stage.rate)),
      duration: `${stage.seconds}s`,
    })),
    startTime: `${startTime}s`,
    preAllocatedVUs: waitingMax,
    maxVUs: waitingMax,
    // As long as the most tries take.
    gracefulStop: "65s",
  });
  const load = arrivals(startRate, stages, warmUpSeconds === 0 ? 0 : warmUpSeconds + 1);
  if (warmUpSeconds === 0) return { load };
  const warm = Math.min(startRate, WARM_RATE_MAX);
  const warmUp = arrivals(warm, [{ rate: warm, seconds: warmUpSeconds }], 0);
  return { warmup: { ...warmUp, gracefulStop: "1s" }, load };
}

/** Enough to have everything compiled. */
const WARM_RATE_MAX = 300;
