/** Who calls a CDS service: the client's JSON web token (CDS Hooks 2.0, Trusting CDS Clients). */
import { createHash } from "node:crypto";
import { createLocalJWKSet, decodeJwt, errors, type JWK, jwtVerify } from "jose";
import type { SiteScope } from "../../site_scope.ts";
import type { Problem } from "../../../sync/problem.ts";

/** A HIS that may call, as the configuration names it. */
export interface CdsClient {
  /** What the audit calls it. */
  readonly name: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** The site that it is of; none: its tokens name it, in `tenant` (CDS Hooks 2.0). */
  readonly site?: string;
  /** Those that its tokens may name. */
  readonly sites: SiteScope;
  /** The `jku` of its tokens, where they have one. Nothing is fetched from there (X7). */
  readonly jku?: string;
  /** Its public keys; a token names one of them by `kid`. */
  readonly keys: readonly JWK[];
}

/** As CDS Hooks 2.0 recommends; no symmetric one, and never none. */
const ALGORITHMS = ["RS384", "ES384"];
/** A token lives five minutes at most, seconds (SMART Backend Services asks the same). */
const LIFETIME_SECONDS_MAX = 300;
/** A HIS's clock may be off by so much, seconds. */
const TOLERANCE_SECONDS = 60;
/** Longer ones are no token of this kind. */
const TOKEN_LENGTH_MAX = 8192;

/** A UUID has 36. */
const JTI_LENGTH_MAX = 200;

interface KnownClient {
  readonly client: CdsClient;
  /** Its own: nobody else fills it, or uses up a number of it. */
  readonly seen: SeenTokens;
  readonly keyOf: ReturnType<typeof createLocalJWKSet>;
}

export type Caller =
  | { readonly kind: "caller"; readonly client: CdsClient; readonly tenant: string | null }
  | { readonly kind: "refused"; readonly problem: Problem };

/** Checks tokens of the clients of a node; keeps those of the last minutes, so none comes twice. */
export class ClientTokens {
  readonly #clients: readonly KnownClient[];

  /** `seenMax`: tokens that are kept of all clients together; each has an equal share. */
  constructor(clients: readonly CdsClient[], seenMax = SEEN_MAX) {
    const share = Math.min(SEEN_OF_ONE_MAX, Math.floor(seenMax / Math.max(1, clients.length)));
    this.#clients = clients.map((client) => ({
      client,
      seen: new SeenTokens(share),
      keyOf: createLocalJWKSet({ keys: [...client.keys] }),
    }));
  }

  /**
   * Who sent the header `Authorization`; `audience` is the address of the service that was called,
   * as its client knows it.
   */
  async caller(header: string | null, audience: string, nowMs: number): Promise<Caller> {
    const token = /^Bearer ([\w.-]+)$/i.exec(header ?? "")?.[1];
    if (token === undefined || token.length > TOKEN_LENGTH_MAX) {
      return refused("there is no such token", "send `Authorization: Bearer` and the JWT");
    }
    const issuer = issuerOf(token);
    const known = this.#clients.find(({ client }) => client.issuer === issuer);
    if (known === undefined) {
      return refused("its iss is no client of this node", "have the operator add the client");
    }
    try {
      return await this.#verified(token, known, audience, nowMs);
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      return refused(
        error.message,
        "sign a new one: RS384 or ES384, with kid, iss, aud, exp, iat, jti",
      );
    }
  }

  async #verified(
    token: string,
    { client, keyOf, seen }: KnownClient,
    audience: string,
    nowMs: number,
  ): Promise<Caller> {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      keyOf,
      {
        algorithms: ALGORITHMS,
        issuer: client.issuer,
        audience,
        typ: "JWT",
        requiredClaims: ["exp", "iat", "jti"],
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(nowMs),
      },
    );
    const { kid, jku } = protectedHeader;
    const { exp = 0, iat = 0, jti, tenant } = payload;
    if (typeof jti !== "string" || jti.length > JTI_LENGTH_MAX) {
      return refused("its jti is none", `want 1 to ${JTI_LENGTH_MAX} characters, such as a UUID`);
    }
    if (kid === undefined) return refused("it has no kid", "name the key");
    if (jku !== undefined && jku !== client.jku) {
      return refused("its jku is not the client's", "have the operator name it");
    }
    if (exp - iat > LIFETIME_SECONDS_MAX) {
      return refused(`it lives ${exp - iat} s`, `want ${LIFETIME_SECONDS_MAX} s or less`);
    }
    if (iat * 1000 > nowMs + TOLERANCE_SECONDS * 1000) {
      return refused("its iat is in the future", "set the client's clock");
    }
    const untilMs = (exp + TOLERANCE_SECONDS) * 1000;
    switch (seen.take(jti, untilMs, nowMs)) {
      case "new":
        return { kind: "caller", client, tenant: typeof tenant === "string" ? tenant : null };
      case "seen":
        return refused("it was used before", "sign a new one for each call");
      case "full":
        return { kind: "refused", problem: TOO_MANY };
    }
  }
}

/** Of a token that may be anything. */
function issuerOf(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}

/** So many tokens of one in their time: 100 calls a second for six minutes. */
const SEEN_OF_ONE_MAX = 36_000;
/** Of all clients, some 50 MB: of a thousand, each may call once a second. */
const SEEN_MAX = 360_000;

/** Tokens of one client that were used, until they are over. */
export class SeenTokens {
  /** By the hash of their number, which is of one size whatever its client writes. */
  readonly #untilMs = new Map<string, number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether a token is used for the first time; when there is no room nobody can say. */
  take(jti: string, untilMs: number, nowMs: number): "new" | "seen" | "full" {
    const id = createHash("sha256").update(jti).digest("base64url");
    const known = this.#untilMs.get(id);
    if (known !== undefined && known >= nowMs) return "seen";
    if (this.#untilMs.size >= this.#max) this.#forget(nowMs);
    if (this.#untilMs.size >= this.#max) return "full";
    this.#untilMs.set(id, untilMs);
    return "new";
  }

  #forget(nowMs: number): void {
    for (const [id, untilMs] of this.#untilMs) if (untilMs < nowMs) this.#untilMs.delete(id);
  }
}

function refused(found: string, hint: string): Caller & { readonly kind: "refused" } {
  const title = "This needs a JSON web token of a client that the node knows";
  return {
    kind: "refused",
    problem: { status: 401, code: "bad-client-token", title, detail: found, hint },
  };
}

const TOO_MANY: Problem = {
  status: 503,
  code: "too-many-tokens",
  title: "So many tokens of this client came that the node cannot tell whether one comes twice",
  hint: "call again in a few minutes",
};
