/** The registers of a simulated device, and its answers to requests for them. */
import type { Values } from "../simulation.ts";
import { encodeRegister } from "./encode.ts";
import { type ModbusProfile, registersOf, type Table } from "./profile.ts";
import { isBits, READ_MAX } from "./request.ts";

const ADDRESSES = 65_536;
const EXCEPTION = 0x80;
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
/** What a coil is written with: on, and off. */
const ON = 0xff00;
const OFF = 0;

export class RegisterBank {
  readonly #profile: ModbusProfile;
  /** Registers as bytes, and a byte a bit; a table that nobody uses takes no room. */
  readonly #tables = new Map<Table, Uint8Array>();
  /** What was written stays; all else follows the model. */
  readonly #written = new Set<string>();

  constructor(profile: ModbusProfile) {
    this.#profile = profile;
  }

  /** Puts the values into their registers. */
  hold(values: Values): void {
    for (const { point, register } of this.#profile.points) {
      const value = values[point];
      if (value === undefined) continue;
      const address = register.address - this.#profile.addressBase;
      if (this.#isWritten(register.table, address, registersOf(register))) continue;
      const table = this.#table(register.table);
      if (isBits(register.table)) table[address] = value ? 1 : 0;
      else if (register.type === "bool") {
        // Several switches may share a register: only this one's bit changes.
        encodeRegister(register, true).forEach((mask, index) => {
          const at = 2 * address + index;
          table[at] = value ? table[at] | mask : table[at] & ~mask;
        });
      } else table.set(encodeRegister(register, value), 2 * address);
    }
  }

  /** The answer to a request, both without their frames. */
  answer(pdu: Uint8Array): Uint8Array {
    const [code] = pdu;
    const table = READ_BY[code] ?? null;
    if (table !== null && pdu.length === 5) return this.#read(code, table, word(pdu, 1), pdu);
    if ((code === 5 || code === 6) && pdu.length === 5) return this.#writeOne(pdu);
    if ((code === 15 || code === 16) && pdu.length === 6 + pdu[5]) return this.#writeMany(pdu);
    return refusal(code, ILLEGAL_FUNCTION);
  }

  #read(code: number, table: Table, start: number, pdu: Uint8Array): Uint8Array {
    const count = word(pdu, 3);
    if (count < 1 || count > READ_MAX[table]) return refusal(code, ILLEGAL_VALUE);
    if (!this.#has(table, start, count)) return refusal(code, ILLEGAL_ADDRESS);
    const held = this.#table(table);
    if (!isBits(table)) {
      const answer = new Uint8Array(2 + 2 * count);
      answer[0] = code;
      answer[1] = 2 * count;
      answer.set(held.subarray(2 * start, 2 * (start + count)), 2);
      return answer;
    }
    const answer = new Uint8Array(2 + Math.ceil(count / 8));
    answer[0] = code;
    answer[1] = answer.length - 2;
    for (let at = 0; at < count; at++) answer[2 + (at >> 3)] |= held[start + at] << (at & 7);
    return answer;
  }

  #writeOne(pdu: Uint8Array): Uint8Array {
    const [code] = pdu;
    const [address, value] = [word(pdu, 1), word(pdu, 3)];
    const table = code === 5 ? "coil" : "holding";
    if (code === 5 && value !== ON && value !== OFF) return refusal(code, ILLEGAL_VALUE);
    if (!this.#has(table, address, 1)) return refusal(code, ILLEGAL_ADDRESS);
    if (code === 5) this.#table(table)[address] = value === ON ? 1 : 0;
    else this.#table(table).set(pdu.subarray(3, 5), 2 * address);
    this.#written.add(`${table} ${address}`);
    return pdu.slice();
  }

  #writeMany(pdu: Uint8Array): Uint8Array {
    const [code] = pdu;
    const [start, count] = [word(pdu, 1), word(pdu, 3)];
    const table = code === 15 ? "coil" : "holding";
    const bytes = pdu.subarray(6);
    const wanted = code === 15 ? Math.ceil(count / 8) : 2 * count;
    if (count < 1 || bytes.length !== wanted) return refusal(code, ILLEGAL_VALUE);
    if (!this.#has(table, start, count)) return refusal(code, ILLEGAL_ADDRESS);
    const held = this.#table(table);
    if (code === 16) held.set(bytes, 2 * start);
    for (let at = 0; at < count; at++) {
      if (code === 15) held[start + at] = bytes[at >> 3] >> (at & 7) & 1;
      this.#written.add(`${table} ${start + at}`);
    }
    return pdu.slice(0, 5);
  }

  /** Registers that no point has read as 0; those that nobody may read are refused. */
  #has(table: Table, start: number, count: number): boolean {
    const { forbidden, addressBase } = this.#profile;
    const end = start + count;
    return end <= ADDRESSES &&
      !forbidden.some((range) =>
        range.table === table && start <= range.to - addressBase && end > range.from - addressBase
      );
  }

  #isWritten(table: Table, start: number, count: number): boolean {
    if (this.#written.size === 0) return false;
    for (let at = start; at < start + count; at++) {
      if (this.#written.has(`${table} ${at}`)) return true;
    }
    return false;
  }

  #table(table: Table): Uint8Array {
    let held = this.#tables.get(table);
    if (held === undefined) {
      held = new Uint8Array(isBits(table) ? ADDRESSES : 2 * ADDRESSES);
      this.#tables.set(table, held);
    }
    return held;
  }
}

/** By function code. */
const READ_BY = [null, "coil", "discrete", "holding", "input"] as const;

/** That the device will not, and why. */
export function refusal(code: number, exception: number): Uint8Array {
  return Uint8Array.of(code | EXCEPTION, exception);
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}
