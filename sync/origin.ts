/**
 * An origin is a node and one of its lives: `site-017.3-9f2c41d08a7be655`. The counter orders
 * the lives of one node; the 64 random bits keep two lives apart that were given the same
 * counter, as after the restore of an old disk image.
 */

/** Node names: what stands in configuration, invitations and before the dot of an origin. */
export const NODE_NAME = /^[a-z][a-z0-9-]{0,62}$/;

const ORIGIN = /^([a-z][a-z0-9-]{0,62})\.([1-9][0-9]{0,14})-([0-9a-f]{16})$/;

export interface Life {
  readonly node: string;
  /** 1 for the first life of a node. */
  readonly life: number;
  /** 16 lower-case hexadecimal digits. */
  readonly nonce: string;
}

export function formatOrigin({ node, life, nonce }: Life): string {
  return `${node}.${life}-${nonce}`;
}

/** The parts of an origin, or `null` where the text is none. */
export function parseOrigin(origin: string): Life | null {
  const match = ORIGIN.exec(origin);
  if (match === null) return null;
  return { node: match[1], life: Number(match[2]), nonce: match[3] };
}

/** The life of an origin; 0, which comes before all, where there is none. */
export function lifeOf(origin: string | null | undefined): number {
  return parseOrigin(origin ?? "")?.life ?? 0;
}

/**
 * Whether `latest`, a life of this node that others hold, was written by another box: it is none
 * of those `held` here, and not before `own`. What this box writes has to come after it.
 */
export function isOvertaken(
  own: string,
  held: readonly { readonly origin: string }[],
  latest: string | null | undefined,
): boolean {
  if (held.some(({ origin }) => origin === latest)) return false;
  return lifeOf(latest) >= lifeOf(own);
}

/** The node of an origin; throws where the text is no origin. */
export function nodeOf(origin: string): string {
  const life = parseOrigin(origin);
  if (life === null) throw new Error(`Cannot read origin "${origin}": want NODE.LIFE-NONCE`);
  return life.node;
}

/** The latest life of a node among those held, or `null` where none is. */
export function latestLife(
  held: readonly { readonly origin: string }[],
  node: string,
): string | null {
  let latest: string | null = null;
  for (const { origin } of held) {
    if (!origin.startsWith(`${node}.`)) continue;
    if (latest === null || lifeOf(origin) > lifeOf(latest)) latest = origin;
  }
  return latest;
}
