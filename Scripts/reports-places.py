#!/usr/bin/env python3
"""Spans of ../shared/phibench/reports.py that `tarn scrub --json` left, by places: a span is left if one letter or digit of it is.

    python3 Scripts/reports-places.py KEY.jsonl PLACES.jsonl [--show]
Ends with 1 where 0.5 % of the spans or more are left, or fewer than 98.5 % of the words outside of them are kept."""
import json
import re
import sys
from collections import Counter

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def units(text):
    """Offsets in UTF-16 units of each character."""
    position, offsets = 0, []
    for character in text:
        offsets.append(position)
        position += 2 if ord(character) > 0xFFFF else 1
    return offsets


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        places = {row["file"]: row["removed"] for row in map(json.loads, file)}
    spans, left, words, lost, examples = Counter(), Counter(), 0, Counter(), []
    with open(sys.argv[1], encoding="utf-8") as file:
        for row in map(json.loads, file):
            text = row["text"]
            offsets = units(text)
            removed = set()
            for place in places[row["file"]]:
                removed.update(range(place["from"], place["to"]))
            inside = set()
            for start, end, kind in row["spans"]:
                spans[kind] += 1
                inside.update(range(start, end))
                if any(text[i].isalnum() and offsets[i] not in removed for i in range(start, end)):
                    left[kind] += 1
                    examples.append((kind, text[start:end]))
            for match in WORD.finditer(text):
                if not inside.isdisjoint(range(*match.span())):
                    continue
                words += 1
                if any(offsets[i] in removed for i in range(*match.span())):
                    lost[match.group()] += 1
    leak, kept = 100 * left.total() / spans.total(), 100 - 100 * lost.total() / words
    print(f"places: spans {spans.total()}, left {left.total()} ({leak:.2f} %); other words kept {kept:.2f} %")
    for kind in sorted(spans):
        print(f"   {kind:9} {left[kind]:5} / {spans[kind]:5}")
    if "--show" in sys.argv:
        print(examples[:40], lost.most_common(40))
    sys.exit(0 if leak < 0.5 and kept >= 98.5 else 1)


if __name__ == "__main__":
    main()
