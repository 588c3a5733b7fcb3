/** Of what an entry about waste speaks, and by whom. */
import * as z from "zod";

const CODE_LENGTH_MAX = 64;
const NAME_LENGTH_MAX = 100;
const TEXT_LENGTH_MAX = 500;
/** Bags that one entry moves: a day of a township (200) and room for a store that waited. */
export const BAGS_MAX = 500;
/** Loads that one entry moves: the boxes of a lorry. */
export const LOADS_MAX = 200;
/** Entries that one entry may name as those that it follows. */
export const AFTER_MAX = BAGS_MAX + LOADS_MAX;

export const code = z.string().min(1).max(CODE_LENGTH_MAX);
/** Words of a person: a reason, an explanation. */
export const words = z.string().trim().min(1).max(TEXT_LENGTH_MAX);
/** SHA-256 of a file in the store of blobs, in hexadecimal digits. */
export const blobHash = z.string().regex(/^[0-9a-f]{64}$/, "want 64 hexadecimal digits");
/** `origin/stream/seq` of an entry that is evidence. */
export const place = z.string().regex(/^[^/\s]{1,100}\/[a-z:0-9-]{1,64}\/[1-9]\d{0,15}$/);

/** Every entry: its own id, and the site whose person made it (its node, without its life). */
export const subject = { id: code, site: code };

/** Who holds waste: a ward, a person on the way, a store, a vehicle, the disposer. */
export const CUSTODIANS = ["ward", "person", "store", "vehicle", "disposer"] as const;
export const custodian = z.object({
  kind: z.enum(CUSTODIANS),
  id: code,
  name: z.string().max(NAME_LENGTH_MAX).optional(),
});
export type Custodian = z.infer<typeof custodian>;

export function custodianKey({ kind, id }: Custodian): string {
  return `${kind}/${id}`;
}

/** What a move takes along: bags by their labels, and loads (one filling of one box) as a whole. */
export const movedFields = {
  bags: z.array(code).max(BAGS_MAX),
  loads: z.array(code).max(LOADS_MAX),
  /** Ids of the entries that last moved these, as far as whoever wrote this knew of them. */
  after: z.array(code).max(AFTER_MAX),
};

export function movesNothing({ bags, loads }: {
  readonly bags: readonly string[];
  readonly loads: readonly string[];
}): boolean {
  return bags.length + loads.length === 0;
}

export const NOTHING_MOVED = { path: ["bags"], error: "name at least one bag or load" };
