/** What programs may ask about people; their pages stand where people sign in. */
import type { OpenDesk } from "../domain.ts";
import { PEOPLE_ROUTES } from "./people_api.ts";

export const openPeopleDesk: OpenDesk = () => ({ routes: PEOPLE_ROUTES });
