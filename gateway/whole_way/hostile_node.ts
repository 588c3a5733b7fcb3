/** A county that others send anything to: its three doors for prescriptions, and what it keeps. */
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, SignJWT } from "jose";
import * as z from "zod";
import { TemporaryFolder } from "../../sync/fixtures.ts";
import { NodeProcess } from "../fixtures.ts";
import { bundleOf, hookCallOf } from "../prescription/cited/cited_bundle.ts";
import { citedConfig } from "../prescription/cited/cited_sources.ts";
import { citedRows, type SentRow, sentRow } from "../prescription/cited/cited_table.ts";
import { parseDrugList } from "../prescription/drug_list.ts";
import { prescriptionBody } from "../prescription/life/prescription_body.ts";
import { parseMapping } from "../prescription/mapping.ts";

export const SITE = "site-1";
export const DOORS = ["json", "fhir", "cds"] as const;
export type HostileDoor = typeof DOORS[number];

type PrivateKey = GenerateKeyPairResult["privateKey"];

const ISSUER = "https://his.example/";
/** As the HIS knows the node. */
const CDS_URL = "https://node.example";
export const CDS_SERVICE = "/cds-services/prescription-sign";

export const DOOR_PATHS: Readonly<Record<HostileDoor, string>> = {
  json: `/api/prescriptions?site=${SITE}`,
  fhir: `/fhir/$review-prescription?site=${SITE}`,
  cds: CDS_SERVICE,
};

export const DOOR_TYPES: Readonly<Record<HostileDoor, string>> = {
  json: "application/json",
  fhir: "application/fhir+json",
  cds: "application/json",
};

const finding = z.looseObject({
  rule: z.string(),
  level: z.string(),
  text: z.object({ zh: z.string(), en: z.string() }),
});

/** Of an answer in plain JSON: a verdict, or a problem document. */
const plain = z.looseObject({
  outcome: z.string().optional(),
  findings: z.array(finding).optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  faults: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
const issue = z.looseObject({
  diagnostics: z.string(),
  details: z.object({ text: z.string() }),
  expression: z.array(z.string()).optional(),
});
const outcome = z.looseObject({
  resourceType: z.literal("OperationOutcome"),
  issue: issue.array(),
});

/** What came back, whatever the door's form: a refusal's fields, and all its words. */
export interface HostileAnswer {
  readonly status: number;
  readonly fields: readonly string[];
  readonly words: string;
  readonly outcome: string | null;
  readonly findings: readonly z.infer<typeof finding>[];
}

/** Reads a problem document, an OperationOutcome, or an answer that is no refusal. */
export function answerOf(door: HostileDoor, status: number, text: string): HostileAnswer {
  const words = text.replaceAll('\\"', '"');
  const none = { status, fields: [], words, outcome: null, findings: [] };
  if (door === "fhir" && status >= 400) {
    const { issue } = outcome.parse(JSON.parse(text));
    const fields = issue.map(({ expression: [field = ""] = [] }) => field.replace("Bundle.", ""));
    return { ...none, fields };
  }
  if (door === "fhir") return none;
  const { faults = [], outcome: found = null, findings = [] } = plain.parse(JSON.parse(text));
  const fields = faults.length === 0 ? [""] : faults.map(({ field }) => field);
  return { ...none, fields, outcome: found, findings };
}

export class HostileNode implements AsyncDisposable {
  readonly node: NodeProcess;
  readonly codes: ReadonlyMap<string, string>;
  readonly #folder: TemporaryFolder;
  readonly #key: PrivateKey;
  readonly #row = citedRows().find(({ id }) => id === "five drugs");
  #count = 0;

  private constructor(
    folder: TemporaryFolder,
    node: NodeProcess,
    codes: ReadonlyMap<string, string>,
    key: PrivateKey,
  ) {
    this.#folder = folder;
    this.node = node;
    this.codes = codes;
    this.#key = key;
  }

  static async start(): Promise<HostileNode> {
    const folder = new TemporaryFolder();
    const his = await generateKeyPair("ES384");
    const cited = citedConfig(folder.path, SITE, Date.now());
    const drugs = parseDrugList(Deno.readTextFileSync(cited.drugs));
    const mapping = parseMapping(Deno.readTextFileSync(cited.mappings[0]), drugs);
    const codes = new Map([...mapping.codes.drugs].map(([code, drug]) => [drug, code]));
    const keys = [{ ...await exportJWK(his.publicKey), kid: "k-1", alg: "ES384" }];
    const cds = { url: CDS_URL, clients: [{ name: "his", issuer: ISSUER, site: SITE, keys }] };
    const prescription = { ...cited, perSecond: 100_000, burst: 100_000, cds };
    const more = { prescription };
    const node = new NodeProcess(folder.path, { name: "county-a", role: "county", more });
    await node.start();
    return new HostileNode(folder, node, codes, his.privateKey);
  }

  /** A good prescription of a number and a patient that nothing had before. */
  fresh(): SentRow {
    if (this.#row === undefined) throw new Error("Cannot find the prescription that passes");
    return sentRow(this.#row, {
      trial: `t-${this.#count++}`,
      codes: this.codes,
      nowMs: Date.now(),
    });
  }

  /** A good prescription as the door takes it. */
  good(door: HostileDoor): object {
    const row = this.fresh();
    if (door === "json") return row;
    return door === "fhir" ? bundleOf(row) : hookCallOf(row, crypto.randomUUID());
  }

  async headers(door: HostileDoor): Promise<Record<string, string>> {
    const type = { "content-type": DOOR_TYPES[door] };
    if (door !== "cds") return type;
    const seconds = Math.floor(Date.now() / 1000);
    const claims = { iss: ISSUER, aud: `${CDS_URL}${CDS_SERVICE}`, jti: crypto.randomUUID() };
    const token = await new SignJWT({ ...claims, iat: seconds, exp: seconds + 60 })
      .setProtectedHeader({ alg: "ES384", typ: "JWT", kid: "k-1" }).sign(this.#key);
    return { ...type, authorization: `Bearer ${token}` };
  }

  /** Sends bytes to a door as a HIS does, with other headers where they are named. */
  async send(
    door: HostileDoor,
    body: BodyInit,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HostileAnswer> {
    const answer = await this.node.fetch(DOOR_PATHS[door], {
      method: "POST",
      body,
      headers: { ...await this.headers(door), ...headers },
      token: door !== "cds",
    });
    return answerOf(door, answer.status, await answer.text());
  }

  /** What is on its disk: positions of all streams. */
  async stored(): Promise<string> {
    return (await this.node.positionsOf("county-a")).join("\n");
  }

  /** Each prescription that it holds, by its number. */
  async held(): Promise<Map<string, string>> {
    const entries = await this.node.entriesOf("county-a", `to:${SITE}`);
    const bodies = entries.filter(({ kind }) => kind === "prescription")
      .map(({ body }) => prescriptionBody.parse(body));
    return new Map(bodies.map(({ prescription: { id }, hash }) => [id, hash]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}
