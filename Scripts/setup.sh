#!/usr/bin/env bash
# setup.sh run|tests : installs what Tarn needs on Debian 12, and only what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

run_packages=(
    libpq-dev libssl-dev libjpeg62-turbo-dev libdeflate-dev zlib1g-dev libargon2-dev libcurl4-openssl-dev
    libopenjp2-7-dev libopenjph-dev libjxl-dev libstdc++-12-dev
    postgresql-15 ca-certificates
)
test_packages=(python3 python3-venv chromium dcmtk dicom3tools libgdcm-tools age softhsm2 libnss3-tools curl openssl zip unzip fonts-dejavu-core tesseract-ocr)

wanted=("${run_packages[@]}")
[ "${1:-run}" = tests ] && wanted+=("${test_packages[@]}")

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "setup: these Debian packages are missing: ${missing[*]}" >&2
        echo "setup: install them as root, or install sudo, and start again" >&2
        exit 1
    fi
}

if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: installing ${missing[*]}" >&2
    as_root apt-get update -qq
    # Debian's PostgreSQL package would make and start a cluster of its own; Tarn runs its own instead.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        as_root mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null
fi

if ! command -v swift >/dev/null; then
    echo "setup: no swift found: install the Swift 6.2 toolchain or newer (https://www.swift.org/install/linux/) and put it on PATH" >&2
    exit 1
fi

if [ "${1:-run}" = tests ]; then
    stamp=.venv/requirements.done
    if ! cmp -s Tests/requirements.txt "$stamp"; then
        echo "setup: making the Python environment of the tests in .venv" >&2
        rm -rf .venv
        python3 -m venv .venv
        .venv/bin/pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
        cp Tests/requirements.txt "$stamp"
    fi
fi
