/**
 * Which node sends. A site sends what it decided itself by the channels that it has, and hands the
 * rest over; the county sends that, and what it decided itself. Of two centres the home of the site
 * sends; the other one does what is still open after a while, sooner where the home is away. After
 * a split of the two a message may have left twice, and no message never.
 */
import { homeOf, type OtherCentre } from "../home_centre.ts";

export interface Responsibility extends OtherCentre {
  readonly own: string;
  readonly takeOverMs: number;
}

/** A link that is down so long is no passing fault: the home is taken for dead. */
const AWAY_MS = 30_000;

/**
 * Whether this centre is to send what is of `site` (`null`: of the county) and has been open here
 * for so long.
 */
export function isOurs(
  { own, other, isUp, takeOverMs }: Responsibility,
  site: string | null,
  openMs: number,
): boolean {
  if (other === null || homeOf(site ?? "", [own, other]) === own) return true;
  return openMs >= (isUp() ? takeOverMs : Math.min(AWAY_MS, takeOverMs));
}
