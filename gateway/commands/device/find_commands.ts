/** Commands that find devices, learn what they say, and write to them. */
import { type Command, Option } from "commander";
import { TABLES } from "../../../drivers/modbus/profile.ts";
import { complain, print, printProgress } from "../../print.ts";
import { readConfig } from "../../config_file.ts";
import { command, CONFIG_OPTION, interruption, number, type WithConfig } from "../command.ts";
import { withLine } from "./line_options.ts";
import type { ProbeOptions } from "./probe.ts";
import type { ScanOptions } from "./scan.ts";
import type { WriteOptions } from "./write.ts";

export function addFindCommands(device: Command): void {
  withLine(command(
    device,
    "probe",
    "read registers of a Modbus device once, as every type and byte order",
    "tributary device probe --tcp 10.0.0.5 --unit 1 --table input --address 0 --count 2",
  ))
    .option("--unit <unit>", "unit id (slave address)", number, 1)
    .addOption(tableOption())
    .option("--address <address>", "the first one, on the wire: 40001 is holding 0", number, 0)
    .option("--count <count>", "how many", number, 4)
    .action(async (options: ProbeOptions) => {
      const { probe } = await import("./probe.ts");
      print(await probe(options));
    });

  withLine(command(
    device,
    "scan",
    "which units answer on a line, or on hosts given with commas: one register is read of each",
    "tributary device scan --serial /dev/ttyUSB0 --baud 9600 --units 1-32",
  ))
    .requiredOption("--units <units>", "units to ask, such as 1-32 or 1,5,9")
    .addOption(tableOption())
    .option("--address <address>", "the register that is read, on the wire", number, 0)
    .action(async (options: ScanOptions) => {
      const { scan } = await import("./scan.ts");
      await scan(options, { print, progress: printProgress, signal: interruption() });
    });

  command(
    device,
    "trace <name>",
    "the last exchanges of the running node with a Modbus device, as bytes and in words",
    "tributary device trace fridge-1",
  )
    .addOption(CONFIG_OPTION)
    .option("--json", "as JSON, for programs")
    .action(async (name: string, { config, json }: WithConfig & { json?: boolean }) => {
      const { traceOf } = await import("./trace.ts");
      print(await traceOf(readConfig(config), name, json ?? false));
    });

  command(
    device,
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
      const { writePoint } = await import("./write.ts");
      print(await writePoint(readConfig(config), [name, point, value], options, complain));
    });
}

function tableOption(): Option {
  return new Option("--table <table>", "where to read").choices(Object.keys(TABLES))
    .default("holding");
}
