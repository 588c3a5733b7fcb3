/** Settings of the doors that a HIS has beside the API. */
import * as z from "zod";
import { NODE_NAME } from "../../sync/origin.ts";
import { siteScope } from "../site_scope.ts";
import { nameSchema } from "../../drivers/profile_parts.ts";

/** A county's sites may each have a HIS. */
const CLIENTS_MAX = 1000;
/** Of one client; a few while it changes them. */
const KEYS_MAX = 16;

const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "k"];

const member = (about: string) => z.string().min(1).max(2000).describe(about);

const jwkMembers = {
  kty: z.enum(["RSA", "EC"]).describe("Its type"),
  kid: z.string().min(1).max(200).describe("Its name, which tokens bear"),
  alg: member("RS384 or ES384").optional(),
  use: member("sig").optional(),
  n: member("Modulus of an RSA key").optional(),
  e: member("Exponent of an RSA key").optional(),
  crv: member("Curve of an EC key: P-384").optional(),
  x: member("First coordinate of an EC key").optional(),
  y: member("Second coordinate of an EC key").optional(),
};

/** Of a file that others write (RFC 7517): what it has beside is passed over, secrets are not. */
export const publicJwk = z.looseObject(jwkMembers)
  .refine((key) => !PRIVATE.some((name) => Object.hasOwn(key, name)), {
    error: "it holds a secret key; want the public one",
  });

const cdsClient = z.strictObject({
  name: nameSchema.describe("What the audit calls it").meta({ examples: ["his"] }),
  issuer: z.string().min(1).max(300).describe("The iss of its tokens")
    .meta({ examples: ["https://his.example/"] }),
  site: z.string().regex(NODE_NAME).optional()
    .describe("At a county, the site that it is of; none: its tokens say, in tenant, within sites")
    .meta({ examples: ["site-017"] }),
  sites: siteScope.optional()
    .describe("At a county, of which sites it may ask where it is not of one: names, or all"),
  jku: z.url().optional().describe("The jku of its tokens, where they have one"),
  keys: z.array(z.strictObject(jwkMembers)).max(KEYS_MAX).default([]).describe(
    "Its public keys, each a JWK",
  ),
  keysFile: z.string().optional().describe("File with more of them, a JWK Set"),
});

export const cds = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "want an address such as https://county-a.example" })
    .describe("Address of this node as its clients know it; their tokens name it in aud"),
  clients: z.array(cdsClient).min(1).max(CLIENTS_MAX).describe("Who may call, by public key"),
});
export type CdsConfig = z.infer<typeof cds>;
