#!/usr/bin/env bash
# car.sh [MiB] : packing a CAR and computing a piece commitment, in memory (/dev/shm), beside the hash alone, in one run.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
tarn=${TARN_BINARY:-$here/.build/release/tarn}
mebibytes=${1:-1024}
folder=$(mktemp -d /dev/shm/tarn-bench.XXXXXX)
trap 'rm -rf "$folder"' EXIT
openssl enc -aes-128-ctr -pass pass:tarn -nosalt -pbkdf2 </dev/zero 2>/dev/null | head -c "${mebibytes}M" >"$folder/input" || true

# Least of five, by the clock: whatever else runs only adds.
least() {
    local best= took
    for _ in 1 2 3 4 5; do
        rm -f "$folder/output.car"
        took=$({ TIMEFORMAT=%R; time "$@" >/dev/null 2>&1; } 2>&1)
        best=$(awk -v a="$took" -v b="${best:-$took}" 'BEGIN { print a < b ? a : b }')
    done
    awk -v s="$best" -v m="$mebibytes" 'BEGIN { printf "%.2f s, %.0f MB/s\n", s, m * 1.048576 / s }'
}
printf 'SHA-256 alone (openssl)   '; least openssl dgst -sha256 "$folder/input"
printf 'tarn car pack             '; least "$tarn" car pack "$folder/input" --output "$folder/output.car"
printf 'tarn car commp            '; least "$tarn" car commp "$folder/input"
