/** systemd's notification socket (sd_notify(3)): readiness, status, watchdog. */

/** Sends to the socket that systemd names in the environment; does nothing where it names none. */
export class Notifier implements Disposable {
  readonly #path: string | undefined;
  #socket: Deno.DatagramConn | null = null;
  readonly #own: string | null = null;

  constructor(path: string | undefined = Deno.env.get("NOTIFY_SOCKET")) {
    this.#path = path;
    if (path === undefined) return;
    // A datagram socket has to have an address of its own to send from.
    this.#own = Deno.makeTempFileSync({ prefix: "tributary-notify-" });
    Deno.removeSync(this.#own);
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: this.#own });
  }

  get wanted(): boolean {
    return this.#path !== undefined;
  }

  /** How often systemd wants to hear from the watchdog, milliseconds; `null` where it does not. */
  static watchdogMs(): number | null {
    const microseconds = Number(Deno.env.get("WATCHDOG_USEC") ?? 0);
    return microseconds > 0 ? microseconds / 1000 : null;
  }

  async send(...lines: readonly string[]): Promise<void> {
    if (this.#socket === null || this.#path === undefined) return;
    // A leading @ is a socket in the abstract name space, which begins with a NUL.
    const path = this.#path.startsWith("@") ? `\0${this.#path.slice(1)}` : this.#path;
    const message = new TextEncoder().encode(lines.join("\n"));
    await this.#socket.send(message, { transport: "unixpacket", path });
  }

  [Symbol.dispose](): void {
    this.#socket?.close();
    if (this.#own !== null) {
      try {
        Deno.removeSync(this.#own);
      } catch {
        // It is gone already.
      }
    }
  }
}
