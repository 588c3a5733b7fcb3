/** Who may log in to the broker, and what each may publish and hear. Decides; does nothing. */
import type { BrokerClient, BrokerSettings } from "./broker_settings.ts";
import type { Certificate } from "./listener.ts";
import { PasswordChecker } from "./password.ts";
import { Speaker } from "./speaker.ts";

/** A client that may log in, and what its devices say. */
export interface Pass {
  readonly client: BrokerClient;
  readonly speaker: Speaker;
}

export type Login =
  | { readonly kind: "in"; readonly pass: Pass }
  | {
    readonly kind: "unknown-client" | "wrong-password" | "wrong-certificate";
    readonly detail: string;
  };

/** What a client says when it connects, and from where. */
export interface Claim {
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
  readonly address: string;
  /** What it showed in the handshake of TLS, if it was asked and has one. */
  readonly certificate: Certificate | null;
}

/** Wrong passwords in a row after which a name has to wait, at the address they came from. */
const FAILURES_MAX = 5;
const LOCKED_MS = 60_000;
/** Names at addresses of which failures are remembered; the one that failed first goes first. */
const REMEMBERED_MAX = 10_000;

export class Gate {
  readonly #passes = new Map<string, Pass>();
  readonly #failures = new Map<string, { count: number; lockedUntilMs: number }>();
  readonly #passwords = new PasswordChecker();
  readonly #nowMs: () => number;

  constructor(settings: Pick<BrokerSettings, "clients">, nowMs: () => number) {
    this.#nowMs = nowMs;
    for (const client of settings.clients) {
      this.#passes.set(client.username, { client, speaker: new Speaker(client.devices) });
    }
  }

  async login(claim: Claim): Promise<Login> {
    const { username, password, address, certificate } = claim;
    const pass = username === undefined || username === ""
      ? this.#shown(certificate)
      : this.#passes.get(username);
    if (pass === undefined) {
      const detail = username === undefined ? "it gave no name" : "no client has this name";
      return { kind: "unknown-client", detail };
    }
    const problem = problemOf(certificate, pass.client);
    if (problem !== null) return { kind: "wrong-certificate", detail: problem };
    // The certificate says who it is, unless a password is asked for beside it.
    if (pass.client.passwordHash === undefined) return { kind: "in", pass };
    const { passwordHash } = pass.client;
    const { client } = pass;
    const place = `${address} ${client.username}`;
    // Another program at the device's own address must not keep it out either.
    const known = password !== undefined && this.#passwords.knows(password, passwordHash);
    const failures = this.#failures.get(place);
    if (!known && failures !== undefined && failures.lockedUntilMs > this.#nowMs()) {
      return { kind: "wrong-password", detail: `${failures.count} times in a row: it has to wait` };
    }
    if (password !== undefined && await this.#passwords.matches(password, passwordHash)) {
      this.#failures.delete(place);
      return { kind: "in", pass };
    }
    this.#fail(place);
    return { kind: "wrong-password", detail: "the password is not the one that was set" };
  }

  /** Who a certificate stands for, where the client gives no name beside it. */
  #shown(certificate: Certificate | null): Pass | undefined {
    if (certificate === null) return undefined;
    return this.#passes.values().find(({ client }) =>
      client.certificate !== undefined && isOf(certificate, client.certificate)
    );
  }

  #fail(place: string): void {
    const count = (this.#failures.get(place)?.count ?? 0) + 1;
    const lockedUntilMs = count >= FAILURES_MAX ? this.#nowMs() + LOCKED_MS : 0;
    this.#failures.set(place, { count, lockedUntilMs });
    if (this.#failures.size <= REMEMBERED_MAX) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      return;
    }
  }
}

/** Why a client is not who its certificate has to say it is; `null` where none is asked for. */
function problemOf(shown: Certificate | null, { certificate }: BrokerClient): string | null {
  if (certificate === undefined) return null;
  if (shown === null) return "it showed no certificate";
  if (shown.problem !== null) return `its certificate is not good: ${shown.problem}`;
  return isOf(shown, certificate) ? null : `its certificate is of "${shown.commonName}"`;
}

function isOf(shown: Certificate, wanted: NonNullable<BrokerClient["certificate"]>): boolean {
  const { commonName, fingerprint } = wanted;
  return (commonName === undefined || commonName === shown.commonName) &&
    (fingerprint === undefined || fingerprint === shown.fingerprint);
}
