/** `tributary device …`: passwords, and devices that are simulated. */
import { randomBytes } from "node:crypto";
import { type MqttProfile, pointsOf } from "../../drivers/mqtt/profile.ts";
import type { Profile } from "../../drivers/profile.ts";
import { ProfileError } from "../../drivers/profile_library.ts";
import type { ScaleProfile } from "../../drivers/scale/profile.ts";
import { inStoredUnits } from "../../drivers/units.ts";
import { exampleModel } from "../../drivers/simulation.ts";
import { pause } from "../../sync/timer.ts";
import { namedProfile } from "../devices/named_profile.ts";
import { CommandError } from "./local_api.ts";

/** 120 random bits, as text that can be typed. */
export function newPassword(): string {
  return randomBytes(15).toString("base64url");
}

export interface SimulateOptions {
  readonly tcp?: number;
  readonly mqtt?: string;
  readonly name: string;
  readonly password: string;
  /** Seconds. */
  readonly interval: number;
}

export async function simulate(
  name: string,
  options: SimulateOptions,
  { print, signal }: { print: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  const profile = await inStoredUnits(profileNamed(name));
  if (profile.protocol === "modbus") {
    const { ModbusSimulator } = await import("../../drivers/modbus/simulator.ts");
    if (options.tcp === undefined) {
      throw new CommandError(`"${name}" speaks Modbus: give --tcp PORT`);
    }
    const model = exampleModel(profile.points);
    const simulation = { profile, model, host: "127.0.0.1", port: options.tcp };
    await using simulator = await ModbusSimulator.start(simulation)
      .catch(cannotListen(options.tcp));
    print(`${name} answers Modbus TCP on 127.0.0.1:${simulator.port}, any unit`);
    return await untilStopped(signal);
  }
  if (profile.protocol === "scale") return await simulateScale(profile, options, { print, signal });
  const { MqttSimulator } = await import("../../drivers/mqtt/simulator.ts");
  if (options.mqtt === undefined) throw new CommandError(`"${name}" speaks MQTT: give --mqtt URL`);
  await using _simulator = new MqttSimulator({
    url: options.mqtt,
    username: options.name,
    password: options.password,
    device: { id: options.name, profile, ...sparkplugAddress(options.name, profile) },
    model: exampleModel(pointsOf(profile)),
    intervalMs: options.interval * 1000,
  });
  print(`${options.name} publishes as ${name} to ${options.mqtt} every ${options.interval} s`);
  await untilStopped(signal);
}

function profileNamed(name: string): Profile {
  try {
    return namedProfile(name).profile;
  } catch (cause) {
    throw cause instanceof ProfileError ? new CommandError(cause.message, { cause }) : cause;
  }
}

/** A Sparkplug device is one of a group and an edge node: those that are not said are made up. */
function sparkplugAddress(name: string, { metrics }: MqttProfile): { address?: string } {
  if (metrics.length === 0) return {};
  return { address: name.includes("/") ? name : `simulated/${name}` };
}

async function simulateScale(
  profile: ScaleProfile,
  { tcp }: SimulateOptions,
  { print, signal }: { print: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  const { loadModel, ScaleSimulator } = await import("../../drivers/scale/simulator.ts");
  const name = profile.profile;
  if (tcp === undefined) throw new CommandError(`"${name}" is a scale: give --tcp PORT`);
  const simulation = { profile, model: loadModel(), host: "127.0.0.1", port: tcp };
  await using simulator = await ScaleSimulator.listen(simulation).catch(cannotListen(tcp));
  print(`${name} sends its frames to whoever connects to 127.0.0.1:${simulator.port}`);
  await untilStopped(signal);
}

function cannotListen(port: number): (cause: unknown) => never {
  return (cause) => {
    const found = cause instanceof Error ? cause.message : String(cause);
    const hint = "give another --tcp PORT, or 0 for any";
    throw new CommandError(`Cannot listen on 127.0.0.1:${port}: ${found}; ${hint}`, { cause });
  };
}

async function untilStopped(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await pause(60_000, signal);
}
