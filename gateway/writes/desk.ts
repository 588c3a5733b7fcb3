/** What writes to devices while a site runs. */
import type { OpenDesk } from "../domain.ts";
import { writeRoutes } from "./write_api.ts";

export const openWriteDesk: OpenDesk = (_node, { writer }) => {
  if (writer === null) return {};
  return { routes: writeRoutes(writer), run: (signal) => writer.run(signal) };
};
