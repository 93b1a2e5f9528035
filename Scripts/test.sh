#!/usr/bin/env bash
# test.sh all|swift|web|end-to-end : runs the tests; goes on after a failing part, fails at the end, and sums up.
set -uo pipefail
cd "$(dirname "$0")/.."
part=${1:-all}
configuration=${CONFIGURATION:-release}
export TARN_BINARY="${TARN_BINARY:-$PWD/.build/$configuration/tarn}"
python="$PWD/.venv/bin/python"
# Every test of the lake has a PostgreSQL at work: more of them at once than this only wait for one another.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-8}
failed=()
swift_failures=

step() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
}

build() {
    swift build -c "$configuration" --build-tests && swift build -c "$configuration" --product tarn
}

# What failed is said again at the end: between the other tests nobody finds it.
swift_tests() {
    local log status
    log=$(mktemp)
    swift test -c "$configuration" --skip-build 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    swift_failures=$(grep -aE ' recorded an issue | failed after |Fatal error|unexpected signal' "$log" | grep -av '^.. Test run' | head -200)
    rm -f "$log"
    return "$status"
}

deno() {
    (cd Web && "$PWD/../.venv/bin/deno" "$@")
}

step "build" build
[ ${#failed[@]} -eq 0 ] || { echo "the build failed: no test ran" >&2; exit 1; }
case "$part" in all | swift) step "Swift tests" swift_tests ;; esac
case "$part" in all | web)
    step "browser code: types" deno check .
    step "browser code: lint" deno lint
    step "browser code: format" deno fmt --check
    step "browser code: unit tests" deno test --allow-read
    ;;
esac
case "$part" in all | end-to-end) step "whole program" "$python" -m pytest -q Tests/EndToEnd Tests/Browser ;; esac

if [ ${#failed[@]} -gt 0 ]; then
    [ -z "$swift_failures" ] || printf '\nSwift tests that failed:\n%s\n' "$swift_failures"
    printf '\nfailed: %s\n' "${failed[@]}"
    exit 1
fi
printf '\nall parts passed\n'
