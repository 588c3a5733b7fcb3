/** What the definitions of all commands are made of. */
import { Command, InvalidArgumentError, Option } from "commander";

export const CONFIG_OPTION = new Option("-c, --config <file>", "configuration of the node")
  .default("/etc/tributary/tributary.yaml").env("TRIBUTARY_CONFIG");

/** An example stands behind the help of each command. */
export function command(
  program: Command,
  usage: string,
  help: string,
  example: string,
): Command {
  return program.command(usage).description(help).addHelpText("after", `\nExample:\n  ${example}`);
}

/** `tributary device`, to which more than one domain adds. */
export function deviceGroup(program: Command): Command {
  return program.commands.find((one) => one.name() === "device") ?? command(
    program,
    "device",
    "devices: finding and reading them, passwords, simulation",
    "tributary device password",
  );
}

/** An argument that is a number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("want a number of 0 or more");
  }
  return value;
}

/** A signal that aborts on SIGINT or SIGTERM. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => controller.abort());
  }
  return controller.signal;
}

export type WithConfig = { config: string };
