/** Commands that find devices, learn what they say, and play them. */
import type { Command } from "commander";
import { command, deviceGroup } from "../commands/command.ts";
import { addFindCommands } from "../commands/device/find_commands.ts";
import { addSimulateCommand } from "../commands/device/simulate_command.ts";
import { print } from "../print.ts";

export function addDeviceCommands(program: Command): void {
  const device = deviceGroup(program);
  command(
    device,
    "password",
    "a new random password for an MQTT device, and its hash for the configuration",
    "tributary device password",
  ).action(async () => {
    const { newPassword } = await import("../commands/device/password.ts");
    const { hashPassword } = await import("../../drivers/mqtt/password.ts");
    const password = newPassword();
    print(`password:     ${password}\npasswordHash: ${await hashPassword(password)}`);
  });
  addSimulateCommand(device);
  addFindCommands(device);
}
