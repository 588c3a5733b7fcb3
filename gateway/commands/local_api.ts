/** Asks the node that runs with a configuration on this machine. */
import * as z from "zod";
import type { Config } from "../config.ts";
import { readToken } from "../keystore.ts";
import { fetchPinned, WrongCertificate } from "./pinned_fetch.ts";

/** The command could not do what it was asked; exit 1. */
export class CommandError extends Error {
  override name = "CommandError";
}

/** The command was given what it does not take; exit 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A node that does not answer so long does not answer. */
const TIMEOUT_MS = 10_000;

export function localUrl({ http }: Config): string {
  const { host, port, tls } = http;
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const scheme = tls === undefined ? "http" : "https";
  return `${scheme}://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

/** The answer of a route of the running node; throws with what to do where there is none. */
export async function askNode(
  config: Config,
  path: string,
  body?: unknown,
  timeoutMs = TIMEOUT_MS,
): Promise<unknown> {
  const response = await answerOf(config, path, body, timeoutMs);
  const answer = await jsonOf(response);
  if (answer === undefined) throw notOurs(config);
  if (response.ok) return answer;
  throw refused(path, answer);
}

/** An answer of any length, piece by piece. */
export async function askForStream(
  config: Config,
  path: string,
  body?: unknown,
): Promise<ReadableStream<Uint8Array>> {
  const response = await answerOf(config, path, body);
  if (response.ok && response.body !== null) return response.body;
  const answer = await jsonOf(response);
  throw answer === undefined ? notOurs(config) : refused(path, answer);
}

function notOurs(config: Config): CommandError {
  return new CommandError(
    `What answers at ${localUrl(config)} is not Tributary: is another program on http.port?`,
  );
}

function refused(path: string, answer: unknown): CommandError {
  const [route] = path.split("?");
  return new CommandError(`The node refused ${route}: ${problemText(answer)}`);
}

/** The head of the answer, at least, is there within the time. */
async function answerOf(
  config: Config,
  path: string,
  body?: unknown,
  timeoutMs = TIMEOUT_MS,
): Promise<Response> {
  const url = new URL(path, localUrl(config));
  const { tls } = config.http;
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(), timeoutMs);
  try {
    const asked = {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${tokenOf(config)}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    return tls === undefined
      ? await fetch(url, { ...asked, signal: impatience.signal })
      : await fetchPinned(url, asked, Deno.readTextFileSync(tls.certificate), timeoutMs);
  } catch (cause) {
    if (cause instanceof Deno.errors.PermissionDenied) {
      const hint = "run this as the node's user: sudo runuser -u tributary -- tributary …";
      throw new CommandError(`Cannot read the keys in "${config.dataDir}": ${hint}`, { cause });
    }
    if (cause instanceof WrongCertificate) throw new CommandError(cause.message, { cause });
    throw new CommandError(
      `Cannot reach the node at ${url.origin}: is it running? Start it with \`tributary run\``,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Without a token the answer still tells who is there. */
function tokenOf({ dataDir }: Config): string {
  try {
    return readToken(dataDir);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

const problemSchema = z.object({
  title: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
});

/** A problem (RFC 9457) as a sentence. */
function problemText(answer: unknown): string {
  const problem = problemSchema.safeParse(answer);
  if (!problem.success) return JSON.stringify(answer);
  const { title, detail, hint } = problem.data;
  return [title, detail, hint].filter((part) => part !== undefined).join("; ");
}
