/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/arch/fw_cfg.h"

#include <errno.h>
#include <string.h>

#include "agent/fast/fast.h"

#define SIGNATURE 0x00
#define ID 0x01
#define ID_DMA 2u
#define FILE_DIR 0x19

/* struct FWCfgFile: big-endian size and key, two reserved bytes, a name that ends with NUL. */
#define ENTRY_SIZE 64
#define ENTRY_KEY 4
#define ENTRY_NAME 8

static uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

int fw_cfg_probe(const struct fw_cfg *device)
{
	char signature[4];

	device->select(SIGNATURE);
	device->read(signature, sizeof(signature));
	return memcmp(signature, "QEMU", sizeof(signature)) ? -ENODEV : 0;
}

static void read_key(const struct fw_cfg *device, uint16_t key, void *to, size_t size)
{
	uint8_t features = 0;

	device->select(ID);
	device->read(&features, sizeof(features));
	if ((features & ID_DMA) && fast_fw_cfg_read(device->request, key, to, size))
		return;
	device->select(key);
	device->read(to, size);
}

int fw_cfg_read_file(const struct fw_cfg *device, const char *name, struct buf *out)
{
	uint8_t word[4], entry[ENTRY_SIZE];
	uint32_t count;

	device->select(FILE_DIR);
	device->read(word, sizeof(word));
	count = get_be32(word);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size;

		device->read(entry, sizeof(entry));
		if (strncmp((const char *)entry + ENTRY_NAME, name, sizeof(entry) - ENTRY_NAME))
			continue;
		size = get_be32(entry);
		read_key(device, (uint16_t)(entry[ENTRY_KEY] << 8 | entry[ENTRY_KEY + 1]), buf_reserve(out, size),
		         size);
		out->len += size;
		return 0;
	}
	return -ENOENT;
}
