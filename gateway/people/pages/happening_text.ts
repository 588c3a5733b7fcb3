/** What happened, as the audit's page calls it; other kinds of entries have their own name. */
import type { Text } from "../../../drivers/profile_parts.ts";
import type { Language } from "../../console/text.ts";

const KINDS: Readonly<Record<string, Text>> = {
  "account": { zh: "账户新建或更改", en: "Account made or changed" },
  "credential": { zh: "设置密码、PIN 或双因素", en: "Password, PIN or second factor set" },
  "setup-link": { zh: "生成设置链接", en: "Setup link made" },
  "program-token": { zh: "生成程序令牌", en: "Program token made" },
  "program-token-revoked": { zh: "吊销程序令牌", en: "Program token revoked" },
  "sign-in": { zh: "登录", en: "Signed in" },
  "sign-in-failed": { zh: "登录失败", en: "Sign-in failed" },
  "locked": { zh: "锁定", en: "Locked" },
  "unlocked": { zh: "解锁", en: "Unlocked" },
  "sign-out": { zh: "退出", en: "Signed out" },
  "sessions-ended": { zh: "结束会话", en: "Sessions ended" },
  "pin-failed": { zh: "PIN 错误", en: "PIN failed" },
  "unmasked": { zh: "查看完整个人信息", en: "Personal data unmasked" },
  "change": { zh: "更改", en: "Changed" },
  "export": { zh: "导出", en: "Exported" },
  "device-write": { zh: "写入设备", en: "Device written" },
};

export function happeningText(language: Language, kind: string): string {
  return KINDS[kind]?.[language] ?? kind;
}
