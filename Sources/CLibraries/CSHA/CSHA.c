#include "CSHA.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

// FIPS 180-4 §4.2.2.
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

int tarn_sha256_pair_works(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29));
}

#define SHA __attribute__((target("sha,sse4.1,ssse3"), always_inline)) static inline

// A hash value in the order that the instructions want: the working variables a, b, e, f and c, d, g, h.
typedef struct {
    __m128i abef, cdgh;
} value;

SHA value load_value(const uint32_t *words) {
    __m128i abcd = _mm_loadu_si128((const __m128i *)words);
    __m128i efgh = _mm_loadu_si128((const __m128i *)(words + 4));
    __m128i low = _mm_unpacklo_epi64(abcd, efgh), high = _mm_unpackhi_epi64(abcd, efgh);
    return (value){_mm_shuffle_epi32(low, 0x1b), _mm_shuffle_epi32(high, 0x1b)};
}

SHA void store_value(value v, uint32_t *words) {
    __m128i low = _mm_shuffle_epi32(v.abef, 0x1b), high = _mm_shuffle_epi32(v.cdgh, 0x1b);
    _mm_storeu_si128((__m128i *)words, _mm_unpacklo_epi64(low, high));
    _mm_storeu_si128((__m128i *)(words + 4), _mm_unpackhi_epi64(low, high));
}

SHA __m128i load_words(const uint8_t *bytes) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)bytes), swap);
}

// The next four words of the message schedule (§6.2.2 step 1) from the last sixteen.
SHA __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

// Four rounds.
SHA void rounds(value *v, __m128i words, int group) {
    __m128i sum = _mm_add_epi32(words, _mm_load_si128((const __m128i *)(constants + 4 * group)));
    v->cdgh = _mm_sha256rnds2_epu32(v->cdgh, v->abef, sum);
    v->abef = _mm_sha256rnds2_epu32(v->abef, v->cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

__attribute__((target("sha,sse4.1,ssse3"))) void tarn_sha256_pair(
    uint32_t first[8], const uint8_t *first_blocks, uint32_t second[8], const uint8_t *second_blocks, size_t blocks) {
    value one = load_value(first), two = load_value(second);
    for (; blocks > 0; blocks--, first_blocks += 64, second_blocks += 64) {
        value one_before = one, two_before = two;
        __m128i x[4], y[4];
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group++) {
            int i = group & 3;
            if (group < 4) {
                x[i] = load_words(first_blocks + 16 * group);
                y[i] = load_words(second_blocks + 16 * group);
            } else {
                x[i] = next_words(x[i], x[(i + 1) & 3], x[(i + 2) & 3], x[(i + 3) & 3]);
                y[i] = next_words(y[i], y[(i + 1) & 3], y[(i + 2) & 3], y[(i + 3) & 3]);
            }
            rounds(&one, x[i], group);
            rounds(&two, y[i], group);
        }
        one.abef = _mm_add_epi32(one.abef, one_before.abef);
        one.cdgh = _mm_add_epi32(one.cdgh, one_before.cdgh);
        two.abef = _mm_add_epi32(two.abef, two_before.abef);
        two.cdgh = _mm_add_epi32(two.cdgh, two_before.cdgh);
    }
    store_value(one, first);
    store_value(two, second);
}

#else

int tarn_sha256_pair_works(void) { return 0; }

void tarn_sha256_pair(uint32_t *first, const uint8_t *first_blocks, uint32_t *second, const uint8_t *second_blocks,
                      size_t blocks) {
    (void)first, (void)first_blocks, (void)second, (void)second_blocks, (void)blocks;
}

#endif
