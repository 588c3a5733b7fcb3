/** The thread of the tables of all domains and of the one that tests add. */
import { projectionsOf } from "./domain.ts";
import { DOMAINS } from "./domains.ts";
import { RIDDLES } from "./fixture_riddles.ts";
import { serveTables } from "./tables_service.ts";

serveTables((authorities) => projectionsOf([...DOMAINS, RIDDLES], authorities));
