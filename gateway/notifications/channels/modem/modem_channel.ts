/**
 * Messages by a modem on the spot, which has a battery and a network of its own when power and
 * line are gone (C4). Its port is opened for each message: a modem that was pulled out and plugged
 * in, or that lost its power, is found again without anybody's help.
 */
import { DeviceError } from "../../../../drivers/driver.ts";
import { openByteLine } from "../../../../drivers/serial/open_byte_line.ts";
import type { SerialSettings, SocketSettings } from "../../../../drivers/serial/settings.ts";
import { reasonText } from "../../delivery.ts";
import type { Attempt } from "../../dispatch.ts";
import type { Channel, Letter } from "../channel.ts";
import { AtDialogue, AtError, AtSilence } from "./at_dialogue.ts";
import {
  MODEM_TIMES,
  ModemFault,
  type ModemTimes,
  networkOf,
  prepareModem,
} from "./modem_state.ts";
import { lengthOf, partsOf, SINGLE_LENGTH, submitPdus, ucs2Hex } from "./sms_pdu.ts";

export interface ModemSettings {
  readonly port: SerialSettings | SocketSettings;
  /** `pdu` joins parts to one message; `text` is for modems that have no PDU mode. */
  readonly mode: "pdu" | "text";
  /** Parts of one message at most. */
  readonly parts: number;
  /** Of the card; `null`: it asks for none. */
  readonly pin: string | null;
  readonly times?: ModemTimes;
}

export function modemChannel(name: string, settings: ModemSettings): Channel {
  const { port, mode, parts, pin, times = MODEM_TIMES } = settings;
  /** A wrong one is not tried again: the third time would lock the card. */
  let isPinWrong = false;
  let last: Promise<unknown> = Promise.resolve();
  /** One at a time: a test message waits for one that is under way. */
  function talk<T>(signal: AbortSignal, work: (modem: AtDialogue) => Promise<T>): Promise<T> {
    const turn = last.then(() => talkNow(signal, work));
    last = turn.catch(() => {});
    return turn;
  }
  async function talkNow<T>(
    signal: AbortSignal,
    work: (modem: AtDialogue) => Promise<T>,
  ): Promise<T> {
    await using line = await openByteLine(port);
    const modem = new AtDialogue(line, signal);
    try {
      await prepareModem(modem, times, isPinWrong ? null : pin);
    } catch (error) {
      if (error instanceof ModemFault && error.fault === "wrong-pin") isPinWrong = true;
      throw error;
    }
    return await work(modem);
  }
  return {
    name,
    addressedBy: "phone",
    isLocal: false,
    send: async (letter, signal) => {
      try {
        return await talk(signal, async (modem) => {
          const network = await networkOf(modem, times, signal);
          const references = mode === "pdu"
            ? await sendPdus(modem, letter, parts, times)
            : await sendTexts(modem, letter, parts, times);
          return { kind: "delivered", detail: `+CMGS ${references.join(" ")}, ${network}` };
        });
      } catch (error) {
        return failedAs(error);
      }
    },
    look: async (signal) => {
      try {
        return await talk(signal, (modem) => networkOf(modem, times, signal));
      } catch (error) {
        return failedAs(error).detail;
      }
    },
  };
}

async function sendPdus(
  modem: AtDialogue,
  { id, to, text }: Letter,
  parts: number,
  times: ModemTimes,
): Promise<string[]> {
  await modem.command("AT+CMGF=0", times.commandMs);
  const reference = parseInt(id.slice(0, 4), 16);
  const references: string[] = [];
  for (const { hex, length } of submitPdus(to, text(lengthOf(parts)), reference)) {
    references.push(await sendPart(modem, `AT+CMGS=${length}`, hex, times));
  }
  return references;
}

/** Words of a message in text mode that has its number before it, as in `1/3 `. */
const NUMBERED_LENGTH = SINGLE_LENGTH - 4;

/** Text mode has no header that joins parts: each is a message with its number before it. */
async function sendTexts(
  modem: AtDialogue,
  { to, text }: Letter,
  parts: number,
  times: ModemTimes,
): Promise<string[]> {
  await modem.command("AT+CMGF=1", times.commandMs);
  await modem.command('AT+CSCS="UCS2"', times.commandMs);
  // First octet SUBMIT with a relative validity period, 24 h, for a person, UCS2 (TS 27.005, 3.1).
  await modem.command("AT+CSMP=17,167,0,8", times.commandMs);
  const kind = to.startsWith("+") ? 145 : 129;
  const all = partsOf(text(lengthOf(parts, NUMBERED_LENGTH)), NUMBERED_LENGTH);
  const references: string[] = [];
  for (const [index, part] of all.entries()) {
    const words = all.length === 1 ? part : `${index + 1}/${all.length} ${part}`;
    const command = `AT+CMGS="${ucs2Hex(to)}",${kind}`;
    references.push(await sendPart(modem, command, ucs2Hex(words), times));
  }
  return references;
}

/** The reference under which the network took it. */
async function sendPart(
  modem: AtDialogue,
  command: string,
  data: string,
  { commandMs, sendMs }: ModemTimes,
): Promise<string> {
  try {
    const lines = await modem.data(command, data, { promptMs: commandMs, answerMs: sendMs });
    const taken = lines.map((line) => /^\+CMGS:\s*(\d+)/.exec(line)?.[1])
      .find((reference) => reference !== undefined);
    if (taken === undefined) throw new AtSilence(`${command} was answered without +CMGS`);
    return taken;
  } catch (error) {
    // It may still wait for data, and would take the next command for them.
    if (error instanceof AtSilence) await modem.escape();
    throw error;
  }
}

/**
 * `+CMS ERROR` of TS 27.005, 3.2.5, and of TS 24.011, annex E-2: the number is unassigned, or its
 * subscriber unidentified or unknown; or the modem finds it or the words malformed.
 */
const NEVER_TAKEN: ReadonlySet<number> = new Set([1, 28, 30, 304, 305]);
/** The other end rejects it, or is out of service: another number may be reached. */
const NOT_NOW: ReadonlySet<number> = new Set([21, 22, 27]);

function failedAs(error: unknown): Attempt {
  if (error instanceof AtError && error.kind === "CMS" && error.code !== null) {
    const detail = reasonText(`+CMS ERROR ${error.code}`);
    if (NEVER_TAKEN.has(error.code)) return { kind: "refused", detail };
    return { kind: "failed", of: NOT_NOW.has(error.code) ? "contact" : "channel", detail };
  }
  const known = error instanceof AtError || error instanceof AtSilence ||
    error instanceof DeviceError || error instanceof ModemFault;
  if (!known) throw error;
  const detail = reasonText(error.message);
  return { kind: "failed", of: "channel", detail };
}
