/** Who may do what: accounts, what they sign in with, programs' tokens, and the trail of it all. */
import * as z from "zod";
import type { Domain, EntryKind } from "../domain.ts";
import * as kinds from "./people_entries.ts";
import { peopleOf } from "./people_tables.ts";

const happening = z.object({ who: z.string() }).loose();

const ABOUT: Readonly<Record<kinds.Happening, string>> = {
  "sign-in": "Somebody signed in",
  "sign-in-failed": "Somebody could not sign in",
  "locked": "Too many failures: account or address are locked",
  "unlocked": "A lock was taken away before its time",
  "sign-out": "Somebody signed out",
  "sessions-ended": "Sessions were ended by a person",
  "pin-failed": "A confirmation had a wrong PIN",
  "unmasked": "Personal data were shown in full",
  "change": "Somebody changed something over console or API",
};

const KINDS: readonly EntryKind[] = [
  {
    kind: kinds.ACCOUNT,
    streams: ["audit", "to"],
    about: "An account as it is from now on",
    body: kinds.accountBody,
  },
  {
    kind: kinds.CREDENTIAL,
    streams: ["audit", "to"],
    about: "What an account signs in with, sealed for the nodes that check it",
    body: kinds.credentialBody,
  },
  {
    kind: kinds.SETUP_LINK,
    streams: ["audit"],
    about: "A one-time link with which a person sets a password",
    body: kinds.setupLinkBody,
  },
  {
    kind: kinds.PROGRAM_TOKEN,
    streams: ["audit"],
    about: "A program's token, by its hash",
    body: kinds.programTokenBody,
  },
  {
    kind: kinds.PROGRAM_TOKEN_REVOKED,
    streams: ["audit"],
    about: "A program's token is of no use any more",
    body: kinds.programTokenRevokedBody,
  },
  {
    kind: kinds.SEALING_KEY,
    streams: ["audit"],
    about: "A node's key, for which others seal what only it may read",
    body: kinds.sealingKeyBody,
  },
  ...Object.entries(ABOUT).map(([kind, about]): EntryKind => ({
    kind,
    streams: ["audit"],
    about,
    body: happening,
  })),
];

export const people: Domain = {
  name: "people",
  kinds: KINDS,
  projections: (authorities) => [peopleOf(authorities)],
  desk: async () => (await import("./desk.ts")).openPeopleDesk,
};
