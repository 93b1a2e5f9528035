#include "CJPEGXL.h"

#include <string.h>

#include <jxl/decode.h>

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
    if (JxlDecoderSubscribeEvents(decoder, JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE) != JXL_DEC_SUCCESS
        || JxlDecoderSetKeepOrientation(decoder, JXL_TRUE) != JXL_DEC_SUCCESS
        || JxlDecoderSetInput(decoder, data, size) != JXL_DEC_SUCCESS)
        return tarn_jxl_no_memory;
    // The input is not closed: then missing data would be an error like any other.
    for (;;) {
        switch (JxlDecoderProcessInput(decoder)) {
        case JXL_DEC_BASIC_INFO: {
            JxlBasicInfo info;
            if (JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS || !is_as_expected(&info, expected))
                return tarn_jxl_mismatch;
            break;
        }
        case JXL_DEC_NEED_IMAGE_OUT_BUFFER: {
            size_t needed = 0;
            if (JxlDecoderImageOutBufferSize(decoder, &format, &needed) != JXL_DEC_SUCCESS || needed != capacity
                || JxlDecoderSetImageOutBuffer(decoder, &format, samples, capacity) != JXL_DEC_SUCCESS)
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
    JxlDecoder *decoder = JxlDecoderCreate(NULL);
    if (!decoder) return tarn_jxl_no_memory;
    int status = decode(decoder, data, size, expected, samples, capacity);
    JxlDecoderDestroy(decoder);
    if (status == tarn_jxl_ok) unscale(expected, samples, capacity / (expected->precision <= 8 ? 1 : 2));
    return status;
}
