/**
 * Roles and what they may do: one table. A right is what a route, a page or a rule asks for; a
 * role is a bundle of rights that a person is given; a program is given rights themselves.
 */
import type { Text } from "../../drivers/profile_parts.ts";

export const RIGHTS = {
  "read": { zh: "查看页面和数据", en: "see pages and data" },
  "entries": { zh: "读取原始条目", en: "read raw entries" },
  "metrics": { zh: "读取运行指标", en: "read metrics" },
  "files.write": { zh: "存入文件", en: "store files" },
  "device.write": { zh: "写入设备", en: "write to devices" },
  "fleet.manage": { zh: "管理站点和中心", en: "manage sites and centres" },
  "system.manage": { zh: "管理系统和程序令牌", en: "manage the system and program tokens" },
  "accounts.manage": { zh: "管理账户", en: "manage accounts" },
  "audit.read": { zh: "查看审计", en: "read the audit" },
  "audit.export": { zh: "导出签名文件", en: "export signed files" },
  "personal.unmask": { zh: "查看完整个人信息", en: "see personal data unmasked" },
  "coldchain.acknowledge": { zh: "确认冷链报警", en: "acknowledge cold-chain alarms" },
  "coldchain.doses": { zh: "登记疫苗出入库和接种", en: "record doses of vaccine" },
  "waste.weigh": { zh: "医疗废物称重", en: "weigh waste" },
  "waste.confirm": { zh: "医疗废物复核", en: "confirm waste as second person" },
  "waste.epidemic": { zh: "开启和结束医疗废物疫情模式", en: "turn the epidemic mode of waste" },
  "sterile.work": { zh: "消毒供应作业", en: "pack, load, read indicators, issue sterile goods" },
  "sterile.release": { zh: "灭菌放行和召回", en: "release and recall sterile goods" },
  "prescription.submit": { zh: "提交处方", en: "submit prescriptions" },
  "prescription.vouch": {
    zh: "担保医师本人签名",
    en: "vouch that prescribers signed themselves",
  },
  "prescription.prescribe": { zh: "开具和答复处方", en: "prescribe and answer interventions" },
  "prescription.dispense": { zh: "发药和退药", en: "give out medicines, and take them back" },
  "prescription.review": { zh: "审核处方", en: "review prescriptions" },
  "prescription.review.senior": { zh: "高级审方", en: "review as senior pharmacist" },
  "prescription.office": { zh: "药师办公（排班、抽样）", en: "run the review office" },
  "fhir": { zh: "FHIR 接口", en: "FHIR interface" },
  "owner": { zh: "机主链接", en: "owner's links" },
} as const satisfies Readonly<Record<string, Text>>;

export type Right = keyof typeof RIGHTS;

export function isRight(name: string): name is Right {
  return Object.hasOwn(RIGHTS, name);
}

export const ALL_RIGHTS: ReadonlySet<Right> = new Set(Object.keys(RIGHTS).filter(isRight));

/**
 * What a program may be given. Accounts, the system and personal data are for persons, who answer
 * for it; `owner` is the local command's alone, which whoever has the machine can run anyway.
 */
export const SCOPES = [
  "read",
  "entries",
  "metrics",
  "files.write",
  "device.write",
  "fleet.manage",
  "audit.export",
  "prescription.submit",
  "prescription.vouch",
  "prescription.dispense",
  "fhir",
] as const satisfies readonly Right[];
export type Scope = typeof SCOPES[number];

/**
 * What a program may by its scopes. One HIS often is prescribers' and pharmacy's: its word of what
 * was signed carries that of what was given out, which a pharmacy's program may have alone. Persons
 * are not given it so: who prescribes does not give out.
 */
export function rightsByScopes(given: readonly Right[]): ReadonlySet<Right> {
  const isHis = given.includes("prescription.submit");
  return new Set(isHis ? [...given, "prescription.dispense"] : given);
}

interface RoleRow {
  readonly title: Text;
  readonly rights: readonly Right[];
}

const ROLE_TABLE = {
  technician: {
    title: { zh: "技术员", en: "Technician" },
    rights: ["read", "device.write", "files.write"],
  },
  nurse: {
    title: { zh: "护士", en: "Nurse" },
    rights: ["read", "coldchain.doses", "waste.weigh", "waste.confirm", "sterile.work"],
  },
  "infection-control": {
    title: { zh: "感染管理员", en: "Infection control" },
    rights: ["read", "waste.confirm", "waste.epidemic"],
  },
  "sterile-technician": {
    title: { zh: "消毒供应员", en: "Sterile technician" },
    rights: ["read", "sterile.work", "sterile.release"],
  },
  "vaccine-keeper": {
    title: { zh: "疫苗管理员", en: "Vaccine keeper" },
    rights: ["read", "coldchain.acknowledge", "coldchain.doses", "personal.unmask"],
  },
  pharmacist: {
    title: { zh: "药师", en: "Pharmacist" },
    rights: ["read", "prescription.review", "prescription.dispense", "personal.unmask"],
  },
  "senior-pharmacist": {
    title: { zh: "主管药师", en: "Senior pharmacist" },
    rights: [
      ...["read", "prescription.review", "prescription.review.senior"] as const,
      ...["prescription.dispense", "prescription.office", "personal.unmask"] as const,
    ],
  },
  prescriber: {
    title: { zh: "处方医师", en: "Prescriber" },
    rights: ["read", "prescription.submit", "prescription.prescribe", "personal.unmask"],
  },
  "system-administrator": {
    title: { zh: "系统管理员", en: "System administrator" },
    rights: ["read", "metrics", "fleet.manage", "system.manage"],
  },
  "security-administrator": {
    title: { zh: "安全管理员", en: "Security administrator" },
    rights: ["read", "accounts.manage"],
  },
  "audit-administrator": {
    title: { zh: "审计管理员", en: "Audit administrator" },
    rights: ["read", "entries", "audit.read", "audit.export"],
  },
} as const satisfies Readonly<Record<string, RoleRow>>;

export type RoleName = keyof typeof ROLE_TABLE;

export function isRole(name: string): name is RoleName {
  return Object.hasOwn(ROLE_TABLE, name);
}

export const ROLE_NAMES: readonly RoleName[] = Object.keys(ROLE_TABLE).filter(isRole);

export function roleTitle(role: RoleName): Text {
  return ROLE_TABLE[role].title;
}

/** The roles that have this right. */
export function rolesWith(right: Right): RoleName[] {
  return ROLE_NAMES.filter((role) => rightsOf([role]).has(right));
}

export function rightsOf(roles: readonly RoleName[]): ReadonlySet<Right> {
  return new Set(roles.flatMap((role): readonly Right[] => ROLE_TABLE[role].rights));
}

/**
 * System, security and audit administrators are apart (X1; GB/T 22239-2019, 8.1.5 has a clause
 * for each): who runs the system neither says who may, nor looks after the record of it.
 */
export const ADMINISTRATORS = [
  "system-administrator",
  "security-administrator",
  "audit-administrator",
] as const satisfies readonly RoleName[];

export function isAdministrator(roles: readonly RoleName[]): boolean {
  return ADMINISTRATORS.some((one) => roles.includes(one));
}

/** Why one person cannot have these roles together; `null`: they can. */
export function rolesApart(roles: readonly RoleName[]): string | null {
  const held = ADMINISTRATORS.filter((one) => roles.includes(one));
  return held.length < 2 ? null : `${held.join(" and ")} have to be different persons`;
}
