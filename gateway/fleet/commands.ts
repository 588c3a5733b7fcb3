/** Commands that make nodes known to each other, and tell of lost centres. */
import { type Command, Option } from "commander";
import { command, CONFIG_OPTION, number, type WithConfig } from "../commands/command.ts";
import { CommandError } from "../commands/local_api.ts";
import { readConfig } from "../config_file.ts";
import { print } from "../print.ts";

export function addFleetCommands(program: Command): void {
  command(
    program,
    "invite <node>",
    "at a county: a one-time code for a node",
    "tributary invite site-017",
  )
    .addOption(CONFIG_OPTION)
    .addOption(
      new Option("--role <role>", "what it is").choices(["site", "county"]).default("site"),
    )
    .option("--hours <hours>", "how long the code is good", number, 24)
    .action(async (node: string, options: WithConfig & { role: string; hours: number }) => {
      const { askNode } = await import("../commands/local_api.ts");
      const { invitationSchema } = await import("../commands/status.ts");
      const { role, hours } = options;
      const config = readConfig(options.config);
      if (config.role !== "county") {
        throw new CommandError(`"${config.node}" is a site: codes are given out at a county`);
      }
      const answer = await askNode(config, "/api/invitations", { node, role, hours });
      const { code, expiresMs } = invitationSchema.parse(answer);
      print(`${code}\n${node} may enrol with it until ${new Date(expiresMs).toISOString()}:`);
      print(`  tributary enroll ${code}`);
    });

  command(
    program,
    "enroll <code>",
    "make this node known to the county",
    "tributary enroll K7QX-2M4P-9TRA-HW3C",
  )
    .addOption(CONFIG_OPTION)
    .action(async (code: string, { config }: WithConfig) => {
      const { enrollNode } = await import("../commands/enroll.ts");
      const read = readConfig(config);
      print(`${read.node} is enrolled at ${await enrollNode(read, code)}`);
    });
  addCentreCommands(program);
}

function addCentreCommands(program: Command): void {
  const example = 'tributary centre lost county-b --reason "fire, disks destroyed"';
  const help = "at a county: a centre that is gone for good, or is back";
  const centre = command(program, "centre", help, example);
  const words = {
    lost: "no receipt of it is waited for any more, until it is declared returned",
    returned: "it is there again: sites keep what it lacks",
  };
  for (const [word, meaning] of Object.entries(words)) {
    command(centre, `${word} <name>`, meaning, example.replace("lost", word))
      .addOption(CONFIG_OPTION)
      .requiredOption("--reason <text>", "why, for the auditor")
      .action(async (name: string, { config, reason }: WithConfig & { reason: string }) => {
        const { declareCentreBy } = await import("../commands/centre.ts");
        print(await declareCentreBy(readConfig(config), name, word === "lost", reason));
      });
  }
}
