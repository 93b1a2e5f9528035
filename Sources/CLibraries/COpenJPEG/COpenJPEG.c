#include "COpenJPEG.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openjpeg-2.5/openjpeg.h>

typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
    size_t position;
} memory_stream;

static OPJ_SIZE_T on_read(void *target, OPJ_SIZE_T count, void *user) {
    memory_stream *stream = user;
    size_t left = stream->count - stream->position;
    if (left == 0) return (OPJ_SIZE_T)-1;
    if (count > left) count = left;
    memcpy(target, stream->bytes + stream->position, count);
    stream->position += count;
    return count;
}

static OPJ_SIZE_T on_write(void *source, OPJ_SIZE_T count, void *user) {
    memory_stream *stream = user;
    if (count > SIZE_MAX / 4 - stream->position) return (OPJ_SIZE_T)-1;
    size_t end = stream->position + count;
    if (end > stream->capacity) {
        size_t capacity = end + end / 2;
        uint8_t *bytes = realloc(stream->bytes, capacity);
        if (!bytes) return (OPJ_SIZE_T)-1;
        stream->bytes = bytes;
        stream->capacity = capacity;
    }
    if (stream->position > stream->count) memset(stream->bytes + stream->count, 0, stream->position - stream->count);
    memcpy(stream->bytes + stream->position, source, count);
    stream->position = end;
    if (end > stream->count) stream->count = end;
    return count;
}

// Reading stays within the data; writing may seek back to fill in lengths.
static OPJ_OFF_T on_skip(OPJ_OFF_T count, void *user) {
    memory_stream *stream = user;
    if (count < 0 || (OPJ_UINT64)count > stream->count - stream->position) {
        stream->position = stream->count;
        return -1;
    }
    stream->position += (size_t)count;
    return count;
}

static OPJ_BOOL on_seek(OPJ_OFF_T position, void *user) {
    memory_stream *stream = user;
    if (position < 0 || (OPJ_UINT64)position > stream->count) return OPJ_FALSE;
    stream->position = (size_t)position;
    return OPJ_TRUE;
}

// The first error is the cause; those after it are its consequences.
static void on_error(const char *text, void *user) {
    char *message = user;
    if (message[0]) return;
    snprintf(message, tarn_j2k_message_size, "%s", text);
    for (size_t length = strlen(message); length && message[length - 1] == '\n'; length--) message[length - 1] = 0;
}

static void on_message(const char *text, void *user) {
    (void)text;
    (void)user;
}

static void listen(opj_codec_t *codec, char *message) {
    message[0] = 0;
    opj_set_error_handler(codec, on_error, message);
    opj_set_warning_handler(codec, on_message, NULL);
    opj_set_info_handler(codec, on_message, NULL);
}

static opj_stream_t *open_stream(memory_stream *memory, OPJ_BOOL is_input) {
    // Reads go straight to memory: a buffer as large as the data would only copy it, a small one costs little.
    opj_stream_t *stream = opj_stream_create(is_input ? 1 << 16 : 1 << 20, is_input);
    if (!stream) return NULL;
    opj_stream_set_user_data(stream, memory, NULL);
    opj_stream_set_user_data_length(stream, memory->count);
    opj_stream_set_read_function(stream, on_read);
    opj_stream_set_write_function(stream, on_write);
    opj_stream_set_skip_function(stream, on_skip);
    opj_stream_set_seek_function(stream, on_seek);
    return stream;
}

static int bytes_of(int32_t precision) { return precision <= 8 ? 1 : precision <= 16 ? 2 : 4; }

// Whether `image` has whole components of the size the caller expects, decoded or not yet.
static int is_as_expected(const opj_image_t *image, const tarn_j2k_image *expected) {
    if (image->numcomps != (OPJ_UINT32)expected->components || image->x1 < image->x0 || image->y1 < image->y0
        || image->x1 - image->x0 != expected->columns || image->y1 - image->y0 != expected->rows)
        return 0;
    for (OPJ_UINT32 c = 0; c < image->numcomps; c++) {
        const opj_image_comp_t *component = &image->comps[c];
        if (component->dx != 1 || component->dy != 1 || component->w != expected->columns
            || component->h != expected->rows || component->prec > (OPJ_UINT32)expected->precision)
            return 0;
    }
    return 1;
}

#define INTERLEAVE(type)                                                                                               \
    for (OPJ_UINT32 c = 0; c < image->numcomps; c++) {                                                                 \
        const OPJ_INT32 *from = image->comps[c].data;                                                                  \
        type *to = (type *)samples + c;                                                                                \
        const size_t step = image->numcomps;                                                                           \
        if (step == 1)                                                                                                 \
            for (size_t i = 0; i < pixels; i++) to[i] = (type)from[i];                                                 \
        else                                                                                                           \
            for (size_t i = 0; i < pixels; i++) to[i * step] = (type)from[i];                                          \
    }

static void interleave(const opj_image_t *image, size_t pixels, int width, void *samples) {
    switch (width) {
    case 1: INTERLEAVE(uint8_t) break;
    case 2: INTERLEAVE(uint16_t) break;
    default: INTERLEAVE(uint32_t) break;
    }
}

