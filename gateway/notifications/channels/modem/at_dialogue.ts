/** Commands to a modem and its answers (ITU-T V.250, 3GPP TS 27.007 and 27.005), one at a time. */
import type { ByteLine } from "../../../../drivers/serial/byte_line.ts";

/** Characters that are kept of an answer: a modem that chatters takes no memory without end. */
const ANSWER_LENGTH_MAX = 16 << 10;
/** An answer without its `OK`, as old modems give to `+CPIN?`, is over after so long. */
const LATE_OK_MS = 300;

const ESCAPE = "\u001b";
const END = "\u001a";

/** Results that end a command, and are none of its answer; the last is what some Huawei say. */
const FAILED = /^(ERROR|\+CM[ES] ERROR:.*|NO CARRIER|BUSY|NO ANSWER|COMMAND NOT SUPPORT)$/;

/** The modem said no; `code` is of `+CMS ERROR` or `+CME ERROR`, `null` where it gave none. */
export class AtError extends Error {
  override name = "AtError";
  readonly kind: "CMS" | "CME" | null;
  readonly code: number | null;

  constructor(command: string, result: string) {
    super(`${command} was answered ${result}`);
    const match = /^\+(CM[ES]) ERROR:\s*(\d+)?/.exec(result);
    this.kind = match === null ? null : match[1] === "CMS" ? "CMS" : "CME";
    this.code = match?.[2] === undefined ? null : Number(match[2]);
  }
}

/** It said nothing that ends the command in time. */
export class AtSilence extends Error {
  override name = "AtSilence";
}

export class AtDialogue {
  readonly #line: ByteLine;
  readonly #decoder = new TextDecoder("latin1");
  #heard = "";
  #wake: () => void = () => {};
  readonly #stopped: Promise<never>;

  /** `signal` ends whatever waits. */
  constructor(line: ByteLine, signal: AbortSignal) {
    this.#line = line;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.#stopped = promise;
    const stop = () => reject(new AtSilence("the node is stopping"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    line.listen((bytes) => {
      this.#heard = (this.#heard + this.#decoder.decode(bytes)).slice(-ANSWER_LENGTH_MAX);
      this.#wake();
    });
  }

  /**
   * Lines of the answer, without echo and result. `only`: one line that begins so is enough where
   * the result does not follow. Throws {@link AtError}, {@link AtSilence}, DeviceError.
   */
  async command(command: string, timeoutMs: number, only?: string): Promise<string[]> {
    this.#heard = "";
    await this.#write(`${command}\r`);
    return await this.#answer(command, timeoutMs, only);
  }

  /**
   * A command that asks for data: waits for the prompt `> `, sends them with Ctrl-Z, and gives the
   * answer. Where the prompt does not come, nothing was sent.
   */
  async data(
    command: string,
    data: string,
    { promptMs, answerMs }: { readonly promptMs: number; readonly answerMs: number },
  ): Promise<string[]> {
    this.#heard = "";
    await this.#write(`${command}\r`);
    await this.#until(command, promptMs, () => {
      const failed = this.#lines().find((line) => FAILED.test(line));
      if (failed !== undefined) throw new AtError(command, failed);
      return /(^|\n)> ?(\n|$)/.test(this.#heard.replaceAll("\r", "\n"));
    });
    this.#heard = "";
    await this.#write(data + END);
    return await this.#answer(command, answerMs);
  }

  /** Leaves whatever is waiting for data: an earlier process may have died there. */
  async escape(): Promise<void> {
    await this.#write(`${ESCAPE}\r`);
  }

  /** Resolves when nothing was heard for so long. */
  async quiet(forMs: number): Promise<void> {
    for (let before: string | null = null; before !== this.#heard;) {
      before = this.#heard;
      await this.#heardWithin(forMs);
    }
  }

  async #answer(command: string, timeoutMs: number, only?: string): Promise<string[]> {
    const startMs = performance.now();
    let onlyMs: number | null = null;
    await this.#until(command, timeoutMs, () => {
      const lines = this.#lines();
      const failed = lines.find((line) => FAILED.test(line));
      if (failed !== undefined) throw new AtError(command, failed);
      if (lines.includes("OK")) return true;
      if (only === undefined || !lines.some((line) => line.startsWith(only))) return false;
      onlyMs ??= performance.now() - startMs;
      return performance.now() - startMs - onlyMs >= LATE_OK_MS;
    }, only === undefined ? timeoutMs : LATE_OK_MS);
    return this.#lines().filter((line) => line !== "OK" && line !== command);
  }

  /** Whole lines that were heard, trimmed: some modems end theirs with two returns. */
  #lines(): string[] {
    const end = this.#heard.lastIndexOf("\n");
    return this.#heard.slice(0, end + 1).split(/[\r\n]+/).map((line) => line.trim())
      .filter((line) => line !== "");
  }

  async #write(text: string): Promise<void> {
    await Promise.race([this.#line.write(new TextEncoder().encode(text)), this.#stopped]);
  }

  /** Looks whenever something was heard, and every `lookMs`. */
  async #until(
    command: string,
    timeoutMs: number,
    condition: () => boolean,
    lookMs = timeoutMs,
  ): Promise<void> {
    const endMs = performance.now() + timeoutMs;
    while (!condition()) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) {
        const heard = this.#heard.trim() === ""
          ? "nothing"
          : JSON.stringify(this.#heard.slice(-60));
        throw new AtSilence(`${command} was not answered in ${timeoutMs} ms; heard ${heard}`);
      }
      await this.#heardWithin(Math.min(leftMs, lookMs));
    }
  }

  /** Resolves when something was heard, or after so long. */
  async #heardWithin(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, ms);
    try {
      await Promise.race([promise, this.#line.broken, this.#stopped]);
    } finally {
      clearTimeout(timer);
    }
  }
}
