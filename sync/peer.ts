/** The sending end between nodes: requests to one other node, in a session, on a connection. */
import * as http from "node:http";
import * as https from "node:https";
import {
  decodePositionsTold,
  decodePulled,
  decodeRunAnswers,
  type PositionAnswer,
  type PositionsTold,
  type Pulled,
  type RunAnswer,
} from "./answers.ts";
import { isDistrust, whyDistrusted } from "./certificate.ts";
import type { NodeKey } from "./identity.ts";
import { OctetsError } from "./octets.ts";
import {
  encodePositionsAsked,
  encodePullAsked,
  type PositionsAsked,
  type PullAsked,
  QUESTIONS_MAX,
} from "./questions.ts";
import type { SignedRun } from "./run.ts";
import { AskerSession, SESSION_PATH, SessionKeys } from "./session.ts";
import { doubtAnswer, type Headers, offeredNonce, signRequest } from "./signature.ts";
import { BATCH_BYTES_MAX, encodeBatch } from "./wire.ts";

export interface PeerErrorOptions {
  readonly cause?: unknown;
  readonly hint?: string;
  readonly retryAfterMs?: number;
}

/** The other node cannot be reached, or does not answer as it should: to be tried again. */
export class PeerError extends Error {
  override name = "PeerError";
  /** What a person can do about it. */
  readonly hint: string | undefined;
  /** When to come back, where the other node said so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: PeerErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What answered has not the key that is known of the other node. */
export class UnbelievedError extends PeerError {
  override name = "UnbelievedError";
}

export interface PeerOptions {
  /** Base address, without a path. Clear text only on loopback. */
  readonly url: URL;
  /** Certificates in PEM that alone may have issued the peer's; none: those of the system. */
  readonly ca?: string;
  /** The peer's name and public key. */
  readonly node: string;
  readonly publicKey: string;
  /** Who is asking. */
  readonly self: string;
  readonly key: NodeKey;
}

/** No answer for as long means that the line is dead, whatever the connection says … */
const SILENCE_MS = 30_000;
/** … but for what a body takes on the slowest line that is one: bytes a millisecond, 64 kbit/s. */
const SLOWEST_BYTES_PER_MS = 8;

interface Exchange {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export class Peer implements Disposable {
  readonly #options: PeerOptions;
  readonly #agent: http.Agent;
  #nonce: string | null = null;
  #session: AskerSession | null = null;
  /** Bytes of bodies sent and received, for counters. */
  sentBytes = 0;
  receivedBytes = 0;

  /** Throws where the address is no safe one. */
  constructor(options: PeerOptions) {
    this.#options = options;
    requireSafe(options.url);
    this.#agent = options.url.protocol === "https:"
      ? new https.Agent({ keepAlive: true, maxSockets: 1, ca: options.ca })
      : new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  get node(): string {
    return this.#options.node;
  }

  /** Where the peer stands in each of these, in the same order. */
  async positions(
    { self, ranges, questions }: PositionsAsked,
    signal: AbortSignal,
  ): Promise<PositionsTold> {
    const answers: PositionAnswer[] = [];
    const agreed: boolean[] = [];
    let latest: string | null = null;
    const count = Math.max(ranges.length, questions.length);
    // Asked at least once: an empty question still tells whether the peer is there.
    for (let from = 0; from === 0 || from < count; from += QUESTIONS_MAX) {
      const to = from + QUESTIONS_MAX;
      const part = { ranges: ranges.slice(from, to), questions: questions.slice(from, to) };
      const asked = encodePositionsAsked({ self, ...part });
      const body = await this.#post("/sync/positions", asked, signal);
      const told = this.#decode(body, decodePositionsTold);
      this.#require(told.answers.length, part.questions.length);
      this.#require(told.agreed.length, part.ranges.length);
      answers.push(...told.answers);
      agreed.push(...told.agreed);
      latest = told.latest;
    }
    return { latest, agreed, answers };
  }

  /** What became of each run, in the same order. */
  async ship(runs: readonly SignedRun[], signal: AbortSignal): Promise<RunAnswer[]> {
    const body = await this.#post("/sync/entries", encodeBatch(runs), signal);
    const answers = this.#decode(body, decodeRunAnswers);
    this.#require(answers.length, runs.length);
    return answers;
  }

  /** Entries that the peer has of what is asked for; none after the wait where there are none. */
  async pull(asked: PullAsked, signal: AbortSignal): Promise<Pulled> {
    const body = await this.#post("/sync/pull", encodePullAsked(asked), signal, asked.waitMs);
    return this.#decode(body, decodePulled);
  }

  /** Asks another route below `/sync/`; the answer's body. */
  ask(path: string, body: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    return this.#post(path, body, signal);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #decode<T>(body: Uint8Array, decode: (bytes: Uint8Array) => T): T {
    try {
      return decode(body);
    } catch (cause) {
      if (!(cause instanceof OctetsError)) throw cause;
      throw new PeerError(`Cannot read what "${this.node}" answered`, { cause });
    }
  }

  #require(answers: number, questions: number): void {
    if (answers === questions) return;
    const found = `${answers} answers to ${questions} questions`;
    throw new PeerError(`Cannot read what "${this.node}" answered: ${found}`);
  }

  async #post(
    path: string,
    body: Uint8Array,
    signal: AbortSignal,
    waitMs = 0,
  ): Promise<Uint8Array> {
    if (body.length > BATCH_BYTES_MAX) throw new Error(`Cannot send ${body.length} bytes at once`);
    for (let attempt = 1;; attempt++) {
      this.#session ??= await this.#openSession(signal);
      const answer = await this.#inSession(this.#session, path, body, signal, waitMs);
      if (answer?.status === 200) return answer.body;
      // It ended, or the other node was started anew.
      if (answer === null && attempt < 3) continue;
      throw answer === null
        ? new PeerError(`"${this.node}" knows no session`)
        : refused(this.node, answer);
    }
  }

