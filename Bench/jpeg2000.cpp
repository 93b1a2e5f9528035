// jpeg2000 openjpeg|openjph FILE... : how long the libraries alone take to decode codestreams, in seconds of CPU time.
// Opening, headers, all samples, closing; no data set, no conversion, nothing written.
#include <openjpeg-2.5/openjpeg.h>
#include <openjph/ojph_arch.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_params.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

typedef std::vector<unsigned char> Bytes;

static Bytes contents(const char *path) {
    Bytes bytes;
    if (FILE *file = fopen(path, "rb")) {
        unsigned char part[65536];
        for (size_t count; (count = fread(part, 1, sizeof part, file)) > 0;) bytes.insert(bytes.end(), part, part + count);
        fclose(file);
    }
    return bytes;
}

struct Input {
    const Bytes &bytes;
    size_t at;
};

static OPJ_SIZE_T take(void *target, OPJ_SIZE_T count, void *data) {
    Input *input = static_cast<Input *>(data);
    size_t left = input->bytes.size() - input->at;
    if (left == 0) return (OPJ_SIZE_T)-1;
    if (count > left) count = left;
    memcpy(target, input->bytes.data() + input->at, count);
    input->at += count;
    return count;
}

static OPJ_OFF_T skip(OPJ_OFF_T count, void *data) {
    Input *input = static_cast<Input *>(data);
    input->at = std::min(input->bytes.size(), input->at + (size_t)count);
    return count;
}

static OPJ_BOOL seek(OPJ_OFF_T offset, void *data) {
    static_cast<Input *>(data)->at = (size_t)offset;
    return OPJ_TRUE;
}

static bool openjpeg(const Bytes &bytes) {
    Input input = {bytes, 0};
    opj_stream_t *stream = opj_stream_create(1 << 20, OPJ_TRUE);
    opj_stream_set_user_data(stream, &input, nullptr);
    opj_stream_set_user_data_length(stream, bytes.size());
    opj_stream_set_read_function(stream, take);
    opj_stream_set_skip_function(stream, skip);
    opj_stream_set_seek_function(stream, seek);
    opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_setup_decoder(codec, &parameters);
    opj_image_t *image = nullptr;
    bool done = opj_read_header(stream, codec, &image) && opj_decode(codec, stream, image) && opj_end_decompress(codec, stream);
    if (image) opj_image_destroy(image);
    opj_destroy_codec(codec);
    opj_stream_destroy(stream);
    return done;
}

static bool openjph(const Bytes &bytes) {
    ojph::mem_infile input;
    input.open(bytes.data(), bytes.size());
    ojph::codestream stream;
    stream.read_headers(&input);
    stream.create();
    ojph::param_siz size = stream.access_siz();
    long sum = 0;
    for (ojph::ui32 component = 0; component < size.get_num_components(); component++) {
        for (ojph::ui32 row = 0; row < size.get_recon_height(component); row++) {
            ojph::ui32 number;
            sum += stream.pull(number)->i32[0];
        }
    }
    stream.close();
    return sum != 1;
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    bool is_openjph = std::string(argv[1]) == "openjph";
    double seconds = 0;
    for (int i = 2; i < argc; i++) {
        Bytes bytes = contents(argv[i]);
        timespec start, end;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
        if (!(is_openjph ? openjph(bytes) : openjpeg(bytes))) return 1;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        seconds += (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    }
    printf("%.6f\n", seconds);
    return 0;
}
