#pragma once
#include <stddef.h>
#include <stdint.h>

// OpenJPEG over memory instead of files. Nothing here calls back into Swift.
// Every function returns 0 or one of these.
enum {
    tarn_j2k_ok = 0,
    tarn_j2k_invalid = 1,       // OpenJPEG refused the codestream, or data of it is missing
    tarn_j2k_mismatch = 2,      // the codestream does not describe the image the caller expects
    tarn_j2k_no_memory = 3
};

enum { tarn_j2k_message_size = 200 };

typedef struct {
    uint32_t columns;
    uint32_t rows;
    int32_t components;
    int32_t precision;      // bits of the widest component, 1 ... 31
    int32_t is_signed;
    int32_t is_rgb;         // for encoding: the three components are to be transformed together
} tarn_j2k_image;

// Decodes a JPEG 2000 or HTJ2K codestream (no JP2 file) to `samples`, colour by pixel, native byte order, 1, 2 or 4
// bytes a sample for precisions up to 8, 16 and 31. The codestream has to have the dimensions of `expected`.
// `threads`: helpers that OpenJPEG may start; 0 decodes on the caller's thread.
int tarn_j2k_decode(const uint8_t *data, size_t size, const tarn_j2k_image *expected, int32_t threads, void *samples,
                    size_t capacity, char *message);

// Encodes `samples`, laid out as above, with five decompositions (fewer for small images). `ratio` 0 is reversible;
// above 1 it is the ratio of uncompressed to compressed bytes to aim at, with the irreversible transform.
// On success `*data` is malloc'd: free with tarn_j2k_free.
int tarn_j2k_encode(const void *samples, const tarn_j2k_image *image, double ratio, int32_t threads, uint8_t **data,
                    size_t *size, char *message);
void tarn_j2k_free(uint8_t *data);