  async #openSession(signal: AbortSignal): Promise<AskerSession> {
    const { node, self } = this.#options;
    const keys = new SessionKeys();
    for (let attempt = 1;; attempt++) {
      const answer = await this.#signed(SESSION_PATH, new Uint8Array(keys.publicKey), signal);
      if (answer.status === 200) {
        return this.#decode(answer.body, (body) => AskerSession.opened(keys, self, node, body));
      }
      // The nonce was missing, too old or lost with a restart; the refusal brought a new one.
      if (answer.status === 401 && attempt < 3) continue;
      throw refused(node, answer);
    }
  }

  /** The answer; `null` where the session is over. */
  async #inSession(
    session: AskerSession,
    path: string,
    body: Uint8Array,
    signal: AbortSignal,
    waitMs: number,
  ): Promise<Exchange | null> {
    const target = new URL(path, this.#options.url);
    const headers = { authorization: session.next(path, body) };
    // Until it is answered nobody knows whether it counted there.
    this.#session = null;
    const answer = await this.#send(target, headers, body, signal, waitMs);
    if (answer.status === 401) return null;
    this.#session = session;
    if (answer.status === 503) return answer;
    if (session.believes(answer.status, answer.headers["authentication-info"], answer.body)) {
      return answer;
    }
    throw this.#disbelieved("it is not of this session");
  }

  async #signed(path: string, body: Uint8Array, signal: AbortSignal): Promise<Exchange> {
    const { url, node, publicKey, self, key } = this.#options;
    const target = new URL(path, url);
    const plain = { method: "POST", url: target.href, headers: {} };
    const nonce = this.#nonce ?? "none";
    this.#nonce = null;
    const headers = await signRequest(plain, body, { key, node: self, audience: node, nonce });
    const answer = await this.#send(target, headers, body, signal, 0);
    if (answer.status === 503) return answer;
    this.#nonce = offeredNonce(answer.headers["accept-signature"]);
    const signer = { node, publicKey };
    const doubt = await doubtAnswer(answer, answer.body, { ...plain, headers }, signer);
    if (doubt === null) return answer;
    throw this.#disbelieved(doubt);
  }

  #disbelieved(doubt: string): UnbelievedError {
    return new UnbelievedError(`Cannot believe the answer of "${this.node}": ${doubt}`, {
      hint: "somebody else answers at this address, or no centre that is known here has " +
        "vouched for its new key: if it is the centre, enrol here again",
    });
  }

  #send(
    target: URL,
    headers: Headers,
    body: Uint8Array,
    signal: AbortSignal,
    waitMs: number,
  ): Promise<Exchange> {
    const { promise, resolve, reject } = Promise.withResolvers<Exchange>();
    const failed = (cause: unknown) => this.#unreached(target, cause).then(reject, reject);
    const request = (target.protocol === "https:" ? https : http).request(target, {
      method: "POST",
      agent: this.#agent,
      headers: { ...headers, "content-length": body.length },
      signal,
    });
    // What the kernel takes to send shows nowhere: the body is given its time at once.
    const silenceMs = SILENCE_MS + waitMs + body.length / SLOWEST_BYTES_PER_MS;
    let timer: ReturnType<typeof setTimeout>;
    const listen = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        request.destroy(new Error(`no answer for ${Math.round(ms / 1000)} s`));
      }, ms);
    };
    listen(silenceMs);
    request.once("close", () => clearTimeout(timer));
    request.once("error", failed);
    request.once("response", (response) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      response.on("data", (chunk: Uint8Array) => {
        listen(SILENCE_MS);
        chunks.push(chunk);
        length += chunk.length;
        if (length > BATCH_BYTES_MAX) request.destroy(new Error("the answer is too large"));
      });
      response.once("error", failed);
      response.once("end", () => {
        this.sentBytes += body.length;
        this.receivedBytes += length;
        const answer = { status: response.statusCode ?? 0, headers: flat(response.headers) };
        resolve({ ...answer, body: new Uint8Array(Buffer.concat(chunks)) });
      });
    });
    // On a kept connection Deno sends a request anew by itself when it breaks, and then destroys
    // nothing: neither silence nor an abort would ever be heard of. It is told that this is none.
    request.once("socket", () => request.reusedSocket = false);
    request.end(body);
    return promise;
  }

  async #unreached(target: URL, cause: unknown): Promise<PeerError> {
    const what = `Cannot reach "${this.node}" at ${target.origin}`;
    if (isDistrust(cause)) {
      const { reason, hint } = await whyDistrusted(target);
      return new PeerError(`${what}: ${reason}`, { cause, hint });
    }
    return new PeerError(`${what}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** Throws unless the address is HTTPS, or clear text that never leaves the machine. */
export function requireSafe(url: URL): void {
  if (url.protocol === "https:") return;
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:" && loopback) return;
  throw new Error(`Cannot send to ${url.origin}: want https, or http on this machine itself`);
}

function flat(headers: http.IncomingHttpHeaders): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value ?? "")]),
  );
}

function refused(node: string, { status, headers, body }: Exchange): PeerError {
  let title = `status ${status}`;
  let hint: string | undefined;
  try {
    const problem = JSON.parse(new TextDecoder().decode(body));
    if (typeof problem.title === "string") title = problem.title;
    if (typeof problem.detail === "string") title += ` (${problem.detail})`;
    if (typeof problem.hint === "string") hint = problem.hint;
  } catch {
    // Not a problem document: the status is all there is to tell.
  }
  const seconds = Number(headers["retry-after"] ?? NaN);
  return new PeerError(`"${node}" refused: ${title}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
  });
}
