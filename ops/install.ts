/** `./install` of what `deno task build` made: makes it a service of this machine. */
import { parseArgs } from "node:util";
import { install, type Installation, objection } from "./installation.ts";

const HELP = `./install [--root FOLDER] [--role site|county]
  --root   install into the root folder of an image; nothing is started there
  --role   what the example of a configuration is for; site by default
  --from   what the build made; the folder of ./install by default`;

function parseRole(text: string): Installation["role"] {
  if (text === "site" || text === "county") return text;
  throw new Error(`Cannot install the role "${text}": want site or county`);
}

/** Whether systemd runs this machine (sd_booted(3)). */
async function isBooted(): Promise<boolean> {
  return await Deno.stat("/run/systemd/system").then((entry) => entry.isDirectory, () => false);
}

/** Returns the exit code: 0 done, 2 the command is wrong; throws what failed. */
async function main(args: readonly string[], say: Installation["say"]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: "string" },
      root: { type: "string", default: "/" },
      role: { type: "string", default: "site" },
      help: { type: "boolean", default: false },
    },
  });
  const { from, root, role, help } = values;
  if (help || from === undefined) {
    say(HELP);
    return help ? 0 : 2;
  }
  const against = objection(root, Deno.uid(), await isBooted());
  if (against !== null) throw new Error(`Cannot install into "${root}": ${against}`);
  await install({ from, root, role: parseRole(role), say });
  return 0;
}

if (import.meta.main) {
  const say = (text: string) => {
    Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  };
  try {
    Deno.exitCode = await main(Deno.args, say);
  } catch (error) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${error}\n`));
    Deno.exitCode = 1;
  }
}
