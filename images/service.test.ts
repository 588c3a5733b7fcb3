import { join } from "node:path";
import { expect, test } from "vitest";

const ANALYZE = "/usr/bin/systemd-analyze";

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

test.skipIf(!isThere(ANALYZE))("systemd finds nothing to say against the unit", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "tributary-unit-" });
  try {
    const unit = Deno.readTextFileSync(join(import.meta.dirname ?? "", "tributary.service"));
    // Only the program is missing here; what it is called with stays.
    const path = join(folder, "tributary.service");
    Deno.writeTextFileSync(path, unit.replace(/^ExecStart=\S+/m, "ExecStart=/bin/sh"));
    const { code, stdout, stderr } = await new Deno.Command(ANALYZE, {
      args: ["verify", path],
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    expect({ code, said }).toEqual({ code: 0, said: "" });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
