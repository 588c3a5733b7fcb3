/** What a running node has of prescriptions: nothing where it is not configured. */
import type { OpenDesk } from "../domain.ts";
import { CountyDesk, type DeskParts } from "./county_desk.ts";
import { Homes } from "./homes.ts";
import { tokenSigner } from "./life/token.ts";
import { readSources } from "./review_sources.ts";
import { prescriptionRoutes } from "./routes.ts";
import { SiteDesk } from "./site_desk.ts";

export const openPrescriptionDesk: OpenDesk = (node, { links }) => {
  const { config, keystore } = node;
  if (config.prescription === undefined) return {};
  const signer = tokenSigner(keystore.key);
  const parts: DeskParts = {
    node,
    config: config.prescription,
    sources: readSources(config.prescription),
    sign: async (claims) => await (await signer)(claims),
  };
  const desk = config.role === "site" ? new SiteDesk(parts, links) : new CountyDesk(
    parts,
    new Homes({
      own: config.node,
      other: config.peer?.node ?? null,
      isUp: () => links.at(0)?.status().state === "up",
      takeOverMs: config.prescription.takeOverMs,
    }),
  );
  return { routes: prescriptionRoutes(desk), run: (signal) => desk.run(signal) };
};
