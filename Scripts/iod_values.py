"""Enumerated values and defined terms in the descriptions of attributes.

    E1:YES,NO   Value 1 is one of these (enumerated)      D0:A,B   any Value usually is (defined terms, may be extended)

Spaces in values are written ~; several lists of one attribute are parted by ;.
"""
import re

HEAD = re.compile(r"(Enumerated Values?|Defined Terms?)(?: for Value (\d))?:\s*")
TERM = re.compile(r"[A-Z0-9][A-Z0-9_\-.+/ ]{0,15}|[0-9A-F]{4}H")


def terms(body):
    """The terms that `body` begins with, each followed by its meaning or not."""
    found = []
    for entry in re.split(r" {3,}", body.strip()):
        term = re.split(r" {2}", entry.strip())[0].strip()
        if not TERM.fullmatch(term):
            break
        if re.fullmatch(r"[0-9A-F]{4}H", term):
            term = str(int(term[:4], 16))
        found.append(term.replace(" _", "_").replace(" ", "~"))
    return found


def parse(description):
    heads = list(HEAD.finditer(description))
    lists = []
    for number, head in enumerate(heads):
        end = heads[number + 1].start() if number + 1 < len(heads) else len(description)
        values = terms(description[head.end():end])
        if not values or (head[1][0] == "D" and len(values) == 1):
            return ""  # one defined term is an example rather than a list
        lists.append(f"{head[1][0]}{head[2] or 0}:{','.join(values)}")
    if len({item.split(":")[0] for item in lists}) != len(lists):
        return ""  # lists that depend on something else
    return ";".join(lists)


# Values that sections of text give, or that came after the edition of the descriptions; those of one module first.
OVERRIDES = [
    ("00280002", "CT Image", "E1:1"),  # C.8.2.1.1.2 ff.
    ("00280004", "CT Image", "E1:MONOCHROME1,MONOCHROME2"),
    ("00280100", "CT Image", "E1:16"),
    ("00280101", "CT Image", "E1:12,13,14,15,16"),
    ("00280102", "CT Image", "E1:11,12,13,14,15"),
    ("00280002", "MR Image Module", "E1:1"),  # C.8.3.1.1.2 ff.
    ("00280004", "MR Image Module", "E1:MONOCHROME1,MONOCHROME2"),
    ("00280100", "MR Image Module", "E1:16"),
    ("00280004", "", "D1:MONOCHROME1,MONOCHROME2,PALETTE~COLOR,RGB,YBR_FULL,YBR_FULL_422,YBR_PARTIAL_420,YBR_ICT,"
     "YBR_RCT,XYB,HSV,ARGB,CMYK,YBR_PARTIAL_422"),  # C.7.6.3.1.2, with the retired ones
    ("00280103", "", "E1:0,1"),
    ("00280006", "", "E1:0,1"),
    ("00100040", "", "E1:M,F,O"),
]


# Values that lists with the first one have got since the edition of the descriptions.
ADDITIONS = [
    ("00209311", "3D", "TILED_FULL,TILED_SPARSE"), ("00620001", "BINARY", "LABELMAP"),
    ("00541006", "LBM", "LBMJAMES128"), ("30060042", "CLOSED_PLANAR", "CLOSEDPLANAR_XOR"), ("300A00B3", "MU", "NP"),
    ("0018980C", "RIGID", "TRACKED"), ("0040A040", "NUM", "TABLE"), ("0040A040", "NUMERIC", "WAVEFORM"),
    ("00540500", "APEX_TO_BASE", "ANT_TO_INF,INF_TO_ANT,SEPTUM_TO_WALL,WALL_TO_SEPTUM"),
]


def extended(tag, lists):
    """`lists` with the values that were added later."""
    for key, marker, more in ADDITIONS:
        if key == tag:
            lists = ";".join(part + "," + more if marker in part.split(":")[1].split(",") else part
                             for part in lists.split(";") if part)
    return lists


def override(tag, caption):
    for key, module, values in OVERRIDES:
        if key == tag and caption.startswith(module):
            return values
    return ""
