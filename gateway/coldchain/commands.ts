import type { Command } from "commander";
import { command, number } from "../commands/command.ts";
import { print } from "../print.ts";
import type { EvaluateOptions } from "./evaluate/evaluate_command.ts";

/** An option that may be given more than once. */
function listed(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

export function addColdchainCommands(program: Command): void {
  const coldchain = command(
    program,
    "coldchain",
    "temperatures of vaccine, medicine and blood",
    "tributary coldchain evaluate --preset strict --csv fridge.csv",
  );
  command(
    coldchain,
    "evaluate",
    "what rules would have said about a history: days and alarms as JSON",
    "tributary coldchain evaluate --preset who-30-day --csv fridge.csv",
  )
    .requiredOption("--csv <file>", "rows of time and temperature (°C), or a Fridge-tag's export")
    .option("--preset <name>", "rules of the product, such as strict or who-30-day")
    .option("--rules <file>", "rules of your own instead, as JSON")
    .option("--zone <zone>", "whose days they are, and of times without one; none: Asia/Shanghai")
    .option("--interval <seconds>", "from one value to the next; none: the median", number)
    .option("--activation <kJ/mol>", "for the mean kinetic temperature; none: 83.144", number)
    .option("--fault-value <number>", "what stands for a broken sensor, such as 85", listed)
    .action(async (options: EvaluateOptions) => {
      const { evaluate } = await import("./evaluate/evaluate_command.ts");
      print(JSON.stringify(evaluate(options), null, 2));
    });
}
