/** Events of waste, as nodes write them one after the other; for tests. */
import type { Stamp } from "../../sync/entry.ts";
import type { CategoryCode } from "./category.ts";
import { type WasteEvent, wasteEventOf, type WasteKind } from "./entry/event.ts";
import type { Custodian } from "./entry/subject.ts";

export const SITE = "site-017";
export const INFECTIOUS: CategoryCode = "841-001-01";
export const SHARPS: CategoryCode = "841-002-01";

export const WARD: Custodian = { kind: "ward", id: "ward-3" };
export const CARRIER: Custodian = { kind: "person", id: "carrier" };
export const OTHER_CARRIER: Custodian = { kind: "person", id: "other-carrier" };
export const STORE: Custodian = { kind: "store", id: "store-1" };
export const OTHER_STORE: Custodian = { kind: "store", id: "store-2" };
export const VEHICLE: Custodian = { kind: "vehicle", id: "lorry" };
export const DISPOSER: Custodian = { kind: "disposer", id: "disposer" };

/** 1 September 2026, 00:00 UTC. */
export const START_MS = Date.UTC(2026, 8, 1);
export const MINUTE_MS = 60_000;
/** When the disposer received it, by its own word. */
export const RECEIVED_MS = START_MS + 90 * MINUTE_MS;
export const HOUR_MS = 3_600_000;

export const confirmed = (person: string) => ({
  person: { id: person },
  credential: { method: "pin", id: person },
});
export const BOTH = [confirmed("nurse"), confirmed("carrier")];

/** Whatever of a body a test wants otherwise. */
interface Otherwise {
  readonly [field: string]: unknown;
}

/** What one node writes; a minute passes with every entry. */
export class Story {
  readonly node: string;
  readonly bootId: string;
  #seq = 0;
  #nowMs = START_MS;

  constructor(node: string, bootId = "a".repeat(32)) {
    this.node = node;
    this.bootId = bootId;
  }

  /** Sets the wall clock, from which the boot-time clock differs by the start. */
  at(ms: number): this {
    this.#nowMs = ms;
    return this;
  }

  write(kind: WasteKind, body: Otherwise): WasteEvent {
    this.#seq++;
    this.#nowMs += MINUTE_MS;
    const place = `${this.node}.1-0f/record/${this.#seq}`;
    const full = { id: `${this.node}-${this.#seq}`, site: SITE, ...body };
    return wasteEventOf(kind, full, { place, node: this.node, time: this.stamp() });
  }

