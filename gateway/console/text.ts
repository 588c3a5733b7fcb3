/** What the console says, in both languages; a text that is missing in one does not compile. */
import type { Text } from "../../drivers/profile_parts.ts";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = typeof LANGUAGES[number];

const TEXTS = {
  overview: { zh: "总览", en: "Overview" },
  refused: { zh: "被拒绝", en: "Turned away" },
  equality: { zh: "双中心一致性", en: "Centre equality" },
  lines: { zh: "线路", en: "Lines" },
  line: { zh: "线路", en: "Line" },
  devices: { zh: "设备", en: "Devices" },
  sites: { zh: "站点", en: "Sites" },
  centres: { zh: "县级中心", en: "County centres" },
  otherCentre: { zh: "另一中心", en: "Other centre" },
  journal: { zh: "日志存储", en: "Journal" },
  language: { zh: "English", en: "中文" },
  signOut: { zh: "退出", en: "Sign out" },
  roleSite: { zh: "站点网关", en: "Site gateway" },
  roleCounty: { zh: "县中心", en: "County centre" },

  online: { zh: "在线", en: "Online" },
  degraded: { zh: "异常", en: "Degraded" },
  offline: { zh: "离线", en: "Offline" },
  unknown: { zh: "未知", en: "Unknown" },
  noData: { zh: "无数据", en: "No data" },
  noDataSince: { zh: "无数据已", en: "No data for" },
  stale: { zh: "数据过时", en: "Stale" },
  fault: { zh: "故障", en: "Fault" },
  uncertain: { zh: "存疑", en: "Uncertain" },
  good: { zh: "正常", en: "Good" },
  notConfigured: { zh: "已不在配置中", en: "No longer configured" },
  noDevices: { zh: "尚未配置设备", en: "No devices are configured yet" },
  nothingYet: { zh: "尚无数据", en: "Nothing has come yet" },
  allDevicesWell: { zh: "设备全部正常", en: "All devices are well" },
  yes: { zh: "是", en: "Yes" },
  no: { zh: "否", en: "No" },

  running: { zh: "运行中", en: "Running" },
  starting: { zh: "启动中", en: "Starting" },
  waiting: { zh: "等待重试", en: "Waiting to retry" },
  up: { zh: "已连接", en: "Connected" },
  down: { zh: "连接中断", en: "Down" },
  connecting: { zh: "连接中", en: "Connecting" },
  notEnrolled: { zh: "尚未登记", en: "Not enrolled" },
  enrolHint: {
    zh: "请向县中心索取一次性登记码，在本机执行 tributary enroll 登记码",
    en: "Ask the county for a one-time code and run tributary enroll CODE on this box",
  },
  attempts: { zh: "已尝试", en: "Tries" },
  doubt: { zh: "设备配置存疑，请与设备显示核对：", en: "Compare with the device itself: " },
  strayBytes: { zh: "线路上的杂散字节", en: "Stray bytes on the line" },
  lineFull: {
    zh: "线路繁忙：漏掉 {} 次询问。可延长上报间隔、提高波特率，或把设备分到另一条线路",
    en: "The bus is full: {} polls were left out. Ask less often, raise the baud rate, or put " +
      "devices on another line",
  },
  nextTry: { zh: "下次重试", en: "Next try" },
  waitingEntries: { zh: "待送条目", en: "Entries waiting" },
  oldestWaiting: { zh: "最早一条", en: "Oldest" },
  allDelivered: { zh: "全部送达", en: "Everything is delivered" },
  filesWaiting: { zh: "待送文件", en: "Files waiting" },
  filesSetAside: { zh: "暂未收下的文件", en: "Files not taken yet" },
  filesHere: { zh: "文件", en: "Files" },
  filesLost: { zh: "损坏或丢失的文件", en: "Files damaged or lost" },
  blocked: { zh: "被搁置的数据流", en: "Streams set aside" },
  reason: { zh: "原因", en: "Reason" },
  state: { zh: "状态", en: "State" },
  name: { zh: "名称", en: "Name" },
  driver: { zh: "协议", en: "Protocol" },
  detail: { zh: "详情", en: "Detail" },
  since: { zh: "始于", en: "Since" },

  point: { zh: "测点", en: "Point" },
  value: { zh: "数值", en: "Value" },
  quality: { zh: "质量", en: "Quality" },
  received: { zh: "接收时间", en: "Received" },
  deviceTime: { zh: "设备时间", en: "Device time" },
  age: { zh: "距今", en: "Age" },
  entry: { zh: "条目", en: "Entry" },
  profile: { zh: "设备型号", en: "Profile" },
  interval: { zh: "上报间隔", en: "Interval" },
  seconds: { zh: "秒", en: "s" },
  requests: { zh: "询问次数", en: "Requests" },
  leftOut: { zh: "因繁忙漏掉的询问", en: "Polls left out (busy)" },
  latency: { zh: "平均应答时间", en: "Mean answer time" },
  timeouts: { zh: "无应答", en: "Not answered" },
  crcErrors: { zh: "校验错误", en: "CRC errors" },
  mismatches: { zh: "答非所问", en: "Answers to something else" },
  exceptions: { zh: "异常应答", en: "Exceptions" },

  clockTrusted: { zh: "时钟已同步", en: "Clock is right" },
  clockHoldover: { zh: "时钟保持中", en: "Clock in holdover" },
  clockUntrusted: { zh: "时钟未校准", en: "Clock not confirmed" },
  clockHint: {
    zh: "系统时钟未与时间源同步；所有条目均已注明",
    en: "No time source confirms this clock; every entry says so",
  },

  clockCorrected: { zh: "时间已更正", en: "Time corrected" },
  clockSaid: { zh: "当时时钟显示", en: "the clock said" },
  clockLikely: {
    zh: "本机时钟未经确认，当前显示 {}：很可能是原因。请校准时钟；采集不受影响，校准后自动恢复",
    en:
      "This node's clock is not confirmed and says {}: probably that is the cause. Set the clock; " +
      "collection goes on, and the link comes back by itself",
  },

  onDisk: { zh: "占用磁盘", en: "On disk" },
  diskFree: { zh: "磁盘可用", en: "Disk free" },
  diskShare: { zh: "磁盘已用", en: "Disk used" },
  diskUsed: { zh: "磁盘已用 {}%", en: "The disk is {} % full" },
  diskFilling: { zh: "磁盘将满", en: "The disk is filling up" },
  diskFillingHint: {
    zh: "请检查与县中心的连接，删除无关文件，或更换更大的磁盘",
    en: "Check the links to the centres, delete what does not belong here, or fit a larger disk",
  },
  diskRefuses: { zh: "磁盘已满，不再接收：{}", en: "The disk is full; not taken any more: {}" },
  diskRefusesHint: {
    zh:
      "设备收不到确认，会保留并重发；轮询设备的数据将留下空缺并计数。请立即腾出磁盘空间，恢复后自动继续",
    en: "Devices get no acknowledgement and keep their data; polled ones leave gaps, which are " +
      "counted. Make room on this disk now; everything goes on by itself then",
  },
  cannotWrite: { zh: "日志无法写入磁盘", en: "The journal cannot write to its disk" },
  cannotWriteHint: {
    zh: "新数据未被确认。请检查磁盘；恢复后自动继续",
    en: "Nothing new is acknowledged. Check the disk; everything goes on by itself then",
  },
  daysLeft: { zh: "预计还可用", en: "Days left" },
  days: { zh: "天", en: "d" },
  noGrowth: { zh: "无增长", en: "no growth" },
  notKnownYet: { zh: "尚未得知", en: "not known yet" },
  reserve: { zh: "报警与审计预留", en: "Kept for alarms and audit" },
  growth: { zh: "日志和文件每天增长", en: "Journal and files grow a day" },
  retention: { zh: "本地保留", en: "Local retention" },
  keptFor: { zh: "最早数据", en: "Oldest reading" },
  amplification: { zh: "写放大", en: "Write amplification" },
  stream: { zh: "数据流", en: "Stream" },
  alarm: { zh: "报警", en: "Alarms" },
  record: { zh: "业务记录", en: "Records" },
  reading: { zh: "测量值", en: "Readings" },
  audit: { zh: "审计", en: "Audit" },
  life: { zh: "生命期", en: "Life" },

  bothEqual: { zh: "两中心完全一致", en: "Both centres are equal" },
  notEqual: { zh: "两中心尚不一致", en: "The centres are not equal yet" },
  forked: { zh: "两中心存在分叉", en: "The centres have forked" },
  noOtherCentre: { zh: "未配置另一中心", en: "No other centre is configured" },
  otherUnknown: { zh: "尚未得知另一中心的位置", en: "The other centre has not been asked yet" },
  equalStreams: { zh: "个数据流一致", en: "streams equal" },
  equal: { zh: "一致", en: "Equal" },
  inStep: { zh: "同步中", en: "In step" },
  behind: { zh: "对方落后", en: "Other is behind" },
  hereBehind: { zh: "本中心落后 {} 条", en: "This centre is behind by {} entries" },
  onTheWay: { zh: "基本同步，{} 条在途", en: "In step, {} on the way" },
  fork: { zh: "分叉", en: "Fork" },
  here: { zh: "本中心", en: "Here" },
  there: { zh: "另一中心", en: "There" },
  hash: { zh: "哈希", en: "Hash" },
  lag: { zh: "落后", en: "Lag" },
  node: { zh: "节点", en: "Node" },
  dayByDay: { zh: "逐日核对", en: "Day by day" },
  day: { zh: "日期", en: "Day" },
  dayHint: {
    zh: "按条目自带时钟的北京时间日期；数字为条数，哈希为当日最后一条",
    en: "days in China's time by each entry's own clock; entries, and the hash of the day's last",
  },
  askAgain: { zh: "重新核对并补齐", en: "Ask again and repair" },
  comparing: { zh: "正在核对…", en: "Comparing…" },
  comparedAgo: { zh: "{}前核对", en: "Compared {} ago" },
  different: { zh: "不一致", en: "Different" },
  prunedDay: { zh: "部分已清理", en: "Partly pruned" },
  centresDiffer: { zh: "两中心存有不同的条目", en: "The centres hold different entries" },
  differsFrom: { zh: "第一个不同的条目：{}", en: "the first entry that differs is {}" },
  thereLacksFrom: { zh: "对方缺少自 {} 起的条目", en: "the other lacks entries from {} on" },
  thereLacksSome: { zh: "对方缺少其中一些条目", en: "the other lacks some entries in between" },
  hereLacksFrom: { zh: "本中心缺少自 {} 起的条目", en: "this centre lacks entries from {} on" },
  onlyThere: { zh: "仅另一中心持有", en: "Held by the other centre alone" },
  evidence: { zh: "取证", en: "Evidence" },
  exportDay: { zh: "导出签名文件", en: "Signed export" },
  compareDays: { zh: "逐日核对", en: "Compare day by day" },
  twoBoxes: { zh: "两台网关同名", en: "Two boxes" },
  twoBoxesClaim: {
    zh: "两台网关都自称是 {}",
    en: "Two boxes both say that they are {}",
  },
  twoBoxesHint: {
    zh: "通常是存储卡被复制，或旧盘又被启用。两台已送达的数据各自完整保存，互不覆盖。请到现场，" +
      "等不该运行的一台显示“全部送达”后将其关机；再用 tributary invite {} 取得登记码，" +
      "在留下的一台执行 tributary key rotate --identity 登记码，此后旧密钥一律被拒绝。",
    en: "A card was copied, or an old disk runs again. What both have delivered is kept, each in " +
      "a life of its own. Wait until the one that should not run has delivered everything, and " +
      "switch it off; then give the one that stays a new key: tributary invite {} here, and " +
      "tributary key rotate --identity CODE there. The old key is refused from then on.",
  },
  twoBoxesSeen: { zh: "发现于 {}", en: "Seen {}" },
  box: { zh: "网关", en: "Box" },
  hardware: { zh: "硬件标识", en: "Hardware" },
  address: { zh: "地址", en: "Address" },
  lifeBegan: { zh: "本生命期始于", en: "Life began" },
  noSites: { zh: "尚无站点登记", en: "No site has enrolled yet" },
  noSitesHint: {
    zh: "用 tributary invite 生成一次性登记码，交给站点技术人员",
    en: "Give the site's technician a one-time code from tributary invite",
  },
  centreLost: {
    zh: "已由县级操作员宣布失效；恢复前只等待另一中心的回执",
    en: "declared lost by an operator; until it returns only the other centre's receipt counts",
  },
  lastReading: { zh: "最近数据", en: "Last reading" },

  nobodyRefused: { zh: "没有被拒绝的设备或消息", en: "Nobody and nothing was turned away" },
  refusedHint: {
    zh: "未知设备在此列出，核实后可加入配置",
    en: "Unknown devices are listed here; add them to the configuration once they are known",
  },
  who: { zh: "对象", en: "Who" },
  times: { zh: "次数", en: "Times" },
  lastTime: { zh: "最近一次", en: "Last time" },
  "unknown-client": { zh: "未知客户端", en: "Unknown client" },
  "wrong-password": { zh: "密码错误", en: "Wrong password" },
  "wrong-certificate": { zh: "证书不符", en: "Wrong certificate" },
  "unsupported-protocol": { zh: "协议版本不支持", en: "Unsupported protocol" },
  "not-allowed": { zh: "无权限", en: "Not allowed" },
  "unknown-device": { zh: "未知设备", en: "Unknown device" },
  "too-large": { zh: "报文过大", en: "Too large" },
  "too-many": { zh: "连接过多", en: "Too many" },
  malformed: { zh: "格式错误", en: "Malformed" },
  unreadable: { zh: "无法读取", en: "Unreadable" },

  ownerLink: { zh: "机主链接", en: "Owner's link" },
  ownerLinkOnce: {
    zh: "此链接只能使用一次。点击下面的按钮后，本浏览器即可打开控制台。",
    en: "This link works once. The button opens the console in this browser.",
  },
  openConsole: { zh: "打开控制台", en: "Open the console" },
  ownerNeeded: { zh: "请用机主链接打开", en: "Open this with the owner's link" },
  ownerExplained: {
    zh: "网关首次启动时会打印一条一次性的机主链接。若链接已失效，请在本机执行：",
    en:
      "At its first start the gateway prints a one-time owner's link. If it is used up, run on the box:",
  },
  formRefused: { zh: "提交的内容没有保存", en: "What you sent was not stored" },
  formTooLarge: {
    zh: "内容太长。请返回，缩短后重新提交。",
    en: "It is too long. Go back, shorten it and send it again.",
  },
  formUnread: {
    zh: "浏览器发来的内容无法读取。请返回，刷新页面后重新提交。",
    en: "What the browser sent cannot be read. Go back, load the page anew and send it again.",
  },
  linkVoid: { zh: "此链接已使用或已过期", en: "This link is used up or has expired" },
  notFound: { zh: "没有这个页面", en: "There is no such page" },
  back: { zh: "返回总览", en: "Back to the overview" },
  live: { zh: "实时", en: "Live" },
  reconnecting: { zh: "重新连接…", en: "Reconnecting…" },
  problems: { zh: "需要处理", en: "Needs attention" },
  allWell: { zh: "一切正常", en: "All is well" },
} as const satisfies Readonly<Record<string, Text>>;

export type TextKey = keyof typeof TEXTS;

/** A text in both languages. */
export function textOf(key: TextKey): Text {
  return TEXTS[key];
}

/** One language's texts. */
export type Texts = (key: TextKey) => string;

export function textsFor(language: Language): Texts {
  return (key) => TEXTS[key][language];
}

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(TEXTS, key);
}

/** The keys, for the test that looks for texts that nobody says. */
export const TEXT_KEYS = Object.keys(TEXTS);

/** How units are written for people; those that are not listed as UCUM has them. */
const UNITS: Readonly<Record<string, string>> = {
  Cel: "°C",
  "kW.h": "kWh",
  "1": "",
};

export function unitText(code: string): string {
  return UNITS[code] ?? code;
}
