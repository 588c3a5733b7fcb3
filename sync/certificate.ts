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

async function shown(url: URL): Promise<Certificate | null> {
  const { promise, resolve } = Promise.withResolvers<Certificate | null>();
  const socket = tls.connect({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 443),
    // Nothing is believed and nothing is sent: what it shows is only told to a person.
    rejectUnauthorized: false,
  });
  socket.setTimeout(TIMEOUT_MS, () => resolve(null));
  socket.once("error", () => resolve(null));
  socket.once("secureConnect", () => resolve(socket.getPeerCertificate()));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
