/** A bag and a box that come to the store of a site, and the manifest that they leave on. */
import { scaled, Story } from "../fixture_waste.ts";

export const NUMBER = "20263401000001";

export const site = new Story("site");
export const store = [
  site.sealed("B1"),
  site.sealed("B2", { weight: scaled(2500, "s.1-0/reading/2") }),
  site.boxed("L1", ["B2"]),
  site.handover(["B1"], { loads: ["L1"] }),
  site.stored(["B1"], { loads: ["L1"], weight: scaled(6500) }),
];
export const draft = site.manifest(["B1"], { loads: ["L1"] });
export const numbered = site.numbered(NUMBER);
