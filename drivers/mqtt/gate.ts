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

/** Wrong passwords in a row after which a name has to wait. */
const FAILURES_MAX = 5;
const LOCKED_MS = 60_000;

export class Gate {
  readonly #passes = new Map<string, Pass>();
  readonly #failures = new Map<string, { count: number; lockedUntilMs: number }>();
  readonly #passwords = new PasswordChecker();
  readonly #nowMs: () => number;

  constructor(settings: Pick<BrokerSettings, "clients">, nowMs: () => number) {
    this.#nowMs = nowMs;
    for (const client of settings.clients) this.#passes.set(client.username, passOf(client));
  }

  async login(username: string | undefined, password: Uint8Array | undefined): Promise<Login> {
    const pass = this.#passes.get(username ?? "");
    if (pass === undefined) {
      const detail = username === undefined ? "it gave no name" : "no client has this name";
      return { kind: "unknown-client", detail };
    }
    const { client } = pass;
    const failures = this.#failures.get(client.username);
    if (failures !== undefined && failures.lockedUntilMs > this.#nowMs()) {
      return { kind: "wrong-password", detail: `${failures.count} times in a row: it has to wait` };
    }
    if (password !== undefined && await this.#passwords.matches(password, client.passwordHash)) {
      this.#failures.delete(client.username);
      return { kind: "in", pass };
    }
    const count = (failures?.count ?? 0) + 1;
    const lockedUntilMs = count >= FAILURES_MAX ? this.#nowMs() + LOCKED_MS : 0;
    this.#failures.set(client.username, { count, lockedUntilMs });
    return { kind: "wrong-password", detail: "the password is not the one that was set" };
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
