import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { range, TemporaryFolder } from "../sync/fixtures.ts";
import { ConfigError, type Fault, parseConfig, readConfig } from "./config_file.ts";
import { exampleYaml } from "./config_schema.ts";

const NODE = "node: site-1\ntitle: { zh: 站点, en: Site }\n";
const SITE = `role: site\n${NODE}`;
const PASSWORD_HASH = `$scrypt$ln=12,r=8,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;

function faultsOf(text: string): readonly Fault[] {
  try {
    parseConfig(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

/** `line:column path: message` of every fault. */
function told(text: string): string[] {
  return faultsOf(text).map(({ path, line, column, message }) =>
    `${line}:${column} ${path}: ${message}`
  );
}

describe("one fault", () => {
  test.each([
    [
      "an unknown key is told with the nearest known one",
      `${SITE}http: { prt: 80 }\n`,
      '4:9 http.prt: there is no setting "prt"; did you mean "port"?',
    ],
    [
      "an unknown key that resembles none is told without a guess",
      `${SITE}colour: red\n`,
      '4:1 colour: there is no setting "colour"',
    ],
    [
      "a wrong type is told with what was found and what is wanted",
      `${SITE}http: { port: "80" }\n`,
      '4:9 http.port: found "80"; want a number',
    ],
    [
      "a number out of bounds is told with the bound",
      `${SITE}journal: { segmentMiB: 2000 }\n`,
      "4:12 journal.segmentMiB: found 2000; want 1024 or less",
    ],
    [
      "a fraction where a whole number is wanted",
      `${SITE}http: { port: 80.5 }\n`,
      "4:9 http.port: found 80.5; want a whole number",
    ],
    [
      "what is no number at all",
      `${SITE}journal: { retentionDays: .nan }\n`,
      "4:12 journal.retentionDays: found NaN; want a number",
    ],
    ["an empty text", `${SITE}dataDir: ""\n`, '4:1 dataDir: found ""; want 1 character or more'],
    ["a key without a value", `${SITE}keyFile:\n`, "4:1 keyFile: found null; want text"],
    [
      "a choice that is none",
      `${SITE}journal: { hash: sha255 }\n`,
      '4:12 journal.hash: there is no hash "sha255"; did you mean "sha256"? (want sha256 or sm3)',
    ],
    [
      "an unknown role",
      `role: cuonty\n${NODE}`,
      '1:1 role: there is no role "cuonty"; did you mean "county"? (want site or county)',
    ],
    [
      "an unknown driver is told with the nearest one",
      `${SITE}sources:\n  - { name: a, driver: modbuss, settings: {} }\n`,
      '5:16 sources[0].driver: there is no driver "modbuss"; did you mean "modbus"? ' +
      "(want mqtt-broker or mqtt-client or modbus or scale or printer)",
    ],
    [
      "X7: an address that others hear needs tls",
      `${SITE}http:\n  host: 0.0.0.0\n`,
      '5:3 http.host: "0.0.0.0" can be heard by others: it needs http.tls',
    ],
    [
      "X7: a centre is not reached in clear text",
      `${SITE}counties:\n  - { node: county-a, url: "http://10.0.0.1" }\n`,
      "5:23 counties[0].url: want https: http is for this machine itself",
    ],
    [
      "a centre's address is one",
      `${SITE}counties:\n  - { node: county-a, url: "ftp://10.0.0.1" }\n`,
      '5:23 counties[0].url: found "ftp://10.0.0.1"; ' +
      "want an address such as https://county-a.example",
    ],
    [
      "a centre that is the node itself",
      `role: county\n${NODE}peer: { node: site-1, url: "https://a.example" }\n`,
      '4:9 peer.node: "site-1" is this node itself; want another one',
    ],
    [
      "C12: a site permits no write that the profile does not declare",
      `${SITE}sources:
  - name: a
    driver: modbus
    settings:
      connection: { type: tcp, host: 10.0.0.5 }
      devices: [{ id: a, profile: vaccine-fridge, writes: [setpoint] }]
