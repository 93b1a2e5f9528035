#include "CJPEGXL.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include <jxl/decode.h>

// Loaded on first use: a library that measures its clock when it is loaded would cost every command 2 ms.
static struct {
    __typeof__(&JxlDecoderCreate) create;
    __typeof__(&JxlDecoderDestroy) destroy;
    __typeof__(&JxlDecoderGetBasicInfo) basic_info;
    __typeof__(&JxlDecoderImageOutBufferSize) buffer_size;
    __typeof__(&JxlDecoderProcessInput) process;
    __typeof__(&JxlDecoderSetImageOutBuffer) set_buffer;
    __typeof__(&JxlDecoderSetInput) set_input;
    __typeof__(&JxlDecoderSetKeepOrientation) keep_orientation;
    __typeof__(&JxlDecoderSubscribeEvents) subscribe;
    int is_whole;
} jxl;

static int find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

static void load(void) {
    // The name that the headers at hand belong to: the interface of 0.7.
    void *library = dlopen("libjxl.so.0.7", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    jxl.is_whole = find(library, "JxlDecoderCreate", &jxl.create) && find(library, "JxlDecoderDestroy", &jxl.destroy)
        && find(library, "JxlDecoderGetBasicInfo", &jxl.basic_info)
        && find(library, "JxlDecoderImageOutBufferSize", &jxl.buffer_size)
        && find(library, "JxlDecoderProcessInput", &jxl.process)
        && find(library, "JxlDecoderSetImageOutBuffer", &jxl.set_buffer)
        && find(library, "JxlDecoderSetInput", &jxl.set_input)
        && find(library, "JxlDecoderSetKeepOrientation", &jxl.keep_orientation)
        && find(library, "JxlDecoderSubscribeEvents", &jxl.subscribe);
}

int tarn_jxl_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return jxl.is_whole ? tarn_jxl_ok : tarn_jxl_missing;
}

// libjxl 0.7 hands out integers scaled to the whole of their type: 0 ... 4095 come as 0 ... 65535.
static void unscale(const tarn_jxl_image *image, void *samples, size_t count) {
    const uint32_t top = (1u << image->precision) - 1;
    if (image->precision < 8) {
        uint8_t *values = samples;
        for (size_t i = 0; i < count; i++) values[i] = (uint8_t)((values[i] * top + 127) / 255);
    } else if (image->precision > 8 && image->precision < 16) {
        uint16_t *values = samples;
        for (size_t i = 0; i < count; i++) values[i] = (uint16_t)((values[i] * top + 32767) / 65535);
    }
}

static int is_as_expected(const JxlBasicInfo *info, const tarn_jxl_image *expected) {
    return info->xsize == expected->columns && info->ysize == expected->rows && !info->have_animation
        && info->bits_per_sample == (uint32_t)expected->precision && info->exponent_bits_per_sample == 0
        && info->num_color_channels + (info->alpha_bits ? 1 : 0) == (uint32_t)expected->components;
}

static int decode(JxlDecoder *decoder, const uint8_t *data, size_t size, const tarn_jxl_image *expected, void *samples,
                  size_t capacity) {
    JxlPixelFormat format = {(uint32_t)expected->components, expected->precision <= 8 ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16,
                             JXL_NATIVE_ENDIAN, 0};
    if (jxl.subscribe(decoder, JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE) != JXL_DEC_SUCCESS
        || jxl.keep_orientation(decoder, JXL_TRUE) != JXL_DEC_SUCCESS
        || jxl.set_input(decoder, data, size) != JXL_DEC_SUCCESS)
        return tarn_jxl_no_memory;
    // The input is not closed: then missing data would be an error like any other.
    for (;;) {
        switch (jxl.process(decoder)) {
        case JXL_DEC_BASIC_INFO: {
            JxlBasicInfo info;
            if (jxl.basic_info(decoder, &info) != JXL_DEC_SUCCESS || !is_as_expected(&info, expected))
                return tarn_jxl_mismatch;
            break;
        }
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER: {
            size_t needed = 0;
            if (jxl.buffer_size(decoder, &format, &needed) != JXL_DEC_SUCCESS || needed != capacity
                || jxl.set_buffer(decoder, &format, samples, capacity) != JXL_DEC_SUCCESS)
                return tarn_jxl_mismatch;
            break;
        }
        case JXL_DEC_FULL_IMAGE: return tarn_jxl_ok;
        case JXL_DEC_NEED_MORE_INPUT: return tarn_jxl_incomplete;
        default: return tarn_jxl_invalid;
        }
    }
}

int tarn_jxl_decode(const uint8_t *data, size_t size, const tarn_jxl_image *expected, void *samples, size_t capacity) {
    if (expected->precision < 1 || expected->precision > 16) return tarn_jxl_mismatch;
    if (tarn_jxl_load() != tarn_jxl_ok) return tarn_jxl_missing;
    JxlDecoder *decoder = jxl.create(NULL);
    if (!decoder) return tarn_jxl_no_memory;
    int status = decode(decoder, data, size, expected, samples, capacity);
    jxl.destroy(decoder);
    if (status == tarn_jxl_ok) unscale(expected, samples, capacity / (expected->precision <= 8 ? 1 : 2));
    return status;
}