static int decode(opj_codec_t *codec, opj_stream_t *stream, const tarn_j2k_image *expected, int32_t threads,
                  void *samples, size_t capacity, char *message) {
    opj_dparameters_t parameters;
    opj_image_t *image = NULL;
    opj_set_default_decoder_parameters(&parameters);
    listen(codec, message);
    if (!opj_setup_decoder(codec, &parameters)) return tarn_j2k_invalid;
    // Strict: what is missing is an error, not grey.
    opj_decoder_set_strict_mode(codec, OPJ_TRUE);
    if (threads > 0) opj_codec_set_threads(codec, threads);
    if (!opj_read_header(stream, codec, &image)) {
        opj_image_destroy(image);
        return tarn_j2k_invalid;
    }
    int status = tarn_j2k_ok;
    size_t pixels = (size_t)expected->columns * expected->rows;
    int width = bytes_of(expected->precision);
    if (!is_as_expected(image, expected) || capacity / width / expected->components / pixels < 1) {
        status = tarn_j2k_mismatch;
    } else if (!opj_decode(codec, stream, image)) {
        // No opj_end_decompress: it would look for boxes behind the codestream.
        status = tarn_j2k_invalid;
    } else if (!is_as_expected(image, expected)) {
        status = tarn_j2k_mismatch;
    } else {
        for (OPJ_UINT32 c = 0; c < image->numcomps; c++)
            if (!image->comps[c].data) status = tarn_j2k_invalid;
        if (status == tarn_j2k_ok) interleave(image, pixels, width, samples);
    }
    opj_image_destroy(image);
    return status;
}

int tarn_j2k_decode(const uint8_t *data, size_t size, const tarn_j2k_image *expected, int32_t threads, void *samples,
                    size_t capacity, char *message) {
    message[0] = 0;
    if (!expected->columns || !expected->rows || expected->components < 1 || expected->precision < 1
        || expected->precision > 31)
        return tarn_j2k_mismatch;
    memory_stream memory = {(uint8_t *)data, size, size, 0};
    opj_stream_t *stream = open_stream(&memory, OPJ_TRUE);
    opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
    int status = tarn_j2k_no_memory;
    if (stream && codec) status = decode(codec, stream, expected, threads, samples, capacity, message);
    opj_destroy_codec(codec);
    opj_stream_destroy(stream);
    return status;
}

#define DEINTERLEAVE(signed_type, unsigned_type)                                                                       \
    for (OPJ_UINT32 c = 0; c < image->numcomps; c++) {                                                                 \
        OPJ_INT32 *to = image->comps[c].data;                                                                          \
        const size_t step = image->numcomps;                                                                           \
        if (is_signed)                                                                                                 \
            for (size_t i = 0; i < pixels; i++) to[i] = ((const signed_type *)samples)[i * step + c];                  \
        else                                                                                                           \
            for (size_t i = 0; i < pixels; i++) to[i] = (OPJ_INT32)((const unsigned_type *)samples)[i * step + c];     \
    }

static opj_image_t *planes(const void *samples, const tarn_j2k_image *description) {
    opj_image_cmptparm_t components[4];
    memset(components, 0, sizeof components);
    for (int c = 0; c < description->components; c++) {
        components[c].dx = components[c].dy = 1;
        components[c].w = description->columns;
        components[c].h = description->rows;
        components[c].prec = (OPJ_UINT32)description->precision;
        components[c].sgnd = description->is_signed != 0;
    }
    opj_image_t *image = opj_image_create((OPJ_UINT32)description->components, components,
                                          description->components >= 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY);
    if (!image) return NULL;
    image->x1 = description->columns;
    image->y1 = description->rows;
    size_t pixels = (size_t)description->columns * description->rows;
    int is_signed = description->is_signed != 0;
    switch (bytes_of(description->precision)) {
    case 1: DEINTERLEAVE(int8_t, uint8_t) break;
    case 2: DEINTERLEAVE(int16_t, uint16_t) break;
    default: DEINTERLEAVE(int32_t, uint32_t) break;
    }
    return image;
}

static void set_parameters(opj_cparameters_t *parameters, const tarn_j2k_image *image, double ratio) {
    opj_set_default_encoder_parameters(parameters);
    parameters->tcp_numlayers = 1;
    parameters->cp_disto_alloc = 1;
    parameters->tcp_rates[0] = (float)ratio;
    parameters->irreversible = ratio > 0;
    parameters->tcp_mct = image->components == 3 && image->is_rgb;
    uint32_t shorter = image->columns < image->rows ? image->columns : image->rows;
    parameters->numresolution = 6;
    while (parameters->numresolution > 1 && shorter < 1u << (parameters->numresolution - 1)) parameters->numresolution--;
}

int tarn_j2k_encode(const void *samples, const tarn_j2k_image *description, double ratio, int32_t threads,
                    uint8_t **data, size_t *size, char *message) {
    message[0] = 0;
    if (!description->columns || !description->rows || description->components < 1 || description->components > 4
        || description->precision < 1 || description->precision > 31)
        return tarn_j2k_mismatch;
    opj_cparameters_t parameters;
    set_parameters(&parameters, description, ratio);
    memory_stream memory = {NULL, 0, 0, 0};
    opj_image_t *image = planes(samples, description);
    opj_stream_t *stream = open_stream(&memory, OPJ_FALSE);
    opj_codec_t *codec = opj_create_compress(OPJ_CODEC_J2K);
    int status = tarn_j2k_no_memory;
    if (image && stream && codec) {
        listen(codec, message);
        status = opj_setup_encoder(codec, &parameters, image) && (threads <= 0 || opj_codec_set_threads(codec, threads))
                && opj_start_compress(codec, image, stream) && opj_encode(codec, stream)
                && opj_end_compress(codec, stream)
            ? tarn_j2k_ok : tarn_j2k_invalid;
    }
    opj_destroy_codec(codec);
    opj_stream_destroy(stream);
    opj_image_destroy(image);
    if (status == tarn_j2k_ok) {
        *data = memory.bytes;
        *size = memory.count;
    } else {
        free(memory.bytes);
    }
    return status;
}

void tarn_j2k_free(uint8_t *data) { free(data); }
