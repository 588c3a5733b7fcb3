/** Why something does not work, in the technician's own words, with the original behind it. */
import { html } from "hono/html";
import type { Html, View } from "./view.ts";

/** What a message tells, by what stands in it; the first that fits counts. */
const EXPLANATIONS: readonly {
  readonly found: RegExp;
  readonly zh: string;
  readonly en: string;
}[] = [
  // What a device sent stands in these, and could be mistaken for one of those below.
  {
    found: /^Cannot read the payload as json/,
    zh: "报文不是有效的 JSON，已原样保存",
    en: "The payload is no valid JSON; it is kept as it came",
  },
  {
    found: /^Cannot read the payload as (number|text)/,
    zh: "报文无法按型号文件读取，已原样保存",
    en: "The payload is not as the profile says; it is kept as it came",
  },
  {
    found: /^The payload has none of (.+)$/,
    zh: "报文中没有这些测点：$1；已原样保存",
    en: "The payload has none of $1; it is kept as it came",
  },
  {
    found: /^it answered (\d+) bytes to a question for \d+$/,
    zh: "应答长度不对（$1 字节）：型号文件与设备不符，或线路受干扰",
    en: "The answer has a wrong length ($1 bytes): the profile does not fit, or the line is noisy",
  },
  {
    found: /: nobody here knows the key (\S+) that signed it/,
    zh: "签名密钥 $1 不在本机信任之列：请在 prescription.signers 中加入后重新启动",
    en: "Nobody here knows the key $1 that signed it: add it to prescription.signers, and restart",
  },
  {
    found: /: its signature does not hold/,
    zh: "签名不符，内容可能被改动：请县中心重新发布",
    en: "Its signature does not hold, it may have been altered: have the county release it again",
  },
  {
    found: /^Cannot read the document \w+: (?:a part|it) is not here$/,
    zh: "有一部分内容还没有从县中心收到：请检查线路",
    en: "A part of it has not come from the county: check the line",
  },
  { found: /^(.+) tells a fault$/, zh: "设备报告故障值 $1", en: "The device tells a fault: $1" },
  { found: /^the device tells no value$/, zh: "设备未给出数值", en: "The device tells no value" },
  { found: /^(.+) is no number$/, zh: "$1 不是数值", en: "$1 is no number" },
  {
    found: /^(.+) is below the minimum of .+$/,
    zh: "空秤：$1 低于最小称量",
    en: "Empty: $1 is below what counts as a load",
  },
  { found: /^it is not stable$/, zh: "读数尚未稳定", en: "It is not stable yet" },
  { found: /^overload: /, zh: "超载：超过秤的最大称量", en: "Overload: more than it can weigh" },
  {
    found: /^underload: /,
    zh: "欠载：请检查秤盘并重新置零",
    en: "Underload: check the platform and zero it",
  },
  {
    found: /^it was not zeroed since it was switched on$/,
    zh: "开机后尚未置零",
    en: "It was not zeroed since it was switched on",
  },
  {
    found: /^its display is expanded, for calibration$/,
    zh: "秤处于校准用的扩展显示",
    en: "Its display is expanded, for calibration",
  },
  {
    found: /^it shows a unit that is no unit of weight here$/,
    zh: "秤上所选单位不能使用：请改为公斤",
    en: "The unit that it shows cannot be used: set it to kilograms",
  },
  {
    found: /^it has sent nothing for (\d+) s$/,
    zh: "已 $1 秒没有数据：请检查电源和接线",
    en: "It has sent nothing for $1 s: check power and wiring",
  },
  {
    found: /^what it sends is no frame of its format/,
    zh: "收到的数据无法识别：请检查通信格式、波特率和校验位",
    en: "What it sends cannot be read: check format, baud rate and parity",
  },
  {
    found: /^(\d+) of its last \d+ frames were wrong$/,
    zh: "最近有 $1 帧数据出错：线路受干扰，或设置不符",
    en: "$1 of its last frames were wrong: the line is noisy, or a setting does not fit",
  },
  { found: /^its frames come$/, zh: "数据正常", en: "Its frames come" },
  { found: /^(.+) is (?:above|below) /, zh: "$1 超出设备量程", en: "$1 is out of range" },
  { found: /^(.+) has no meaning here$/, zh: "$1 没有约定的含义", en: "$1 has no meaning here" },
  {
    found: /^found a list or an object, want a value$/,
    zh: "应为一个值，收到的是列表或对象",
    en: "Found a list or an object where a value should be",
  },
  {
    found: /^(?:(?:a poll was|values were) not stored: )?the disk is ([\d.]+) % full$/,
    zh: "磁盘已用 $1%，新数据未保存",
    en: "The disk is $1 % full: what is new is not stored",
  },
  {
    found: /disk is full|ENOSPC|No space left|os error 28/i,
    zh: "磁盘已满：请腾出空间",
    en: "The disk is full: make room on it",
  },
  {
    found: /disk I\/O error|\bEIO\b|Input\/output error/i,
    zh: "磁盘读写出错：请更换磁盘",
    en: "The disk fails: replace it",
  },
  {
    found: /readonly database|EROFS|Read-only file system/i,
    zh: "磁盘只读：多为磁盘损坏，请检查",
    en: "The disk is read-only, mostly because it has failed: check it",
  },
  {
    found: /^(\d+) times in a row: it has to wait$/,
    zh: "密码已连续 $1 次错误，须稍候再试",
    en: "$1 wrong passwords in a row: it has to wait",
  },
  {
    found: /^(\d+) connections are open already$/,
    zh: "已有 $1 个连接，达到上限",
    en: "$1 connections are open already, the limit",
  },
  {
    found: /^the client id ".*" is in use by "(.+)"$/,
    zh: "客户端 ID 已被 $1 使用",
    en: "Its client id is in use by $1",
  },
  {
    found: /^a last will is not stored$/,
    zh: "遗嘱消息不予保存",
    en: "A last will is not stored",
  },
  {
    found: /^the broker sent a message on (.+), which was not asked for$/,
    zh: "对方服务器发来未订阅主题 $1 的消息",
    en: "The broker sent a message on $1, which was not asked for",
  },
  {
    found: /^more than the (\d+) bytes that an entry holds$/,
    zh: "超过一个条目的上限 $1 字节",
    en: "More than the $1 bytes that an entry holds",
  },
  {
    found: /^id "(.*)" came with other bytes before$/,
    zh: "编号 $1 曾用于内容不同的消息",
    en: "The id $1 came with another content before",
  },
  {
    found: /^no room for ([\d.]+) MB: .*$/,
    zh: "对方没有存放 $1 MB 文件的空间，有空间后自动重送",
    en: "There is no room for a file of $1 MB at the other end; it goes when there is",
  },
  {
    found: /^what came has another hash: it was thrown away$/,
    zh: "传输中内容有误，已丢弃并重新传送",
    en: "The content changed on the way; it was thrown away and is sent again",
  },
  {
    found: /^what came is being checked$/,
    zh: "对方正在校验文件",
    en: "The other end is checking the file",
  },
  {
    found: /^"(.+)" sends it already$/,
    zh: "$1 正在传送同一文件",
    en: "$1 is sending the same file",
  },
  {
    found: /^wrong CRC$/,
    zh: "校验错误：线路受干扰，请检查接线、终端电阻和波特率",
    en: "Wrong CRC: the line is noisy; check wiring, termination and baud rate",
  },
  {
    found: /^two answers came to one question$/,
    zh: "一问两答：可能有两台设备地址相同，或应答迟到",
    en: "Two answers to one question: two devices with one address, or a late answer",
  },
  {
    found: /^two reads do not agree$/,
    zh: "两次读数不一致，暂不采用",
    en: "Two reads do not agree: they are not used",
  },
  {
    found: /the port is gone: /,
    zh: "串口已断开：请检查 USB 转换器是否插好",
    en: "The port is gone: check whether the USB adapter is plugged in",
  },
  {
    found: /^Cannot open the serial port .*: No such (?:file|device)/,
    zh: "没有这个串口：请检查 USB 转换器是否插好，名称是否正确",
    en: "There is no such port: check whether the USB adapter is plugged in, and the port's name",
  },
  {
    found: /another program has it open$/,
    zh: "串口正被其他程序使用：请关闭该程序，采集随后自动恢复",
    en: "Another program uses the port: end it, and this line goes on by itself",
  },
  {
    found: /address already in use/i,
    zh: "端口已被其他程序占用",
    en: "Another program has this port",
  },
  {
    found: /cannot assign requested address/i,
    zh: "本机没有这个地址：请检查配置",
    en: "This machine has no such address: check the configuration",
  },
  {
    found: /permission denied|cannot read \//i,
    zh: "无法读取文件或无权使用：请检查路径和权限",
    en: "A file or a port cannot be used: check path and permissions",
  },
  {
    found: /ECONNREFUSED|Connection refused/i,
    zh: "对方拒绝连接：设备或服务未开启，或地址、端口不对",
    en: "The connection was refused: the other end is off, or address or port are wrong",
  },
  {
    found: /EHOSTUNREACH|ENETUNREACH|network is unreachable|no route to host/i,
    zh: "网络不通：请检查网线、交换机和地址",
    en: "The network does not lead there: check cable, switch and address",
  },
  {
    found: /ENOTFOUND|EAI_AGAIN|getaddrinfo/i,
    zh: "找不到该地址：请检查名称或改用 IP 地址",
    en: "The name is not known: check it, or use an IP address",
  },
  {
    found: /certificate is good from ([\d-]+) only/i,
    zh: "证书自 $1 起才有效：本机时钟可能偏慢",
    en: "The certificate is good from $1 only: this node's clock is probably behind",
  },
  {
    found: /certificate has expired on ([\d-]+)/i,
    zh: "证书已于 $1 过期：请检查证书文件和有效期，以及本机时钟",
    en: "The certificate has expired on $1: check its file and its dates, and this node's clock",
  },
  {
    found: /certificate/i,
    zh: "证书不受信任：请检查证书文件和有效期",
    en: "The certificate is not trusted: check its file and its dates",
  },
  {
    found: /Not authorized|bad user name|password/i,
    zh: "登录被拒绝：请检查用户名和密码",
    en: "The login was refused: check name and password",
  },
  {
    found: /not enrolled/i,
    zh: "县中心尚未登记本站：请索取一次性登记码",
    en: "The county does not know this site yet: ask for a one-time code",
  },
  {
    found: /Nobody answers|no answer|timed out|timeout|failed to respond/i,
    zh: "没有应答：请检查供电、接线和地址",
    en: "No answer: check power, wiring and address",
  },
  {
    found: /was closed|ECONNRESET|EPIPE|reset by peer|broken pipe|disconnected|socket hang up/i,
    zh: "连接已断开",
    en: "The connection has ended",
  },
  {
    found: /illegal data address|illegal function|illegal data value/i,
    zh: "设备不接受该寄存器请求：型号文件与设备不符",
    en: "The device does not take this request: the profile does not fit it",
  },
  { found: /device failure/i, zh: "设备内部故障", en: "The device has failed" },
  { found: /device busy/i, zh: "设备忙，稍后再问", en: "The device is busy" },
  { found: /memory parity error/i, zh: "设备存储器出错", en: "The device's memory is faulty" },
  {
    found: /gateway path unavailable/i,
    zh: "网关的通道不可用：请检查网关设置",
    en: "The gateway has no path to the device: check its settings",
  },
  {
    found: /^no client has this name$/,
    zh: "配置中没有这个用户名",
    en: "No client of this name is configured",
  },
  { found: /^it gave no name$/, zh: "未提供用户名", en: "It gave no name" },
  {
    found: /^it may not publish to (.+)$/,
    zh: "无权发布到主题 $1",
    en: "It may not publish to $1",
  },
  {
    found: /^it may not subscribe to (.+)$/,
    zh: "无权订阅主题 $1",
    en: "It may not subscribe to $1",
  },
  {
    found: /^a packet of (\d+) bytes, at most \d+$/,
    zh: "报文长 $1 字节，超过上限",
    en: "A packet of $1 bytes is over the limit",
  },
  {
    found: /^unacceptable protocol version$/,
    zh: "MQTT 版本不支持：请在设备上选择 3.1.1",
    en: "This MQTT version is not spoken here: choose 3.1.1 at the device",
  },
  { found: /^listening on (.+)$/, zh: "监听 $1", en: "Listening on $1" },
  { found: /^connected to (.+)$/, zh: "已连接 $1", en: "Connected to $1" },
  { found: /^its broker is connected$/, zh: "服务器已连接", en: "Its broker is connected" },
  { found: /^connected$/, zh: "已连接", en: "Connected" },
  { found: /^it answers$/, zh: "应答正常", en: "It answers" },
  {
    found: /^it answers; polls skipped before that: (\d+)$/,
    zh: "应答正常；此前有 $1 次询问的数据未能保存",
    en: "It answers; of $1 polls before that nothing could be stored",
  },
  {
    found: /^its frames come; not told before that: (\d+)$/,
    zh: "数据正常；此前有 $1 个数据未能保存",
    en: "Its frames come; $1 values before that could not be stored",
  },
  {
    found: /^(?:polls were skipped lately|a poll was skipped: .*|the values before are not .*)$/,
    zh: "磁盘太慢，部分数据未能保存",
    en: "The disk is too slow: some values could not be stored",
  },
  {
    found: /^nothing could be stored for a while$/,
    zh: "一段时间内数据未能保存",
    en: "Nothing could be stored for a while",
  },
];

/** Whole reasons first: one that quotes a topic may hold any word that the others look for. */
const ORDERED = [true, false].flatMap((whole) =>
  EXPLANATIONS.filter(({ found }) => found.source.startsWith("^") === whole)
);

/** A reason for people; what was not foreseen is shown as it is. */
export function explain({ language }: View, reason: string | null): Html {
  if (reason === null || reason === "") return html`–`;
  for (const explanation of ORDERED) {
    const match = explanation.found.exec(reason);
    if (match === null) continue;
    const text = explanation[language].replace("$1", () => match[1] ?? "");
    // Where nothing but the words differ, the original tells no more.
    if (match[0] === reason) return html`${text}`;
    return html`${text}<br><small>${reason}</small>`;
  }
  return html`${reason}`;
}
