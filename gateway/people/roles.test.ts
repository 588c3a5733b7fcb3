import { describe, expect, test } from "vitest";
import {
  ADMINISTRATORS,
  ALL_RIGHTS,
  isAdministrator,
  type Right,
  rightsByScopes,
  rightsOf,
  ROLE_NAMES,
  rolesApart,
  rolesWith,
  SCOPES,
} from "./roles.ts";

describe("X1: system, security and audit administrators are apart", () => {
  test("no two of the three go together, each goes with another role", () => {
    for (const one of ADMINISTRATORS) {
      expect(rolesApart([one]), one).toBeNull();
      expect(rolesApart([one, "technician"]), one).toBeNull();
      for (const other of ADMINISTRATORS) {
        if (one === other) continue;
        expect(rolesApart([one, "nurse", other]), `${one} ${other}`).toContain(other);
      }
    }
  });

  test.each(
    [
      ["accounts.manage", "security-administrator"],
      ["system.manage", "system-administrator"],
      ["audit.read", "audit-administrator"],
      ["waste.epidemic", "infection-control"],
    ] as const,
  )("%s is the right of one role", (right, role) => {
    const having = ROLE_NAMES.filter((name) => rightsOf([name]).has(right));
    expect(having).toEqual([role]);
  });

  test("who is one of them is an administrator, others are not", () => {
    expect(ROLE_NAMES.filter((role) => isAdministrator([role]))).toEqual([...ADMINISTRATORS]);
  });
});

describe("rights", () => {
  test("of several roles are those of each", () => {
    const both: Right[] = [...rightsOf(["nurse", "vaccine-keeper"])];
    expect(both.sort()).toEqual([
      ...["coldchain.acknowledge", "coldchain.doses", "personal.unmask", "read"],
      ...["sterile.work", "waste.confirm", "waste.weigh"],
    ]);
    expect(rightsOf([]).size).toBe(0);
  });

  test("X1: nobody but the local command may make owner's links", () => {
    expect(ROLE_NAMES.filter((role) => rightsOf([role]).has("owner"))).toEqual([]);
    expect(SCOPES.filter((scope) => scope.startsWith("owner"))).toEqual([]);
    expect(ALL_RIGHTS.has("owner")).toBe(true);
  });

  test("X1: no program manages accounts, the system or the audit, or sees personal data", () => {
    const forPersons: Right[] = [
      "accounts.manage",
      "system.manage",
      "audit.read",
      "personal.unmask",
      "prescription.review",
      "waste.confirm",
    ];
    const scopes: readonly Right[] = SCOPES;
    expect(forPersons.filter((right) => scopes.includes(right))).toEqual([]);
  });
});

describe("P9: giving out", () => {
  test("is the right of pharmacists, and of no prescriber", () => {
    expect(rolesWith("prescription.dispense")).toEqual(["pharmacist", "senior-pharmacist"]);
  });

  test("comes with a program's word of what was signed, and may be had alone", () => {
    expect([...rightsByScopes(["prescription.submit"])])
      .toEqual(["prescription.submit", "prescription.dispense"]);
    expect([...rightsByScopes(["prescription.dispense"])]).toEqual(["prescription.dispense"]);
    expect([...rightsByScopes(["read", "fhir"])]).toEqual(["read", "fhir"]);
  });
});
