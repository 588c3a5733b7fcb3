/** Commands that find devices and learn what they say. */
import { type Command, Option } from "commander";
import { TABLES } from "../../../drivers/modbus/profile.ts";
import { print } from "../../print.ts";
import { command, number } from "../command.ts";
import { withLine } from "./line_options.ts";
import type { ProbeOptions } from "./probe.ts";

export function addFindCommands(device: Command): void {
  withLine(command(
    device,
    "probe",
    "read registers of a Modbus device once, as every type and byte order",
    "tributary device probe --tcp 10.0.0.5 --unit 1 --table input --address 0 --count 2",
  ))
    .option("--unit <unit>", "unit id (slave address)", number, 1)
    .addOption(
      new Option("--table <table>", "where they are").choices(Object.keys(TABLES))
        .default("holding"),
    )
    .option("--address <address>", "the first one, on the wire: 40001 is holding 0", number, 0)
    .option("--count <count>", "how many", number, 4)
    .action(async (options: ProbeOptions) => {
      const { probe } = await import("./probe.ts");
      print(await probe(options));
    });
}
