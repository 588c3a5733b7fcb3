/** Why the other end's certificate is not trusted: the TLS library only says that it is not. */
import * as tls from "node:tls";

/** What the library says of a certificate that has expired, and of any other that it rejects. */
const DISTRUST = [
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/** Whoever does not show a certificate within this is not there any more. */
const TIMEOUT_MS = 5000;

/** What a certificate says of itself; its dates as OpenSSL prints them. */
export interface Certificate {
  readonly valid_from: string;
  readonly valid_to: string;
  readonly issuer: { readonly CN?: string | string[] | undefined };
}

export interface Distrust {
  /** Ends a sentence that began with what could not be done. */
  readonly reason: string;
  readonly hint: string;
}

/** Whether a connection failed because of the other end's certificate. */
export function isDistrust(error: unknown): boolean {
  return error instanceof Error && "code" in error && DISTRUST.includes(String(error.code));
}

/** Asks for the certificate once more, to tell a person what is wrong; sends nothing else. */
export async function whyDistrusted(url: URL): Promise<Distrust> {
  const certificate = await shown(url).catch(() => null);
  if (certificate !== null) return distrustOf(certificate, Date.now());
  return { reason: "its certificate is not trusted", hint: "check certificate and ca" };
}

/** What is wrong with a certificate that was rejected, by this node's clock. */
export function distrustOf({ valid_from, valid_to, issuer }: Certificate, nowMs: number): Distrust {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const clock = `this node's clock says ${day(nowMs)}`;
  const [from, to] = [Date.parse(valid_from), Date.parse(valid_to)];
  if (nowMs > to) {
    const hint = `renew it there; if ${clock} and that is wrong, set the clock`;
    return { reason: `its certificate has expired on ${day(to)}`, hint };
  }
  if (nowMs < from) {
    return {
      reason: `its certificate is good from ${day(from)} only`,
      hint: `${clock}: set the clock, or wait`,
    };
  }
  return {
    reason: `its certificate was issued by "${issuer.CN ?? "?"}", whom this node does not trust`,
    hint: "somebody else answers at this address, or ca names the wrong file",
  };
}

async function shown(url: URL): Promise<Certificate> {
  const socket = await connectUnchecked(url, TIMEOUT_MS);
  try {
    return socket.getPeerCertificate();
  } finally {
    socket.destroy();
  }
}

/** Connects to whoever answers; the caller looks at the certificate before it sends anything. */
export async function connectUnchecked(url: URL, timeoutMs: number): Promise<tls.TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const socket = tls.connect({ host, port: Number(url.port || 443), rejectUnauthorized: false });
  socket.setTimeout(timeoutMs, () => reject(new Error("no answer")));
  socket.once("secureConnect", () => resolve());
  socket.once("error", reject);
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
