/** Who may see the console: the owner, by a one-time link that the first start prints. */
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { CLOCK_STATES, type Stamp } from "../sync/entry.ts";
import { isDiskFailure } from "./disk_failure.ts";
import { writeDurably } from "./durable_file.ts";

/** A session that nobody used for so long has ended. */
const IDLE_MS = 12 * 3_600_000;
/** A link that nobody opened for so long is void; the next start prints another. */
const LINK_MS = 24 * 3_600_000;
/** Sessions of one owner: a phone, a tablet, a few computers. */
const SESSIONS_MAX = 20;
/** How often the last use of a session is written down. */
const TOUCH_MS = 60_000;

/** A moment on all clocks of the node, as entries have it. */
const momentSchema = z.object({
  wallMs: z.number(),
  bootId: z.string(),
  bootMs: z.number(),
  clock: z.enum(CLOCK_STATES),
});

const fileSchema = z.object({
  sessions: z.array(z.object({ hash: z.string(), used: momentSchema })),
  link: z.object({ hash: z.string(), made: momentSchema }).nullable(),
});
type SessionsFile = z.infer<typeof fileSchema>;

export class Sessions {
  readonly #path: string;
  readonly #now: () => Stamp;
  #file: SessionsFile;

  constructor(dataDir: string, now: () => Stamp) {
    this.#path = join(dataDir, "sessions.json");
    this.#now = now;
    this.#file = read(this.#path);
  }

  /** Whether nobody has a session: then the start prints a link. */
  get unowned(): boolean {
    return !this.#file.sessions.some((session) => this.#alive(session));
  }

  /** A new one-time token for an owner link; an earlier one is void. */
  newLink(): string {
    const token = randomBytes(18).toString("base64url");
    this.#write({ ...this.#file, link: { hash: hashed(token), made: this.#now() } });
    return token;
  }

  /** Whether this link's token would give a session; it stays good. */
  opens(token: string): boolean {
    const { link } = this.#file;
    if (link === null || link.hash !== hashed(token)) return false;
    return this.#ageMs(link.made) <= LINK_MS;
  }

  /** Takes a link's token and gives a session's, or `null` where the link is void. */
  redeem(token: string): string | null {
    const { sessions } = this.#file;
    if (!this.opens(token)) return null;
    const session = randomBytes(32).toString("base64url");
    const kept = [...sessions, { hash: hashed(session), used: this.#now() }]
      .slice(-SESSIONS_MAX);
    this.#write({ sessions: kept, link: null });
    return session;
  }

  /** Whether this is the token of a session that has not ended; this is no use of it. */
  open(token: string): boolean {
    return this.#find(token) !== undefined;
  }

  /** As `open`, and a use of it: it will end later. */
  valid(token: string): boolean {
    const session = this.#find(token);
    if (session === undefined) return false;
    if (this.#ageMs(session.used) > TOUCH_MS) {
      session.used = this.#now();
      this.#note();
    }
    return true;
  }

  end(token: string): void {
    const hash = hashed(token);
    const sessions = this.#file.sessions.filter((one) => one.hash !== hash);
    this.#file = { ...this.#file, sessions };
    this.#note();
  }

  #find(token: string): SessionsFile["sessions"][number] | undefined {
    const hash = hashed(token);
    return this.#file.sessions.find((one) => one.hash === hash && this.#alive(one));
  }

  #alive({ used }: SessionsFile["sessions"][number]): boolean {
    return this.#ageMs(used) <= IDLE_MS;
  }

  /**
   * How long ago it was. Within a boot the boot-time clock tells, which no correction of the wall
   * clock moves. A moment of an earlier boot is as old as both wall clocks say where both could
   * be believed, and else at least as old as this boot.
   */
  #ageMs(moment: z.infer<typeof momentSchema>): number {
    const now = this.#now();
    if (moment.bootId === now.bootId) return now.bootMs - moment.bootMs;
    const believed = now.clock !== "untrusted" && moment.clock !== "untrusted";
    return believed ? Math.max(now.bootMs, now.wallMs - moment.wallMs) : now.bootMs;
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
export function sessionName(token: string): string {
  return hashed(token).slice(0, 8);
}

/** Tokens have 144 bits and more: a plain hash keeps them as safe as a slow one would. */
function hashed(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
