#!/usr/bin/env bash
# run.sh [RESULTS] : ingest (STOW), render, retrieve, search and export of Tarn and Orthanc, on one workload, in one run.
#
# The workload and the clients are the benchmark harness beside this checkout (../shared/bench); Orthanc comes from Debian
# (orthanc orthanc-dicomweb orthanc-postgresql wrk). Systems alternate; compare ratios within one run only.
# env: BENCH_DIR (state, .bench), DATA (workload), RUNS (3), SECONDS_PER_RUN (5), TINY (0: header-only studies for search at scale).
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
harness=$here/../shared/bench
if [ ! -d "$harness" ]; then
    echo "bench: the harness (../shared/bench) is not beside this checkout; nothing was measured" >&2
    exit 1
fi
for tool in Orthanc wrk curl openssl; do
    command -v "$tool" >/dev/null || {
        echo "bench: $tool is missing: apt-get install orthanc orthanc-dicomweb orthanc-postgresql wrk curl openssl" >&2
        exit 1
    }
done
export BENCH_DIR=${BENCH_DIR:-$here/.bench} PY=${PY:-$here/.venv/bin/python} TCP_NODELAY=1
export RUNS=${RUNS:-3} SECONDS_PER_RUN=${SECONDS_PER_RUN:-5}
workload=${DATA:-$BENCH_DIR/data}
results=$(realpath -m "${1:-$BENCH_DIR/results-$(date -u +%Y%m%dT%H%M%S).jsonl}")
mkdir -p "$BENCH_DIR"
if [ ! -f "$workload/ct.jsonl" ]; then
    "$PY" "$harness/make_workload.py" --out "$workload" --source "$here/../shared/corpus/01_series_ct/philips_phantom_1mm_100of140" --tiny "${TINY:-0}"
fi

orthanc() { SYSTEM=orthanc-$1 DATA=$workload "${@:2}" >>"$results"; }
tarn_settings() {
    export SYSTEM=tarn HTTP_BASE=http://127.0.0.1:${TARN_PORT:-18480} ORTHANC_API=0
    export DICOMWEB=$HTTP_BASE/dicom-web
    TOKEN=$("$here/Bench/peer_tarn.sh" token)
    export TOKEN
}
tarn() { (tarn_settings && DATA=$1 "${@:2}" >>"$results"); }
start_tarn() { "$here/Bench/peer_tarn.sh" start --wipe >/dev/null; }
trap '"$here/Bench/peer_tarn.sh" stop; "$harness/peer_orthanc.sh" stop' EXIT

echo "bench: ingest, alternating" >&2
start_tarn
"$here/Bench/peer_tarn.sh" stop
for round in $(seq "$RUNS"); do
    export RUNS=1 MODES=stow4
    for database in sqlite pg; do
        RESET_CMD="$harness/peer_orthanc.sh start $database --wipe" SUFFIX=.r$round orthanc "$database" "$PY" "$harness/ingest.py"
        "$harness/peer_orthanc.sh" stop
    done
    RESET_CMD="$here/Bench/peer_tarn.sh start --wipe" SUFFIX=.r$round tarn "$workload" "$PY" "$harness/ingest.py"
    "$here/Bench/peer_tarn.sh" stop
done
export RUNS=2 CODECS=none

echo "bench: render, retrieve, search, export" >&2
stored=$BENCH_DIR/stored
sets=ct
[ -f "$workload/tiny.jsonl" ] && [ "${TINY:-0}" -gt 0 ] && sets="ct tiny"
start_tarn
(tarn_settings && DATA=$workload "$PY" "$here/Bench/load_tarn.py" "$stored" $sets)
label=10
[ "$sets" = ct ] || label=20k
tarn "$stored" "$PY" "$here/Bench/first_render.py"
for script in retrieve.py "qido.py query $label" render.py; do
    # render.py ends with codecs that this workload does not have, after all that is measured here.
    # shellcheck disable=SC2086
    tarn "$stored" "$PY" "$harness"/$script 2>>"$BENCH_DIR/clients.log" || true
done
export_one() {
    tarn_settings
    "$PY" "$here/Bench/exports.py" "$stored"
}
(export_one >>"$results")
"$here/Bench/peer_tarn.sh" stop
for database in sqlite pg; do
    METADATA_CACHE=false "$harness/peer_orthanc.sh" start $database --wipe
    # shellcheck disable=SC2086
    orthanc $database "$PY" "$harness/load.py" $sets
    DICOMWEB=http://127.0.0.1:8042/dicom-web orthanc $database "$PY" "$here/Bench/first_render.py"
    for script in retrieve.py export.py "qido.py query $label" render.py; do
        # shellcheck disable=SC2086
        orthanc $database "$PY" "$harness"/$script 2>>"$BENCH_DIR/clients.log" || true
    done
    "$harness/peer_orthanc.sh" stop
done
"$PY" "$harness/summary.py" "$results" --base orthanc-sqlite
echo "bench: results in $results" >&2
