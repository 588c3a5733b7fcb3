/**
 * The transfer manifest 危险废物转移联单 as its national form has it (危险废物转移管理办法, 2021
 * 令第23号, and its model form; rule W8): who gives, carries and takes what. Times of leaving and
 * arriving and the disposer's receipt are entries of their own.
 */
import * as z from "zod";
import { CATEGORY_CODES } from "../category.ts";
import { confirmation, confirmations } from "./confirmation.ts";
import {
  BAGS_MAX,
  blobHash,
  code,
  custodian,
  LOADS_MAX,
  movesNothing,
  NOTHING_MOVED,
  subject,
} from "./subject.ts";

const TEXT_LENGTH_MAX = 200;
const REPLACED_MAX = 50;

/** Of the form: a draft may still lack it, and is then no manifest yet. */
const text = z.string().trim().max(TEXT_LENGTH_MAX);
const phone = z.string().trim().max(30).regex(/^[\d+() -]*$/, "want a telephone number");

/** 移出信息. */
const consignor = z.object({
  name: text,
  address: text,
  emergencyPhone: phone,
  handler: text,
  phone,
});

/** 运输信息. */
const carrier = z.object({
  name: text,
  /** 营运证件号. */
  licence: text,
  address: text,
  phone,
  driver: text,
  driverPhone: phone,
  /** 运输工具: kind of vehicle. */
  vehicle: text,
  /** 牌号. */
  plate: text,
  origin: text,
  /** 经由地. */
  via: text,
  destination: text,
});

/** 接受信息. */
const receiver = z.object({
  name: text,
  /** 危险废物经营许可证编号. */
  permit: text,
  address: text,
  handler: text,
  phone,
  /** 拟利用处置方式, such as D10. */
  method: text,
});

export const WASTE_FORMS = ["solid", "semi-solid", "liquid", "gas"] as const;

/** What the form says of one category beside its weight. */
const line = z.object({
  category: z.enum(CATEGORY_CODES),
  /** 形态. */
  form: z.enum(WASTE_FORMS),
  /** 有害成分名称. */
  components: text,
  /** 包装方式. */
  packaging: text,
});

/** Body of a `waste-manifest`: a draft, until the national system's number comes. */
export const manifestBody = z.object({
  ...subject,
  /** Our own id of it. */
  manifest: code,
  /** Ids of earlier drafts of this manifest that it replaces. */
  replaces: z.array(code).max(REPLACED_MAX),
  /** The store that it is handed over from. */
  store: custodian,
  consignor,
  carrier,
  receiver,
  lines: z.array(line).max(CATEGORY_CODES.length)
    .refine((lines) => new Set(lines.map(({ category }) => category)).size === lines.length, {
      error: "each category stands in one line",
    }),
  bags: z.array(code).max(BAGS_MAX),
  loads: z.array(code).max(LOADS_MAX),
  confirmations,
}).refine((body) => !movesNothing(body), NOTHING_MOVED)
  .refine(({ store }) => store.kind === "store", { path: ["store"], error: "want a store" });
export type ManifestBody = z.infer<typeof manifestBody>;

/** Body of a `waste-manifest-number`: the national system's number, entered or received. */
export const manifestNumberBody = z.object({
  ...subject,
  manifest: code,
  number: z.string().regex(/^\d{14}$/, "want 14 digits"),
  how: z.enum(["entered", "received"]),
  /** The paper or the screen that it was read from. */
  evidence: blobHash.optional(),
  confirmation,
});
export type ManifestNumberBody = z.infer<typeof manifestNumberBody>;
