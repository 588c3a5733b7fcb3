/** What tests of scales share. */
import { Program, tool, until } from "../fixtures.ts";
import { builtInProfiles, readProfiles } from "../profile_library.ts";
import { type FormatConfig, formatSchema } from "./formats.ts";
import type { ScaleProfile } from "./profile.ts";

/** One of each kind, in all its ways. */
export const FORMATS: readonly FormatConfig[] = [
  { name: "yaohua" },
  { name: "yaohua-reply", address: "C" },
  { name: "a12e" },
  { name: "equals", characters: 8, reversed: false },
  { name: "equals", characters: 8, reversed: true },
  { name: "equals", characters: 7, reversed: true },
  { name: "toledo", checksum: "7-bit", tellsZeroed: true },
  { name: "toledo", checksum: "8-bit", tellsZeroed: true },
  { name: "toledo", checksum: "none", tellsZeroed: false },
].map((config) => formatSchema.parse(config));

/** What the indicator shows: weights in hundredths, noise as the share of wrong bytes. */
export interface Indicated {
  readonly weight: number;
  readonly tare: number;
  readonly net: boolean;
  readonly motion: boolean;
  readonly trouble: "overload" | "underload" | null;
  readonly noise: number;
  readonly silent: boolean;
}

const EMPTY: Indicated = {
  weight: 0,
  tare: 0,
  net: false,
  motion: false,
  trouble: null,
  noise: 0,
  silent: false,
};

/** A program in Python that packs and paces frames by itself, on a socket or a serial port. */
export class Indicator implements AsyncDisposable {
  readonly program: Program;
  readonly #folder: string;

  private constructor(program: Program, folder: string) {
    this.program = program;
    this.#folder = folder;
  }

  static async start(
    format: string,
    where: { readonly listen: number } | { readonly tty: string },
    request?: string,
  ): Promise<Indicator> {
    const folder = Deno.makeTempDirSync();
    const state = `${folder}/state.json`;
    const setup = { format, state, baud: 9600, ...where, ...(request ? { request } : {}) };
    Deno.writeTextFileSync(`${folder}/setup.json`, JSON.stringify(setup));
    const script = new URL("./indicator.py", import.meta.url).pathname;
    const python = tool("python3", "python3");
    Deno.writeTextFileSync(state, JSON.stringify(EMPTY));
    const command = `exec ${python} ${script} < ${folder}/setup.json`;
    const program = new Program("/bin/sh", ["-c", command]);
    await until("the indicator is ready", () => program.printed("ready") > 0 || program.ended);
    if (program.ended) throw new Error(`The indicator ended: ${program.output}`);
    return new Indicator(program, folder);
  }

  /** From the next frame on it shows this. */
  show(indicated: Partial<Indicated>): void {
    // Renamed into its place: it is read whole, before or after.
    Deno.writeTextFileSync(`${this.#folder}/next.json`, JSON.stringify({ ...EMPTY, ...indicated }));
    Deno.renameSync(`${this.#folder}/next.json`, `${this.#folder}/state.json`);
  }

  /** Resolves when it has sent so many frames more. */
  async frames(count: number): Promise<void> {
    const before = this.program.printed("frame");
    await until("frames are sent", () => this.program.printed("frame") >= before + count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program.kill();
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** A profile that comes with the program. */
export function profileOf(name: string): ScaleProfile {
  const profile = readProfiles([builtInProfiles()]).get(name);
  if (profile?.protocol !== "scale") throw new Error(`"${name}" is no scale's profile`);
  return profile;
}
