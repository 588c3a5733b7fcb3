/** Verifiers of passwords and PINs, made and checked one at a time in a thread of their own. */
import { NeededThread } from "../needed_thread.ts";
import type { ArgonMethods } from "./argon_worker.ts";
import { type Cost, newSalt, normalised, PASSWORD_COST } from "./passwords.ts";

/** Who comes when so many wait is told to come again: each takes 64 MiB and half a second. */
const WAITING_MAX = 16;

/** Too many sign in at one moment. */
export class ArgonBusy extends Error {
  override name = "ArgonBusy";
}

/** Once nobody waits, the thread with what was typed is gone. */
export class Argon {
  readonly #thread = new NeededThread<ArgonMethods>({
    url: new URL("./argon_worker.ts", import.meta.url),
    waitingMax: WAITING_MAX,
    refusal: () => new ArgonBusy("Too many sign in at this moment"),
  });
  #decoy: Promise<string> | null = null;

  hash(text: string, cost: Cost = PASSWORD_COST, key: Uint8Array | null = null): Promise<string> {
    return this.#thread.use((worker) =>
      worker.call("hash", [normalised(text), newSalt(), cost, key])
    );
  }

  /** Nothing typed is wrong, and takes as long as anything else: the library refuses to hash it. */
  async verify(text: string, phc: string, key: Uint8Array | null = null): Promise<boolean> {
    const typed = normalised(text);
    const checked = typed === "" ? "\0" : typed;
    const isRight = await this.#thread.use((worker) => worker.call("verify", [checked, phc, key]));
    return isRight && typed !== "";
  }

  /** Takes as long as `verify`, for a name that nobody has. */
  async decoy(text: string): Promise<void> {
    this.#decoy ??= this.hash(crypto.randomUUID()).catch((error) => {
      this.#decoy = null;
      throw error;
    });
    await this.verify(text, await this.#decoy);
  }
}
