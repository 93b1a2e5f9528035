#pragma once
#include <stddef.h>
#include <stdint.h>

// libjxl for one still image. Every function returns 0 or one of these.
enum {
    tarn_jxl_ok = 0,
    tarn_jxl_invalid = 1,       // libjxl refused the codestream
    tarn_jxl_incomplete = 2,    // the data end early
    tarn_jxl_mismatch = 3,      // the codestream does not describe the image the caller expects
    tarn_jxl_no_memory = 4,
    tarn_jxl_missing = 5        // there is no libjxl 0.7
};

typedef struct {
    uint32_t columns;
    uint32_t rows;
    int32_t components;     // 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha
    int32_t precision;      // 1 ... 16
} tarn_jxl_image;

// Loads the library; the first decoding does it, too, but needs files then.
int tarn_jxl_load(void);

// Decodes to `samples`, colour by pixel, native byte order, 1 or 2 bytes a sample for precisions up to 8 and 16.
// The codestream has to be as `expected` says.
int tarn_jxl_decode(const uint8_t *data, size_t size, const tarn_jxl_image *expected, void *samples, size_t capacity);
