/**
 * What is known of one Sparkplug edge node: its birth, its sequence, and what its names and
 * aliases stand for (Sparkplug 3.0, 6.4). Decides; does nothing. Nothing is believed before a
 * birth, nor after a number was missing in the sequence: a birth that was lost may have given
 * the aliases another meaning.
 */
import type { Metric, Payload } from "./wire.ts";

export const MESSAGE_TYPES = ["NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH"] as const;
export type MessageType = typeof MESSAGE_TYPES[number];

/** A metric, with the name and data type that its birth gave it. */
export interface NamedMetric {
  readonly name: string;
  readonly datatype: number;
  readonly metric: Metric;
}

export type Verdict =
  | { readonly kind: "birth" | "data"; readonly metrics: readonly NamedMetric[] }
  | { readonly kind: "death" }
  /** The will of a session before this one. */
  | { readonly kind: "outlived" }
  /** Not to be believed: all births are wanted. */
  | { readonly kind: "unbelieved"; readonly reason: string };

/** The edge node itself, where others have the name of a device. */
const ITSELF = "";
const SEQ_COUNT = 256;
const BD_SEQ = "bdSeq";
/** Metrics of one edge node, its devices' included; more would fill the memory. */
const METRICS_MAX = 50_000;

interface Meaning {
  readonly device: string;
  readonly name: string;
  readonly datatype: number;
}

interface Session {
  /** Which birth it was; its death tells the same. */
  readonly bdSeq: bigint | null;
  seq: number;
  readonly aliases: Map<bigint, Meaning>;
  /** Metrics by name, of the node itself and of each device that is born. */
  readonly born: Map<string, Map<string, Meaning>>;
}

export class EdgeNode {
  #session: Session | null = null;

  /** Whether the node, or a device of it, is born. */
  isBorn(device: string | null): boolean {
    return this.#session?.born.has(device ?? ITSELF) ?? false;
  }

  /** Nothing is believed until the next birth. */
  distrust(): void {
    this.#session = null;
  }

  /** `repeated`: the message may have come before. */
  take(
    type: MessageType,
    device: string | null,
    payload: Payload,
    repeated: boolean,
  ): Verdict {
    const name = device ?? ITSELF;
    if (type === "NBIRTH") {
      const { seq = 0 } = payload;
      const bdSeq = bdSeqOf(payload);
      this.#session = { bdSeq, seq, aliases: new Map(), born: new Map() };
      return this.#birth(this.#session, name, payload);
    }
    const session = this.#session;
    if (type === "NDEATH") {
      const bdSeq = bdSeqOf(payload);
      const differs = bdSeq !== null && bdSeq !== (session?.bdSeq ?? bdSeq);
      if (session === null || differs) return { kind: "outlived" };
      this.distrust();
      return { kind: "death" };
    }
    if (session === null) return unbelieved("it came before a birth");
    // Some write by a proto3 description, which leaves out what is zero.
    const { seq = 0 } = payload;
    const again = repeated && seq === session.seq;
    const wanted = (session.seq + 1) % SEQ_COUNT;
    if (!again && seq !== wanted) {
      return this.#refuse(`its sequence number is ${seq}, want ${wanted}`);
    }
    session.seq = seq;
    if (type === "DBIRTH") return this.#birth(session, name, payload);
    // The node's own messages may follow its birth only, a device's its own birth.
    if (!session.born.has(name)) return unbelieved("it came before the birth of its device");
    if (type === "DDEATH") {
      forget(session, name);
      return { kind: "death" };
    }
    return this.#data(session, name, payload);
  }

  #birth(session: Session, device: string, payload: Payload): Verdict {
    forget(session, device);
    const known = session.born.values().reduce((sum, { size }) => sum + size, 0);
    if (known + payload.metrics.length > METRICS_MAX) {
      return this.#refuse(`its births tell of more than ${METRICS_MAX} metrics`);
    }
    const names = new Map<string, Meaning>();
    session.born.set(device, names);
    const metrics: NamedMetric[] = [];
    for (const metric of payload.metrics) {
      const { name, alias, datatype } = metric;
      if (name === undefined || name === BD_SEQ) continue;
      if (datatype === undefined) return this.#refuse(`its birth tells no data type of "${name}"`);
      const meaning = { device, name, datatype };
      names.set(name, meaning);
      if (alias !== undefined) {
        if (session.aliases.has(alias)) {
          return this.#refuse(`its births give the alias ${alias} twice`);
        }
        session.aliases.set(alias, meaning);
      }
      metrics.push({ name, datatype, metric });
    }
    return { kind: "birth", metrics };
  }

  #data(session: Session, device: string, payload: Payload): Verdict {
    const metrics: NamedMetric[] = [];
    for (const metric of payload.metrics) {
      const { name = "", alias, datatype } = metric;
      const byAlias = alias === undefined ? undefined : session.aliases.get(alias);
      const byName = session.born.get(device)?.get(name);
      const meaning = name === "" ? byAlias : byName;
      const told = name === "" ? `the alias ${alias}` : `the metric "${name}"`;
      if (meaning === undefined || meaning.device !== device) {
        return this.#refuse(`no birth told of ${told}`);
      }
      if (byAlias !== undefined && byAlias !== meaning) {
        return this.#refuse(`${told} had another alias at its birth`);
      }
      if (datatype !== undefined && datatype !== meaning.datatype) {
        return this.#refuse(`${told} had another data type at its birth`);
      }
      metrics.push({ name: meaning.name, datatype: meaning.datatype, metric });
    }
    return { kind: "data", metrics };
  }

  #refuse(reason: string): Verdict {
    this.distrust();
    return unbelieved(reason);
  }
}

function unbelieved(reason: string): Verdict {
  return { kind: "unbelieved", reason };
}

function forget({ aliases, born }: Session, device: string): void {
  born.delete(device);
  for (const [alias, meaning] of aliases) {
    if (meaning.device === device) aliases.delete(alias);
  }
}

function bdSeqOf({ metrics }: Payload): bigint | null {
  const metric = metrics.find(({ name }) => name === BD_SEQ);
  const { longValue, intValue } = metric ?? {};
  return longValue ?? (intValue === undefined ? null : BigInt(intValue));
}
