/** What a node has for each centre: a link for entries, and a courier for files. */
import { BlobCourier } from "./blobs/courier.ts";
import { CentreLink } from "./centre_link.ts";
import type { Centre } from "./config.ts";
import type { Node } from "./node.ts";
import type { Replication } from "./replication.ts";

export function centresOf(
  node: Node,
  centres: readonly Centre[],
  replication: Replication,
): { links: CentreLink[]; couriers: BlobCourier[] } {
  const links = centres.map((centre) => new CentreLink(node, centre, replication));
  const couriers = centres.map((centre, index) =>
    new BlobCourier(node, centre, { link: links[index], pacer: replication.pacer })
  );
  return { links, couriers };
}
