/* cksum.h - the checksum that the command cksum prints
 *
 * For lesson 14, given complete: how a checksum is computed is no network
 * programming. It is a number of 32 bits in which every bit of the data has a
 * say, and if one bit is wrong on the way, the number is another one. Whoever
 * wants to compare types `cksum FILE`; POSIX says how the number comes about.
 *
 * A checksum finds accidents. Whoever changes a file on purpose can easily
 * make one with the same number; against that there are other ones (SHA-256).
 *
 *	struct cksum sum = {0};
 *	cksum_add(&sum, buf, len);         as often as bytes come
 *	uint32_t number = cksum_end(&sum);
 */
#ifndef CKSUM_H
#define CKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The remainder so far of a long division of the data (a "CRC"), and how many
 * bytes that were. It begins with {0}. */
struct cksum {
	uint32_t crc;
	uint64_t len;
};

/* The table for byte `at` of a block of 16: what it adds to the remainder when
 * 15 - at more bytes come behind it. Made at the first call. */
static inline const uint32_t (*cksum_tables(void))[256]
{
	static uint32_t table[16][256];

	if (table[15][1] != 0)
		return (const uint32_t(*)[256])table;
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte << 24;
		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7U : 0);
		table[15][byte] = crc;
	}
	for (int at = 14; at >= 0; at--)
		for (int byte = 0; byte < 256; byte++) {
			uint32_t crc = table[at + 1][byte];
			table[at][byte] = crc << 8 ^ table[15][crc >> 24];
		}
	return (const uint32_t(*)[256])table;
}

/* Adds len bytes. One byte after the other would take longer than to send them,
 * so it takes 16 at once, a table for each; and this one function wants to be
 * optimized even where the program is not. */
#if defined __GNUC__ && !defined __clang__
__attribute__((optimize("O2")))
#endif
static inline void
cksum_add(struct cksum *sum, const void *buf, size_t len)
{
	const uint32_t(*table)[256] = cksum_tables();
	const unsigned char *at = buf;
	uint32_t crc = sum->crc;

	sum->len += len;
	for (; len >= 16; len -= 16, at += 16)
		crc = table[0][crc >> 24 ^ at[0]] ^
		      table[1][(crc >> 16 & 255) ^ at[1]] ^
		      table[2][(crc >> 8 & 255) ^ at[2]] ^
		      table[3][(crc & 255) ^ at[3]] ^ table[4][at[4]] ^
		      table[5][at[5]] ^ table[6][at[6]] ^ table[7][at[7]] ^
		      table[8][at[8]] ^ table[9][at[9]] ^ table[10][at[10]] ^
		      table[11][at[11]] ^ table[12][at[12]] ^
		      table[13][at[13]] ^ table[14][at[14]] ^ table[15][at[15]];
	for (; len > 0; len--, at++)
		crc = crc << 8 ^ table[15][crc >> 24 ^ *at];
	sum->crc = crc;
}

/* Returns the checksum: that of the data, and behind them their length, the
 * lowest byte first, in as many bytes as it needs; then every bit turned. */
static inline uint32_t cksum_end(const struct cksum *sum)
{
	struct cksum end = *sum;

	for (uint64_t len = sum->len; len > 0; len >>= 8) {
		unsigned char byte = (unsigned char)len;
		cksum_add(&end, &byte, 1);
	}
	return ~end.crc;
}

#endif
