#!/usr/bin/env bash
# Builds each target of Fuzz/ with libFuzzer and AddressSanitizer and runs it for SECONDS_EACH seconds.
#
# Usage: Scripts/fuzz.sh [TARGET...]      e.g. SECONDS_EACH=600 Scripts/fuzz.sh ReadDICOM
# A target is Fuzz/NAME.swift; its first lines name the modules it is built from, in order, the C libraries it links,
# and the folders of ../shared/corpus ("seeds") or of this repository ("vectors") to start from. What crashes is kept
# in .build/fuzz/NAME/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-60}
corpus=$(cd .. && pwd)/shared/corpus
export SWIFT_BACKTRACE=enable=no

header() { sed -n "s|^// $2: ||p" "Fuzz/$1.swift" | head -n 1; }

build() {
    local name=$1 directory=.build/fuzz/$1 objects=() includes=() libraries=() module library folder
    mkdir -p "$directory/seeds" "$directory/found"
    for folder in Sources/CLibraries/*/; do includes+=(-I "$folder"); done
    for module in $(header "$name" modules); do
        mapfile -t sources < <(find "Sources/$module" -name '*.swift' | sort)
        swiftc -swift-version 6 -O -enable-testing -sanitize=fuzzer,address -parse-as-library -wmo \
            -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny \
            "${includes[@]}" -I "$directory" -module-name "$module" -package-name tarn \
            -emit-module -emit-module-path "$directory/$module.swiftmodule" \
            -c -o "$directory/$module.o" "${sources[@]}"
        objects+=("$directory/$module.o")
    done
    for library in $(header "$name" libraries); do libraries+=("-l$library"); done
    swiftc -swift-version 6 -O -sanitize=fuzzer,address -parse-as-library "${includes[@]}" -I "$directory" \
        -module-name "Fuzz$name" -o "$directory/run" "Fuzz/$name.swift" "${objects[@]}" "${libraries[@]}" \
        2> "$directory/link.log" || {
        cat "$directory/link.log" >&2
        return 1
    }
}

run() {
    local name=$1 directory=.build/fuzz/$1 folder
    for folder in $(header "$name" seeds); do
        if [ -d "$corpus/$folder" ]; then
            find "$corpus/$folder" -type f -size -64k -exec cp -n {} "$directory/seeds/" \;
        fi
    done
    for folder in $(header "$name" vectors); do cp -n "$folder"/* "$directory/seeds/"; done
    echo "fuzz: $name for $seconds s"
    "$directory/run" "$directory/found" "$directory/seeds" -max_total_time="$seconds" -max_len=65536 -timeout=20 \
        -rss_limit_mb=3072 -print_final_stats=1 -artifact_prefix="$directory/" 2> "$directory/log" || {
        tail -n 30 "$directory/log" >&2
        return 1
    }
    grep -E "number_of_executed_units|new_units_added" "$directory/log"
}

if [ $# -gt 0 ]; then targets=("$@"); else mapfile -t targets < <(basename -a -s .swift Fuzz/*.swift); fi
failed=0
for name in "${targets[@]}"; do
    build "$name"
    run "$name" || failed=1
done
exit $failed
