/* A Modbus server of somebody else, for tests: libmodbus on TCP or a serial port.
 * libmodbus_server tcp PORT | rtu DEVICE BAUD UNIT; register n of both tables holds 1000 + n,
 * coil and discrete input n are on where n is a multiple of 3. Prints "ready". */
#include <errno.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **words) {
  if (count < 3) return 2;
  const int tcp = strcmp(words[1], "tcp") == 0;
  modbus_t *line = tcp ? modbus_new_tcp("127.0.0.1", atoi(words[2]))
                       : modbus_new_rtu(words[2], atoi(words[3]), 'N', 8, 1);
  if (line == NULL) return 1;
  if (!tcp) modbus_set_slave(line, atoi(words[4]));
  modbus_mapping_t *map = modbus_mapping_new(200, 200, 200, 200);
  for (int at = 0; at < 200; at++) {
    map->tab_registers[at] = map->tab_input_registers[at] = 1000 + at;
    map->tab_bits[at] = map->tab_input_bits[at] = at % 3 == 0;
  }
  int listening = tcp ? modbus_tcp_listen(line, 1) : 0;
  if (listening < 0 || (!tcp && modbus_connect(line) < 0)) return 1;
  puts("ready");
  fflush(stdout);
  unsigned char request[MODBUS_TCP_MAX_ADU_LENGTH];
  for (;;) {
    if (tcp && modbus_tcp_accept(line, &listening) < 0) return 1;
    for (;;) {
      int length = modbus_receive(line, request);
      if (length > 0) modbus_reply(line, request, length, map);
      if (length < 0 && (tcp || errno == EIO)) break;
    }
    if (!tcp) return 0;
    modbus_close(line);
  }
}
