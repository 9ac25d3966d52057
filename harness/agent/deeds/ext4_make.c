/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/ext4_make.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/*
 * Blocks of 1024 bytes, one group: the superblock in block 1, the group's descriptor, two bitmaps, the inodes, the root
 * directory, the journal, and then what is free. A journal has at least 1024 blocks (JBD2_MIN_JOURNAL_BLOCKS).
 */
#define BLOCK 1024u
#define BLOCKS 4096u
#define INODES 32u
#define INODE_SIZE 256u
#define JOURNAL_BLOCKS 1024u
#define PER_GROUP (8 * BLOCK)

enum {
	AT_SUPER = 1,
	AT_DESCRIPTOR,
	AT_BLOCK_MAP,
	AT_INODE_MAP,
	AT_INODES,
	AT_ROOT = AT_INODES + INODES * INODE_SIZE / BLOCK,
	AT_JOURNAL,
	AT_FREE = AT_JOURNAL + JOURNAL_BLOCKS,
};

enum { INODE_ROOT = 2, INODE_JOURNAL = 8, INODE_FIRST = 11 };

static void put16(uint8_t *at, size_t offset, uint16_t value)
{
	value = htole16(value);
	memcpy(at + offset, &value, sizeof(value));
}

static void put32(uint8_t *at, size_t offset, uint32_t value)
{
	value = htole32(value);
	memcpy(at + offset, &value, sizeof(value));
}

/* A journal is big endian. */
static void put_be32(uint8_t *at, size_t offset, uint32_t value)
{
	value = htobe32(value);
	memcpy(at + offset, &value, sizeof(value));
}

static int block_write(int fd, uint32_t number, const uint8_t *block)
{
	ssize_t n = pwrite(fd, block, BLOCK, (off_t)number * BLOCK);

	return n == (ssize_t)BLOCK ? 0 : n < 0 ? -errno : -ENOSPC;
}

static void super_fill(uint8_t *s)
{
	put32(s, 0x00, INODES);
	put32(s, 0x04, BLOCKS);
	put32(s, 0x0c, BLOCKS - AT_FREE);
	put32(s, 0x10, INODES - INODE_FIRST + 1);
	put32(s, 0x14, AT_SUPER); /* s_first_data_block */
	put32(s, 0x20, PER_GROUP);
	put32(s, 0x24, PER_GROUP);
	put32(s, 0x28, INODES);
	put16(s, 0x36, 0xffff); /* never checked for how often it was mounted */
	put16(s, 0x38, 0xef53);
	put16(s, 0x3a, 1); /* unmounted cleanly */
	put16(s, 0x3c, 1); /* errors: go on */
	put32(s, 0x4c, 1); /* EXT4_DYNAMIC_REV */
	put32(s, 0x54, INODE_FIRST);
	put16(s, 0x58, INODE_SIZE);
	put32(s, 0x5c, 0x4);  /* has_journal */
	put32(s, 0x60, 0x42); /* extents, filetype */
	put32(s, 0x64, 0x3);  /* sparse_super, large_file */
	memset(s + 0x68, 0xc3, 16);
	put32(s, 0xe0, INODE_JOURNAL);
}

static void descriptor_fill(uint8_t *d)
{
	put32(d, 0x0, AT_BLOCK_MAP);
	put32(d, 0x4, AT_INODE_MAP);
	put32(d, 0x8, AT_INODES);
	put16(d, 0xc, BLOCKS - AT_FREE);
	put16(d, 0xe, INODES - INODE_FIRST + 1);
	put16(d, 0x10, 1); /* directories */
}

/* Taken are those below `used`, and what the map has room for and the group has not. */
static void map_fill(uint8_t *map, uint32_t used, uint32_t count)
{
	for (uint32_t bit = 0; bit < PER_GROUP; bit++)
		if (bit < used || bit >= count)
			map[bit / 8] = (uint8_t)(map[bit / 8] | 1u << bit % 8);
}

/* Of one extent. */
static void inode_fill(uint8_t *inode, uint16_t mode, uint16_t links, uint32_t start, uint16_t blocks)
{
	uint8_t *extents = inode + 0x28;

	put16(inode, 0x00, mode);
	put32(inode, 0x04, blocks * BLOCK);
	put16(inode, 0x1a, links);
	put32(inode, 0x1c, blocks * BLOCK / 512);
	put32(inode, 0x20, 0x80000); /* EXT4_EXTENTS_FL */
	put16(extents, 0x0, 0xf30a);
	put16(extents, 0x2, 1);
	put16(extents, 0x4, 4);
	put16(extents, 0x10, blocks);
	put32(extents, 0x14, start);
}

static void root_fill(uint8_t *root)
{
	put32(root, 0x0, INODE_ROOT);
	put16(root, 0x4, 12);
	root[0x6] = 1;
	root[0x7] = 2; /* a directory */
	root[0x8] = '.';
	put32(root, 0xc, INODE_ROOT);
	put16(root, 0x10, BLOCK - 12);
	root[0x12] = 2;
	root[0x13] = 2;
	memcpy(root + 0x14, "..", 2);
}

/* journal_superblock_t of version 2, of an empty journal. */
static void journal_fill(uint8_t *journal)
{
	put_be32(journal, 0x0, 0xc03b3998);
	put_be32(journal, 0x4, 4);
	put_be32(journal, 0xc, BLOCK);
	put_be32(journal, 0x10, JOURNAL_BLOCKS);
	put_be32(journal, 0x14, 1);
	put_be32(journal, 0x18, 1);
	put_be32(journal, 0x40, 1); /* users */
}

static int blank(int fd)
{
	static const uint8_t zero[BLOCK];
	int rc = 0;

	for (uint32_t i = 0; !rc && i < AT_FREE; i++)
		rc = block_write(fd, i, zero);
	return rc;
}

static int inodes_write(int fd)
{
	uint8_t inodes[AT_ROOT - AT_INODES][BLOCK] = {0};
	uint8_t *at = inodes[0];
	int rc = 0;

	inode_fill(at + (size_t)(INODE_ROOT - 1) * INODE_SIZE, 040755, 2, AT_ROOT, 1);
	inode_fill(at + (size_t)(INODE_JOURNAL - 1) * INODE_SIZE, 0100600, 1, AT_JOURNAL, JOURNAL_BLOCKS);
	for (uint32_t i = 0; !rc && i < AT_ROOT - AT_INODES; i++)
		rc = block_write(fd, AT_INODES + i, inodes[i]);
	return rc;
}

int ext4_make(int fd)
{
	uint8_t super[BLOCK] = {0}, descriptor[BLOCK] = {0}, blocks[BLOCK] = {0}, inodes[BLOCK] = {0};
	uint8_t root[BLOCK] = {0}, journal[BLOCK] = {0};
	const struct {
		uint32_t number;
		const uint8_t *block;
	} parts[] = {{AT_SUPER, super}, {AT_DESCRIPTOR, descriptor}, {AT_BLOCK_MAP, blocks}, {AT_INODE_MAP, inodes},
	             {AT_ROOT, root},   {AT_JOURNAL, journal}};
	int rc = blank(fd);

	super_fill(super);
	descriptor_fill(descriptor);
	map_fill(blocks, AT_FREE - AT_SUPER, BLOCKS - AT_SUPER);
	map_fill(inodes, INODE_FIRST - 1, INODES);
	root_fill(root);
	journal_fill(journal);
	rc = rc ? rc : inodes_write(fd);
	for (size_t i = 0; !rc && i < sizeof(parts) / sizeof(parts[0]); i++)
		rc = block_write(fd, parts[i].number, parts[i].block);
	return rc;
}
