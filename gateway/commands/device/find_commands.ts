/** Commands that find devices, and learn what they say. */
import { type Command, Option } from "commander";
import { TABLES } from "../../../drivers/modbus/profile.ts";
import { print, printProgress } from "../../print.ts";
import { readConfig } from "../../config_file.ts";
import { command, CONFIG_OPTION, interruption, number, type WithConfig } from "../command.ts";
import type { DraftOptions } from "./draft.ts";
import { withLine } from "./line_options.ts";
import type { ProbeOptions } from "./probe.ts";
import type { ReplayOptions } from "./replay.ts";
import type { ScanOptions } from "./scan.ts";

const NO_IDENTITY = ["--no-identity", "do not ask for maker and model (function 43/14)"] as const;

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
    .option(...NO_IDENTITY)
    .option("--profile <name>", "write a profile of that name instead, with its --point options")
    .option(
      "--point <point>",
      "a point of it, again and again: REGISTER:TYPE:ORDER:ID[:UNIT]," +
        " such as 0:float32:CDAB:temperature:Cel, 2:int16/10:ABCD:humidity:%, 3:bool.0:ABCD:door",
      (point: string, before: readonly string[] = []) => [...before, point],
    )
    .option("--write <folder>", "into this folder, such as profilesDir, its example with it")
    .action(async (options: ProbeOptions & DraftOptions) => {
      const { draft, isDraft } = await import("./draft.ts");
      if (isDraft(options)) return print(await draft(options));
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
    .option(...NO_IDENTITY)
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
    .option("--record <file>", "write them into this new file, to be replayed or sent")
    .option("--for <seconds>", "with --record: go on for so long, up to an hour", number, 0)
    .action(async (name: string, options: TraceOptions) => {
      const { recordTrace, traceOf } = await import("./trace.ts");
      const { json = false, record: file, for: seconds } = options;
      const config = readConfig(options.config);
      if (file === undefined) return print(await traceOf(config, name, json));
      const places = { progress: printProgress, signal: interruption() };
      print(await recordTrace(config, name, { file, seconds }, places));
    });

  command(
    device,
    "replay <file>",
    "what the driver makes of recorded exchanges: each poll's points, and their quality",
    "tributary device replay fridge-1.yaml --profile vaccine-fridge",
  )
    .option("--profile <profile>", "a built-in one, or FILE.yaml; none: as the file says")
    .option("--write <file>", "write a new file that says what it came to: a test case")
    .option("--json", "as JSON, for programs")
    .action(async (file: string, options: ReplayOptions) => {
      const { replayFile } = await import("./replay.ts");
      await replayFile(file, options, print);
    });
}

type TraceOptions = WithConfig & { json?: boolean; record?: string; for: number };

function tableOption(): Option {
  return new Option("--table <table>", "where to read").choices(Object.keys(TABLES))
    .default("holding");
}
