# Sourced by reports-score.sh and reports-plain.sh: where the benchmark's reports are, what scores them, and a folder that goes
# with the script. Ends the script where there is no benchmark.
root=$(cd "$(dirname "$0")/.." && pwd)
bench=${PHIBENCH:-$root/../shared/phibench}
python=${PYTHON:-python3}
tarn=${TARN_BINARY:-$root/.build/release/tarn}
if [ ! -f "$bench/reports.py" ]; then
    echo "reports: $bench is absent: nothing is scored" >&2
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
