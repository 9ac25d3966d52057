/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf8.h"

/* The row that covers the lead byte also bounds the second byte, which is where the forbidden forms show. */
size_t utf8_decode(const void *bytes, size_t len, uint32_t *code)
{
	static const struct {
		unsigned char first, last, second_min, second_max;
		uint8_t len;
	} leads[] = {
	        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
	        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
	        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const unsigned char *s = bytes;
	uint32_t found;

	for (size_t i = 0; i < sizeof(leads) / sizeof(*leads); i++) {
		if (s[0] < leads[i].first || s[0] > leads[i].last)
			continue;
		if (leads[i].len > len)
			return 0;
		found = leads[i].len == 1 ? s[0] : s[0] & (0x7fu >> leads[i].len);
		for (size_t k = 1; k < leads[i].len; k++) {
			unsigned char min = k == 1 ? leads[i].second_min : 0x80;
			unsigned char max = k == 1 ? leads[i].second_max : 0xbf;

			if (s[k] < min || s[k] > max)
				return 0;
			found = found << 6 | (s[k] & 0x3fu);
		}
		if (code)
			*code = found;
		return leads[i].len;
	}
	return 0;
}
