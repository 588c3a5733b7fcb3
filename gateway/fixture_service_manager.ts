/** The service manager's end of the notification socket, for tests. */
import { join } from "node:path";

/** Hears what a service tells it, as systemd would. */
export class ServiceManager implements AsyncDisposable {
  /** Every assignment heard, such as `READY=1`, in the order they came. */
  readonly heard: string[] = [];
  readonly path: string;
  readonly #socket: Deno.DatagramConn;
  readonly #listening: Promise<void>;

  /** Listens at `FOLDER/notify`, or at a given path. */
  constructor(folder: string, path = join(folder, "notify")) {
    this.path = path;
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: path.replace(/^@/, "\0") });
    this.#listening = this.#listen();
  }

  /** What systemd puts into the environment of a service that it watches at such intervals. */
  environment(watchdogMs: number): Record<string, string> {
    return { NOTIFY_SOCKET: this.path, WATCHDOG_USEC: String(watchdogMs * 1000) };
  }

  /** How often it was fed. */
  get meals(): number {
    return this.heard.filter((assignment) => assignment === "WATCHDOG=1").length;
  }

  /** The newest status, or "". */
  get status(): string {
    return this.heard.findLast((assignment) => assignment.startsWith("STATUS=")) ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    for await (const [message] of this.#socket) {
      this.heard.push(...new TextDecoder().decode(message).split("\n"));
    }
  }
}
