#!/usr/bin/env bash
# Coverage-guided fuzzing: builds the targets of Fuzz/ with libFuzzer and AddressSanitizer, runs each for SECONDS_EACH
# seconds, JOBS at a time, and prints a line of figures for each.
#
# Usage: Scripts/fuzz.sh [TARGET...]     run (SECONDS_EACH=60, JOBS=1, NICE=10)
#        Scripts/fuzz.sh --keep          put the inputs that reach most, the smallest first, into Fuzz/Corpus/
#        Scripts/fuzz.sh --table         add up all runs on this machine
#
# A target is Fuzz/NAME.swift. Its first lines name the modules it is built from, in order; libraries it links beyond
# theirs; what of Fuzz/Shared it is built "with"; and folders of ../shared/corpus ("seeds") or of this repository
# ("vectors") to start from. Each starts from Fuzz/Corpus/NAME, too.
#
# A third of the time goes to a run that starts from Fuzz/Corpus/NAME and "vectors" only: what it finds may be kept in
# the repository. What is found from ../shared/corpus stays in .build/fuzz/NAME/found: it holds parts of those files.
# What crashes is in .build/fuzz/NAME/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-60}
jobs=${JOBS:-1}
nice=${NICE:-10}
corpus=$(cd .. && pwd)/shared/corpus
root=.build/fuzz
export SWIFT_BACKTRACE=enable=no

# C code of ours that a module needs, and the libraries beneath it.
declare -A shims=([DICOMImaging]="CJPEG COpenJPEG COpenJPH CJPEGXL")
declare -A links=([ByteIO]="deflate" [DICOM]="z" [Vault]="crypto argon2" [DICOMImaging]="jpeg openjp2 openjph jxl stdc++ m")

header() { sed -n "s|^// $2: ||p" "Fuzz/$1.swift" | head -n 1; }
stamp() { cat "$@" | sha256sum | cut -d ' ' -f 1; }

# Compiles the C code called $1, once for all targets.
build_shim() {
    local name=$1 folder=Sources/CLibraries/$1 source object
    mkdir -p "$root/modules/$name"
    printf 'module %s {\n    header "%s"\n    export *\n}\n' "$name" "$PWD/$folder/include/$name.h" \
        >"$root/modules/$name/module.modulemap"
    for source in "$folder"/*.c "$folder"/*.cpp; do
        [ -e "$source" ] || continue
        object=$root/modules/$(basename "$source").o
        [ "$source" -nt "$object" ] || continue
        clang -O1 -g -fsanitize=address,fuzzer-no-link -I "$folder/include" -c "$source" -o "$object"
    done
}

# Compiles the module $1 after those in $2, once for all targets and only where something changed.
build_module() {
    local name=$1 before=$2 sources wanted module
    for module in ${shims[$name]:-}; do build_shim "$module"; done
    mapfile -t sources < <(find "Sources/$name" -name '*.swift' | sort)
    wanted=$(stamp "${sources[@]}" "$0")
    for module in $before; do wanted+=$(cat "$root/modules/$module.stamp"); done
    wanted=$(sha256sum <<<"$wanted")
    [ "$(cat "$root/modules/$name.stamp" 2>/dev/null)" != "$wanted" ] || return 0
    swiftc -swift-version 6 -O -sanitize=fuzzer,address -parse-as-library -wmo \
        -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny \
        -enable-upcoming-feature MemberImportVisibility "${includes[@]}" -module-name "$name" -package-name tarn \
        -emit-module -emit-module-path "$root/modules/$name.swiftmodule" \
        -c -o "$root/modules/$name.o" "${sources[@]}"
    echo "$wanted" >"$root/modules/$name.stamp"
}

build() {
    local name=$1 directory=$root/$1 objects=() libraries=() before="" shared=() module folder shim
    mkdir -p "$directory/seeds" "$directory/found" "$directory/own" "$root/modules"
    includes=(-I "$root/modules")
    for folder in Sources/CLibraries/*/; do
        if [ -e "$folder/module.modulemap" ]; then includes+=(-I "$folder"); else
            includes+=(-I "$root/modules/$(basename "$folder")")
        fi
    done
    for module in $(header "$name" modules); do
        build_module "$module" "$before"
        before+=" $module"
        objects+=("$root/modules/$module.o")
        for shim in ${shims[$module]:-}; do objects+=("$root/modules/$shim".c*.o); done
        for folder in ${links[$module]:-}; do libraries+=("-l$folder"); done
    done
    for folder in $(header "$name" with); do shared+=("Fuzz/Shared/$folder.swift"); done
    for folder in $(header "$name" libraries); do libraries+=("-l$folder"); done
    swiftc -swift-version 6 -O -sanitize=fuzzer,address -parse-as-library "${includes[@]}" \
        -module-name "Fuzz$name" -o "$directory/run" "Fuzz/$name.swift" "${shared[@]}" "${objects[@]}" "${libraries[@]}" \
        2>"$directory/link.log" || {
        cat "$directory/link.log" >&2
        return 1
    }
}

