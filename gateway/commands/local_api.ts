/** Asks the node that runs with a configuration on this machine. */
import type { Config } from "../config.ts";
import { readToken } from "../keystore.ts";

/** The command could not do what it was asked; exit 1. */
export class CommandError extends Error {
  override name = "CommandError";
}

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
): Promise<unknown> {
  const url = new URL(path, localUrl(config));
  using client = config.http.tls === undefined ? null : Deno.createHttpClient({
    caCerts: [Deno.readTextFileSync(config.http.tls.certificate)],
  });
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { authorization: `Bearer ${readToken(config.dataDir)}` },
      ...(client === null ? {} : { client }),
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new CommandError(
      `Cannot reach the node at ${url.origin}: is it running? Start it with \`tributary run\``,
      { cause },
    );
  }
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  throw new CommandError(`The node refused ${url.pathname}: ${JSON.stringify(answer)}`);
}
