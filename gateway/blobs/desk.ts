/** Files over the API of a running node. */
import type { OpenDesk } from "../domain.ts";
import { BLOB_ROUTES } from "./blob_api.ts";

export const openBlobDesk: OpenDesk = () => ({ routes: BLOB_ROUTES });
