#pragma once
#include <stddef.h>
#include <stdint.h>

// libjpeg with its longjmps caught on this side: Swift frames must never be jumped over.
// Every function returns 0 or one of these.
enum {
    tarn_jpeg_ok = 0,
    tarn_jpeg_invalid = 1,      // libjpeg refused the codestream
    tarn_jpeg_incomplete = 2,   // the entropy-coded data ends early or is corrupt
    tarn_jpeg_mismatch = 3,     // the codestream does not describe the image the caller expects
    tarn_jpeg_no_memory = 4
};

enum { tarn_jpeg_message_size = 200 };

// Decodes to `samples`, colour by pixel, as the components are coded: no colour conversion. `capacity` must be
// rows * columns * components of the caller's expectation, which the codestream has to equal.
int tarn_jpeg_decode(const uint8_t *data, size_t size, uint32_t rows, uint32_t columns, int32_t components,
                     uint8_t *samples, size_t capacity, char *message);

// Encodes 1 (grey) or 3 (RGB) components baseline. On success `*data` is malloc'd: free with tarn_jpeg_free.
int tarn_jpeg_encode(const uint8_t *samples, uint32_t rows, uint32_t columns, int32_t components, int32_t quality,
                     uint8_t **data, size_t *size, char *message);

// The same for a codestream of DICOM: three components are RGB, or YCbCr already where `is_ycc`, and chrominance is
// halved horizontally only, which is what YBR_FULL_422 says.
int tarn_jpeg_encode_422(const uint8_t *samples, uint32_t rows, uint32_t columns, int32_t components, int32_t is_ycc,
                         int32_t quality, uint8_t **data, size_t *size, char *message);
void tarn_jpeg_free(uint8_t *data);
