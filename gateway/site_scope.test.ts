import { describe, expect, test } from "vitest";
import { ConfigError, parseConfig } from "./config_file.ts";
import { includesSite, refusalForAll, refusalForSite, type SiteScope } from "./site_scope.ts";

const NODE = "node: site-1\ntitle: { zh: 站点, en: Site }\n";

/** `line:column path: message` of every fault. */
function told(text: string): string[] {
  try {
    parseConfig(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, line, column, message }) =>
      `${line}:${column} ${path}: ${message}`
    );
  }
  return [];
}

describe("P9: who may ask of some sites", () => {
  const [all, some, none]: SiteScope[] = ["all", ["site-1", "site-2"], []];

  test("asks of those, who may of all of any, and who may of none of none", () => {
    const of = (site: string | null) =>
      [all, some, none].map((one) => refusalForSite(one, site) === null);
    expect([of("site-1"), of("site-3"), of(null)]).toEqual([
      [true, true, false],
      [true, false, false],
      [true, true, false],
    ]);
    expect([all, some, none].map((one) => refusalForAll(one) === null)).toEqual([
      true,
      false,
      false,
    ]);
    expect([all, some, none].map((one) => includesSite(one, "site-2"))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("hears which those are, as far as that can be read", () => {
    const many = ["a", "b", "c", "d", "e", "f"];
    expect(refusalForSite(many, "g")?.detail).toBe(
      'asked was "g"; it is for a, b, c, d, e and others',
    );
    expect(refusalForSite([], null)?.detail).toContain("made before tokens named their sites");
  });
});

test("P9: at a county, who is told or may ask without saying of which sites", () => {
  const section = (sites: string) =>
    `prescription:\n  packs: [a]\n  signers: [${"a".repeat(43)}]\n  drugs: a\n  mappings: [a]\n` +
    `  patientKeyFile: a\n  webhook: { url: "https://his.example", secretFile: a${sites} }\n` +
    `  cds:\n    url: "https://a.example"\n    clients:\n` +
    `      - { name: his, issuer: a, keysFile: a${sites} }\n`;
  const county = `role: county\n${NODE}`;
  expect(told(`${county}${section("")}`)).toEqual([
    '10:3 prescription.webhook: at a county it needs sites: names of them, or "all"',
    "14:9 prescription.cds.clients[0]: at a county it needs sites: names of them, " +
    'or "all", or the one site that it is of',
  ]);
  for (const sites of [", sites: all", ", sites: [site-1]"]) {
    expect(told(`${county}${section(sites)}`)).toEqual([]);
    expect(told(`role: site\n${NODE}${section("")}`)).toEqual([]);
  }
});
