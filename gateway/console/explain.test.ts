import { expect, test } from "vitest";
import { explain } from "./explain.ts";
import { viewOf } from "./language.ts";

const REASONS: readonly (readonly [reason: string, zh: string])[] = [
  ["Connection reset by peer (os error 104)", "连接已断开"],
  ["Broken pipe (os error 32)", "连接已断开"],
  ["disconnected", "连接已断开"],
  ["keep-alive timeout", "没有应答"],
  ["5 times in a row: it has to wait", "密码已连续 5 次错误"],
  ["the password is not the one that was set", "登录被拒绝"],
  ["no client has this name", "没有这个用户名"],
  ["200 connections are open already", "已有 200 个连接"],
  [`the client id "timeout" is in use by "th-1"`, "客户端 ID 已被 th-1 使用"],
  ["a last will is not stored", "遗嘱消息"],
  ["the broker sent a message on a/password, which was not asked for", "未订阅主题 a/password"],
  ["more than the 65000 bytes that an entry holds", "65000 字节"],
  [`id "$&" came with other bytes before`, "编号 $&amp; 曾用于"],
  ["wrong CRC", "校验错误"],
  [
    "Cannot use the pack 0a1b: nobody here knows the key q_-A9 that signed it; want one of " +
    "the county's",
    "密钥 q_-A9 不在本机",
  ],
  ["Cannot use the pack 0a1b: its signature does not hold; get it again", "签名不符"],
  ["Cannot read the document 0a1b: a part is not here", "还没有从县中心收到"],
  ["two answers came to one question", "地址相同"],
  ["two reads do not agree", "不一致"],
  ["Cannot use the line serial:///dev/ttyUSB0: the port is gone: it was unplugged", "串口已断开"],
  [`Cannot open the serial port "/dev/ttyUSB0": another program has it open`, "其他程序"],
  [
    `Cannot open the serial port "/dev/serial/by-id/x": stty: /dev/serial/by-id/x: No such file`,
    "没有这个串口",
  ],
  ["it answers; polls skipped before that: 3", "应答正常；此前有 3 次"],
  ["its frames come; not told before that: 3", "数据正常；此前有 3 个"],
  ["a poll was skipped: the one before is not stored yet", "磁盘太慢"],
  ["Cannot use the line tcp://10.0.0.7:502: the connection was closed", "连接已断开"],
  ["Cannot use the line tcp://10.0.0.7:502: No route to host (os error 113)", "网络不通"],
  ["Cannot reach tcp://10.0.0.7:502: no answer for 5000 ms", "没有应答"],
  ["Cannot listen on 127.0.0.1:1883: Address already in use (os error 98)", "端口已被"],
  ["Cannot listen on 10.9.9.9:1883: Cannot assign requested address (os error 99)", "没有这个地址"],
  ["Cannot use the broker at mqtts://hospital: cannot read /etc/ca.pem", "无法读取文件"],
  ["Lost the broker at mqtt://hospital: the connection was closed", "连接已断开"],
  ["its broker is connected", "服务器已连接"],
  ["0.02 is below the minimum of 0.1 kg", "空秤"],
  ["31 is above the maximum of 30 kg", "超出设备量程"],
  ["it is not stable", "尚未稳定"],
  ["values were not stored: the disk is 95.2 % full", "磁盘已用 95.2%"],
  ["overload: more than the scale can weigh", "超载"],
  ["it has sent nothing for 3 s", "3 秒没有数据"],
  ["5 of its last 90 frames were wrong", "5 帧数据出错"],
  ["what it sends is no frame of its format: look at format, baud rate, parity", "波特率"],
  ["exception 2 (illegal data address)", "型号文件与设备不符"],
  ["exception 4 (device failure)", "设备内部故障"],
  ["exception 6 (device busy)", "设备忙"],
  ["exception 8 (memory parity error)", "存储器出错"],
  ["exception 10 (gateway path unavailable)", "网关的通道不可用"],
  ["exception 11 (gateway target failed to respond)", "没有应答"],
];

test.each(REASONS)("the reason %j is told in Chinese", async (reason, zh) => {
  expect(String(await explain(viewOf("zh"), reason))).toContain(zh);
});
