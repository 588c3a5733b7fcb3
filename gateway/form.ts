/** Forms as browsers send them: one limit, one way to read them, for all pages. */
import { readBody } from "../sync/read_body.ts";
import type { Problem } from "../sync/problem.ts";

/** What is written in a form of ours is a comment, or a county's list of 400 sites: 30 kB. */
export const FORM_BYTES_MAX = 64 << 10;

export type FormFault = "form-too-large" | "not-a-form" | "bad-form";

interface FormProblem extends Problem {
  readonly status: 400 | 413 | 415;
  readonly code: FormFault;
}

/** A form that was not read: nothing is done, and its sender hears why. */
export class FormRefused extends Error {
  override name = "FormRefused";
  readonly problem: FormProblem;

  constructor(problem: FormProblem, options?: ErrorOptions) {
    super(problem.title, options);
    this.problem = problem;
  }
}

const KINDS = ["application/x-www-form-urlencoded", "multipart/form-data"];

/**
 * The fields of a form, of at most `bytesMax`; an empty body has none. Throws {@link FormRefused}
 * where it is too large or no form, and what `readBody` throws.
 */
export async function formOf(
  request: Request,
  bytesMax: number = FORM_BYTES_MAX,
): Promise<FormData> {
  const bytes = await readBody(request, bytesMax);
  if (bytes === null) throw new FormRefused(tooLarge(bytesMax));
  if (bytes.length === 0) return new FormData();
  const type = request.headers.get("content-type") ?? "";
  const kind = type.split(";")[0].trim().toLowerCase();
  if (!KINDS.includes(kind)) {
    const detail = `found content-type "${kind.slice(0, 60)}"; want ${KINDS.join(" or ")}`;
    throw new FormRefused({ ...NOT_A_FORM, detail });
  }
  try {
    return await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch (cause) {
    throw new FormRefused(UNREAD, { cause });
  }
}

/** One field as it was typed; empty where it is missing, or a file. */
export function typedIn(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** The same without space around it. */
export function fieldOf(form: FormData, name: string): string {
  return typedIn(form, name).trim();
}

/** A number; a minus and a comma as a telephone's keyboard has them are understood. */
export function numberIn(form: FormData, name: string): number | undefined {
  const typed = fieldOf(form, name).replace("−", "-").replace(",", ".");
  return typed === "" ? undefined : Number(typed);
}

/** Those of the fields in which something stands. */
export function filledIn(form: FormData, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, fieldOf(form, name)]).filter(([, value]) => value !== ""),
  );
}

function tooLarge(bytesMax: number): FormProblem {
  return {
    status: 413,
    code: "form-too-large",
    title: "The form is larger than what a page takes: nothing was done",
    detail: `want ${bytesMax} bytes or fewer`,
    hint: "shorten what is written in it, or send a smaller file",
  };
}

const NOT_A_FORM = {
  status: 415,
  code: "not-a-form",
  title: "This is no form: nothing was done",
  hint: "send it as the page does; for programs there are the routes of /api/openapi.json",
} as const satisfies FormProblem;

const UNREAD = {
  status: 400,
  code: "bad-form",
  title: "The form cannot be read: nothing was done",
  hint: "load the page anew, and send it again",
} as const satisfies FormProblem;
