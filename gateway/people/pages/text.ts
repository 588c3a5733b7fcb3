/** What the pages about people say, in both languages. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";

/** The tab of these pages. */
export const PEOPLE = { zh: "人员", en: "People" };

const TEXTS = {
  people: PEOPLE,
  signIn: { zh: "登录", en: "Sign in" },
  signInTo: { zh: "登录 {}", en: "Sign in to {}" },
  accountName: { zh: "账户名", en: "Account name" },
  password: { zh: "密码", en: "Password" },
  code: { zh: "动态验证码", en: "Code of the second factor" },
  codeHint: {
    zh: "已启用双因素的账户从外部网络登录时填写；其他情况留空",
    en: "For accounts with a second factor from elsewhere; else leave it empty",
  },
  wrong: { zh: "账户名、密码或验证码不正确", en: "Name, password or code is wrong" },
  wrongHint: {
    zh: "连续失败 5 次将锁定 30 分钟。管理员从外部网络登录必须使用双因素。",
    en: "Five failures lock for 30 minutes. Administrators need a second factor from elsewhere.",
  },
  locked: { zh: "已锁定，还需 {} 分钟", en: "Locked for another {} minutes" },
  lockedHint: {
    zh: "失败次数过多。请等待，或请安全管理员解锁。",
    en: "Too many failures. Wait, or ask the security administrator to unlock.",
  },
  busy: { zh: "正在处理，请稍后再试", en: "Busy at this moment; try again" },
  forgotten: {
    zh: "忘记密码？请安全管理员发一条设置链接。",
    en: "Password forgotten? The security administrator makes a setup link.",
  },

  noRight: { zh: "没有权限", en: "You do not have the right to do this" },
  noRightWhich: { zh: "需要权限：{}", en: "It needs the right: {}" },
  noRightWho: {
    zh: "有此权限的角色：{}。角色由安全管理员授予。",
    en: "Roles that have it: {}. Roles are given by a security administrator.",
  },

  setup: { zh: "设置密码", en: "Set your password" },
  setupFor: { zh: "账户 {}", en: "Account {}" },
  setupVoid: { zh: "此链接已使用或已过期", en: "This link is used up or has expired" },
  setupVoidHint: {
    zh: "请向安全管理员索取新的设置链接。",
    en: "Ask the security administrator for a new one.",
  },
  passwordNew: { zh: "新密码", en: "New password" },
  passwordAgain: { zh: "再输一次", en: "Once more" },
  passwordRules: {
    zh: "至少 8 位，含大写、小写、数字、符号中的三种；或至少 16 位。不得包含账户名。",
    en: "8 characters or more of three kinds (capitals, small letters, digits, others), or 16 of " +
      "any; without the account's name",
  },
  secondFactor: { zh: "双因素验证", en: "Second factor" },
  secondFactorScan: {
    zh: "用验证器应用扫描，并输入它显示的 6 位数字",
    en: "Scan it with an authenticator app and type the six digits it shows",
  },
  secondFactorOptional: { zh: "可留空，以后再设置", en: "May be left empty, and set up later" },
  secondFactorNeeded: {
    zh: "从外部网络设置管理员账户，必须同时启用",
    en: "An administrator needs it to set up from elsewhere",
  },
  secondFactorOn: { zh: "已启用", en: "In use" },
  secondFactorOff: { zh: "未启用", en: "Not in use" },
  secret: { zh: "或手工输入密钥", en: "Or type this secret" },
  save: { zh: "保存", en: "Save" },
  notAlike: { zh: "两次输入不一致", en: "The two are not alike" },
  tooShort: { zh: "太短", en: "Too short" },
  tooLong: { zh: "太长", en: "Too long" },
  tooSimple: { zh: "太简单", en: "Too simple" },
  likeName: { zh: "密码包含账户名", en: "It has the account's name in it" },
  codeWrong: {
    zh: "验证码不正确；请检查手机和本机的时间",
    en: "The code is wrong; check the time of phone and node",
  },
  passwordWrong: { zh: "当前密码不正确", en: "The current password is wrong" },
  someoneElse: { zh: "刚被他人更改，请重试", en: "Somebody else changed it just now; try again" },

  me: { zh: "我的账户", en: "My account" },
  accounts: { zh: "账户", en: "Accounts" },
  programs: { zh: "程序令牌", en: "Program tokens" },
  trail: { zh: "审计", en: "Audit" },
  roles: { zh: "角色", en: "Roles" },
  sitesAllowed: { zh: "可用站点", en: "Where it may be used" },
  sitesHint: {
    zh: "用空格分隔；@county 表示县中心；留空表示全部",
    en: "Separated by spaces; @county is the centres; empty: everywhere",
  },
  everywhere: { zh: "全部", en: "Everywhere" },
  validUntil: { zh: "有效期至", en: "Valid until" },
  forEver: { zh: "长期", en: "No end" },
  passwordChange: { zh: "修改密码", en: "Change the password" },
  passwordNow: { zh: "当前密码", en: "Current password" },
  pin: { zh: "确认码（PIN）", en: "PIN" },
  pinHint: {
    zh: "6 位数字，仅用于在本站点共用平板上快速确认",
    en: "Six digits, for quick confirmations at a shared tablet of this site alone",
  },
  badge: { zh: "胸卡", en: "Badge" },
  badgeHint: {
    zh: "用读卡器刷本人的卡，仅用于在本站点快速确认；清空后保存即取消",
    en:
      "Read your own card, for quick confirmations at this site alone; save it empty to remove it",
  },
  badgeNew: { zh: "刷卡", en: "Read the card" },
  badgeWrong: { zh: "不是卡号，请重新刷卡", en: "That is no card's number: read it again" },
  badgeTaken: { zh: "此卡已属于他人", en: "This card is somebody else's" },
  pinSet: { zh: "已设置", en: "Set" },
  pinNone: { zh: "未设置", en: "Not set" },
  pinNew: { zh: "新确认码", en: "New PIN" },
  countyOnly: {
    zh: "县级账户的密码和双因素在县中心修改",
    en: "Password and second factor of a county account are changed at the county",
  },
  sessions: { zh: "登录会话", en: "Sessions" },
  from: { zh: "来自", en: "From" },
  idle: { zh: "空闲", en: "Idle" },
  thisOne: { zh: "本次", en: "This one" },
  end: { zh: "结束", en: "End" },
  endOthers: { zh: "结束其他会话", en: "End all others" },
  noRole: {
    zh: "此账户在本节点没有角色，只能管理自己的密码。",
    en: "This account has no role here; only its own password can be managed.",
  },

  addAccount: { zh: "新建账户", en: "New account" },
  nameZh: { zh: "姓名（中文）", en: "Name in Chinese" },
  nameEn: { zh: "姓名（英文或拼音）", en: "Name in Latin letters" },
  jobTitle: { zh: "职务", en: "Job title" },
  state: { zh: "状态", en: "State" },
  active: { zh: "在用", en: "Active" },
  suspended: { zh: "停用", en: "Suspended" },
  left: { zh: "已离职", en: "Left" },
  lockedNow: { zh: "已锁定", en: "Locked" },
  unlock: { zh: "解锁", en: "Unlock" },
  noPassword: { zh: "未设密码", en: "No password yet" },
  setupLink: { zh: "生成设置链接", en: "Make a setup link" },
  setupLinkHint: {
    zh: "只显示这一次，72 小时内有效，只能使用一次。请当面或电话交给本人。",
    en: "Shown this once, good for 72 hours and one use. Give it to the person yourself.",
  },
  ofCounty: { zh: "县级账户，在县中心管理", en: "Managed at the county" },
  noAccounts: { zh: "尚无账户", en: "No accounts yet" },
  saved: { zh: "已保存", en: "Saved" },
  ended: { zh: "已结束", en: "Ended" },
  unlocked: { zh: "已解锁", en: "Unlocked" },
  badName: {
    zh: "账户名须为 2 至 32 位小写字母、数字、点、横线，以字母开头",
    en: "A name is 2 to 32 small letters, digits, dots and dashes, beginning with a letter",
  },
  nameTaken: { zh: "此账户名已存在", en: "This name is taken" },
  badWord: { zh: "请检查姓名、站点和日期", en: "Check the names, sites and the date" },
  ownRoles: {
    zh: "不能更改自己的角色、站点、状态和有效期",
    en: "Nobody changes his own roles, sites, state or term",
  },
  rolesApart: {
    zh: "系统、安全、审计管理员必须由不同的人担任",
    en: "System, security and audit administrators have to be different persons",
  },
  lastAdministrator: {
    zh: "这是最后一位该类管理员，请先指定另一位",
    en: "This is the last administrator of its kind; name another first",
  },
  countyAccount: { zh: "县级账户只能在县中心更改", en: "Only the county changes its accounts" },
  staleVersion: {
    zh: "此账户刚被他人更改，请核对后重试",
    en: "Somebody else changed this account; look again",
  },

  firstNeeded: { zh: "尚未设置管理员", en: "There are no administrators yet" },
  firstHint: {
    zh: "请设置系统管理员和安全管理员，由不同的人担任；此后机主链接只能用于管理账户。",
    en: "Name a system and a security administrator, two persons; from then on the owner's link " +
      "leads to the accounts only.",
  },

  addProgram: { zh: "新建令牌", en: "New token" },
  programName: { zh: "程序名称", en: "Name of the program" },
  scopes: { zh: "权限", en: "Rights" },
  expires: { zh: "到期", en: "Expires" },
  tokenShown: {
    zh: "只显示这一次；程序在 Authorization: Bearer 中使用",
    en: "Shown this once; the program sends it as Authorization: Bearer",
  },
  revoke: { zh: "吊销", en: "Revoke" },
  revoked: { zh: "已吊销", en: "Revoked" },
  expired: { zh: "已到期", en: "Expired" },
  noPrograms: { zh: "尚无程序令牌", en: "No tokens yet" },
  badProgram: {
    zh: "请填写名称并至少选择一项权限；县中心的令牌还要写明站点",
    en: "Give it a name and one right at least; a county's token also names its sites",
  },
  programSites: { zh: "用于哪些站点", en: "For which sites" },
  programSitesHint: {
    zh: "用空格分隔站点名称；all 表示全部站点",
    en: "Names of sites, separated by spaces; all: every site",
  },
  allSites: { zh: "全部站点", en: "All sites" },
  noSites: { zh: "无，请重新制作", en: "None: make it anew" },
  validDays: { zh: "有效天数（留空为长期）", en: "Good for so many days (empty: no end)" },

  day: { zh: "日期", en: "Day" },
  who: { zh: "操作者", en: "Who" },
  what: { zh: "事项", en: "What" },
  when: { zh: "时间", en: "When" },
  detail: { zh: "详情", en: "Detail" },
  node: { zh: "节点", en: "Node" },
  show: { zh: "查询", en: "Show" },
  nothing: { zh: "没有记录", en: "Nothing is recorded" },
  older: { zh: "更早", en: "Older" },
} as const satisfies Readonly<Record<string, Text>>;

export type PeopleTextKey = keyof typeof TEXTS;
export type PeopleTexts = (key: PeopleTextKey, value?: string | number) => string;

/** `{}` of a text is where the value belongs. */
export function peopleTexts(language: Language): PeopleTexts {
  return (key, value) => {
    const text: string = TEXTS[key][language];
    return value === undefined ? text : text.replace("{}", String(value));
  };
}

export function isPeopleText(key: string): key is PeopleTextKey {
  return Object.hasOwn(TEXTS, key);
}

/** The keys, for the test that looks for texts that nobody says. */
export const PEOPLE_TEXT_KEYS = Object.keys(TEXTS);
