"""`tarn dump --json` against pydicom's to_json_dict, on every file of the corpus that pydicom can read.

Each difference must be of one of the kinds below, which say why ours is right, and each kind must occur: one that no
longer does is to be taken out."""

import base64
import collections
import concurrent.futures
import csv
import json
import logging
import warnings

import pytest
from tarn_server import run

pydicom = pytest.importorskip("pydicom")

KINDS = {
    "group length": "PS3.18 F.2.2: group lengths (gggg,0000) are not part of DICOM JSON",
    "empty": "PS3.18 F.2.5: what has no value has no Value; an empty one among several is null",
    "bulk data": "PS3.18 F.2.6: long values and fragments are references; what is inline is compared byte for byte",
    "padding": "PS3.5 6.2: spaces at the ends of a code string mean nothing",
    "byte order of words": "PS3.18 F.2.7: InlineBinary is little endian; pydicom leaves the bytes of a big endian file",
    "byte order of UN": "PS3.5 6.2.2 note 1: UN is little endian whatever the file is",
    "known UN": "PS3.5 6.2.2 note 5: UN longer than 64 kB has the VR that the dictionary has; pydicom looks up only shorter",
    "designation in each component": "PS3.5 6.1.2.5.3: escape sequences are no text, wherever they stand in a name",
    "Latin-9": "PS3.3 table C.12-2: ISO_IR 203, which pydicom does not know",
    "not UTF-8": "C.12.1.1.2 forbids it; pydicom shows U+FFFD, we what can be read",
    "file ends early": "PS3.10 says nothing; pydicom drops every element where an undefined length does not end",
    "group length of the file meta": "PS3.10 7.1: a wrong (0002,0000); group 0002 ends where another group begins",
}


# Of these pydicom makes attributes that do not exist, or none.
REFUSED = {
    "TC0347_deflate_truncated.dcm": "what follows the prefix is compressed with zlib, file meta information and all",
    "TC0385_dicm_offset0.dcm": "zeros follow the prefix",
    "TC0389_dicm_offset256.dcm": "the prefix stands where none is looked for (PS3.10 7.1)",
    "TC0397_meta_glen_huge.dcm": "an element of the file meta claims ten megabytes, which is the whole file",
    "no_meta.dcm": "one byte precedes the first element, so that no element is one",
}


def pydicom_reads(path):
    """The data set, and whether it had to be forced; `None` where it cannot be read."""
    for force in (False, True):
        try:
            return pydicom.dcmread(path, force=force), force
        except Exception:  # noqa: BLE001  pydicom raises whatever it meets
            continue
    return None, True


def swapped(data, width):
    whole = len(data) // width * width
    return b"".join(data[i:i + width][::-1] for i in range(0, whole, width)) + data[whole:]


