/** Opens the port that is named and tells how that ends; a test runs it as a session's leader. */
import { openByteLine } from "./open_byte_line.ts";
import { serialSettings } from "./settings.ts";

const settings = serialSettings.parse({ type: "serial", port: Deno.args[0] });
await using line = await openByteLine(settings);
line.listen(() => {});
const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
print("open");
await line.broken.catch((error) => print(String(error)));
