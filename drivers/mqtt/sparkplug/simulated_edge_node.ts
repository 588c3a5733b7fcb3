/** A simulated edge node of Sparkplug B: what a device's profile says, as births and data. */
import type { Values } from "../../simulation.ts";
import type { MqttDevice, MqttMetric } from "../profile.ts";
import { decodeSparkplug, encodeSparkplug, REBIRTH, WRITTEN_TYPES } from "./wire.ts";

/** A message to be published. */
export interface Told {
  readonly topic: string;
  readonly payload: Uint8Array;
}

const SEQ_COUNT = 256;

export class SimulatedEdgeNode {
  readonly #metrics: readonly MqttMetric[];
  readonly #group: string;
  readonly #edge: string;
  /** `null`: the profile is of the edge node itself. */
  readonly #device: string | null;
  /** Tells its lives apart: a death is of the birth with the same number. */
  readonly #life: ReturnType<typeof lifeOf>;
  #seq = 0;

  constructor({ id, address = id, profile }: MqttDevice, restarts = 0) {
    const [group, edge, device = null] = address.split("/");
    this.#group = group;
    this.#edge = edge;
    this.#device = device;
    this.#metrics = profile.metrics;
    this.#life = lifeOf(restarts);
  }

  /** Where it hears commands. */
  get commands(): string {
    return `spBv1.0/${this.#group}/NCMD/${this.#edge}/#`;
  }

  asksForBirths(payload: Uint8Array): boolean {
    const read = decodeSparkplug(payload);
    return "metrics" in read && read.metrics.some(({ name }) => name === REBIRTH);
  }

  /** Its last will. */
  death(ms: number): Told {
    return { topic: this.#topic("NDEATH"), payload: encodeSparkplug(ms, [this.#life]) };
  }

  births(values: Values, ms: number): Told[] {
    this.#seq = 0;
    const own = this.#metrics.map((metric, index) => ({
      name: metric.metric,
      alias: BigInt(index + 1),
      ...valueOf(metric, values),
    }));
    const control = { name: REBIRTH, datatype: WRITTEN_TYPES.boolean, booleanValue: false };
    const node = [this.#life, control, ...(this.#device === null ? own : [])];
    const births = [{
      topic: this.#topic("NBIRTH"),
      payload: encodeSparkplug(ms, node, this.#seq),
    }];
    if (this.#device !== null) births.push(this.#next("DBIRTH", own, ms));
    return births;
  }

  /** All its values, by alias. */
  data(values: Values, ms: number): Told[] {
    const metrics = this.#metrics.map((metric, index) => ({
      alias: BigInt(index + 1),
      ...valueOf(metric, values),
    }));
    return [this.#next(this.#device === null ? "NDATA" : "DDATA", metrics, ms)];
  }

  #next(type: string, metrics: Parameters<typeof encodeSparkplug>[1], ms: number): Told {
    this.#seq = (this.#seq + 1) % SEQ_COUNT;
    return { topic: this.#topic(type), payload: encodeSparkplug(ms, metrics, this.#seq) };
  }

  #topic(type: string): string {
    const device = type.startsWith("D") && this.#device !== null ? `/${this.#device}` : "";
    return `spBv1.0/${this.#group}/${type}/${this.#edge}${device}`;
  }
}

function lifeOf(restarts: number) {
  const longValue = BigInt(restarts % SEQ_COUNT);
  return { name: "bdSeq", datatype: WRITTEN_TYPES.uint64, longValue };
}

/** The value as the device would say it; none is null. */
function valueOf(metric: MqttMetric, values: Values) {
  const value = values[metric.point] ?? null;
  const word = Object.entries(metric.values ?? {}).find(([, meant]) => meant === value)?.[0];
  if (word !== undefined) return { datatype: WRITTEN_TYPES.string, stringValue: word };
  switch (typeof value) {
    case "number": {
      const doubleValue = Number(((value - metric.offset) / metric.scale).toFixed(2));
      return { datatype: WRITTEN_TYPES.double, doubleValue };
    }
    case "boolean":
      return { datatype: WRITTEN_TYPES.boolean, booleanValue: value };
    case "string":
      return { datatype: WRITTEN_TYPES.string, stringValue: value };
    default:
      return { datatype: WRITTEN_TYPES.double, isNull: true };
  }
}