# One run of $1 for $2 seconds, into the first of the folders; what it says goes to log.$3.
fuzz() {
    local name=$1 limit=$2 lineage=$3 directory=$root/$1
    shift 3
    # A timeout is wall-clock time, of a process that others go before.
    nice -n "$nice" "$directory/run" "$@" -max_total_time="$limit" -max_len=65536 -timeout=60 -rss_limit_mb=3072 \
        -print_final_stats=1 -artifact_prefix="$directory/" >"$directory/log.$lineage" 2>&1
}

edges() { grep -o ' cov: [0-9]*' "$1" | tail -n 1 | grep -o '[0-9]*' || echo 0; }

run() {
    local name=$1 directory=$root/$1 folder failed=0 start executed
    for folder in $(header "$name" seeds); do
        if [ -d "$corpus/$folder" ]; then
            find "$corpus/$folder" -type f -size -64k -exec cp -n {} "$directory/seeds/" \;
        fi
    done
    mkdir -p "Fuzz/Corpus/$name"
    mapfile -t vectors < <(header "$name" vectors | tr ' ' '\n' | sed '/^$/d')
    start=$(date +%s)
    fuzz "$name" $((seconds / 3 + 1)) own "$directory/own" "Fuzz/Corpus/$name" "${vectors[@]}" || failed=1
    fuzz "$name" $((seconds - seconds / 3)) all "$directory/found" "$directory/seeds" "$directory/own" \
        "Fuzz/Corpus/$name" "${vectors[@]}" || failed=$((failed + 1))
    executed=$(cat "$directory"/log.{own,all} | sed -n 's/^stat::number_of_executed_units: *//p' |
        awk '{ s += $1 } END { print s + 0 }')
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$name" $(($(date +%s) - start)) "$executed" \
        "$(edges "$directory/log.all")" "$failed" >>"$root/history.tsv"
    tail -n 1 "$root/history.tsv" | line
    [ "$failed" = 0 ] || {
        tail -n 30 "$directory"/log.* >&2
        return 1
    }
}

# Lines of history as a table.
line() {
    awk -F '\t' '{ printf "%-22s %7d s %12d executions %8d/s %7d edges %3d finds\n", $2, $3, $4, $4 / ($3 ? $3 : 1), $5, $6 }'
}

table() {
    [ -e "$root/history.tsv" ] || return 0
    awk -F '\t' '{ s[$2] += $3; e[$2] += $4; if ($5 > c[$2]) c[$2] = $5; f[$2] += $6 }
        END { for (n in s) printf "total\t%s\t%d\t%d\t%d\t%d\n", n, s[n], e[n], c[n], f[n] | "sort" }' "$root/history.tsv" | line
}

# The smallest set that reaches what everything found from our own seeds reaches.
keep() {
    local name=$1 directory=$root/$1 kept=$root/$1/kept
    rm -rf "$kept"
    mkdir -p "$kept" "Fuzz/Corpus/$name"
    "$directory/run" -set_cover_merge=1 -max_len=8192 "$kept" "Fuzz/Corpus/$name" "$directory/own" \
        >"$directory/log.merge" 2>&1 || return 1
    find "Fuzz/Corpus/$name" -type f ! -name 'seed-*' -delete
    # The smallest first, as many as 64 kB hold.
    find "$kept" -type f -printf '%s %p\n' | sort -n | awk '{ s += $1 } s <= 65536 { print $2 }' |
        xargs -r cp -t "Fuzz/Corpus/$name/"
    printf '%-22s %4d inputs, %7d bytes\n' "$name" "$(find "Fuzz/Corpus/$name" -type f | wc -l)" \
        "$(find "Fuzz/Corpus/$name" -type f -printf '%s\n' | awk '{ s += $1 } END { print s + 0 }')"
}

action=${1:-}
case $action in --keep | --table | --run) shift ;; *) action= ;; esac
if [ $# -gt 0 ]; then targets=("$@"); else mapfile -t targets < <(basename -a -s .swift Fuzz/*.swift); fi
failed=0
case $action in
--table) table ;;
--keep) for name in "${targets[@]}"; do keep "$name" || failed=1; done ;;
--run) run "${targets[0]}" || failed=1 ;;
*)
    built=()
    for name in "${targets[@]}"; do if build "$name"; then built+=("$name"); else failed=1; fi; done
    if [ "${#built[@]}" -gt 0 ]; then printf '%s\n' "${built[@]}" | xargs -P "$jobs" -n 1 "$0" --run || failed=1; fi
    ;;
esac
exit $failed
