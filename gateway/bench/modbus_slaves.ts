/**
 * `modbus_slaves.ts PORT BAUD CONTROL_PORT`: all slaves of a serial line, which take the time that
 * the line would take: a request has come when its bytes would have, an answer begins after 3.5
 * characters of silence and goes out byte by byte. Told in JSON at the control port:
 * `{requests, bytes, early}`; early is a request that did not keep those 3.5 characters.
 */
import { crc16 } from "../../drivers/modbus/crc.ts";
import { sealed } from "../../drivers/modbus/rtu_framing.ts";
import { lineTiming } from "../../drivers/modbus/settings.ts";
import { openByteLine } from "../../drivers/serial/open_byte_line.ts";
import { serialSettings } from "../../drivers/serial/settings.ts";
import { WanderingRegisters } from "./modbus_tags.ts";

const REQUEST_BYTES = 8;
/** What an adapter hands on at a time. */
const PIECE_BYTES = 8;
/** A timer may be late by so much: the rest is waited for awake. */
const AWAKE_MS = 1.5;

const [port, baudText, controlText] = Deno.args;
const settings = serialSettings.parse({ type: "serial", port, baud: Number(baudText) });
const { characterMs, gapMs } = lineTiming(settings);
const line = await openByteLine(settings);
const registers = new WanderingRegisters();
const counts = { requests: 0, bytes: 0, early: 0 };
/** When the line is free for the next frame. */
let freeMs = -Infinity;
let held = new Uint8Array(0);

async function until(ms: number): Promise<void> {
  const leftMs = ms - AWAKE_MS - performance.now();
  if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
  while (performance.now() < ms);
}

async function answer(request: Uint8Array, heardMs: number): Promise<void> {
  if (heardMs < freeMs) counts.early++;
  const [unit, code] = request;
  const start = request[2] << 8 | request[3];
  const length = 2 * (request[4] << 8 | request[5]);
  registers.wander();
  const values = registers.bytes.subarray(2 * start, 2 * start + length);
  const bytes = sealed(unit, Uint8Array.of(code, length, ...values));
  const beginsMs = heardMs + REQUEST_BYTES * characterMs + gapMs;
  freeMs = beginsMs + bytes.length * characterMs + gapMs;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    await until(beginsMs + (at + piece.length) * characterMs);
    await line.write(piece);
  }
  counts.requests++;
  counts.bytes += REQUEST_BYTES + bytes.length;
}

line.listen((bytes) => {
  held = Uint8Array.from([...held, ...bytes]);
  if (held.length < REQUEST_BYTES) return;
  const request = held.slice(0, REQUEST_BYTES);
  held = held.slice(REQUEST_BYTES);
  if (crc16(request) !== 0) throw new Error("A request came that is none");
  void answer(request, performance.now());
});
Deno.serve(
  { hostname: "127.0.0.1", port: Number(controlText), onListen: () => {} },
  () => Response.json(counts),
);
