/** Processes that are measured: started, watched, and ended with their children. */
import { type CommandLine, ourProgram } from "../program.ts";

export interface Usage {
  /** Resident memory, MiB. */
  readonly residentMiB: number;
  /** The part of it that is not a file: heap, stacks, buffers. */
  readonly anonymousMiB: number;
  /** Processor time used since the start, seconds. */
  readonly cpuSeconds: number;
}

/** Kernel ticks a second: fixed on Linux as user space sees it. */
const TICKS = 100;

/** Processor time that a process has used since its start. */
export function cpuSecondsOf(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export function usageOf(pid: number): Usage {
  const rollup = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
  const kib = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(rollup)?.[1] ?? 0);
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    residentMiB: kib("Rss") / 1024,
    anonymousMiB: kib("Anonymous") / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}

/** A program that is measured: this checkout, or one that was built of it. */
export interface Candidate {
  readonly name: string;
  readonly command: (...args: readonly string[]) => CommandLine;
}

/** This checkout first, then the built programs, each named by its file. */
export function candidates(programs: readonly string[]): Candidate[] {
  const built = programs.map((program): Candidate => ({
    name: program,
    command: (...args) => [program, [...args]],
  }));
  return [{ name: "checkout", command: ourProgram }, ...built];
}

export class Measured implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  constructor(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** Of the process, and of its only child where it is a wrapper such as strace. */
  usage(): Usage {
    return usageOf(this.#measuredPid());
  }

  #measuredPid(): number {
    const children = Deno.readTextFileSync(
      `/proc/${this.#child.pid}/task/${this.#child.pid}/children`,
    ).trim();
    return children === "" ? this.#child.pid : Number(children.split(" ")[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pids = [this.#child.pid];
    try {
      pids.push(this.#measuredPid());
    } catch {
      // It has ended already.
    }
    for (const pid of new Set(pids)) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
    await this.#child.status;
  }
}

/** Waits until the process has nothing to do for some seconds. */
export async function quiet(process: Measured): Promise<void> {
  for (let spent = 0, calm = 0; calm < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { cpuSeconds } = process.usage();
    calm = cpuSeconds - spent < 0.2 ? calm + 1 : 0;
    spent = cpuSeconds;
  }
}

/** A script of ours under the same Deno. */
export function deno(...args: readonly string[]): CommandLine {
  return [Deno.execPath(), ["run", "-A", "-q", ...args]];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
