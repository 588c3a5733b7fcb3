/** The thread that makes the tables of all domains, for whoever opens a node. */
export const TABLES_THREAD = new URL("./projection_worker.ts", import.meta.url);
