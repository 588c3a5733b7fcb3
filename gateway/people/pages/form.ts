/** Forms as browsers send them. */
import { readBody } from "../../../sync/read_body.ts";

/** A form of ours is some names, a comment and a list of sites. */
const FORM_BYTES_MAX = 32 << 10;

/** The fields; none where the body is too large or no form. */
export async function formOf(request: Request): Promise<URLSearchParams> {
  const bytes = await readBody(request, FORM_BYTES_MAX);
  return new URLSearchParams(bytes === null ? "" : new TextDecoder().decode(bytes));
}

/** One field, trimmed; empty where it is missing. */
export function fieldOf(form: URLSearchParams, name: string): string {
  return (form.get(name) ?? "").trim();
}
