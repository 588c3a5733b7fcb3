/**
 * Short messages by a provider's gateway over HTTP. Providers differ in the names of fields, and in
 * what they sign: both are templates of the configuration.
 */
import { createHash, createHmac, randomUUID } from "node:crypto";
import { postOnce } from "../../signed_webhook.ts";
import type { Attempt } from "../dispatch.ts";
import { answered, type Channel, type Letter } from "./channel.ts";

/** What stands in templates between braces. */
export const PLACES = [
  ...["to", "text", "textJson", "id", "seconds", "time", "nonce", "secret"],
  ...["body", "bodySha256", "signature"],
] as const;

export interface SmsGateway {
  readonly url: string;
  readonly format: "json" | "form";
  /** Fields of the body, by their names: templates. */
  readonly fields: Readonly<Record<string, string>>;
  /** Further headers, which may hold the signature: templates. */
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string;
  readonly sign: {
    readonly hash: "sha256" | "sha1" | "sm3";
    /** What is signed: a template. */
    readonly over: string;
    readonly encoding: "base64" | "hex";
  } | null;
  /** The answer has to match it; `null`: its status is enough. */
  readonly ok: RegExp | null;
  /** An answer that matches it is final. */
  readonly never: RegExp | null;
  readonly lengthMax: number;
  readonly timeoutMs: number;
}

/** Read of an answer; a gateway says a few words. */
const ANSWER_BYTES_MAX = 64 << 10;

export function smsGatewayChannel(name: string, gateway: SmsGateway): Channel {
  return {
    name,
    addressedBy: "phone",
    isLocal: false,
    send: async (letter, signal) => {
      const { ok, never } = gateway;
      const { body, headers } = requestOf(gateway, letter, randomUUID());
      let status: number;
      let said: string;
      try {
        const answer = await postOnce(gateway, { body, headers }, signal);
        status = answer.status;
        said = await beginningOf(answer);
      } catch (error) {
        return { kind: "failed", of: "channel", detail: String(error) };
      }
      return judged(status, said, ok, never);
    },
  };
}

function judged(
  status: number,
  said: string,
  ok: RegExp | null,
  never: RegExp | null,
): Attempt {
  if (never?.test(said)) return { kind: "refused", detail: said };
  const isTaken = status >= 200 && status < 300;
  if (isTaken && ok !== null && !ok.test(said)) {
    return { kind: "failed", of: "contact", detail: said };
  }
  return answered(status, isTaken ? "" : said);
}

/** What is sent, for one `nonce`. */
export function requestOf(
  { format, fields, headers, secret, sign, lengthMax }: Omit<SmsGateway, "url" | "timeoutMs">,
  { id, to, text, seconds }: Letter,
  nonce: string,
): { readonly body: string; readonly headers: Record<string, string> } {
  const words = text(lengthMax);
  const values: Record<string, string> = {
    to,
    text: words,
    textJson: JSON.stringify(words),
    id,
    seconds: String(seconds),
    time: new Date(seconds * 1000).toISOString().replace(".000Z", "Z"),
    nonce,
    secret,
  };
  const signs = (more: Readonly<Record<string, string>>) => {
    if (sign === null) return "";
    const signed = filled(sign.over, { ...values, ...more });
    return createHmac(sign.hash, secret).update(signed).digest(sign.encoding);
  };
  // Where a field of the body holds the signature, that cannot cover the body.
  const inBody = Object.values(fields).some((one) => one.includes("{signature}"));
  if (inBody) values.signature = signs({});
  const named = Object.entries(fields).map(([key, one]) => [key, filled(one, values)]);
  const body = format === "json"
    ? JSON.stringify(Object.fromEntries(named))
    : new URLSearchParams(Object.fromEntries(named)).toString();
  const bodySha256 = createHash("sha256").update(body).digest("hex");
  const whole = { ...values, body, bodySha256 };
  const signature = inBody ? values.signature : signs({ body, bodySha256 });
  const type = format === "json" ? "application/json" : "application/x-www-form-urlencoded";
  return {
    body,
    headers: {
      "content-type": `${type};charset=utf-8`,
      ...Object.fromEntries(
        Object.entries(headers).map(([key, one]) => [key, filled(one, { ...whole, signature })]),
      ),
    },
  };
}

/** What is no place of ours stays as it is: a JSON text in a field has braces of its own. */
function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}

async function beginningOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let said = "";
  for await (const chunk of answer.body ?? []) {
    said += decoder.decode(chunk, { stream: true });
    if (said.length >= ANSWER_BYTES_MAX) break;
  }
  return said;
}
