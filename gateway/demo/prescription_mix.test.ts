import { expect, test } from "vitest";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { configSchema } from "../config.ts";
import { demonstrationSection } from "../prescription/demonstration_section.ts";
import { receive } from "../prescription/intake.ts";
import { verdictOf } from "../prescription/review.ts";
import { readSources } from "../prescription/review_sources.ts";
import { mixedPrescription } from "./prescription_mix.ts";

const SITE = "site-1";

test("P14: each of the mix comes to what it says, by prescribers whom the demo's registry has", () => {
  using folder = new TemporaryFolder();
  const config = configSchema.parse({
    role: "county",
    node: "county-a",
    title: { zh: "甲", en: "A" },
    prescription: demonstrationSection(folder.path, [SITE]),
  });
  if (config.prescription === undefined) throw new Error("There is no such section");
  const sources = readSources(config.prescription);
  const atMs = Date.now();
  const now = { wallMs: atMs, bootId: "b", bootMs: 0, clock: "trusted" } as const;
  for (let index = 0; index < 40; index++) {
    const { expected, text } = mixedPrescription("mix", index, atMs);
    const bytes = new TextEncoder().encode(text);
    const receipt = receive("json", bytes, { contentType: "application/json", now });
    if (receipt.kind === "refused") throw new Error(JSON.stringify(receipt.problem));
    const { prescription } = receipt;
    const subject = { site: SITE, prescription, hash: "0".repeat(64) };
    const { outcome, findings } = verdictOf(sources, subject, {
      mode: "county",
      history: [],
      atMs,
    });
    expect([index, outcome]).toEqual([index, expected]);
    expect(findings.filter(({ level }) => level === "could-not-check")).toEqual([]);
  }
});
