/** One HTTP/1.1 connection that stays open, with one question under way at a time. */

/** An answer to a prescription has some kilobytes. */
const ANSWER_BYTES_MAX = 256 << 10;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export class HttpConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(ANSWER_BYTES_MAX);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async open(port: number): Promise<HttpConnection> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    return new HttpConnection(connection);
  }

  async post(path: string, token: string, json: string): Promise<Answer> {
    const body = encoder.encode(json);
    const head = encoder.encode(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    const bytes = new Uint8Array(head.length + body.length);
    bytes.set(head);
    bytes.set(body, head.length);
    for (let at = 0; at < bytes.length;) {
      at += await this.#connection.write(bytes.subarray(at));
    }
    return await this.#answer();
  }

  async #answer(): Promise<Answer> {
    let held = 0;
    for (;;) {
      const count = await this.#connection.read(this.#buffer.subarray(held));
      if (count === null) throw new Error("the connection was closed");
      held += count;
      const text = decoder.decode(this.#buffer.subarray(0, held));
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) continue;
      const length = /content-length: (\d+)/i.exec(text.slice(0, end))?.[1];
      if (length === undefined) throw new Error(`an answer without a length: ${text}`);
      // What is before the body is ASCII: as many bytes as characters.
      if (held < end + 4 + Number(length)) continue;
      return { status: Number(text.slice(9, 12)), text: text.slice(end + 4) };
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
