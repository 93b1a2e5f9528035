#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf jump;
    int damaged;      // a warning that means samples are wrong
    char *message;
} caught_errors;

static void on_error(j_common_ptr cinfo) {
    caught_errors *errors = (caught_errors *)cinfo->err;
    char text[JMSG_LENGTH_MAX];
    (*cinfo->err->format_message)(cinfo, text);
    snprintf(errors->message, tarn_jpeg_message_size, "%s", text);
    longjmp(errors->jump, 1);
}

// Only warnings that say that entropy-coded data was lost count: a missing EOI or stray bytes change no sample.
static void on_message(j_common_ptr cinfo, int level) {
    caught_errors *errors = (caught_errors *)cinfo->err;
    if (level >= 0) return;
    cinfo->err->num_warnings++;
    switch (cinfo->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION: {
        char text[JMSG_LENGTH_MAX];
        (*cinfo->err->format_message)(cinfo, text);
        if (!errors->damaged) snprintf(errors->message, tarn_jpeg_message_size, "%s", text);
        errors->damaged = 1;
    }
    }
}

static void on_output(j_common_ptr cinfo) { (void)cinfo; }

typedef struct {
    struct jpeg_progress_mgr base;
    int scans;        // how many are admitted
} limited_progress;

// Thousands of empty scans would each cost the whole image's time.
static void on_progress(j_common_ptr cinfo) {
    const limited_progress *progress = (const limited_progress *)cinfo->progress;
    if (((j_decompress_ptr)cinfo)->input_scan_number > progress->scans) ERREXIT(cinfo, JERR_BAD_PROGRESSION);
}

// A sequential codestream needs one scan a component, a progressive one some more; beyond that, scans have to bring
// data with them.
static int scan_limit(const struct jpeg_decompress_struct *cinfo, size_t size) {
    size_t blocks = ((size_t)cinfo->image_width + 7) / 8 * (((size_t)cinfo->image_height + 7) / 8);
    size_t more = size / (blocks / 64 + 1);
    return 16 + (int)(more < 4096 ? more : 4096);
}

static struct jpeg_error_mgr *prepare(caught_errors *errors, char *message) {
    jpeg_std_error(&errors->base);
    errors->base.error_exit = on_error;
    errors->base.emit_message = on_message;
    errors->base.output_message = on_output;
    errors->damaged = 0;
    errors->message = message;
    message[0] = 0;
    return &errors->base;
}

int tarn_jpeg_decode(const uint8_t *data, size_t size, uint32_t rows, uint32_t columns, int32_t components,
                     uint8_t *samples, size_t capacity, char *message) {
    struct jpeg_decompress_struct cinfo;
    limited_progress progress;
    caught_errors errors;
    memset(&cinfo, 0, sizeof cinfo);
    memset(&progress, 0, sizeof progress);
    cinfo.err = prepare(&errors, message);
    if (setjmp(errors.jump)) {
        jpeg_destroy_decompress(&cinfo);
        return tarn_jpeg_invalid;
    }
    jpeg_create_decompress(&cinfo);
    progress.base.progress_monitor = on_progress;
    progress.scans = 16;
    cinfo.progress = &progress.base;
    jpeg_mem_src(&cinfo, data, (unsigned long)size);
    jpeg_read_header(&cinfo, TRUE);
    progress.scans = scan_limit(&cinfo, size);
    size_t stride = (size_t)columns * (size_t)components;
    if (cinfo.image_width != columns || cinfo.image_height != rows || cinfo.num_components != components
        || cinfo.data_precision != 8 || (stride && capacity / stride < rows)) {
        snprintf(message, tarn_jpeg_message_size, "%ux%u, %d components of %d bits", cinfo.image_width,
                 cinfo.image_height, cinfo.num_components, cinfo.data_precision);
        jpeg_destroy_decompress(&cinfo);
        return tarn_jpeg_mismatch;
    }
    cinfo.out_color_space = cinfo.jpeg_color_space;
    cinfo.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&cinfo);
    while (cinfo.output_scanline < cinfo.output_height) {
        JSAMPROW row = samples + (size_t)cinfo.output_scanline * stride;
        jpeg_read_scanlines(&cinfo, &row, 1);
    }
    // No jpeg_finish_decompress: it would look for an EOI that some writers leave out.
    jpeg_destroy_decompress(&cinfo);
    return errors.damaged ? tarn_jpeg_incomplete : tarn_jpeg_ok;
}

static int encode(const uint8_t *samples, uint32_t rows, uint32_t columns, int32_t components, J_COLOR_SPACE space,
                  int is_422, int32_t quality, uint8_t **data, size_t *size, char *message) {
    struct jpeg_compress_struct cinfo;
    caught_errors errors;
    // Written by libjpeg through their addresses before a longjmp, so they have to live in memory.
    unsigned char *volatile buffer = NULL;
    volatile unsigned long length = 0;
    memset(&cinfo, 0, sizeof cinfo);
    cinfo.err = prepare(&errors, message);
    if (setjmp(errors.jump)) {
        jpeg_destroy_compress(&cinfo);
        free(buffer);
        return tarn_jpeg_invalid;
    }
    jpeg_create_compress(&cinfo);
    jpeg_mem_dest(&cinfo, (unsigned char **)&buffer, (unsigned long *)&length);
    cinfo.image_width = columns;
    cinfo.image_height = rows;
    cinfo.input_components = components;
    cinfo.in_color_space = components == 1 ? JCS_GRAYSCALE : space;
    jpeg_set_defaults(&cinfo);
    if (is_422 && components == 3) cinfo.comp_info[0].v_samp_factor = 1;
    jpeg_set_quality(&cinfo, quality, TRUE);
    cinfo.dct_method = JDCT_ISLOW;
    jpeg_start_compress(&cinfo, TRUE);
    size_t stride = (size_t)columns * (size_t)components;
    while (cinfo.next_scanline < cinfo.image_height) {
        JSAMPROW row = (JSAMPROW)(samples + (size_t)cinfo.next_scanline * stride);
        jpeg_write_scanlines(&cinfo, &row, 1);
    }
    jpeg_finish_compress(&cinfo);
    jpeg_destroy_compress(&cinfo);
    *data = buffer;
    *size = (size_t)length;
    return tarn_jpeg_ok;
}

int tarn_jpeg_encode(const uint8_t *samples, uint32_t rows, uint32_t columns, int32_t components, int32_t quality,
                     uint8_t **data, size_t *size, char *message) {
    return encode(samples, rows, columns, components, JCS_RGB, 0, quality, data, size, message);
}

int tarn_jpeg_encode_422(const uint8_t *samples, uint32_t rows, uint32_t columns, int32_t components, int32_t is_ycc,
                         int32_t quality, uint8_t **data, size_t *size, char *message) {
    return encode(samples, rows, columns, components, is_ycc ? JCS_YCbCr : JCS_RGB, 1, quality, data, size, message);
}

void tarn_jpeg_free(uint8_t *data) { free(data); }
