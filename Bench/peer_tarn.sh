#!/usr/bin/env bash
# peer_tarn.sh start [--wipe] | stop | token : Tarn as a peer of the benchmark harness.
#
# Its shipped defaults: de-identification by the default project profile, sealing, verification and fsync ON.
# env: BENCH_DIR (required), TARN_BINARY, TARN_PORT (18480). Loopback only; ends only the process it started, by pid.
# `--wipe` goes back to a store that holds one account, one project and one token and nothing else, so the token stays.
set -euo pipefail
: "${BENCH_DIR:?}"
here=$(cd "$(dirname "$0")/.." && pwd)
tarn=${TARN_BINARY:-$here/.build/release/tarn}
port=${TARN_PORT:-18480}
mkdir -p "$BENCH_DIR"
state=$(cd "$BENCH_DIR" && pwd)/tarn
key=$(cd "$BENCH_DIR" && pwd)/tarn-key/master.key
export TARN_HOME=${TARN_HOME:-$here}

lake() { "$tarn" "$@" --data "$state/data" --master-key "$key"; }

stop() {
    [ -f "$state/pid" ] || return 0
    pid=$(cat "$state/pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 600); do kill -0 "$pid" 2>/dev/null || break; sleep .1; done
    rm -f "$state/pid"
}

start() {
    mkdir -p "$state" "$(dirname "$key")"
    setsid "$tarn" serve --data "$state/data" --listen "127.0.0.1:$port" --master-key "$key" >>"$state/log" 2>&1 </dev/null &
    echo $! >"$state/pid"
    for _ in $(seq 300); do curl -sf "http://127.0.0.1:$port/readyz" >/dev/null && return 0; sleep .1; done
    tail -20 "$state/log" >&2
    exit 1
}

prepare() {
    start
    lake project add BENCH Benchmark >/dev/null
    openssl rand -hex 24 >"$state/password"
    lake user add bench --password-file "$state/password" --grant BENCH=technologist,researcher,physician >/dev/null
    lake user token bench --label bench --project BENCH --json | sed -E 's/.*"token" *: *"([^"]+)".*/\1/' | tr -d '\n' >"$state/token"
    stop
    rm -rf "$state/template"
    cp -a "$state/data" "$state/template"
}

case "${1:-}" in
start)
    stop
    [ -d "$state/template" ] || prepare
    if [ "${2:-}" = --wipe ]; then
        rm -rf "$state/data"
        cp -a "$state/template" "$state/data"
    fi
    start
    cat "$state/token"
    ;;
stop) stop ;;
token) cat "$state/token" ;;
*)
    sed -n '2,7p' "$0"
    exit 2
    ;;
esac
