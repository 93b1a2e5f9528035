#!/bin/bash
# Scores `tarn deidentify` against files with planted PHI (../shared/phibench): generate, de-identify, score.
#   PYTHON=python-with-pydicom-numpy-Pillow  TARN_BINARY=.build/release/tarn  SEEDS="1 2"  Scripts/phibench.sh
# Fails where a direct identifier is left, in the Basic Profile or in a project's default.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bench=${PHIBENCH:-$root/../shared/phibench}
python=${PYTHON:-python3}
tarn=${TARN_BINARY:-$root/.build/release/tarn}
if [ ! -f "$bench/generate.py" ]; then
    echo "phibench: $bench is absent: nothing is scored" >&2
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl rand -base64 32 >"$work/key"
status=0
for seed in ${SEEDS:-1 2}; do
    "$python" "$bench/generate.py" --out "$work/$seed" --seed "$seed" >/dev/null
    # tarn's options, and the scorer's names for them
    for pair in "|" \
        "clean_descriptors,retain_long_modified_dates,retain_patient_characteristics|clean_desc,dates_mod,patient_char" \
        "clean_descriptors,clean_structured_content,clean_graphics,retain_long_modified_dates,retain_patient_characteristics,retain_safe_private|clean_desc,clean_struct,clean_graphics,dates_mod,patient_char,safe_private" \
        "clean_descriptors,clean_structured_content,retain_long_full_dates,retain_uids,retain_device_identity,retain_institution_identity|clean_desc,clean_struct,dates_full,uids,device_identity,institution"; do
        out=$(mktemp -d -p "$work")
        "$tarn" deidentify "$work/$seed/input" "$out" --key "$work/key" --options "${pair%|*}" >/dev/null
        "$python" "$bench/score.py" --key "$work/$seed/key.json" --out "$out" --options "${pair#*|}" \
            --json "$work/score.json" --leaks "$work/leaks.tsv" | grep -vE ' 0 +0\.0%$'
        leaks=$("$python" -c 'import json,sys; s=json.load(open(sys.argv[1])); print(s["severity"]["direct"][1] + s["files_with_direct_leak"])' "$work/score.json")
        if [ "$leaks" != 0 ]; then
            status=1
            cut -f1-5 "$work/leaks.tsv" >&2
        fi
        rm -rf "$out"
    done
done
exit $status
