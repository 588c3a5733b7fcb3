/** Runs what was built as a stranger would: nothing in its environment, from another folder. */
import { join } from "node:path";

/** What was built does not work. */
export class SmokeError extends Error {
  override name = "SmokeError";
}

/** Two centres have to show the values of two sites. */
const LIVE = /✓ county-[ab] shows live values of site-[12]/g;
const LIVE_LINES = 4;
/** The demo stops by itself after so long: a slow machine under load has had its chance. */
const DEMO_SECONDS = 120;

/** Throws a {@link SmokeError} with what was printed, unless the command passes. */
export async function smokeTest(command: string, version: string): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "tributary smoke " });
  try {
    // Called through a link, by an address with a space in it.
    const link = join(folder, "tributary");
    Deno.symlinkSync(Deno.realPathSync(command), link);
    const smoke = new Smoke(link, folder);
    await smoke.expect(["--version"], 0, (output) => output.trim() === version);
    await smoke.expect(["schema"], 0, (output) => JSON.parse(output).oneOf.length === 2);
    const example = await smoke.expect(["schema", "--example", "site"], 0, isCommented);
    Deno.writeTextFileSync(join(folder, "wrong.yaml"), `${example}\nnosuchkey: 1\n`);
    await smoke.expect(["check", "-c", "wrong.yaml"], 2, (text) => text.includes("nosuchkey"));
    await smoke.packs();
    await smoke.demo();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function holds(condition: (output: string) => boolean, output: string): boolean {
  try {
    return condition(output);
  } catch {
    // What should be JSON is none.
    return false;
  }
}

function stop(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended by itself, which its exit code tells of.
  }
}

function isCommented(text: string): boolean {
  return text.startsWith("#") && text.includes("role: ");
}

class Smoke {
  readonly #link: string;
  readonly #folder: string;

  constructor(link: string, folder: string) {
    this.#link = link;
    this.#folder = folder;
  }

  #command(args: readonly string[]): Deno.Command {
    const surroundings = { clearEnv: true, env: {}, cwd: this.#folder };
    return new Deno.Command(this.#link, {
      args: [...args],
      ...surroundings,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Runs one command to its end; returns what it printed. */
  async expect(
    args: readonly string[],
    wantedCode: number,
    isRight: (output: string) => boolean,
  ): Promise<string> {
    const { code, stdout, stderr } = await this.#command(args).output();
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    if (code !== wantedCode || !holds(isRight, output)) {
      throw new SmokeError(`"${args.join(" ")}" ended with ${code}, and printed:\n${output}`);
    }
    return output;
  }

  /** Packs of rules come with the program: a copy of each is sound, and its cases hold. */
  async packs(): Promise<void> {
    const listed = await this.expect(["pack", "list"], 0, (text) => text.includes("demonstration"));
    for (const [name] of listed.trim().split("\n").map((line) => line.split("\t"))) {
      await this.expect(["pack", "copy", name, "--out", `pack-${name}`], 0, () => true);
      await this.expect(["pack", "check", `pack-${name}`], 0, (text) => text.includes("all hold"));
    }
  }

  /** The demo's nodes are this program once more: its threads, profiles and pages work. */
  async demo(): Promise<void> {
    const child = this.#command(["demo", "--for", String(DEMO_SECONDS)]).spawn();
    let [output, errors] = ["", ""];
    const reading = (async () => {
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) errors += text;
    })();
    let told = false;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (told || new Set(output.match(LIVE)).size < LIVE_LINES) continue;
      told = true;
      stop(child);
    }
    await reading;
    const { code } = await child.status;
    if (code !== 0 || !told || errors !== "") {
      throw new SmokeError(`"demo" ended with ${code}, and printed:\n${output}\n${errors}`);
    }
  }
}