`,
      '9:60 sources[0].settings.devices[0].writes[0]: found "setpoint"; ' +
      'want a point that "vaccine-fridge" declares as writable: none',
    ],
    [
      "a folder of profiles that is not there",
      `${SITE}profilesDir: /nowhere/at/all\n`,
      "4:1 profilesDir: No such file or directory (os error 2): readdir '/nowhere/at/all'",
    ],
  ])("%s", (_rule, text, fault) => {
    expect(told(text)).toEqual([fault]);
  });

  test("X7: clear text on this machine itself, and tls for all others, are no faults", () => {
    const centres = [
      '{ node: county-a, url: "http://127.0.0.1:8443" }',
      '{ node: county-b, url: "https://b.example" }',
    ];
    expect(told(`${SITE}counties: [${centres}]\n`)).toEqual([]);
    const http = "http: { host: 0.0.0.0, tls: { certificate: c.pem, key: k.pem } }";
    expect(told(`${SITE}${http}\n`)).toEqual([]);
  });
});

describe("names", () => {
  const device = (id: string, profile: string) => `{ id: ${id}, profile: ${profile} }`;
  const modbus = (name: string, ...devices: string[]) =>
    `  - name: ${name}
    driver: modbus
    settings: { connection: { type: tcp, host: h }, devices: [${devices.join(", ")}] }\n`;
  const client = (username: string, ...devices: string[]) =>
    `{ username: ${username}, passwordHash: "${PASSWORD_HASH}", devices: [${devices}] }`;

  test("of lines, devices, centres and clients stand once", () => {
    const clients = [
      client("u", device("th-1", "temperature-humidity")),
      client("u", device("fridge-1", "temperature-humidity")),
    ];
    const text = `${SITE}sources:
${
      modbus(
        "line",
        device("fridge-1", "vaccine-fridge"),
        device("fridge-1", "vaccine-fridge, unit: 2"),
      )
    }
${modbus("line", device("fridge-2", "vaccine-fridge"))}
  - { name: broker, driver: mqtt-broker, settings: { clients: [${clients.join(", ")}] } }
counties:
  - { node: county-a, url: "https://a.example" }
  - { node: county-a, url: "https://b.example" }\n`;
    expect(faultsOf(text).map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'sources[0].settings.devices[1].id: another device is called "fridge-1" already',
      'sources[1].name: another line is called "line" already',
      'sources[1].settings.connection.host: the line "line" has h:502 already; ' +
      "a line has one owner: put its devices there",
      'sources[2].settings.clients[1].username: another client is called "u" already',
      'sources[2].settings.clients[1].devices[0].id: another device is called "fridge-1" already',
      'counties[1].node: another centre is called "county-a" already',
    ]);
  });

  test.each([
    ["vaccine-frige", 'there is no profile "vaccine-frige"; did you mean "vaccine-fridge"?'],
    ["thermometer", 'there is no profile "thermometer"'],
    ["temperature-humidity", '"temperature-humidity" speaks mqtt; want modbus'],
    ["42", "found 42; want the name of a profile"],
    ["{ protocol: modbus }", 'found {"protocol":"modbus"}; want the name of a profile'],
  ])("profile %s is told once, at its place", (profile, message) => {
    const path = "sources[0].settings.devices[0].profile";
    expect(faultsOf(`${SITE}sources:\n${modbus("a", device("fridge-1", profile))}`)).toEqual([
      { path, line: 7, column: 79, message },
    ]);
  });

  test("a device without a profile is told what is missing", () => {
    const [fault] = faultsOf(`${SITE}sources:\n${modbus("a", "{ id: fridge-1 }")}`);
    expect(fault.path).toBe("sources[0].settings.devices[0].profile");
    expect(fault.message).toBe("it is missing; want the name of a profile");
  });

  test("a profile of the site's own folder is known, and what is wrong with it is told", () => {
    using folder = new TemporaryFolder();
    const builtIn = new URL("../drivers/profiles/vaccine-fridge.yaml", import.meta.url);
    const profile = Deno.readTextFileSync(builtIn)
      .replace("profile: vaccine-fridge", "profile: our-fridge");
    const file = join(folder.path, "our-fridge.yaml");
    Deno.writeTextFileSync(file, profile);
    const text = `${SITE}profilesDir: ${folder.path}
sources:\n${modbus("a", device("fridge-1", "our-fridge"))}`;
    expect(told(text)).toEqual([]);
    Deno.writeTextFileSync(file, profile.replace("intervalSeconds: 10", "intervalSeconds: -1"));
    const [inFolder, unknown] = faultsOf(text);
    expect(inFolder).toMatchObject({ path: "profilesDir", line: 4 });
    expect(inFolder.message).toContain('Cannot use profile "our-fridge.yaml"');
    expect(unknown.message).toBe('there is no profile "our-fridge"');
  });
});

describe("all of it", () => {
  test("every fault is told at once, in the order of the file", () => {
    const text = `role: site
