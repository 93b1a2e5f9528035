#pragma once
#include <stddef.h>
#include <stdint.h>

// The block function of SHA-256 (FIPS 180-4 §6.2.2) over two messages at once. One message alone waits for each of its
// own rounds; two that do not depend on each other fill the processor's pipeline.

// Whether this processor has the instructions for it.
int tarn_sha256_pair_works(void);

// Goes on with both hash values by `blocks` blocks of 64 bytes each. Call only where `tarn_sha256_pair_works()`.
void tarn_sha256_pair(uint32_t first[8], const uint8_t *first_blocks, uint32_t second[8], const uint8_t *second_blocks,
                      size_t blocks);
