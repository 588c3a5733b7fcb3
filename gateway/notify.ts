/** systemd's notification socket (sd_notify(3)): readiness, status, watchdog. */
import { pause } from "../sync/timer.ts";
import type { CentreStatus } from "./centre_link.ts";
import type { DiskView } from "./disk_watch.ts";

/** Sends to the socket that systemd names in the environment; does nothing where it names none. */
export class Notifier implements Disposable {
  readonly #path: string;
  readonly #socket: Deno.DatagramConn | null;
  /** One at a time: the runtime refuses a second message while one is on its way. */
  #last: Promise<boolean> = Promise.resolve(true);

  constructor(path = Deno.env.get("NOTIFY_SOCKET") ?? "") {
    // A leading @ is a socket in the abstract name space, which begins with a NUL.
    this.#path = path.replace(/^@/, "\0");
    // A socket has to have a name of its own to send from; an abstract one leaves no file behind.
    const own = `\0tributary-${crypto.randomUUID()}`;
    this.#socket = path === "" ? null : Deno.listenDatagram({ transport: "unixpacket", path: own });
  }

  /** Whether anybody wants to hear. */
  get wanted(): boolean {
    return this.#socket !== null;
  }

  /**
   * Sends assignments such as `READY=1`; returns whether they were taken. A service manager that
   * does not listen is no reason to stop collecting: it acts by itself on what it does not hear.
   */
  send(...lines: readonly string[]): Promise<boolean> {
    this.#last = this.#last.then(() => this.#send(lines.join("\n")));
    return this.#last;
  }

  async #send(text: string): Promise<boolean> {
    if (this.#socket === null) return false;
    const message = new TextEncoder().encode(text);
    try {
      await this.#socket.send(message, { transport: "unixpacket", path: this.#path });
      return true;
    } catch {
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.#socket?.close();
  }
}

/** Characters of a status: it is one line on a terminal. */
const STATUS_MAX = 300;
/** The status is told this often at most. */
const STATUS_MS = 5000;

/** The line that `systemctl status` shows: who the node is, and how each centre is reached. */
export function statusLine(
  who: string,
  links: readonly CentreStatus[],
  disk: string | null = null,
): string {
  const centres = links.map((link) => {
    if (link.state === "not-enrolled") return `${link.destination} not enrolled`;
    const reason = link.reason === null ? "" : ` (${link.reason})`;
    return `${link.destination} ${link.state}${reason}, ${link.waitingEntries} waiting`;
  });
  const line = [who, ...(disk === null ? [] : [disk]), ...centres].join("; ").replaceAll(
    /\s+/g,
    " ",
  );
  return line.length <= STATUS_MAX ? line : `${line.slice(0, STATUS_MAX - 1)}…`;
}

/** What is wrong with the disk, or `null`. */
export function diskNote({ state, usedPercent, refuses, unwritable }: DiskView): string | null {
  if (unwritable !== null) return `the journal cannot write (${unwritable})`;
  if (state === "ok") return null;
  const used = `disk ${Math.floor(usedPercent)} % full`;
  return refuses.length === 0 ? used : `${used}, takes no ${refuses.join(", ")} entries`;
}

/** Tells the status whenever it has changed, until the signal aborts. */
export async function tellStatus(
  notifier: Notifier,
  status: () => string,
  signal: AbortSignal,
  everyMs = STATUS_MS,
): Promise<void> {
  let told = "";
  while (notifier.wanted && !signal.aborted) {
    const line = status();
    if (line !== told && await notifier.send(`STATUS=${line}`)) told = line;
    await pause(everyMs, signal);
  }
}
