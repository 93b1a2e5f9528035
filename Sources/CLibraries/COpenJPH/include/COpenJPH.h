#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// OpenJPH with its C++ exceptions caught on this side. Every function returns 0 or one of these.
enum {
    tarn_ojph_ok = 0,
    tarn_ojph_invalid = 1,      // OpenJPH refused what it was given
    tarn_ojph_mismatch = 2,     // the codestream does not describe the image the caller expects
    tarn_ojph_no_memory = 3
};

enum { tarn_ojph_message_size = 200 };

typedef struct {
    uint32_t columns;
    uint32_t rows;
    int32_t components;
    int32_t precision;
    int32_t is_signed;
    int32_t is_rgb;     // for encoding: the three components are to be transformed together
} tarn_ojph_image;

// Encodes `samples`, colour by pixel, native byte order, 1, 2 or 4 bytes a sample for precisions up to 8, 16 and above,
// reversibly, in the progression order RPCL. On success `*data` is malloc'd: free with tarn_ojph_free.
int tarn_ojph_encode(const void *samples, const tarn_ojph_image *image, uint8_t **data, size_t *size, char *message);
void tarn_ojph_free(uint8_t *data);

// Decodes to `samples`, laid out as above. The codestream has to have the dimensions of `expected`. What OpenJPH has
// something to say about is refused. One thread of a process at a time, and none that has anything to lose: this
// library trusts its input.
int tarn_ojph_decode(const uint8_t *data, size_t size, const tarn_ojph_image *expected, void *samples, size_t capacity,
                     char *message);

#ifdef __cplusplus
}
#endif
