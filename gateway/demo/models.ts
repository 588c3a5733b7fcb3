/** How the demo's devices behave: a fridge that warms and cools, a room, a scale. */
import type { Model, Values } from "../../drivers/simulation.ts";

/** What decides how a fridge's temperature moves. */
interface FridgeState {
  readonly temperature: number;
  readonly compressor: boolean;
  readonly energy: number;
}

const ROOM = 24;
/** Share of the difference to the room that leaks in, each second. */
const LEAK = 0.0006;
const LEAK_DOOR = 0.006;
/** Degrees a second that a running compressor takes out. */
const COOLING = 0.03;
const COOLING_WATTS = 140;
/** The thermostat's two ends, °C. */
const COMPRESSOR_ON = 5.4;
const COMPRESSOR_OFF = 3.4;
/** The door is opened for so long, once in so long, seconds: often, so that it is seen. */
const DOOR_EVERY = 180;
const DOOR_FOR = 25;
const STEP_MS = 1000;

/** What its compressor does: by its thermostat, or, where something is broken, always or never. */
export type CompressorDrive = "thermostat" | "stuck" | "off";

/** One second of a fridge. */
export function fridgeStep(
  state: FridgeState,
  doorOpen: boolean,
  drive: CompressorDrive = "thermostat",
): FridgeState {
  const leak = (ROOM - state.temperature) * (doorOpen ? LEAK_DOOR : LEAK);
  const wanted = state.temperature > COMPRESSOR_ON ||
    (state.compressor && state.temperature > COMPRESSOR_OFF);
  const compressor = drive === "thermostat" ? wanted : drive === "stuck";
  return {
    temperature: state.temperature + leak - (compressor ? COOLING : 0),
    compressor,
    energy: state.energy + (compressor ? COOLING_WATTS / 3_600_000 : 0),
  };
}

/** `door`: it is left open; `stuck`: it cools on and on; `probe`: its probe has failed. */
export type FridgeTroubleName = "door" | "stuck" | "no-power" | "probe";

/** Something that goes wrong with a fridge, milliseconds after its model's start. */
export interface FridgeTrouble {
  readonly what: FridgeTroubleName;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a DS18B20 tells that has not measured; profiles name it as a fault. */
export const FAILED_PROBE = 85;

/**
 * A vaccine fridge; `offset` lets several open their doors at different times, `doorEvery` says how
 * often somebody does, seconds.
 */
export function fridgeModel(
  offset: number,
  troubles: readonly FridgeTrouble[] = [],
  doorEvery = DOOR_EVERY,
): Model {
  let state: FridgeState = { temperature: 4.3, compressor: false, energy: 1284 + offset };
  let steppedMs = 0;
  const has = (name: FridgeTroubleName, ms: number) =>
    troubles.some(({ what, fromMs, toMs }) => what === name && fromMs <= ms && ms < toMs);
  const isOpen = (ms: number) => ((ms / 1000 + offset) % doorEvery) < DOOR_FOR || has("door", ms);
  const driveAt = (ms: number) =>
    has("no-power", ms) ? "off" : has("stuck", ms) ? "stuck" : "thermostat";
  return (ms) => {
    for (; steppedMs + STEP_MS <= ms; steppedMs += STEP_MS) {
      state = fridgeStep(state, isOpen(steppedMs), driveAt(steppedMs));
    }
    const { temperature, compressor, energy } = state;
    const mains = !has("no-power", ms);
    return {
      temperature: has("probe", ms) ? FAILED_PROBE : temperature,
      "temperature-evaporator": compressor ? -14.5 : Math.min(temperature, -2),
      voltage: mains ? 223 + 2 * Math.sin(ms / 7000 + offset) : 0,
      energy,
      "door-open": isOpen(ms),
      compressor,
      mains,
      setpoint: 4.5,
    };
  };
}

/** A room whose temperature and humidity wander. */
export function roomModel(offset: number): Model {
  return (ms) => ({
    temperature: 21.5 + Math.sin(ms / 45_000 + offset) * 1.5,
    humidity: 47 + Math.cos(ms / 60_000 + offset) * 6,
    battery: 87,
  });
}

const CATEGORIES = ["841-001-01", "841-002-01", "841-003-01", "841-004-01", "841-005-01"];

/** A scale on which a bag stands each time it is asked. */
export function scaleModel(random: () => number): Model {
  return (): Values => ({
    weight: Math.round((0.6 + random() * 8) * 100) / 100,
    stable: true,
    category: CATEGORIES[Math.floor(random() * CATEGORIES.length)],
  });
}
