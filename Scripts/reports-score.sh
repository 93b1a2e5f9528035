#!/bin/bash
# Scores `tarn scrub` on synthetic reports with planted spans (../shared/phibench/reports.py), twice: by the benchmark's own
# scorer, and by the places that tarn says it took out (Scripts/reports-places.py), which no surrogate or moved date blurs.
#   PYTHON=python3  TARN_BINARY=.build/release/tarn  SEEDS="11 12 13 14"  Scripts/reports-score.sh
# The word lists were made without these seeds. Fails where 0.5 % of the spans or more are left, or fewer than 98.5 % of
# the other words are kept; for surrogates and moved dates only the places count (a moved date may fall on another's year).
set -euo pipefail
. "$(dirname "$0")/reports-common.sh"
cat >"$work/removed.json" <<'JSON'
{"format": "tarn-profile/1", "options": ["clean_descriptors"], "agesOver89": "group"}
JSON
cat >"$work/surrogates.json" <<'JSON'
{"format": "tarn-profile/1", "options": ["clean_descriptors", "retain_long_modified_dates"], "agesOver89": "group",
 "surrogates": "plausible"}
JSON
status=0
for seed in ${SEEDS:-11 12 13 14}; do
    "$python" "$bench/reports.py" generate --out "$work/$seed" --seed "$seed" --n "${REPORTS:-300}" >/dev/null
    for profile in removed surrogates; do
        out=$work/out-$seed-$profile
        "$tarn" scrub "$work/$seed/in" "$out" --headers "$work/$seed/headers.jsonl" --profile "$work/$profile.json" \
            --json >"$work/places.jsonl" 2>/dev/null
        echo "seed $seed, $profile"
        "$python" "$root/Scripts/reports-places.py" "$work/$seed/key.jsonl" "$work/places.jsonl" || status=1
        if [ "$profile" = removed ]; then
            "$python" "$bench/reports.py" score --key "$work/$seed/key.jsonl" --out "$out" >"$work/score.txt"
            sed "s|$work/||" "$work/score.txt"
            awk -F '[(%]' 'NR == 1 { split($0, w, "words kept "); exit !($2 < 0.5 && w[2] + 0 >= 98.5) }' "$work/score.txt" || status=1
        fi
    done
done
exit $status
