/** Samples of a part as one text: differences, so that a minute takes some twenty bytes. */
import * as z from "zod";
import { parseOrigin } from "../../../sync/origin.ts";
import type { Sample } from "../series/sample.ts";

/** Of the first the values themselves, then how much more; `null`: at fault. */
const row = z.tuple([
  z.number(),
  z.number(),
  z.number(),
  z.number().nullable(),
  z.number(),
  z.number(),
]);
type Packed = z.infer<typeof row>;
/** Of a text that this program has written. */
const packed = z.custom<{ readonly boots: readonly string[]; readonly rows: readonly Packed[] }>();

/** Where a sample of a box lies: its origin is the part's. */
export type OriginPlace = readonly [life: number, high: number, low: number];

/**
 * `samples` in their order, each with place `[life, high, low, seq, index]`, and clocks in whole
 * milliseconds.
 */
export function packedSamples(samples: readonly Sample[]): string {
  const boots: string[] = [];
  let [seqBefore, wallBefore, bootBefore] = [0, 0, 0];
  const rows = samples.map(({ place, wallMs, boot, trusted, celsius }): Packed => {
    const [, , , seq = 0, index = 0] = place;
    const id = boot?.id ?? "";
    if (!boots.includes(id)) boots.push(id);
    const bootMs = boot?.ms ?? 0;
    // Where it is of another boot than the first, and whether the wall clock could be believed.
    const flags = boots.indexOf(id) * 2 + (trusted ? 0 : 1);
    const packed: Packed = [
      seq - seqBefore,
      wallMs - wallBefore,
      bootMs - bootBefore,
      celsius,
      index,
      flags,
    ];
    [seqBefore, wallBefore, bootBefore] = [seq, wallMs, bootMs];
    return packed;
  });
  return JSON.stringify({ boots, rows });
}

export function unpackedSamples(text: string, origin: OriginPlace): Sample[] {
  const { boots, rows } = packed.parse(JSON.parse(text));
  let [seq, wallMs, bootMs] = [0, 0, 0];
  return rows.map(([seqs, walls, boot, celsius, index, flags]) => {
    seq += seqs;
    wallMs += walls;
    bootMs += boot;
    return {
      place: [...origin, seq, index],
      wallMs,
      boot: { id: boots[flags >> 1], ms: bootMs },
      trusted: flags % 2 === 0,
      celsius,
    };
  });
}

/** A moment of the wall clock and what was read, without where it lies. */
export type ReadValue = Pick<Sample, "wallMs" | "celsius">;

/** The same without all that only rules look at: a month of minutes is drawn in a moment. */
export function unpackedValues(text: string): ReadValue[] {
  let wallMs = 0;
  return packed.parse(JSON.parse(text)).rows.map(([, walls, , celsius]) => {
    wallMs += walls;
    return { wallMs, celsius };
  });
}

/** Lives follow one another by their counter, twins by their random bits: 64, as two numbers. */
export function originPlace(origin: string): OriginPlace {
  const life = parseOrigin(origin);
  if (life === null) throw new Error(`Cannot place "${origin}": it is no origin`);
  const { nonce } = life;
  return [life.life, Number.parseInt(nonce.slice(0, 8), 16), Number.parseInt(nonce.slice(8), 16)];
}
