/** Entries of prescriptions and of verdicts, with the keys under which each is there once. */
import type { NewEntry } from "../../../sync/append.ts";
import type { Stamp } from "../../../sync/entry.ts";
import type { Stream } from "../../../sync/stream.ts";
import { newEntry } from "../../collected_entry.ts";
import type { Sent } from "../desk.ts";
import type { PrescriptionBody } from "../life/prescription_body.ts";
import { SEND_KEY } from "../life/same_key.ts";
import type { VerdictBody } from "../life/verdict_body.ts";
import type { Case } from "./intake_book.ts";

const NUMBER_KEY = "number";

/**
 * So long the journal itself knows what its sender called it: what the tables show of it holds for
 * ever, and they may have to be made anew first.
 */
const SEND_KEY_MS = 7 * 86_400_000;

/** What a sender calls it is one content at its site: of its entry, and the verdict beside it. */
function sendKeyClaim(
  kind: "prescription" | "verdict",
  { site, sendKey, hash }: Pick<Case, "site" | "sendKey" | "hash">,
): Pick<NewEntry, "otherKey"> {
  if (sendKey === null) return {};
  return {
    otherKey: {
      channel: `${kind}-key/${site}`,
      id: sendKey,
      digest: Uint8Array.fromHex(hash),
      windowMs: SEND_KEY_MS,
    },
  };
}

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
    ...sendKeyClaim("prescription", { site, sendKey, hash }),
    key: {
      channel: `prescription/${site}`,
      id: `${version}/${id}`,
      digest: Uint8Array.fromHex(hash),
      windowMs: null,
    },
  };
}

/**
 * A node gives one verdict of each mode: what it gave is what counts, also after a crash. One that
 * is stored beside its prescription is refused with it, by the key that its sender gave.
 */
export function verdictEntry(
  stream: Stream,
  time: Stamp,
  body: VerdictBody,
  sendKey: string | null = null,
): NewEntry {
  const { site, prescription, version, mode, hash } = body;
  return {
    ...newEntry(stream, "verdict", time, body),
    ...sendKeyClaim("verdict", { site, sendKey, hash }),
    key: {
      channel: `verdict/${site}`,
      id: `${version}/${mode}/${prescription}`,
      digest: Uint8Array.fromHex(hash),
      windowMs: null,
    },
  };
}
