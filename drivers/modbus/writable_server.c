/* A Modbus server of somebody else that is written to, for tests: libmodbus on TCP or a serial
 * port. writable_server tcp PORT | rtu DEVICE BAUD UNIT; 100 registers and coils, register n
 * holds n. Prints "ready", and "write FUNCTION ADDRESS" for each write that comes. What a write
 * meets depends on its address: 20 clamps it to 80, 30 refuses it with exception 3, 40 takes it
 * and says nothing, 50 does nothing and says nothing, 60 takes it and answers 400 ms late, 70
 * answers at once and takes it 300 ms later. */
#include <modbus/modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static modbus_t *line;
static modbus_mapping_t *map;
static double due;
static int later;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static int is_write(int function) {
  return function == 5 || function == 6 || function == 15 || function == 16;
}

/* Changes the table as the request says, and tells nobody. */
static void take(unsigned char *pdu) {
  int address = pdu[1] << 8 | pdu[2], value = pdu[3] << 8 | pdu[4];
  if (pdu[0] == 6) map->tab_registers[address] = value;
  if (pdu[0] == 5) map->tab_bits[address] = value != 0;
}

static void answer(unsigned char *request, int length) {
  unsigned char *pdu = request + modbus_get_header_length(line);
  int address = pdu[1] << 8 | pdu[2];
  if (later >= 0 && now() >= due) map->tab_registers[70] = later, later = -1;
  if (!is_write(pdu[0])) {
    modbus_reply(line, request, length, map);
    return;
  }
  printf("write %d %d\n", pdu[0], address);
  fflush(stdout);
  switch (address) {
    case 30:
      modbus_reply_exception(line, request, MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE);
      return;
    case 40:
      take(pdu);
      return;
    case 50:
      return;
    case 60:
      usleep(400000);
      break;
    case 70:
      later = pdu[3] << 8 | pdu[4];
      due = now() + 0.3;
      break;
  }
  modbus_reply(line, request, length, map);
  if (address == 70) map->tab_registers[70] = 70;
  if (address == 20 && map->tab_registers[20] > 80) map->tab_registers[20] = 80;
}

int main(int count, char **words) {
  if (count < 3) return 2;
  const int tcp = strcmp(words[1], "tcp") == 0;
  line = tcp ? modbus_new_tcp("127.0.0.1", atoi(words[2]))
             : modbus_new_rtu(words[2], atoi(words[3]), 'N', 8, 1);
  if (line == NULL) return 1;
  if (!tcp) modbus_set_slave(line, atoi(words[4]));
  map = modbus_mapping_new(100, 100, 100, 100);
  later = -1;
  for (int at = 0; at < 100; at++) map->tab_registers[at] = at;
  int listening = tcp ? modbus_tcp_listen(line, 1) : 0;
  if (listening < 0 || (!tcp && modbus_connect(line) < 0)) return 1;
  puts("ready");
  fflush(stdout);
  unsigned char request[MODBUS_TCP_MAX_ADU_LENGTH];
  for (;;) {
    if (tcp && modbus_tcp_accept(line, &listening) < 0) return 1;
    for (;;) {
      int length = modbus_receive(line, request);
      if (length > 0) answer(request, length);
      if (length < 0 && tcp) break;
    }
    modbus_close(line);
  }
}
