/** A modem for tests, whose words are those of real models, and what it has taken. */
import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { Program, tool } from "../../../../drivers/fixtures.ts";
import { until } from "../../../../sync/fixtures.ts";
import { modemChannel, type ModemSettings } from "./modem_channel.ts";

/** `ops/gsmmodem.ts` brings it. */
const PACKAGE = join(homedir(), ".cache", "tributary", "python-gsmmodem-new-0.13.0");

export const MODELS = [
  "WavecomMultiband900E1800",
  "HuaweiK3715",
  "HuaweiE1752",
  "QualcommM6280",
  "ZteK3565Z",
  "NokiaN79",
] as const;

export interface ModemPlan {
  readonly model?: typeof MODELS[number];
  readonly pin?: string;
  readonly states?: readonly number[];
  readonly cms?: readonly (number | null)[];
  readonly domain?: "CREG" | "CGREG" | "CEREG";
  readonly faults?: readonly ("no-prompt" | "chatter" | "mute" | "no-answer" | "entering")[];
}

const partSchema = z.object({
  number: z.string(),
  text: z.string(),
  validity: z.number().optional(),
  udh: z.array(z.object({ reference: z.int(), parts: z.int(), number: z.int() })).optional(),
});

export class ModemPeer implements AsyncDisposable {
  readonly #program: Program;
  readonly port: string;

  private constructor(program: Program, port: string) {
    this.#program = program;
    this.port = port;
  }

  static async start(plan: ModemPlan = {}): Promise<ModemPeer> {
    const script = new URL("./modem_peer.py", import.meta.url).pathname;
    const told = JSON.stringify({ model: "HuaweiK3715", ...plan });
    const program = new Program(tool("python3", "python3-serial"), [script, PACKAGE, told]);
    await until("the modem has a port", () => program.output.includes("\n") || program.ended);
    const [first] = program.output.split("\n");
    if (program.ended) throw new Error(`The modem ended: ${program.output}`);
    return new ModemPeer(program, z.object({ port: z.string() }).parse(JSON.parse(first)).port);
  }

  /** Parts in the order in which it took them. */
  get taken() {
    return this.#program.output.trim().split("\n").slice(1)
      .map((line) => partSchema.parse(JSON.parse(line)));
  }

  channel(changed: Partial<ModemSettings> = {}) {
    return modemChannel("sms", {
      port: {
        type: "serial",
        port: this.port,
        baud: 115_200,
        dataBits: 8,
        parity: "none",
        stopBits: 1,
      },
      mode: "pdu",
      parts: 3,
      pin: null,
      ...changed,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.kill();
  }
}
