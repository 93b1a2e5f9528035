#!/usr/bin/env bash
# rotation.sh [--json FILE] : changing the master key while people bring in and look at images: how many requests were served
# and failed, and how long they took, beside the same load without a rotation. Three lakes: the key in its file as it is,
# wrapped by a PKCS#11 token (SoftHSM), wrapped by a transit engine (a server of the tests that speaks its wire form).
# Every lake is rebuilt to the last byte afterwards (fsck --deep). Exit status 1 where a request failed.
#
# env: TARN_BINARY, PY (.venv/bin/python), WORK_DIR (/tmp), PATIENTS (2000: each has a key that is wrapped anew), SECONDS_EACH
# (10), ROUNDS (2, of quiet and rotating in turn), LANES (2, of uploads and of views). Needs: softhsm2, openssl.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
export TARN_BINARY=${TARN_BINARY:-$here/.build/release/tarn} TARN_HOME=${TARN_HOME:-$here}
for tool in softhsm2-util openssl; do
    command -v "$tool" >/dev/null || {
        echo "rotation: $tool is missing: apt-get install softhsm2 openssl" >&2
        exit 1
    }
done
folder=$(mktemp -d "${WORK_DIR:-/tmp}/tarn-rotation.XXXXXX")
trap 'rm -rf "$folder"' EXIT
"${PY:-$here/.venv/bin/python}" "$here/Bench/rotation.py" "$folder" "$@"
