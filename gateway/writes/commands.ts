/** The command that writes to a device. */
import type { Command } from "commander";
import { command, CONFIG_OPTION, deviceGroup, type WithConfig } from "../commands/command.ts";
import type { WriteOptions } from "../commands/device/write.ts";
import { readConfig } from "../config_file.ts";
import { complain, print } from "../print.ts";

export function addWriteCommand(program: Command): void {
  command(
    deviceGroup(program),
    "write <name> <point> <value>",
    "write one value that profile and configuration permit; it is read back, and stands in the audit",
    'tributary device write fridge-1 setpoint 4.5 --reason "too cold since the repair"',
  )
    .addOption(CONFIG_OPTION)
    .requiredOption("--reason <text>", "why, for the auditor")
    .option("--id <id>", "of an earlier try: tells what became of it, and sends nothing again")
    .action(async (
      name: string,
      point: string,
      value: string,
      { config, ...options }: WithConfig & WriteOptions,
    ) => {
      const { writePoint } = await import("../commands/device/write.ts");
      print(await writePoint(readConfig(config), [name, point, value], options, complain));
    });
}
