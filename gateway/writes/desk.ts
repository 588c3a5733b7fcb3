/** What writes to devices while a site runs. */
import type { OpenDesk } from "../domain.ts";
import { DeviceWriter } from "./device_writer.ts";
import { writeRoutes } from "./write_api.ts";

export const openWriteDesk: OpenDesk = (node, { sources }) => {
  const { config } = node;
  if (config.role !== "site") return {};
  const writer = new DeviceWriter(config, sources, { ...node, admission: node.disk });
  return { routes: writeRoutes(writer), run: (signal) => writer.run(signal) };
};
