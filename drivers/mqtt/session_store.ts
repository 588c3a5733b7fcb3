/**
 * Aedes' memory persistence with bounds, and with the receiver's half of QoS 2 made durable: an
 * id is forgotten on PUBREL, and only once that is on disk may PUBCOMP leave.
 */
import type { Client, Subscription } from "aedes";
import type { AedesPacket } from "aedes-packet";
// @ts-types="npm:aedes-persistence@11.0.0/types/asyncPersistence.d.ts"
import MemoryPersistence from "aedes-persistence/asyncPersistence.js";

export interface SessionBounds {
  readonly retainedMax: number;
  readonly queuedMax: number;
}

/** Makes durable that a message id of a client (`""`: each of them) may be used anew. */
export type Release = (client: Client, messageId: string) => Promise<void>;

const NOBODY: Promise<never[]> = Promise.resolve([]);

type Subscriber = { clientId: Client["id"] };

export class SessionStore extends MemoryPersistence {
  readonly #bounds: SessionBounds;
  readonly #release: Release;
  /** Topics with a retained message, oldest first. */
  readonly #retained = new Set<string>();
  /** Messages that wait for each client. */
  readonly #queued = new Map<string, number>();
  /** Clients with subscriptions that outlive their connection. */
  readonly #subscribed = new Set<string>();

  constructor(bounds: SessionBounds, release: Release) {
    super();
    this.#bounds = bounds;
    this.#release = release;
  }

  override async storeRetained(packet: AedesPacket): Promise<void> {
    if (packet.cmd !== "publish") return;
    const { topic } = packet;
    this.#retained.delete(topic);
    if (packet.payload.length > 0) this.#retained.add(topic);
    await super.storeRetained(packet);
    for (const oldest of this.#retained) {
      if (this.#retained.size <= this.#bounds.retainedMax) break;
      this.#retained.delete(oldest);
      await super.storeRetained({ ...packet, topic: oldest, payload: Buffer.alloc(0) });
    }
  }

  override async addSubscriptions(client: Client, subscriptions: Subscription[]): Promise<void> {
    this.#subscribed.add(client.id);
    await super.addSubscriptions(client, subscriptions);
  }

  override async removeSubscriptions(client: Client, topics: string[]): Promise<void> {
    await super.removeSubscriptions(client, topics);
    const left = await this.subscriptionsByClient(client);
    if (left.length === 0) this.#subscribed.delete(client.id);
  }

  override async cleanSubscriptions(client: Client): Promise<void> {
    await super.cleanSubscriptions(client);
    this.#subscribed.delete(client.id);
  }

  /** Nearly always there is nobody: that costs no search. */
  override subscriptionsByTopic(
    topic: string,
  ): ReturnType<MemoryPersistence["subscriptionsByTopic"]> {
    return this.#subscribed.size === 0 ? NOBODY : super.subscriptionsByTopic(topic);
  }

  override async outgoingEnqueue(subscriber: Subscriber, packet: AedesPacket): Promise<void> {
    await this.outgoingEnqueueCombi([subscriber], packet);
  }

  override outgoingEnqueueCombi(
    subscribers: Subscriber[],
    packet: AedesPacket,
  ): Promise<void> {
    const within = subscribers.filter(({ clientId }) => {
      const queued = this.#queued.get(clientId) ?? 0;
      if (queued >= this.#bounds.queuedMax) return false;
      this.#queued.set(clientId, queued + 1);
      return true;
    });
    return super.outgoingEnqueueCombi(within, packet);
  }

  override async outgoingClearMessageId(
    client: Client,
    packet: AedesPacket,
  ): Promise<AedesPacket> {
    const cleared = await super.outgoingClearMessageId(client, packet);
    const queued = (this.#queued.get(client.id) ?? 0) - 1;
    // The library says it returns a packet, and returns nothing where there was none.
    if (cleared !== undefined && queued > 0) this.#queued.set(client.id, queued);
    else if (cleared !== undefined) this.#queued.delete(client.id);
    return cleared;
  }

  /** On PUBREL there is always something to release: a restart may have forgotten the packet. */
  override incomingGetPacket(client: Client, packet: AedesPacket): Promise<AedesPacket> {
    return packet.cmd === "publish"
      ? super.incomingGetPacket(client, packet)
      : Promise.resolve(packet);
  }

  override async incomingDelPacket(client: Client, packet: AedesPacket): Promise<void> {
    await this.#release(client, String(packet.messageId));
    await super.incomingDelPacket(client, packet).catch(() => {
      // It was received before a restart: only the journal remembered it.
    });
  }

  /** A session that begins or ends clean leaves nothing behind (MQTT 3.1.1, 3.1.2.4). */
  override async cleanIncoming(client: Client): Promise<void> {
    await this.#release(client, "");
    await super.cleanIncoming(client);
  }
}
