// deflate LEVEL PNG... : how long libdeflate alone takes for the filtered rows of PNG files, in seconds of CPU time.
// The files' own IDAT chunks are inflated first, outside of what is measured.
#include <libdeflate.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t number(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint8_t *contents(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    *count = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*count);
    if (bytes && fread(bytes, 1, *count, file) != *count) *count = 0;
    fclose(file);
    return bytes;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(atoi(argv[1]));
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    size_t room = 64 << 20;
    uint8_t *joined = malloc(room), *rows = malloc(room), *output = malloc(room);
    if (!compressor || !decompressor || !joined || !rows || !output) return 1;
    memset(output, 1, room);
    double seconds = 0;
    size_t before = 0, after = 0;
    for (int i = 2; i < argc; i++) {
        size_t count, length = 0, filtered;
        uint8_t *png = contents(argv[i], &count);
        if (!png) return 1;
        for (size_t at = 8; at + 12 <= count && at + 12 + number(png + at) <= count; at += 12 + number(png + at)) {
            if (memcmp(png + at + 4, "IDAT", 4) || length + number(png + at) > room) continue;
            memcpy(joined + length, png + at + 8, number(png + at));
            length += number(png + at);
        }
        if (libdeflate_zlib_decompress(decompressor, joined, length, rows, room, &filtered)) return 1;
        struct timespec start, end;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
        size_t made = libdeflate_zlib_compress(compressor, rows, filtered, output, room);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        seconds += (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
        before += filtered;
        after += made;
        free(png);
    }
    printf("%.6f %zu %zu\n", seconds, before, after);
    return 0;
}
