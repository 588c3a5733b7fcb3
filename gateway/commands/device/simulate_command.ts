/** The command that plays a device. */
import type { Command } from "commander";
import { print } from "../../print.ts";
import { command, interruption, number } from "../command.ts";
import type { SimulateOptions } from "./simulate.ts";

export function addSimulateCommand(device: Command): void {
  command(
    device,
    "simulate <profile>",
    "a simulated device that speaks as its profile says, a built-in one or FILE.yaml, until a " +
      "signal stops it",
    "tributary device simulate vaccine-fridge --tcp 5020 --fault late=0.05",
  )
    .option("--tcp <port>", "Modbus TCP, scales: listen on this port of 127.0.0.1; 0: any", number)
    .option("--rtu-tcp <port>", "Modbus RTU as through a converter; 0: any", number)
    .option("--pty [name]", "Modbus RTU, scales: on a pseudo terminal of this name")
    .option("--mqtt <url>", "MQTT: publish to this broker")
    .option("--unit <unit>", "Modbus: the only unit that answers; none: any", number)
    .option("--baud <rate>", "Modbus RTU: pace of its line; none: the profile's, or 9600", number)
    .option(
      "--fault <name[=share]>",
      "silent, late, wrong-crc, exception, truncated, noise, reboot; of MQTT silent, malformed, " +
        "reboot, drifting-clock; of scales silent, wrong-checksum, noise, truncated: of so many " +
        "answers (0.1); more than once for several",
      (text: string, before: readonly string[]) => [...before, text],
      [],
    )
    .option("--seed <number>", "the same faults again", number)
    .option("--name <name>", "MQTT: name of device and login", "simulated-1")
    .option("--password <password>", "MQTT: password of the login", "")
    .option("--interval <seconds>", "MQTT: how often it publishes", number, 5)
    .action(async (profile: string, options: SimulateOptions) => {
      const { simulate } = await import("./simulate.ts");
      await simulate(profile, options, { print, signal: interruption() });
    });
}
