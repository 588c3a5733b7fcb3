/** A way out for messages. Channels are interchangeable: who sends knows nothing of their kinds. */
import type { Attempt } from "../dispatch.ts";

/** A message as a channel gets it, each time that it is tried. */
export interface Letter {
  /** The same each time: by it whoever takes it twice knows that it is one. */
  readonly id: string;
  /** As the contact has it: a telephone number, a mail address, or nothing. */
  readonly to: string;
  readonly subject: string;
  /** The words, in no more UTF-16 units than this. */
  readonly text: (lengthMax: number) => string;
  /** What it tells of, for programs: JSON. */
  readonly data: object;
  /** When it is sent, seconds since 1970 UTC. */
  readonly seconds: number;
}

export interface Channel {
  readonly name: string;
  /** What its contacts need to be reached by it. */
  readonly addressedBy: "phone" | "mail" | "nothing";
  /** It is of this place alone, as a siren is: the county cannot do it instead. */
  readonly isLocal: boolean;
  /** Tries once, within a time of its own; never throws but for a fault of the program. */
  send(letter: Letter, signal: AbortSignal): Promise<Attempt>;
  /** How it is, for people, without sending: a modem's network and signal. */
  look?(signal: AbortSignal): Promise<string>;
}

/** Of an answer over HTTP: what the sender is to do next. */
export function answered(status: number, detail = ""): Attempt {
  const said = `it answered ${status}${detail === "" ? "" : `: ${detail}`}`;
  if (status >= 200 && status < 300) return { kind: "delivered", detail: `HTTP ${status}` };
  // RFC 9110 and 4918: what is sent is at fault, and the same again will be.
  if ([400, 413, 414, 415, 422].includes(status)) return { kind: "refused", detail: said };
  // All else may be mended at the other end, or in its address or its secret.
  return { kind: "failed", of: "channel", detail: said };
}
