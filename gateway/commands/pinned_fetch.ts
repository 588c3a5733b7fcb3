/** A request to this machine's own node over TLS: its certificate is known, whatever it names. */
import { X509Certificate } from "node:crypto";
import * as http from "node:http";
import { connectUnchecked } from "../../sync/certificate.ts";
import { sameBytes } from "../../sync/octets.ts";

/** Somebody else answers: the token must not go there. */
export class WrongCertificate extends Error {
  override name = "WrongCertificate";
}

export interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Neither names nor dates of the certificate matter here, so that a command works beside a node
 * whose certificate is for its public name or has expired: it has to be the one in the file.
 */
export async function fetchPinned(
  url: URL,
  { method, headers, body }: Asked,
  certificatePem: string,
  timeoutMs: number,
): Promise<Response> {
  const socket = await connectUnchecked(url, timeoutMs);
  try {
    const own = new Uint8Array(new X509Certificate(certificatePem).raw);
    const found = socket.getPeerCertificate().raw;
    if (found === undefined || !sameBytes(new Uint8Array(found), own)) {
      throw new WrongCertificate(
        `What answers at ${url.origin} has another certificate than http.tls.certificate: ` +
          "restart the node if the file was changed",
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const request = http.request(url.href.replace(/^https/, "http"), {
      method,
      headers: { ...headers, host: url.host, connection: "close" },
      createConnection: () => socket,
      timeout: timeoutMs,
    });
    request.once("timeout", () => request.destroy(new Error("no answer")));
    request.once("error", reject);
    request.once("response", resolve);
    request.end(body);
    const answer = await promise;
    // Its head was due by then; what it takes to say all is for whoever reads it to judge.
    request.setTimeout(0);
    const stream = ReadableStream.from(chunksOf(answer, socket));
    return new Response(stream, { status: answer.statusCode ?? 500 });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Each piece as it comes; the connection goes with the answer. */
async function* chunksOf(
  answer: http.IncomingMessage,
  socket: Disconnectable,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer) yield new Uint8Array(chunk);
    if (!answer.complete) throw new Error("the answer was cut");
  } finally {
    socket.destroy();
  }
}

interface Disconnectable {
  destroy(): void;
}
