/** Opens the port that is named and tells how that ends; a test runs it as a session's leader. */
import { openByteLine } from "./open_byte_line.ts";
import { serialSettings } from "./settings.ts";

const settings = serialSettings.parse({ type: "serial", port: Deno.args[0] });
await using line = await openByteLine(settings);
line.listen(() => {});
console.log("open");
await line.broken.catch((error) => console.log(String(error)));
