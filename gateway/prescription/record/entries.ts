/** Entries of prescriptions and of verdicts, with the keys under which each is there once. */
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import type { Stream } from "../../../sync/stream.ts";
import { newEntry } from "../../collected_entry.ts";
import type { Sent } from "../desk.ts";
import type { PrescriptionBody } from "../life/prescription_body.ts";
import type { VerdictBody } from "../life/verdict_body.ts";
import type { Case } from "./intake_book.ts";
import { SEND_KEY } from "./life_projection.ts";

const NUMBER_KEY = "number";

/** Number and version are one prescription at its site, for ever. */
export function prescriptionEntry(
  stream: Stream,
  time: Stamp,
  { door, prescription, hash, marks, who }: Sent,
  { site, sendKey }: Pick<Case, "site" | "sendKey">,
): NewEntry {
  const { id, version } = prescription;
  const body: PrescriptionBody = {
    site,
    door,
    key: sendKey === null
      ? { channel: NUMBER_KEY, id: `${version}/${id}` }
      : { channel: SEND_KEY, id: sendKey },
    hash,
    prescription,
    marks: [...marks],
    who,
  };
  return {
    ...newEntry(stream, "prescription", time, body),
    key: {
      channel: `prescription/${site}`,
      id: `${version}/${id}`,
      digest: Uint8Array.fromHex(hash),
      windowMs: null,
    },
  };
}

/** A node gives one verdict of each mode: what it gave is what counts, also after a crash. */
export function verdictEntry(stream: Stream, time: Stamp, body: VerdictBody): NewEntry {
  const { site, prescription, version, mode, hash } = body;
  return {
    ...newEntry(stream, "verdict", time, body),
    key: {
      channel: `verdict/${site}`,
      id: `${version}/${mode}/${prescription}`,
      digest: Uint8Array.fromHex(hash),
      windowMs: null,
    },
  };
}
