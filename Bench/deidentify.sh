#!/usr/bin/env bash
# deidentify.sh : de-identifying 512 × 512 CT files beside dcmodify, gdcmanon, pydicom and a mere cp, one process each, in
# turn, in one run. Tarn's figure includes sealing the identity patches and writing both trees; after the run every original
# is rebuilt and compared. Prints a table and, with --json FILE, keeps the figures.
#
# env: TARN_BINARY, BENCH_DIR (.bench), DATA (workload, $BENCH_DIR/data), PY (.venv/bin/python), RUNS (7), FILES (300),
# WORK_DIR (/dev/shm). Needs: dcmtk, libgdcm-tools, openssl and, for the workload, ../shared/bench and ../shared/corpus.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
export TARN_BINARY=${TARN_BINARY:-$here/.build/release/tarn} BENCH_DIR=${BENCH_DIR:-$here/.bench}
export PY=${PY:-$here/.venv/bin/python} RUNS=${RUNS:-7} FILES=${FILES:-300}
export TARN_HOME=${TARN_HOME:-$here}
workload=${DATA:-$BENCH_DIR/data}
for tool in dcmodify gdcmanon openssl; do
    command -v "$tool" >/dev/null || {
        echo "deidentify: $tool is missing: apt-get install dcmtk libgdcm-tools openssl" >&2
        exit 1
    }
done
if [ ! -f "$workload/ct.jsonl" ]; then
    source=$here/../shared/corpus/01_series_ct/philips_phantom_1mm_100of140
    if [ ! -d "$source" ]; then
        echo "deidentify: the corpus (../shared/corpus) is not beside this checkout; nothing was measured" >&2
        exit 1
    fi
    mkdir -p "$workload"
    "$PY" "$here/../shared/bench/make_workload.py" --out "$workload" --source "$source"
fi
folder=$(mktemp -d "${WORK_DIR:-/dev/shm}/tarn-deidentify.XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$PY" "$here/Bench/deidentify.py" "$folder" "$workload" "$@"