node: Site 1
title: { zh: 站点 }
htpp: { port: 80 }
journal: { hash: md5, segmentMiB: 0 }
counties:
  - { node: county-a, url: "http://county.example" }
sources:
  - { name: a, driver: modbus, settings: { connection: { type: rtu }, devices: [] } }
  - { driver: mqtt-broker, settings: { port: 99999 } }
`;
    expect(told(text)).toEqual([
      '2:1 node: found "Site 1"; want a-z, 0-9 and -, beginning with a letter',
      "3:1 title.en: it is missing; want text",
      '4:1 htpp: there is no setting "htpp"; did you mean "http"?',
      '5:12 journal.hash: there is no hash "md5" (want sha256 or sm3)',
      "5:23 journal.segmentMiB: found 0; want 1 or more",
      "7:23 counties[0].url: want https: http is for this machine itself",
      '9:58 sources[0].settings.connection.type: there is no type "rtu" (want tcp or serial or rtu-over-tcp)',
      "9:71 sources[0].settings.devices: found []; want 1 item or more",
      "10:5 sources[1].name: it is missing; want text",
      "10:40 sources[1].settings.port: found 99999; want 65535 or less",
    ]);
  });

  test("without a role, or a driver, the key that was meant for it is told as well", () => {
    expect(told(`rolle: site\n${NODE}sources: []\n`)).toEqual([
      "1:1 role: it is missing; want site or county",
      '1:1 rolle: there is no setting "rolle"; did you mean "role"?',
    ]);
    expect(told(`${SITE}sources:\n  - { name: a, diver: modbus }\n`)).toEqual([
      "5:5 sources[0].driver: it is missing; want mqtt-broker or mqtt-client or modbus or scale or printer",
      '5:16 sources[0].diver: there is no setting "diver"; did you mean "driver"?',
    ]);
  });

  test("the message names file, line, column and path of each", () => {
    const run = () => parseConfig("role: site\nnode: x\nnote: 1\n", "etc/tributary.yaml");
    expect(run).toThrow(
      'Cannot use the configuration "etc/tributary.yaml":\n' +
        "  etc/tributary.yaml:1:1  title: it is missing; want a map\n" +
        '  etc/tributary.yaml:3:1  note: there is no setting "note"; did you mean "node"?',
    );
  });
});

describe("what is no YAML", () => {
  test.each([
    ["a tab", "role: site\n\tnode: x\n", "2:1 : Tabs are not allowed as indentation"],
    ["a key that stands twice", "role: site\nrole: site\n", "2:1 : Map keys must be unique"],
    [
      "two documents",
      "role: site\n---\nrole: site\n",
      "2:1 : a second document begins here; want one",
    ],
    [
      "an alias of nothing",
      "role: site\nnode: *name\n",
      '2:7 : there is no anchor "name" before it',
    ],
    ["an alias within itself", "sources: &s\n  - *s\n", '2:5 : "s" would stand within itself'],
    ["nothing", "", "1:1 : found null; want a map"],
    ["only comments", "# role: site\n", "1:1 : found null; want a map"],
    ["a list", "- role: site\n", '1:1 : found [{"role":"site"}]; want a map'],
  ])("%s is told with its place", (_what, text, fault) => {
    expect(told(text)).toEqual([fault]);
  });

  test("aliases of aliases do not multiply beyond all memory", () => {
    const lines = range(1, 9).map((n) => `a${n}: &a${n} [${Array(9).fill(`*a${n - 1}`)}]`);
    const faults = told(`a0: &a0 x\n${lines.join("\n")}\n`);
    expect(faults).toEqual([
      "1:1 : " + "Excessive alias count indicates a resource exhaustion attack",
    ]);
  });

  test("a file that is missing, or a folder, is told with its name", () => {
    using folder = new TemporaryFolder();
    const missing = join(folder.path, "tributary.yaml");
    expect(() => readConfig(missing)).toThrow(ConfigError);
    expect(() => readConfig(missing)).toThrow(`${missing}:1:1  No such file or directory`);
    expect(() => readConfig(folder.path)).toThrow(`${folder.path}:1:1  Is a directory`);
  });
});

test("a serial port or a converter has one owner, by whatever name it is called", () => {
  using folder = new TemporaryFolder();
  const alias = join(folder.path, "usb-1a86");
  Deno.symlinkSync("/dev/null", alias);
  const line = (name: string, connection: string, driver = "modbus", profile = "vaccine-fridge") =>
    `  - name: ${name}
    driver: ${driver}
    settings:
      connection: ${connection}
      devices: [{ id: d-${name}, profile: ${profile} }]\n`;
  const scale = (name: string, connection: string) => line(name, connection, "scale", "yaohua-a9");
  const text = `${SITE}sources:
