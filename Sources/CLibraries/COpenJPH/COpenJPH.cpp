#include "COpenJPH.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include <openjph/ojph_arch.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_message.h>
#include <openjph/ojph_params.h>

namespace {

// Version 0.9 prints what it has to say, and its configure_ functions do nothing: only the streams can be replaced.
// What is said is counted: damaged blocks are worth a warning to OpenJPH, and an error to us.
std::atomic<unsigned long> messages{0};

ssize_t count_message(void *, const char *, size_t size) {
    messages++;
    return static_cast<ssize_t>(size);
}

void silence() {
    static const bool done = [] {
        cookie_io_functions_t functions = {nullptr, count_message, nullptr, nullptr};
        FILE *stream = fopencookie(nullptr, "w", functions);
        if (!stream) throw std::bad_alloc();
        setvbuf(stream, nullptr, _IONBF, 0);
        ojph::set_error_stream(stream);
        ojph::set_warning_stream(stream);
        ojph::set_info_stream(stream);
        return true;
    }();
    (void)done;
}

int bytes_of(int precision) { return precision <= 8 ? 1 : precision <= 16 ? 2 : 4; }

// One component of a row, `step` samples apart, to whole numbers.
template <typename T> void spread(const void *row, size_t component, size_t step, size_t count, ojph::si32 *target) {
    const T *from = static_cast<const T *>(row) + component;
    for (size_t i = 0; i < count; i++) target[i] = static_cast<ojph::si32>(from[i * step]);
}

void spread(const tarn_ojph_image &image, const uint8_t *row, size_t component, ojph::si32 *target) {
    const size_t step = image.components, count = image.columns;
    const bool is_signed = image.is_signed != 0;
    switch (bytes_of(image.precision)) {
    case 1:
        return is_signed ? spread<int8_t>(row, component, step, count, target)
                         : spread<uint8_t>(row, component, step, count, target);
    case 2:
        return is_signed ? spread<int16_t>(row, component, step, count, target)
                         : spread<uint16_t>(row, component, step, count, target);
    default: return spread<int32_t>(row, component, step, count, target);
    }
}

template <typename T>
void gather(const ojph::si32 *from, size_t component, size_t step, size_t count, ojph::si32 low, ojph::si32 high,
            void *row) {
    T *to = static_cast<T *>(row) + component;
    for (size_t i = 0; i < count; i++) {
        const ojph::si32 value = from[i] < low ? low : from[i] > high ? high : from[i];
        to[i * step] = static_cast<T>(value);
    }
}

void gather(const tarn_ojph_image &image, const ojph::si32 *from, size_t component, uint8_t *row) {
    const size_t step = image.components, count = image.columns;
    const ojph::si32 low = image.is_signed ? -(1 << (image.precision - 1)) : 0;
    const ojph::si32 high = image.is_signed ? (1 << (image.precision - 1)) - 1
                                            : static_cast<ojph::si32>((1u << image.precision) - 1);
    switch (bytes_of(image.precision)) {
    case 1: return gather<uint8_t>(from, component, step, count, low, high, row);
    case 2: return gather<uint16_t>(from, component, step, count, low, high, row);
    default: return gather<uint32_t>(from, component, step, count, low, high, row);
    }
}

void encode(const uint8_t *samples, const tarn_ojph_image &image, ojph::mem_outfile &file) {
    ojph::codestream codestream;
    ojph::param_siz siz = codestream.access_siz();
    siz.set_image_extent(ojph::point(image.columns, image.rows));
    siz.set_num_components(static_cast<ojph::ui32>(image.components));
    for (int c = 0; c < image.components; c++)
        siz.set_component(static_cast<ojph::ui32>(c), ojph::point(1, 1), static_cast<ojph::ui32>(image.precision),
                          image.is_signed != 0);
    ojph::param_cod cod = codestream.access_cod();
    ojph::ui32 levels = 5;
    const uint32_t shorter = image.columns < image.rows ? image.columns : image.rows;
    while (levels > 0 && shorter < 1u << levels) levels--;
    cod.set_num_decomposition(levels);
    cod.set_block_dims(64, 64);
    cod.set_progression_order("RPCL");
    const bool is_transformed = image.components == 3 && image.is_rgb;
    cod.set_color_transform(is_transformed);
    cod.set_reversible(true);
    codestream.set_planar(!is_transformed);
    codestream.write_headers(&file);
    const size_t stride = static_cast<size_t>(image.columns) * image.components * bytes_of(image.precision);
    const size_t lines = static_cast<size_t>(image.rows) * image.components;
    ojph::ui32 component = 0;
    ojph::line_buf *line = codestream.exchange(nullptr, component);
    for (size_t done = 0; done < lines; done++) {
        const size_t row = is_transformed ? done / 3 : done % image.rows;
        spread(image, samples + row * stride, component, line->i32);
        line = codestream.exchange(line, component);
    }
    codestream.flush();
    // Not codestream.close(): that would close the file and with it free the bytes.
}

bool decode(const uint8_t *data, size_t size, const tarn_ojph_image &expected, uint8_t *samples) {
    ojph::mem_infile file;
    file.open(data, size);
    ojph::codestream codestream;
    codestream.read_headers(&file);
    ojph::param_siz siz = codestream.access_siz();
    if (siz.get_num_components() != static_cast<ojph::ui32>(expected.components)) return false;
    for (int c = 0; c < expected.components; c++) {
        const ojph::ui32 component = static_cast<ojph::ui32>(c);
        if (siz.get_recon_width(component) != expected.columns || siz.get_recon_height(component) != expected.rows
            || siz.get_bit_depth(component) > static_cast<ojph::ui32>(expected.precision)
            || siz.is_signed(component) != (expected.is_signed != 0))
            return false;
    }
    codestream.set_planar(false);
    codestream.create();
    const size_t stride = static_cast<size_t>(expected.columns) * expected.components * bytes_of(expected.precision);
    for (size_t row = 0; row < expected.rows; row++) {
        for (int c = 0; c < expected.components; c++) {
            ojph::ui32 component = 0;
            ojph::line_buf *line = codestream.pull(component);
            if (!line || component != static_cast<ojph::ui32>(c) || line->size < expected.columns) return false;
            gather(expected, line->i32, component, samples + row * stride);
        }
    }
    codestream.close();
    return true;
}

bool is_possible(const tarn_ojph_image &image, int most_bits) {
    return image.columns && image.rows && image.components >= 1 && image.components <= 4 && image.precision >= 1
        && image.precision <= most_bits;
}

}  // namespace

