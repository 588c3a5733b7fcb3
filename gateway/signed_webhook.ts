/**
 * Webhooks as Standard Webhooks 1.0 has them: `webhook-id`, `webhook-timestamp` and
 * `webhook-signature`, an HMAC-SHA-256 over `id.timestamp.body`.
 */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

const SECRET = /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/;
/** What the other end says of a failure is shown so far. */
const REASON_LENGTH_MAX = 200;

export interface Hook {
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  readonly timeoutMs: number;
}

/** Of one push; the id is the same each time that it is tried. */
export interface Push {
  readonly id: string;
  /** When it is sent, seconds since 1970 UTC. */
  readonly seconds: number;
  /** JSON text. */
  readonly body: string;
}

export type PushOutcome =
  | { readonly kind: "answered"; readonly status: number }
  /** There was no answer. */
  | { readonly kind: "failed"; readonly reason: string };

/** One try, with the answer read within that time too; follows no redirection. */
export function postOnce(
  { url, timeoutMs }: Pick<Hook, "url" | "timeoutMs">,
  { body, headers }: { readonly body: string; readonly headers: Record<string, string> },
  signal: AbortSignal,
): Promise<Response> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return fetch(url, { method: "POST", body, headers, redirect: "manual", signal: within });
}

/** Sends it once, and reads nothing of the answer but its status. */
export async function push(
  { url, secret, timeoutMs }: Hook,
  { id, seconds, body }: Push,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const headers = {
    "content-type": "application/json",
    ...signedHeaders(secret, id, seconds, body),
  };
  try {
    const answer = await postOnce({ url, timeoutMs }, { body, headers }, signal);
    await answer.body?.cancel();
    return { kind: "answered", status: answer.status };
  } catch (error) {
    return { kind: "failed", reason: String(error).slice(0, REASON_LENGTH_MAX) };
  }
}

/** Headers of Standard Webhooks 1.0. */
export function signedHeaders(secret: string, id: string, seconds: number, body: string) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,${signature}`,
  };
}

/** The secret in a file; throws an Error that names the setting, and says what is wanted. */
export function webhookSecret(setting: string, file: string): string {
  let text: string;
  try {
    text = Deno.readTextFileSync(file).trim();
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read ${setting} "${file}": ${found}`, { cause });
  }
  if (SECRET.test(text)) return text;
  throw new Error(
    `Cannot use ${setting} "${file}": want whsec_ and base64 of 24 bytes ` +
      "and more; `echo whsec_$(openssl rand -base64 32)` makes one",
  );
}