${line("a", "{ type: serial, port: /dev/null }")}
${line("b", `{ type: serial, port: ${alias} }`)}
${line("c", "{ type: rtu-over-tcp, host: Converter, port: 4196 }")}
${line("d", "{ type: tcp, host: converter, port: 4196 }")}
${line("e", "{ type: serial, port: /dev/ttyUSB9 }")}
${line("f", "{ type: serial, port: /dev/ttyUSB8 }")}
${scale("g", `{ type: serial, port: ${alias} }`)}
${scale("h", "{ type: serial, port: /dev/ttyUSB9 }")}
${scale("i", "{ type: socket, host: converter, port: 4196 }")}`;
  const owned = "a line has one owner: put its devices there";
  expect(faultsOf(text).map(({ path, message }) => `${path}: ${message}`)).toEqual([
    `sources[1].settings.connection.port: the line "a" has ${alias} (/dev/null) already; ${owned}`,
    `sources[3].settings.connection.host: the line "c" has converter:4196 already; ${owned}`,
    `sources[6].settings.connection.port: the line "a" has ${alias} (/dev/null) already; ${owned}`,
    `sources[7].settings.connection.port: the line "e" has /dev/ttyUSB9 already; ${owned}`,
    `sources[8].settings.connection.host: the line "c" has converter:4196 already; ${owned}`,
  ]);
});

test("anchors and aliases may save an operator some typing", () => {
  const text = `${SITE}sources:
  - name: a
    driver: modbus
    settings: &line
      connection: { type: tcp, host: 127.0.0.1 }
      devices: [{ id: fridge-1, profile: &p vaccine-fridge }, { id: f-2, unit: 2, profile: *p }]
  - { name: b, driver: modbus, settings: *line }
`;
  expect(told(text)).toEqual([
    '10:32 sources[1].settings.devices[0].id: another device is called "fridge-1" already',
    '10:32 sources[1].settings.devices[1].id: another device is called "f-2" already',
    '10:32 sources[1].settings.connection.host: the line "a" has 127.0.0.1:502 already; ' +
    "a line has one owner: put its devices there",
  ]);
});

/** A configuration with every setting that there is, of which some are wrong. */
function everySetting(role: "site" | "county"): string {
  return exampleYaml(role).replaceAll(/^(\s*)# (-|[a-zA-Z]+:(?: .*)?)$/gm, "$1$2");
}

const PIECES = [
  ..."*&!|>%@`{}[],:#-?'\"\\ \t\n\r\0…",
  "&a ",
  "*a",
  "<<: *a",
  "!!binary ",
  "!!set ",
  ": ",
  "- ",
  "---\n",
  "...\n",
  "? ",
  "~",
  "null",
  "-0",
  ".inf",
  "0x10",
  "1e999",
  "__proto__: ",
  "constructor",
  "profile: ",
  "sources:\n",
];

/** Replaces some characters at some place by a piece. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })),
});

test("whatever is done to a configuration, it is used or its faults have places in it", () => {
  const originals = [everySetting("site"), everySetting("county"), exampleYaml("site")];
  const document = fc.tuple(
    fc.constantFrom(...originals),
    fc.array(mutation, { minLength: 1, maxLength: 4 }),
  );
  fc.assert(
    fc.property(document, ([original, mutations]) => {
      const text = mutations.reduce((text, { at, length, piece }) => {
        const from = Math.floor(at * text.length);
        return text.slice(0, from) + piece + text.slice(from + length);
      }, original);
      const lines = text.split(/\r\n|\r|\n/).length;
      for (const { line, column, message } of faultsOf(text)) {
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThan(0);
        expect(message).not.toBe("");
      }
    }),
    { numRuns: 300 },
  );
});
