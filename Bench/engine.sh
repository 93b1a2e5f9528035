#!/usr/bin/env bash
# engine.sh : reading headers, windowed PNG and decoding beside DCMTK, GDCM, pydicom and pylibjpeg, on the same pixels,
# alternating, in one run. Prints a table and, with --json FILE, keeps the figures.
#
# env: TARN_BINARY, BENCH_DIR (.bench), DATA (workload, $BENCH_DIR/data), PY (.venv/bin/python), RUNS (7), FRAMES (100).
# Needs: dcmtk, a C compiler, and for the pixels ../shared/corpus beside this checkout; libgdcm-tools, g++ for the rest.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
export TARN_BINARY=${TARN_BINARY:-$here/.build/release/tarn} BENCH_DIR=${BENCH_DIR:-$here/.bench}
export PY=${PY:-$here/.venv/bin/python} RUNS=${RUNS:-7} FRAMES=${FRAMES:-100}
workload=${DATA:-$BENCH_DIR/data}
for tool in dcmdump dcmcrle dcmcjpeg dcmcjpls cc; do
    command -v "$tool" >/dev/null || {
        echo "engine: $tool is missing: apt-get install dcmtk gcc" >&2
        exit 1
    }
done
command -v gdcmconv >/dev/null || echo "engine: GDCM is not measured: apt-get install libgdcm-tools" >&2
source=$here/../shared/corpus/01_series_ct/philips_phantom_1mm_100of140
if [ ! -f "$workload/ct.jsonl" ]; then
    if [ ! -d "$source" ]; then
        echo "engine: the corpus (../shared/corpus) is not beside this checkout; nothing was measured" >&2
        exit 1
    fi
    mkdir -p "$workload"
    "$PY" "$here/../shared/bench/make_workload.py" --out "$workload" --source "$source"
fi
folder=$(mktemp -d "${ENGINE_DIR:-/dev/shm}/tarn-engine.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cc -O2 -o "$folder/deflate" "$here/Bench/deflate.c" -ldeflate
c++ -O2 -o "$folder/jpeg2000" "$here/Bench/jpeg2000.cpp" -lopenjp2 -lopenjph ||
    echo "engine: the JPEG 2000 libraries are not measured alone: apt-get install g++ libopenjp2-7-dev libopenjph-dev" >&2
"$PY" "$here/Bench/engine.py" "$folder" "$workload" "$@"
