/** Who may log in to the broker, and what each may publish and hear. Decides; does nothing. */
import type { BrokerClient, BrokerSettings } from "./broker_settings.ts";
import type { Binding } from "./message_item.ts";
import { PasswordChecker } from "./password.ts";
import { topicMatches, topicOf } from "./profile.ts";

/** A client that may log in, and the topics that are its own. */
export interface Pass {
  readonly client: BrokerClient;
  readonly publishes: ReadonlyMap<string, Binding>;
  readonly ignored: readonly string[];
  readonly hears: readonly string[];
}

export type Login =
  | { readonly kind: "in"; readonly pass: Pass }
  | { readonly kind: "unknown-client" | "wrong-password"; readonly detail: string };

/** What a client says when it connects, and from where. */
export interface Claim {
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
  readonly address: string;
}

/** Wrong passwords in a row after which a name has to wait, at the address they came from. */
const FAILURES_MAX = 5;
const LOCKED_MS = 60_000;
/** Names at addresses of which failures are remembered; the one that failed first goes first. */
const REMEMBERED_MAX = 10_000;

export class Gate {
  readonly #passes = new Map<string, Pass>();
  readonly #failures = new Map<string, { count: number; lockedUntilMs: number }>();
  readonly #passwords = new PasswordChecker();
  readonly #nowMs: () => number;

  constructor(settings: Pick<BrokerSettings, "clients">, nowMs: () => number) {
    this.#nowMs = nowMs;
    for (const client of settings.clients) this.#passes.set(client.username, passOf(client));
  }

  async login({ username, password, address }: Claim): Promise<Login> {
    const pass = this.#passes.get(username ?? "");
    if (pass === undefined) {
      const detail = username === undefined ? "it gave no name" : "no client has this name";
      return { kind: "unknown-client", detail };
    }
    const { client } = pass;
    const place = `${address} ${client.username}`;
    // Another program at the device's own address must not keep it out either.
    const known = password !== undefined && this.#passwords.knows(password, client.passwordHash);
    const failures = this.#failures.get(place);
    if (!known && failures !== undefined && failures.lockedUntilMs > this.#nowMs()) {
      return { kind: "wrong-password", detail: `${failures.count} times in a row: it has to wait` };
    }
    if (password !== undefined && await this.#passwords.matches(password, client.passwordHash)) {
      this.#failures.delete(place);
      return { kind: "in", pass };
    }
    this.#fail(place);
    return { kind: "wrong-password", detail: "the password is not the one that was set" };
  }

  #fail(place: string): void {
    const count = (this.#failures.get(place)?.count ?? 0) + 1;
    const lockedUntilMs = count >= FAILURES_MAX ? this.#nowMs() + LOCKED_MS : 0;
    this.#failures.set(place, { count, lockedUntilMs });
    if (this.#failures.size <= REMEMBERED_MAX) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      return;
    }
  }
}

function passOf(client: BrokerClient): Pass {
  const publishes = new Map<string, Binding>();
  const ignored: string[] = [];
  const hears: string[] = [];
  for (const device of client.devices) {
    for (const message of device.profile.messages) {
      const topic = topicOf(message.topic, device);
      publishes.set(topic, { device, message, topic });
    }
    ignored.push(...device.profile.ignored.map((filter) => topicOf(filter, device)));
    hears.push(...device.profile.commands.map((filter) => topicOf(filter, device)));
  }
  return { client, publishes, ignored, hears };
}

/** What a publish to this topic is to this client. */
export function bindingOf(pass: Pass, topic: string): Binding | "ignored" | "not-allowed" {
  const binding = pass.publishes.get(topic);
  if (binding !== undefined) return binding;
  return pass.ignored.some((filter) => topicMatches(filter, topic)) ? "ignored" : "not-allowed";
}