  stamp(): Stamp {
    const bootMs = this.#nowMs - START_MS;
    return { wallMs: this.#nowMs, bootId: this.bootId, bootMs, clock: "trusted" };
  }

  sealed(bag: string, otherwise: Otherwise = {}): WasteEvent {
    return this.write("waste-sealed", {
      bag,
      category: INFECTIOUS,
      source: { ward: WARD.id },
      weight: scaled(4000, `scale.1-0f/reading/${this.node.length}${this.#seq + 1}`),
      confirmations: [confirmed("nurse")],
      ...otherwise,
    });
  }

  moved(
    kind: WasteKind,
    [from, to]: readonly [Custodian, Custodian],
    bags: readonly string[],
    otherwise: Otherwise = {},
  ): WasteEvent {
    const fields = { from, to, bags, loads: [], after: [], confirmations: BOTH };
    return this.write(kind, { ...fields, ...otherwise });
  }

  handover(bags: readonly string[], otherwise: Otherwise = {}): WasteEvent {
    return this.moved("waste-handover", [WARD, CARRIER], bags, otherwise);
  }

  stored(bags: readonly string[], otherwise: Otherwise = {}): WasteEvent {
    const fields = { missing: [], unexpected: [], labels: [], weight: scaled(4000) };
    return this.moved("waste-stored", [CARRIER, STORE], bags, { ...fields, ...otherwise });
  }

  departed(bags: readonly string[], otherwise: Otherwise = {}): WasteEvent {
    return this.moved("waste-departed", [STORE, VEHICLE], bags, { manifest: "M-1", ...otherwise });
  }

  received(bags: readonly string[], otherwise: Otherwise = {}): WasteEvent {
    const said = { manifest: "M-1", receipt: "R-1", receivedMs: RECEIVED_MS };
    const fields = { ...said, grams: 4000, difference: "" };
    return this.moved("waste-received", [VEHICLE, DISPOSER], bags, { ...fields, ...otherwise });
  }

  disposed(otherwise: Otherwise = {}): WasteEvent {
    return this.write("waste-disposed", {
      manifest: "M-1",
      receipt: "R-1",
      method: "D10",
      disposedMs: START_MS,
      confirmations: [confirmed("disposer")],
      ...otherwise,
    });
  }

  manifest(bags: readonly string[], otherwise: Otherwise = {}): WasteEvent {
    return this.write("waste-manifest", {
      ...MANIFEST,
      bags,
      confirmations: [confirmed("keeper")],
      ...otherwise,
    });
  }

  numbered(number: string, otherwise: Otherwise = {}): WasteEvent {
    const fields = { manifest: "M-1", how: "entered", confirmation: confirmed("keeper") };
    return this.write("waste-manifest-number", { ...fields, number, ...otherwise });
  }

  boxed(load: string, bags: readonly string[], otherwise: Otherwise = {}): WasteEvent {
    return this.write("waste-boxed", {
      load,
      box: `box of ${load}`,
      bags,
      loads: [],
      outOf: null,
      after: [],
      confirmations: [confirmed("carrier")],
      ...otherwise,
    });
  }

  reversed(event: WasteEvent, otherwise: Otherwise = {}): WasteEvent {
    return this.write("waste-reversal", {
      of: event.body.id,
      reason: "wrong",
      confirmations: BOTH,
      ...otherwise,
    });
  }

  confirms(event: WasteEvent, person: string): WasteEvent {
    return this.write("waste-confirmation", {
      of: event.body.id,
      confirmation: confirmed(person),
    });
  }

  resolved(
    [about, subject]: readonly [string, string],
    keeps: WasteEvent,
    against: readonly WasteEvent[],
    otherwise: Otherwise = {},
  ): WasteEvent {
    return this.write("waste-resolution", {
      subject,
      about,
      keeps: keeps.body.id,
      against: against.map(({ body }) => body.id),
      over: [],
      reason: "looked at it",
      confirmation: confirmed("head nurse"),
      ...(about === "custodian" ? { second: confirmed("matron") } : {}),
      ...otherwise,
    });
  }
}

export function scaled(grams: number, reading = "scale.1-0f/reading/1"): object {
  const scale = { device: "ward-scale", point: "weight", divisionGrams: 10 };
  return { from: "scale", grams, ...scale, reading };
}

export function keyed(grams: number): object {
  const evidence = { reason: "the scale is broken", photo: "c".repeat(64) };
  return { from: "keyed", grams, divisionGrams: 10, ...evidence };
}

const PHONE = "0551-12345678";

/** All that the national form asks of a person. */
export const MANIFEST = {
  manifest: "M-1",
  replaces: [],
  store: STORE,
  consignor: {
    name: "河口镇卫生院",
    address: "河口镇人民路 1 号",
    emergencyPhone: PHONE,
    handler: "李芳",
    phone: PHONE,
  },
  carrier: {
    name: "安运危险货物运输有限公司",
    licence: "皖字340100000001",
    address: "合肥市",
    phone: PHONE,
    driver: "王强",
    driverPhone: PHONE,
    vehicle: "医疗废物转运车",
    plate: "皖A12345",
    origin: "河口镇卫生院",
    via: "",
    destination: "合肥市医疗废物处置中心",
  },
  receiver: {
    name: "合肥市医疗废物处置中心",
    permit: "340100001",
    address: "合肥市",
    handler: "赵敏",
    phone: PHONE,
    method: "D10",
  },
  lines: [{ category: INFECTIOUS, form: "solid", components: "病原微生物", packaging: "袋装" }],
  loads: [],
};
