/** What a modem needs before it sends: it answers, its card is open, it has a network. */
import { pause } from "../../../../sync/timer.ts";
import { type AtDialogue, AtError, AtSilence } from "./at_dialogue.ts";

export interface ModemTimes {
  /** A command of the modem itself. */
  readonly commandMs: number;
  /** Until the modem has found its network. */
  readonly registrationMs: number;
  /** Until the network has taken a part. */
  readonly sendMs: number;
}

/** As data sheets have them: some seconds for commands, and up to a minute for a part. */
export const MODEM_TIMES: ModemTimes = { commandMs: 5000, registrationMs: 30_000, sendMs: 60_000 };

/** The modem works, and what it needs is missing. */
export class ModemFault extends Error {
  override name = "ModemFault";
  readonly fault: "card" | "wrong-pin" | "no-network";

  constructor(fault: ModemFault["fault"], message: string) {
    super(message);
    this.fault = fault;
  }
}

/** Some find the line's speed from the first characters, and lose them. */
const GREETINGS_MAX = 3;
/** Nothing was heard for so long: no answer of before is on its way. */
const QUIET_MS = 100;
/** A modem that looks for its network is asked so often. */
const REGISTRATION_MS = 1000;

/** Registered at home or roaming (TS 27.007, 7.2); 6 and 7 are for short messages alone. */
const REGISTERED: ReadonlySet<number> = new Set([1, 5, 6, 7]);
const REGISTRATION: Readonly<Record<number, string>> = {
  0: "not registered, and not searching",
  1: "registered at home",
  2: "searching for a network",
  3: "the network denies it",
  4: "unknown, as without coverage",
  5: "registered, roaming",
  6: "registered at home for short messages",
  7: "registered, roaming, for short messages",
};
/** Circuit switched, packet switched, LTE: a modem may be registered in one of them alone. */
const DOMAINS = ["CREG", "CGREG", "CEREG"] as const;

/** Resolves when the modem takes commands and its card is open. */
export async function prepareModem(
  modem: AtDialogue,
  { commandMs }: Pick<ModemTimes, "commandMs">,
  pin: string | null,
): Promise<void> {
  await greet(modem, commandMs);
  await optional(modem, "ATE0", commandMs);
  await optional(modem, "AT+CMEE=1", commandMs);
  const state = await cardState(modem, commandMs);
  if (state === "READY") return;
  if (state !== "SIM PIN") throw new ModemFault("card", `the card says ${state}`);
  if (pin === null) {
    throw new ModemFault("card", "the card asks for a PIN, or the one given is wrong");
  }
  try {
    await modem.command(`AT+CPIN="${pin}"`, commandMs);
  } catch (error) {
    // The error names the command, and so the PIN.
    if (error instanceof AtError) throw new ModemFault("wrong-pin", "the card refuses the PIN");
    throw error;
  }
  // Some take none of these before the PIN.
  await optional(modem, "ATE0", commandMs);
  await optional(modem, "AT+CMEE=1", commandMs);
}

/** Whatever it answers, it is there; what an earlier process left on the line is passed over. */
async function greet(modem: AtDialogue, timeoutMs: number): Promise<void> {
  await modem.escape();
  for (let tries = 1;; tries++) {
    try {
      await modem.command("AT", timeoutMs / GREETINGS_MAX);
      break;
    } catch (error) {
      if (error instanceof AtError) break;
      if (!(error instanceof AtSilence) || tries >= GREETINGS_MAX) throw error;
    }
  }
  await modem.quiet(QUIET_MS);
}

async function cardState(modem: AtDialogue, timeoutMs: number): Promise<string> {
  try {
    const lines = await modem.command("AT+CPIN?", timeoutMs, "+CPIN:");
    return lines.map((line) => /^\+CPIN:\s*(.+)$/.exec(line)?.[1]).find((one) => one) ?? "nothing";
  } catch (error) {
    if (!(error instanceof AtError)) throw error;
    // TS 27.007, 9.2.1: 10 is "SIM not inserted".
    return error.code === 10 ? "it is not inserted" : error.message;
  }
}

/** Waits for a network; resolves with what there is to know of it, for people. */
export async function networkOf(
  modem: AtDialogue,
  { commandMs, registrationMs }: Pick<ModemTimes, "commandMs" | "registrationMs">,
  signal: AbortSignal,
): Promise<string> {
  const endMs = performance.now() + registrationMs;
  for (;;) {
    const states = await registrations(modem, commandMs);
    const state = states.find((one) => REGISTERED.has(one)) ?? states.at(0);
    if (state !== undefined && REGISTERED.has(state)) {
      return `${REGISTRATION[state]}, ${await signalOf(modem, commandMs)}`;
    }
    if (performance.now() >= endMs) {
      const found = state === undefined ? "it does not tell" : REGISTRATION[state] ?? "unknown";
      throw new ModemFault(
        "no-network",
        `no network: ${found}, ${await signalOf(modem, commandMs)}`,
      );
    }
    await pause(Math.min(REGISTRATION_MS, registrationMs), signal);
  }
}

async function registrations(modem: AtDialogue, timeoutMs: number): Promise<number[]> {
  const states: number[] = [];
  for (const domain of DOMAINS) {
    const lines = await optional(modem, `AT+${domain}?`, timeoutMs);
    // `+CREG: <n>,<stat>`, of which unsolicited lines have only <stat>.
    const found = lines.map((line) =>
      new RegExp(`^\\+${domain}:\\s*\\d+,\\s*(\\d+)`).exec(line)?.[1]
    )
      .find((one) => one !== undefined);
    if (found !== undefined) states.push(Number(found));
    if (found !== undefined && REGISTERED.has(Number(found))) break;
  }
  return states;
}

/** TS 27.007, 8.5: 0 is −113 dBm, each step 2 dB more, 99 is not known. */
async function signalOf(modem: AtDialogue, timeoutMs: number): Promise<string> {
  const lines = await optional(modem, "AT+CSQ", timeoutMs);
  const level = lines.map((line) => /^\+CSQ:\s*(\d+),/.exec(line)?.[1]).find((one) => one);
  if (level === undefined || Number(level) > 31) return "signal not known";
  return `signal ${-113 + 2 * Number(level)} dBm`;
}

/** Lines of a command that not all modems have. */
async function optional(modem: AtDialogue, command: string, timeoutMs: number): Promise<string[]> {
  try {
    return await modem.command(command, timeoutMs);
  } catch (error) {
    if (error instanceof AtError) return [];
    throw error;
  }
}
