/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/port.h"

#include <errno.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

#define FW_CFG_SELECTOR 0x510
#define FW_CFG_DATA 0x511
#define FW_CFG_SIGNATURE 0x00
#define FW_CFG_FILE_DIR 0x19
#define FW_CFG_ENTRY_SIZE 64
#define FW_CFG_NAME_OFFSET 8

/* glibc's insb and outsb tell the compiler nothing about memory, so it may keep stale values: own asm. */
static void in_bytes(uint16_t port, void *to, size_t count)
{
	__asm__ volatile("rep insb" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}

static void out_bytes(uint16_t port, const void *from, size_t count)
{
	__asm__ volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(port) : "memory");
}

static void select_key(uint16_t key)
{
	outw(key, FW_CFG_SELECTOR);
}

static uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

int port_open(struct error *err)
{
	char signature[4];

	if (ioperm(PORT_DEBUGCON, 1, 1) || ioperm(PORT_DEBUG_EXIT, 4, 1) || ioperm(FW_CFG_SELECTOR, 2, 1))
		return error_set(err, errno, "I/O ports: the kernel refuses them: %s", strerror(errno));
	select_key(FW_CFG_SIGNATURE);
	in_bytes(FW_CFG_DATA, signature, sizeof(signature));
	if (memcmp(signature, "QEMU", sizeof(signature)))
		return error_set(err, ENODEV, "fw_cfg: no QEMU behind port 0x%x", FW_CFG_SELECTOR);
	return 0;
}

void port_send(const void *bytes, size_t len)
{
	out_bytes(PORT_DEBUGCON, bytes, len);
}

int port_read_fw_cfg(const char *name, struct buf *out)
{
	uint8_t word[4], entry[FW_CFG_ENTRY_SIZE];
	uint32_t count;

	select_key(FW_CFG_FILE_DIR);
	in_bytes(FW_CFG_DATA, word, sizeof(word));
	count = get_be32(word);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size;

		in_bytes(FW_CFG_DATA, entry, sizeof(entry));
		if (strncmp((const char *)entry + FW_CFG_NAME_OFFSET, name, sizeof(entry) - FW_CFG_NAME_OFFSET))
			continue;
		size = get_be32(entry);
		select_key((uint16_t)(entry[4] << 8 | entry[5]));
		in_bytes(FW_CFG_DATA, buf_reserve(out, size), size);
		out->len += size;
		return 0;
	}
	return -ENOENT;
}

void port_exit(uint8_t code)
{
	outb(code, PORT_DEBUG_EXIT);
	for (;;)
		pause();
}
