/** Exports as Fridge-tag 2 L and Q-tag CLm write them. */
import { TWO_L_DAYS } from "./fixture_published.ts";

const time = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");

/** The form of a 2 L export, with the rows and the records of two published days. */
export function fridgeTagText(change: (text: string) => string = (text) => text): string {
  const [first, , third] = TWO_L_DAYS;
  return change(`Device: Q-tag Fridge-tag 2 L
Vers: 0.5
Fw Vers: 4.0p0o
Sensor: 1
Conf:
 Serial: 130500109088
 Zone: 0.00
 Temp unit: C
 Alarm:
  0:
   T AL: +2.0, t AL: 60
  1:
   T AL: +8.0, t AL: 60
 Int Sensor:
  Timeout: 1, Offset: +0.0
 Logging Interval: 5
Errors:
 19:
  Err Count: 1, Err TS: 2022-03-24 15:30
Hist:
 TS Actv: 2022-05-02 04:44
 TS Report Creation: 2022-06-08 10:14
 1:
  Date: 2022-05-05
  Min T: +5.0, TS Min T: 23:08
  Max T: +12.4, TS Max T: 15:20
  Avrg T: +7.1
  Alarm:
   0:
    t Acc: 0
   1:
    t Acc: 385, TS A: 11:00, C A: 0
  Int Sensor timeout:
   t AccST: 0
  Events: 0
  Checked:
   TS AM: 10:33
 2:
  Date: 2022-05-03
  Min T: ---, TS Min T: ---
  Max T: +26.2, TS Max T: 10:18
  Avrg T: +5.8
  Alarm:
   0:
    t Acc: 0
   1:
    t Acc: 84, TS A: 10:32, C A: 0
  Int Sensor timeout:
   t AccST: 12
  Events: 0
Data:
\tyyyy-MM-dd hh:mm\tT\tOut of limits
${
    [first, third].flatMap(({ rows }) => rows).map(({ wallMs, celsius }) =>
      `\t${time(wallMs)}\t${celsius?.toFixed(1)}${(celsius ?? 0) > 8 ? "\tx" : ""}`
    ).join("\n")
  }
\t2022-05-05 16:36\t--.-\tx
Cert:
 Vers: 1.0
 Owner: Berlinger & Co. AG
Sig: 00
`);
}

/** The form of a Q-tag export, with the numbers of a published journey. */
export const Q_TAG_TEXT = `Device: Q-tag CLm doc LR
Vers: 1.9
Conf:
 Serial: RCPJ00010
 MKT Energy: 83.0
 User String 1:
 Logging Interval: 10
 Alarm:
  1:
   Type: 2, T AL: 8.0, t AL: 30
  3:
   Type: 0
  4:
   Type: 3, T AL: 2.0, t AL: 60
Res:
 TS Actv: 2022-11-08 02:20
 TS Start: 2022-11-08 04:49
 TS Stop: 2022-11-09 01:28
 Min T: 0.9, TS Min T: 2022-11-08 12:49
 Max T: 24.3, TS Max T: 2022-11-09 00:19
 MKT: 10.5
 Avrg T: 5.4
 Alarm:
  1:
   TS S: 2022-11-08 21:50, t A: 219, TS A: 2022-11-08 22:20, TS E:, T M: 24.5, TS M: 2022-11-09 01:28
  4:
   TS S: 2022-11-08 05:51, t A: 598, TS A: 2022-11-08 07:34
Marker:
\tNumber\tT\tyyyy-MM-dd hh:mm\t
Data:
\tyyyy-MM-dd hh:mm\tT\tOut of limits
\t2022-11-08 04:49\t4.4\t
\t2022-11-08 04:59\t3.2\t
Cert:
 Vers: 1.0
`;
