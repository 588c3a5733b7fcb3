/**
 * Sessions of browsers: of the owner, by a one-time link that the first start prints, and of
 * persons who signed in with their account.
 */
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import type { Stamp } from "../sync/entry.ts";
import { isDiskFailure } from "./disk_failure.ts";
import { writeDurably } from "./durable_file.ts";
import { ageMs, momentSchema } from "./moment.ts";

/** An owner's session that nobody used for longer has ended, while there are no accounts. */
const OWNER_IDLE_MS = 12 * 3_600_000;
/** A person's session that nobody used for so long has ended (X1), and then an owner's too. */
export const IDLE_MS = 15 * 60_000;
/** A link that nobody opened for so long is void; the next start prints another. */
const LINK_MS = 24 * 3_600_000;
/** Sessions of one owner, or of one account: a phone, a tablet, a few computers. */
const SESSIONS_MAX = 20;
/** Sessions of all accounts; the one that was used longest ago gives way. */
const ALL_MAX = 2000;
/** How often the last use of a session is written down: so much earlier a restart ends it. */
const TOUCH_MS = 60_000;

const sessionSchema = z.object({
  hash: z.string(),
  used: momentSchema,
  /** Whose it is; `null`: the owner's. */
  account: z.string().nullable().default(null),
  /** From where it was begun. */
  address: z.string().default(""),
});
type Session = z.infer<typeof sessionSchema>;

const fileSchema = z.object({
  sessions: z.array(sessionSchema),
  link: z.object({ hash: z.string(), made: momentSchema }).nullable(),
});
type SessionsFile = z.infer<typeof fileSchema>;

/** A session as its holder, and who manages accounts, may see it. */
export interface SessionView {
  /** Names it in the audit; opens nothing. */
  readonly name: string;
  /** `null`: an owner's. */
  readonly account: string | null;
  readonly address: string;
  /** Seconds since it was last used. */
  readonly idleSeconds: number;
}

export class Sessions {
  readonly #path: string;
  readonly #now: () => Stamp;
  readonly #managed: () => boolean;
  #file: SessionsFile;
  /** When the use of a session was last written down, by its hash, on the boot-time clock. */
  readonly #writtenMs = new Map<string, number>();

  /** `managed`: whether there are administrators, so that an owner's session is as short. */
  constructor(dataDir: string, now: () => Stamp, managed: () => boolean = () => false) {
    this.#path = join(dataDir, "sessions.json");
    this.#now = now;
    this.#managed = managed;
    this.#file = read(this.#path);
  }

  /** Whether nobody has an owner's session: then the start prints a link. */
  get unowned(): boolean {
    return !this.#file.sessions.some((one) => one.account === null && this.#alive(one));
  }

  /** A new one-time token for an owner link; an earlier one is void. */
  newLink(): string {
    const token = randomBytes(18).toString("base64url");
    this.#write({ ...this.#file, link: { hash: tokenHash(token), made: this.#now() } });
    return token;
  }

