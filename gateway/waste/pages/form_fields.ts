/** What a form of a page says: codes that a reader typed, persons, weights. */
import { issueLines } from "../../schema_faults.ts";
import * as z from "zod";
import type { Text } from "../../../drivers/profile_parts.ts";
import { fieldOf } from "../../form.ts";
import { CannotPlan } from "../desk/waste_desk.ts";
import { codeKind } from "../label/bag_code.ts";
import { readLabel } from "../label/label.ts";
import { wasteTexts } from "./text.ts";

/** A form is refused before anything is decided. */
export class FormFault extends Error {
  readonly faults: readonly Text[];

  constructor(faults: readonly Text[]) {
    super(`Cannot read the form: ${faults.map(({ en }) => en).join("; ")}`);
    this.faults = faults;
  }
}

/** The same where it was filled in. */
export function textOr(form: FormData, name: string): string | undefined {
  const text = fieldOf(form, name);
  return text === "" ? undefined : text;
}

/** Names an act before it is sent: sent twice it is one. */
export function newActId(): string {
  return crypto.randomUUID();
}

export interface Codes {
  readonly bags: string[];
  readonly loads: string[];
  /** What the labels said, for bags that are not known here. */
  readonly labels: string[];
}

/** Codes that were scanned or typed, one a line, each once; throws {@link FormFault}. */
export function codesIn(text: string): Codes {
  const codes = { bags: new Set<string>(), loads: new Set<string>(), labels: new Set<string>() };
  const unread: string[] = [];
  for (const line of text.split(/\r?\n/).map((one) => one.trim()).filter((one) => one !== "")) {
    const read = readLabel(line);
    if (read.kind === "refused") {
      unread.push(line.slice(0, 40));
    } else if (read.kind === "label") {
      codes.bags.add(read.said.bag);
      codes.labels.add(line);
    } else if (codeKind(read.code) === "bag") {
      codes.bags.add(read.code);
    } else {
      codes.loads.add(read.code);
    }
  }
  if (unread.length > 0) {
    throw new FormFault(unread.map((line) => ({
      zh: wasteTexts("zh")("unread", line),
      en: wasteTexts("en")("unread", line),
    })));
  }
  return { bags: [...codes.bags], loads: [...codes.loads], labels: [...codes.labels] };
}

/** The second person; `undefined`: nobody is there, and the entry waits. */
export function secondIn(
  form: FormData,
): { account: string; pin: string } | { badge: string } | undefined {
  const badge = fieldOf(form, "badge");
  if (badge !== "") return { badge };
  const account = fieldOf(form, "account");
  const pin = fieldOf(form, "pin");
  return account === "" && pin === "" ? undefined : { account, pin };
}

/** Kilograms as they were typed, in whole grams; `null`: it is no weight. */
export function gramsIn(text: string): number | null {
  const match = /^(\d{1,5})(?:[.,](\d{1,3}))?$/.exec(text.normalize("NFKC").trim());
  if (match === null) return null;
  return Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0"));
}

/** What speaks against what was thrown; throws what is no fault of the form. */
export function faultsIn(error: unknown): readonly Text[] {
  if (error instanceof FormFault) return error.faults;
  if (error instanceof z.ZodError) {
    return issueLines(error.issues).map((words) => ({ zh: words, en: words }));
  }
  if (error instanceof CannotPlan) return error.faults.map(({ text }) => text);
  throw error;
}