class Comparison:
    def __init__(self, dataset, path):
        self.path = path
        self.is_big_endian = dataset.original_encoding[1] is False
        self.is_empty = len(dataset) == 0
        # Pixel cells of 32 bits are reversed as a whole.
        self.width = 4 if dataset.get("BitsAllocated") == 32 else 2
        self.character_sets = [str(term) for term in pydicom.multival.MultiValue(str, _terms(dataset))]
        self.kinds = collections.Counter()
        self.unexplained = []

    def kind(self, tag, member, theirs, ours, element):
        if theirs is not None and ours is None and tag.endswith("0000") and member is None:
            return "group length"
        if theirs == [] and ours is None or theirs == "" and ours is None:
            return "empty"
        if isinstance(theirs, str) and isinstance(ours, str) and theirs.strip(" \0") == ours:
            return "padding"
        if member == "InlineBinary" and self.is_big_endian and theirs and ours:
            if swapped(base64.b64decode(theirs), self.width) == base64.b64decode(ours):
                return "byte order of words"
        if self.is_big_endian and member == "Value" and int(tag[:4], 16) % 2:
            return "byte order of UN"
        if element.get("vr") == "UN" and len(element.get("InlineBinary", "")) > 87_000:
            return "known UN"
        if isinstance(theirs, str) and isinstance(ours, str):
            if "$)A" in theirs and "ISO 2022 IR 58" in self.character_sets:
                return "designation in each component"
            if "ISO_IR 203" in self.character_sets and theirs.replace("¤", "€").replace("¼", "Œ") == ours:
                return "Latin-9"
            if "\ufffd" in theirs and self.character_sets == ["ISO_IR 192"]:
                return "not UTF-8"
        if self.is_empty and theirs is None:
            return "file ends early" if "group" not in self.path and "glen" not in self.path else None
        return None

    def note(self, where, tag, member, theirs, ours, element):
        kind = self.kind(tag, member, theirs, ours, element)
        if kind is None and ("_meta_glen_" in self.path or "_group_len_" in self.path):
            kind = "group length of the file meta"
        if kind:
            self.kinds[kind] += 1
        else:
            self.unexplained.append((self.path, where, str(theirs)[:60], str(ours)[:60]))

    def datasets(self, theirs, ours, where=""):
        for tag in sorted(set(theirs) | set(ours)):
            place = f"{where}/{tag}"
            if tag not in theirs or tag not in ours:
                self.note(place, tag, None, theirs.get(tag), ours.get(tag), {})
                continue
            if "BulkDataURI" in ours[tag] and "InlineBinary" in theirs[tag]:
                self.kinds["bulk data"] += 1
                inline = base64.b64decode(theirs[tag]["InlineBinary"])
                # Short ones are references only where they are fragments.
                if len(inline) <= 1024 and not inline.startswith(b"\xfe\xff\x00\xe0"):
                    self.unexplained.append((self.path, place, "inline", "a reference"))
                theirs[tag] = {"vr": theirs[tag]["vr"], "BulkDataURI": ours[tag]["BulkDataURI"]}
            self.attributes(tag, theirs[tag], ours[tag], place)

    def attributes(self, tag, theirs, ours, where):
        for member in sorted(set(theirs) | set(ours)):
            left, right = theirs.get(member), ours.get(member)
            if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
                for index, (one, other) in enumerate(zip(left, right)):
                    if theirs["vr"] == "SQ":
                        self.datasets(one, other, f"{where}[{index}]")
                    elif isinstance(one, dict) and isinstance(other, dict):
                        for group in sorted(set(one) | set(other)):
                            if one.get(group) != other.get(group):
                                self.note(where, tag, member, one.get(group), other.get(group), theirs)
                    elif one != other:
                        self.note(where, tag, member, one, other, theirs)
            elif left != right:
                self.note(where, tag, member, left, right, theirs)


def _terms(dataset):
    terms = dataset.get("SpecificCharacterSet") or []
    return [terms] if isinstance(terms, str) else list(terms)


def compare(path, corpus):
    """A `Comparison`; or why there is none."""
    dataset, forced = pydicom_reads(corpus / path)
    if dataset is None or (forced and len(dataset) == 0):
        return "pydicom cannot read it"
    done = run("dump", "--json", "--quiet", corpus / path, check=False)
    comparison = Comparison(dataset, path)
    try:
        theirs = dataset.to_json_dict(bulk_data_threshold=1 << 40)
    except Exception:  # noqa: BLE001
        return "pydicom cannot write it as JSON" if done.returncode == 0 else "neither"
    if done.returncode != 0:
        return f"tarn refuses it, pydicom finds {len(theirs)} attributes" + (" when forced" if forced else "")
    # Numbers are compared as JSON has them.
    comparison.datasets(json.loads(json.dumps(theirs)), json.loads(done.stdout))
    return comparison


def test_dumps_agree_with_pydicom_but_for_what_the_standard_says(corpus):
    warnings.simplefilter("ignore")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    rows = list(csv.DictReader(open(corpus / "manifest.csv", newline="")))
    paths = [row["path"] for row in rows if row["expected"] in ("parse", "lenient", "no-crash")]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        outcomes = dict(zip(paths, pool.map(lambda path: compare(path, corpus), paths)))
    compared = [outcome for outcome in outcomes.values() if isinstance(outcome, Comparison)]
    others = {path: outcome for path, outcome in outcomes.items() if isinstance(outcome, str)}
    unexplained = [difference for outcome in compared for difference in outcome.unexplained]
    assert not unexplained, f"{len(unexplained)} differences: " + "\n".join(map(str, unexplained[:40]))
    found = collections.Counter(kind for outcome in compared for kind in outcome.kinds)
    assert set(found) == set(KINDS), f"kinds that do not occur any more: {set(KINDS) - set(found)}"
    same = sum(not outcome.kinds for outcome in compared)
    print(f"\n{len(compared)} files compared, {same} without any difference; files with each kind: {dict(found)}")
    # What is not compared is damaged on purpose, and few.
    assert all(path.startswith("09_malformed/") for path in others), others
    assert len(compared) > 630 and len(others) < 20
    refused = {path.split("/")[-1] for path, outcome in others.items() if outcome.startswith("tarn refuses")}
    assert refused == set(REFUSED)
