/** `tributary device simulate`: a device that is none, on the transport that its profile has. */
import type { ModbusProfile } from "../../../drivers/modbus/profile.ts";
import type { LineSpeed } from "../../../drivers/modbus/simulator.ts";
import { type MqttProfile, pointsOf } from "../../../drivers/mqtt/profile.ts";
import type { Profile } from "../../../drivers/profile.ts";
import { ProfileError } from "../../../drivers/profile_library.ts";
import type { ScaleProfile } from "../../../drivers/scale/profile.ts";
import { openSimulatedPort } from "../../../drivers/serial/pty_pair.ts";
import { serialParts } from "../../../drivers/serial/settings.ts";
import { Faults, parseFaults, seeded, SimulationError } from "../../../drivers/simulated_faults.ts";
import { exampleModel } from "../../../drivers/simulation.ts";
import { inStoredUnits } from "../../../drivers/units.ts";
import { pause } from "../../../sync/timer.ts";
import { namedProfile } from "../../devices/named_profile.ts";
import { CommandError } from "../local_api.ts";

export interface SimulateOptions {
  /** Ports of 127.0.0.1. */
  readonly tcp?: number;
  readonly rtuTcp?: number;
  /** Name of the port, `true` for any. */
  readonly pty?: string | true;
  readonly mqtt?: string;
  readonly unit?: number;
  readonly baud?: number;
  readonly fault: readonly string[];
  readonly seed?: number;
  readonly name: string;
  readonly password: string;
  /** Seconds. */
  readonly interval: number;
}

interface Parts {
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}

const HOST = "127.0.0.1";
const UNIT_MAX = 255;
const SEEDS = 1_000_000;

export async function simulate(name: string, options: SimulateOptions, parts: Parts) {
  const profile = await inStoredUnits(profileNamed(name));
  try {
    switch (profile.protocol) {
      case "modbus":
        return await simulateModbus(profile, options, parts);
      case "scale":
        return await simulateScale(profile, options, parts);
      case "printer":
        throw new SimulationError(`"${name}" is a printer port: write lines of a print-out to it`);
      case "mqtt":
        return await simulateMqtt(profile, options, parts);
    }
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    throw new CommandError(error.message, { cause: error });
  }
}

function profileNamed(name: string): Profile {
  try {
    return namedProfile(name).profile;
  } catch (cause) {
    throw cause instanceof ProfileError ? new CommandError(cause.message, { cause }) : cause;
  }
}

async function simulateModbus(profile: ModbusProfile, options: SimulateOptions, parts: Parts) {
  const { MODBUS_FAULTS, refuseFaults } = await import(
    "../../../drivers/modbus/simulated_device.ts"
  );
  const { ModbusSimulator } = await import("../../../drivers/modbus/simulator.ts");
  const name = profile.profile;
  onlyOne(options, ["tcp", "rtuTcp", "pty"], `"${name}" speaks Modbus`);
  const { tcp, rtuTcp, unit } = options;
  if (unit !== undefined && (unit > UNIT_MAX || !Number.isInteger(unit))) {
    throw new CommandError(`--unit ${unit}: want a whole number up to ${UNIT_MAX}`);
  }
  const shares = parseFaults(options.fault, MODBUS_FAULTS);
  refuseFaults(shares, tcp === undefined);
  const faults = faultsOf(shares, options, parts);
  const model = exampleModel(profile.points, profile.computed);
  const simulated = { profile, model, unit, faults };
  const speed = speedOf(profile, options);
  const who = unit === undefined ? "any unit" : `unit ${unit}`;
  const port = tcp ?? rtuTcp;
  if (port !== undefined) {
    const rtu = tcp === undefined ? speed : undefined;
    await using simulator = await ModbusSimulator.start({ ...simulated, host: HOST, port, rtu })
      .catch(cannotListen(port));
    const what = rtu === undefined ? "Modbus TCP" : `Modbus RTU at ${speed.baud} baud`;
    parts.print(`${name} answers ${what} on ${HOST}:${simulator.port}, ${who}`);
    return await untilStopped(parts.signal);
  }
  await using place = await openSimulatedPort(portName(options));
  await using _simulator = ModbusSimulator.onLine(simulated, place.line, speed);
  parts.print(`${name} answers Modbus RTU at ${speed.baud} baud, 8N1, on ${place.port}, ${who}`);
  await Promise.race([untilStopped(parts.signal), place.line.broken]);
}

/** As it leaves the factory, but for what is asked for. */
function speedOf({ serial }: ModbusProfile, { baud }: SimulateOptions): LineSpeed {
  const speed = { ...EIGHT_N_ONE, ...serial, ...(baud === undefined ? {} : { baud }) };
  if (serialParts.baud.safeParse(speed.baud).success) return speed;
  throw new CommandError(`--baud ${speed.baud}: want 300 to 921600`);
}

