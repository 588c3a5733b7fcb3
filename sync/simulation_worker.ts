/** A thread that runs simulations: each seed is a world of its own. */
import { Simulation, type SimulationOptions, type SimulationResult } from "./simulation.ts";
import { serveCalls } from "./worker_calls.ts";

/** What it can be asked. */
export type SimulationMethods = {
  run(options: SimulationOptions): Promise<SimulationResult>;
};

const methods: SimulationMethods = { run: (options) => new Simulation(options).run() };
serveCalls(methods);
