/** The thread of the query tables: of each domain it loads only what its tables need. */
import { projectionsOf } from "./domain.ts";
import { DOMAINS } from "./domains.ts";
import { serveTables } from "./tables_service.ts";

serveTables((authorities) => projectionsOf(DOMAINS, authorities));
