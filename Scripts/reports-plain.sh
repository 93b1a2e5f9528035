#!/bin/bash
# Scores `tarn scrub` on the reports of Scripts/reports-score.sh made harder: without the headers that know the patient, as they
# are written, in capitals, and in lower case. What is found is what context and gazetteers find.
#   PYTHON=python3  TARN_BINARY=.build/release/tarn  SEEDS="21 22 23 24"  Scripts/reports-plain.sh
# Fails where more is left than 0.5 % of the spans as written, 3 % in the other forms, or fewer than 98.5 % of the other
# words are kept.
set -euo pipefail
. "$(dirname "$0")/reports-common.sh"
echo '{"format": "tarn-profile/1", "options": ["clean_descriptors"], "agesOver89": "group"}' >"$work/profile.json"
status=0
for seed in ${SEEDS:-21 22 23 24}; do
    for form in written upper lower; do
        reports=$work/$seed-$form
        "$python" "$bench/reports.py" generate --out "$reports" --seed "$seed" --n "${REPORTS:-300}" >/dev/null
        "$python" - "$reports" "$form" <<'PYTHON'
import json, os, sys
folder, form = sys.argv[1:]
# One character for one, so that the places of the spans stay.
change = {"written": lambda c: c, "upper": str.upper, "lower": str.lower}[form]
with open(os.path.join(folder, "key.jsonl"), encoding="utf-8") as file:
    rows = [json.loads(line) for line in file]
with open(os.path.join(folder, "key.jsonl"), "w", encoding="utf-8") as key:
    for row in rows:
        row["text"] = "".join(change(c) if len(change(c)) == 1 else c for c in row["text"])
        key.write(json.dumps(row, ensure_ascii=False) + "\n")
        with open(os.path.join(folder, "in", row["file"]), "w", encoding="utf-8") as text:
            text.write(row["text"])
PYTHON
        "$tarn" scrub "$reports/in" "$work/out-$seed-$form" --profile "$work/profile.json" --json \
            >"$work/places.jsonl" 2>/dev/null
        echo "seed $seed, no headers, $form"
        "$python" "$root/Scripts/reports-places.py" "$reports/key.jsonl" "$work/places.jsonl" >"$work/score.txt" || true
        cat "$work/score.txt"
        awk -v most="$([ "$form" = written ] && echo 0.5 || echo 3)" -F '[(%]' \
            'NR == 1 { split($0, w, "words kept "); exit !($2 + 0 < most && w[2] + 0 >= 98.5) }' "$work/score.txt" || status=1
    done
done
exit $status
