#!/bin/bash
# Scores `tarn deidentify` against files with planted PHI (../shared/phibench): generate, de-identify, score, one line of a
# table for each set of options.
#   PYTHON=python-with-pydicom-numpy-Pillow  TARN_BINARY=.build/release/tarn  SEEDS="1 2"  SETS=every|few  Scripts/phibench.sh
# Fails where a direct identifier is left, where what must stay is lost, or where an object got worse.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bench=${PHIBENCH:-$root/../shared/phibench}
if [ ! -f "$bench/generate.py" ]; then
    echo "phibench: $bench is absent: nothing is scored" >&2
    exit 0
fi
exec "${PYTHON:-python3}" "$root/Scripts/phibench.py" --bench "$bench" \
    --tarn "${TARN_BINARY:-$root/.build/release/tarn}" --seeds "${SEEDS:-1 2}" --sets "${SETS:-few}" "$@"
