/** What a running node has of prescriptions: nothing where it is not configured. */
import type { OpenDesk } from "../domain.ts";
import { CountyDesk, type DeskParts } from "./county_desk.ts";
import { Homes } from "./homes.ts";
import { LifeDesk } from "./life_desk.ts";
import { lifeRoutes } from "./life_routes.ts";
import { tokenSigner } from "./life/token.ts";
import { ReviewDesk } from "./review/review_desk.ts";
import { reviewRoutes } from "./review/review_routes.ts";
import { readSources } from "./review_sources.ts";
import { prescriptionRoutes } from "./routes.ts";
import { SiteDesk } from "./site_desk.ts";
import { TodoDesk } from "./todo_desk.ts";

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
  const life = lifeRoutes(new LifeDesk(node));
  const { warnSeconds, escalateSeconds, awaySeconds, ...reviewing } = config.prescription.review;
  const policy = {
    warnMs: warnSeconds * 1000,
    escalateMs: escalateSeconds * 1000,
    awayMs: awaySeconds * 1000,
    ...reviewing,
  };
  const review = new ReviewDesk({ node, config: policy, sign: parts.sign });
  const reviews = reviewRoutes(review);
  if (config.role === "site") {
    const desk = new SiteDesk(parts, links);
    const routes = [...prescriptionRoutes(desk), ...life, ...reviews];
    return { routes, run: (signal) => allOf([desk, review], signal) };
  }
  const homes = {
    own: config.node,
    other: config.peer?.node ?? null,
    isUp: () => links.at(0)?.status().state === "up",
    takeOverMs: config.prescription.takeOverMs,
  };
  const desk = new CountyDesk(parts, new Homes(homes));
  const todo = new TodoDesk(parts, new Homes(homes));
  const routes = [...prescriptionRoutes(desk), ...life, ...reviews];
  return { routes, run: (signal) => allOf([desk, todo, review], signal) };
};

/** Where one fails, all begin again. */
async function allOf(
  parts: readonly { run(signal: AbortSignal): Promise<void> }[],
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const running = parts.map((part) => part.run(either));
  try {
    await Promise.race(running);
  } finally {
    over.abort();
    await Promise.allSettled(running);
  }
}