  /** Whether this link's token would give a session; it stays good. */
  opens(token: string): boolean {
    const { link } = this.#file;
    if (link === null || link.hash !== tokenHash(token)) return false;
    return ageMs(link.made, this.#now()) <= LINK_MS;
  }

  /** Takes a link's token and gives a session's, or `null` where the link is void. */
  redeem(token: string, address = ""): string | null {
    if (!this.opens(token)) return null;
    const { session, sessions } = this.#with(null, address);
    this.#write({ sessions, link: null });
    return session;
  }

  /** A new session of a person, as its token; on a full disk it lasts until the node stops. */
  begin(account: string, address: string): string {
    const { session, sessions } = this.#with(account, address);
    this.#file = { ...this.#file, sessions };
    this.#note();
    return session;
  }

  /** The session with this token that has not ended; this is no use of it. */
  look(token: string): SessionView | null {
    const session = this.#find(token);
    return session === undefined ? null : this.#viewOf(session);
  }

  /** As `look`, and a use of it: it will end later. */
  use(token: string): SessionView | null {
    const session = this.#find(token);
    if (session === undefined) return null;
    const now = this.#now();
    session.used = now;
    const written = this.#writtenMs.get(session.hash) ?? -Infinity;
    if (now.bootMs - written > TOUCH_MS) this.#note();
    return this.#viewOf(session);
  }

  /** Whether this is the token of a session that has not ended; this is no use of it. */
  open(token: string): boolean {
    return this.look(token) !== null;
  }

  /** As `open`, and a use of it. */
  valid(token: string): boolean {
    return this.use(token) !== null;
  }

  /** The sessions of an account, or of all, the latest used first. */
  list(account?: string): SessionView[] {
    return this.#file.sessions
      .filter((one) => (account === undefined || one.account === account) && this.#alive(one))
      .map((one) => this.#viewOf(one))
      .sort((a, b) => a.idleSeconds - b.idleSeconds);
  }

  end(token: string): void {
    this.#endWhere((one) => one.hash === tokenHash(token));
  }

  /** Ends those of an account: all, all but one, or the one with this name. Returns how many. */
  endOf(account: string, { only, but }: { only?: string; but?: string } = {}): number {
    return this.#endWhere((one) => {
      const name = nameOf(one.hash);
      return one.account === account && (only === undefined || name === only) && name !== but;
    });
  }

  #endWhere(ends: (session: Session) => boolean): number {
    const sessions = this.#file.sessions.filter((one) => !ends(one));
    const ended = this.#file.sessions.length - sessions.length;
    this.#file = { ...this.#file, sessions };
    this.#note();
    return ended;
  }

  #with(account: string | null, address: string): { session: string; sessions: Session[] } {
    const session = randomBytes(32).toString("base64url");
    const added = { hash: tokenHash(session), used: this.#now(), account, address };
    const own = [...this.#file.sessions.filter((one) => one.account === account), added]
      .slice(-SESSIONS_MAX);
    const others = this.#file.sessions.filter((one) => one.account !== account);
    const sessions = [...others, ...own];
    if (sessions.length <= ALL_MAX) return { session, sessions };
    const now = this.#now();
    const oldest = others.toSorted((a, b) => ageMs(b.used, now) - ageMs(a.used, now))[0];
    return { session, sessions: sessions.filter((one) => one !== oldest) };
  }

  #find(token: string): Session | undefined {
    const hash = tokenHash(token);
    return this.#file.sessions.find((one) => one.hash === hash && this.#alive(one));
  }

  #alive({ used, account }: Session): boolean {
    const idleMs = ageMs(used, this.#now());
    return account === null && !this.#managed() ? idleMs <= OWNER_IDLE_MS : idleMs < IDLE_MS;
  }

  #viewOf({ hash, account, address, used }: Session): SessionView {
    const idleSeconds = Math.max(0, Math.floor(ageMs(used, this.#now()) / 1000));
    return { name: nameOf(hash), account, address, idleSeconds };
  }

  /** Writes what may be lost: on a full disk nobody is signed out for it. */
  #note(): void {
    try {
      this.#write(this.#file);
    } catch (error) {
      if (!isDiskFailure(error)) throw error;
    }
  }

  #write(file: SessionsFile): void {
    const sessions = file.sessions.filter((session) => this.#alive(session));
    this.#file = { ...file, sessions };
    writeDurably(this.#path, JSON.stringify(this.#file));
    const { bootMs } = this.#now();
    this.#writtenMs.clear();
    for (const { hash } of sessions) this.#writtenMs.set(hash, bootMs);
  }
}

function read(path: string): SessionsFile {
  try {
    return fileSchema.parse(JSON.parse(Deno.readTextFileSync(path)));
  } catch (error) {
    // A file that cannot be read gives nobody access: the owner opens a new link.
    if (error instanceof Deno.errors.PermissionDenied) throw error;
    return { sessions: [], link: null };
  }
}

/** Names a session in the audit; `sessions.json` has the hash that begins so. */
function nameOf(hash: string): string {
  return hash.slice(0, 8);
}

/** Tokens have 144 bits and more: a plain hash keeps them as safe as a slow one would. */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