const EIGHT_N_ONE = { baud: 9600, dataBits: 8, parity: "none", stopBits: 1 } as const;

async function simulateScale(profile: ScaleProfile, options: SimulateOptions, parts: Parts) {
  const { loadModel, refuseFaults, SCALE_FAULTS, ScaleSimulator } = await import(
    "../../../drivers/scale/simulator.ts"
  );
  const name = profile.profile;
  onlyOne(options, ["tcp", "pty"], `"${name}" is a scale`);
  const shares = parseFaults(options.fault, SCALE_FAULTS);
  refuseFaults(shares, profile.format);
  const simulation = { profile, model: loadModel(), faults: faultsOf(shares, options, parts) };
  const { tcp: port } = options;
  if (port !== undefined) {
    await using simulator = await ScaleSimulator.listen({ ...simulation, host: HOST, port })
      .catch(cannotListen(port));
    parts.print(`${name} sends its frames to whoever connects to ${HOST}:${simulator.port}`);
    return await untilStopped(parts.signal);
  }
  await using place = await openSimulatedPort(portName(options));
  await using _simulator = ScaleSimulator.onLine(simulation, place.line);
  parts.print(`${name} sends its frames on ${place.port}, 8N1`);
  await Promise.race([untilStopped(parts.signal), place.line.broken]);
}

async function simulateMqtt(profile: MqttProfile, options: SimulateOptions, parts: Parts) {
  const { MQTT_FAULTS, MqttSimulator, refuseFaults } = await import(
    "../../../drivers/mqtt/simulator.ts"
  );
  onlyOne(options, ["mqtt"], `"${profile.profile}" speaks MQTT`);
  const { mqtt: url = "", name, password, interval } = options;
  const shares = parseFaults(options.fault, MQTT_FAULTS);
  refuseFaults(shares, profile);
  await using _simulator = new MqttSimulator({
    url,
    username: name,
    password,
    device: { id: name, profile, ...sparkplugAddress(name, profile) },
    model: exampleModel(pointsOf(profile), profile.computed),
    intervalMs: interval * 1000,
    faults: faultsOf(shares, options, parts),
  });
  parts.print(`${name} publishes as ${profile.profile} to ${url} every ${interval} s`);
  await untilStopped(parts.signal);
}

/** A Sparkplug device is one of a group and an edge node: those that are not said are made up. */
function sparkplugAddress(name: string, { metrics }: MqttProfile): { address?: string } {
  if (metrics.length === 0) return {};
  return { address: name.includes("/") ? name : `simulated/${name}` };
}

const TRANSPORTS = {
  tcp: "--tcp PORT",
  rtuTcp: "--rtu-tcp PORT",
  pty: "--pty",
  mqtt: "--mqtt URL",
} as const;
type Transport = keyof typeof TRANSPORTS;

/** Refuses no transport, more than one, and one that such a device has not. */
function onlyOne(options: SimulateOptions, own: readonly Transport[], what: string): void {
  const given = (["tcp", "rtuTcp", "pty", "mqtt"] as const)
    .filter((one) => options[one] !== undefined);
  if (given.length === 1 && own.includes(given[0])) return;
  const wanted = own.map((one) => TRANSPORTS[one]);
  const list = wanted.length === 1
    ? wanted[0]
    : `${wanted.slice(0, -1).join(", ")} or ${wanted.at(-1)}`;
  throw new CommandError(`${what}: give ${list}`);
}

/** Says the seed, so that the same run can be had again. */
function faultsOf<F extends string>(
  shares: readonly { readonly fault: F; readonly share: number }[],
  { seed = Math.floor(Math.random() * SEEDS) }: SimulateOptions,
  { print }: Parts,
): Faults<F> | undefined {
  if (shares.length === 0) return undefined;
  const list = shares.map(({ fault, share }) => `${fault}=${share}`).join(", ");
  print(`faults: ${list}; --seed ${seed} brings the same again`);
  return new Faults(shares, seeded(seed));
}

function portName({ pty }: SimulateOptions): string | null {
  return typeof pty === "string" ? pty : null;
}

function cannotListen(port: number): (cause: unknown) => never {
  return (cause) => {
    const found = cause instanceof Error ? cause.message : String(cause);
    const hint = "give another port, or 0 for any";
    throw new CommandError(`Cannot listen on ${HOST}:${port}: ${found}; ${hint}`, { cause });
  };
}

async function untilStopped(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await pause(60_000, signal);
}