int tarn_ojph_encode(const void *samples, const tarn_ojph_image *image, uint8_t **data, size_t *size, char *message) {
    message[0] = 0;
    if (!is_possible(*image, 26)) return tarn_ojph_mismatch;
    try {
        silence();
        ojph::mem_outfile file;
        file.open();
        encode(static_cast<const uint8_t *>(samples), *image, file);
        const size_t count = static_cast<size_t>(file.tell());
        uint8_t *copy = static_cast<uint8_t *>(malloc(count ? count : 1));
        if (!copy) return tarn_ojph_no_memory;
        memcpy(copy, file.get_data(), count);
        *data = copy;
        *size = count;
        return tarn_ojph_ok;
    } catch (const std::bad_alloc &) {
        return tarn_ojph_no_memory;
    } catch (const std::exception &error) {
        snprintf(message, tarn_ojph_message_size, "%s", error.what());
    } catch (...) {
        snprintf(message, tarn_ojph_message_size, "OpenJPH refuses it");
    }
    return tarn_ojph_invalid;
}

void tarn_ojph_free(uint8_t *data) { free(data); }

int tarn_ojph_decode(const uint8_t *data, size_t size, const tarn_ojph_image *expected, void *samples, size_t capacity,
                     char *message) {
    message[0] = 0;
    if (!is_possible(*expected, 30)) return tarn_ojph_mismatch;
    const size_t stride = static_cast<size_t>(expected->columns) * expected->components * bytes_of(expected->precision);
    if (capacity / stride < expected->rows) return tarn_ojph_mismatch;
    try {
        silence();
        const unsigned long before = messages;
        if (!decode(data, size, *expected, static_cast<uint8_t *>(samples))) return tarn_ojph_mismatch;
        if (messages == before) return tarn_ojph_ok;
        snprintf(message, tarn_ojph_message_size, "OpenJPH warns of damage");
    } catch (const std::bad_alloc &) {
        return tarn_ojph_no_memory;
    } catch (const std::exception &error) {
        snprintf(message, tarn_ojph_message_size, "%s", error.what());
    } catch (...) {
        snprintf(message, tarn_ojph_message_size, "OpenJPH refuses it");
    }
    return tarn_ojph_invalid;
}
