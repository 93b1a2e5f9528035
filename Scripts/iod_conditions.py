"""Conditions of Type 1C and 2C attributes and of modules, from English to a checkable form in postfix notation.

    P00280004              the attribute is present            A00280004          it is not
    V00080008/1=A,B        Value 1 (0: any) is one of these    N00080008/0=A,B    none of these
    G00280002/1=1          Value 1 is greater than 1           ?                  cannot be checked
    Q00200037              the IOD's mandatory modules do not have the attribute as Type 1 or 1C
    &  |                   both, either (of the two before it)

Spaces in values are written ~. A form without any checkable part is no form.
"""
import re

VALUE = r'(?:"[^"]+"|[A-Z0-9][A-Z0-9_\-]*(?![a-z\w(])(?: [A-Z0-9_]+(?![a-z\w(]))*)'
GLOSS = r"(?: \([^()]*\))?"
ONE = VALUE + GLOSS
LIST = rf"{ONE}(?:(?:, or |, | or ){ONE})*"
TAG = r"(?:the |an? )?(?:[Vv]alues? of )?(?:the )?(?:Attribute )?(?P<name>[A-Z3][\w\-/'() ]*?) ?\((?P<group>[0-9A-F]{4}),(?P<element>[0-9A-F]{4})\)"
INDEX = r"(?:,? Value (?P<index>\d)(?: of this [Ff]rame)?)?(?: of this [Ff]rame)?,?"
IS = (r"(?:is present (?:and|with) (?:has )?(?:a |the )?Value(?: of)?|has a Value of|has the Value(?: of)?|has Value|"
      r"is equal to|equals to|equals|equal to|is|=|Value is|Value equals|has Values? of|contains|is set to)")
IS_NOT = (r"(?:is not equal to|does not equal|equals other than|is other than|is not|Value is not|"
          r"has a Value other than|is present and is not)")
ATOMS = [
    ("P", re.compile(rf"^{TAG}(?: Value)? (?:is present (?:with|and has) a Value|is present and not empty|is present|has a Value|contains a [Vv]alue|is not empty)$")),
    ("A", re.compile(rf"^{TAG} (?:is not present|is absent|is not sent)$")),
    ("Z", re.compile(rf"^{TAG}{INDEX} (?:is non-zero|is not zero|is present and has a non-zero value|is greater than zero)$")),
    ("G", re.compile(rf"^{TAG}{INDEX} (?:is greater than|has a Value greater than|Value is greater than|is present and is greater than) (?P<number>\d+)$")),
    ("T", re.compile(rf"^{TAG} (?:points to|contains the Tag for) (?:the )?[^()]*(?:\([^()]*\) )?\((?P<values>[0-9A-F]{{4}},[0-9A-F]{{4}})\)$")),
    ("V", re.compile(rf"^Value (?P<index>\d) of (?:the )?{TAG} is (?P<values>{LIST})$")),
    ("V", re.compile(rf"^{TAG} is present and (?:equals|the Value is) (?P<values>{LIST})$")),
    ("AN", re.compile(rf"^{TAG} is absent,? or is present and has the Value (?P<values>{LIST})$")),
    ("N", re.compile(rf"^{TAG}{INDEX} {IS_NOT} (?P<values>{LIST}(?: and not {ONE})*)$")),
    ("V", re.compile(rf"^{TAG}{INDEX} {IS} (?P<values>(?:either )?{LIST})$")),
]


NAMES = {}  # attribute names by tag; the generator fills it


def is_name(name, tag):
    """Whether `name` is the attribute's, or its last words: anything else is a part of the sentence."""
    flat = lambda text: re.sub(r"[^a-z0-9]", "", text.lower())
    return flat(NAMES.get(tag, "")).endswith(flat(name))


def values(text):
    text = re.sub(r"^either ", "", text)
    return ",".join(value.strip('"').replace(" ", "~") for value in re.findall(VALUE, re.sub(r" \([^()]*\)", "", text)))


BARE = re.sub(r"\?P<\w+>", "?:", TAG)
SEVERAL = re.compile(
    rf"^(?P<tags>(?:either |both )?{BARE}(?:(?:,|, or|, and| or| and) {BARE})+) (?:is|are) (?P<no>not )?(?:present|absent)(?: with a Value)?$")
ABSENT_OR_NOT = re.compile(rf"^{TAG} is absent,? or (?:is )?not (?:equal to )?(?P<values>{LIST})$")


def several(text):
    """"A or B is present", "A and B are not present"."""
    match = SEVERAL.match(text)
    if not match:
        return None
    found = list(re.finditer(TAG, match["tags"]))
    if not all(is_name(re.sub(r"^(?:either|both) ", "", part["name"]), part["group"] + part["element"]) for part in found):
        return None
    kind = "A" if match["no"] or text.endswith("absent") else "P"
    sign = "&" if " and " in match["tags"] else "|"
    return joined([f"{kind}{part['group']}{part['element']}" for part in found], sign)


def atom(text):
    text = text.strip().rstrip(",")
    text = re.sub(r"^(?:if |when )", "", text)
    form = several(text)
    if form:
        return form
    text = re.sub(r"^either ", "", text)
    match = ABSENT_OR_NOT.match(text)
    if match and is_name(match["name"], match["group"] + match["element"]):
        tag = match["group"] + match["element"]
        return f"A{tag} N{tag}/0={values(match['values'])} |"
    for kind, pattern in ATOMS:
        match = pattern.match(text)
        if not match:
            continue
        tag = match["group"] + match["element"]
        if not is_name(match["name"], tag):
            continue
        index = match.groupdict().get("index") or "0"
        if kind in "PA":
            return f"{kind}{tag}"
        if kind == "Z":
            return f"G{tag}/{index}=0"
        if kind == "G":
            return f"G{tag}/{index}={match['number']}"
        if kind == "T":
            return f"V{tag}/0={match['values'].replace(',', '')}"
        if kind == "AN":
            return f"A{tag} V{tag}/0={values(match['values'])} |"
        return f"{kind}{tag}/{index}={values(match['values'])}"
    if re.search(r"\bis absent or has the Value ", text):
        left, right = re.split(r" is absent or has the Value ", text, maxsplit=1)
        first, second = atom(left + " is absent"), atom(left + " is " + right)
        if "?" not in first + second:
            return f"{first} {second} |"
    return "?"


def joined(parts, sign):
    """Postfix of the parts; unknown parts fold into one."""
    known = [part for part in dict.fromkeys(parts)]
    text = known[0]
    for part in known[1:]:
        text += f" {part} {sign}"
    return text


def pieces(text, word):
    """Splits at ` word ` unless that joins two values."""
    parts, start = [], 0
    for match in re.finditer(rf",? {word} (?=(?:if |the |Value|either |[A-Z3][a-z\w\-/' ]*))", text):
        rest = text[match.end():]
        if word == "or" and re.match(rf"{ONE}(?:$|,| or | and )", rest):
            continue
        if word == "and" and re.match(r"(?:not |has |is |Value)", rest):
            continue
        parts.append(text[start:match.start()])
        start = match.end()
    return parts + [text[start:]]


def clause(text):
    whole = atom(text)
    if whole != "?":
        return whole
    comma_and = re.split(r", and (?=[A-Zta])", text)
    if len(comma_and) > 1 and all(clause(part) != "?" for part in comma_and):
        return joined([clause(part) for part in comma_and], "&")
    ors, ands = pieces(text, "or"), pieces(text, "and")
    if len(ors) > 1 and len(ands) > 1:
        comma_or = re.split(r", or (?=[A-Zti])", text)
        if len(comma_or) > 1:
            return joined([clause(part) for part in comma_or], "|")
        return "?"
    if len(ands) > 1:
        return joined([atom(part) for part in ands], "&")
    if len(ors) > 1:
        # "Tag is A or B is C": a disjunct without a tag of its own makes the whole unknown to us only in part.
        return joined([atom(part) for part in ors], "|")
    return "?"


def tagged(text, neighbours):
    """`text` with the tag behind every name of `neighbours` (name: tag) that stands without it."""
    for name in sorted(neighbours, key=len, reverse=True):
        tag = neighbours[name]
        # Not within a longer name, which stands with its tag or had it put in before.
        text = re.sub(rf"(?<![\w-])(the )?{re.escape(name)}(?! ?\()(?![\w-])(?= Value| is | equals | has | or | and |,)",
                      f"{name} ({tag[:4]},{tag[4:]})", text)
    return text


LEGACY = ('SOP Class UID (0008,0016) is not "1.2.840.10008.5.1.4.1.1.2.2" and not "1.2.840.10008.5.1.4.1.1.4.4" '
          'and not "1.2.840.10008.5.1.4.1.1.128.1"')


def parse(comment, neighbours=None):
    """The form of the first "Required if …" in `comment`; empty where nothing of it can be checked."""
    comment = re.sub(r"(the )?SOP Class UID \(0008,0016\) of the referencing SOP Instance is not a legacy converted "
                     r"SOP Class \(.*?\)\)(\))?", LEGACY, comment)
    text = tagged(re.sub(r"\s+", " ", comment), neighbours or {})
    found = re.findall(r"(?:Required,? (?:only )?if|Required for|Shall be present if|Include if) (.*?)(?:\.(?= |$)|$)", text)
    if len(found) != 1 or re.search(r"Required for", text):
        return ""
    sentence = re.sub(r"[,;]? ?[Mm]ay be present otherwise.*$", "", found[0]).strip()
    sentence = re.sub(r" (?:See|Note)\b.*$", "", sentence).rstrip(" ,:")
    form = clause(sentence)
    if not re.search(r"[PAVNG][0-9A-F]{8}", form):
        return ""
    return form


def is_exclusive(form, text, override):
    """Whether the attribute must be absent where the condition does not hold: all of that can be checked, and the
    descriptions, whole, do not allow it otherwise (PS3.5 7.4.2)."""
    may = re.search(r"[Mm]ay (?:also |only )?be present|[Oo]therwise|permitted|[Rr]equired,? (?:only )?(?:for|in|when)|See\b.*[Rr]equired", text)
    return bool(form) and "?" not in form and not override and not may


# When a table includes another. Only a part of the sources keep these sentences.
INCLUDES = {
    ("C.17-5", "C.18.1-1"): "V0040A040/1=NUM",
    ("C.17-5", "C.18.2-1"): "V0040A040/1=CODE",
    ("C.17-5", "C.18.3-1"): "V0040A040/1=COMPOSITE",
    ("C.17-5", "C.18.4-1"): "V0040A040/1=IMAGE",
    ("C.17-5", "C.18.5-1"): "V0040A040/1=WAVEFORM",
    ("C.17-5", "C.18.6-1"): "V0040A040/1=SCOORD",
    ("C.17-5", "C.18.7-1"): "V0040A040/1=TCOORD",
    ("C.17-5", "C.18.8-1"): "V0040A040/1=CONTAINER",
    ("C.17-5", "C.18.9-1"): "V0040A040/1=SCOORD3D",
    ("C.17-5", "C.18.10-1"): "V0040A040/1=TABLE",
    ("C.17-6", "C.17-5"): "A0040DB73",  # by value, not by reference
    ("C.17-6", "C.17-6"): "A0040DB73",
    ("C.10-5", "C.10-5c"): "V00700024/1=Y",
    ("C.11.14-1", "C.11-1b"): "?",  # if a modality LUT is to be applied
    ("C.8.28.2-1", "C.7.6.16-12"): "?",  # depends on a code
}

# Conditions that the sentence states too freely for the grammar, or that lie in a section of text.
OVERRIDES = {
    ("00280006", None): "G00280002/1=1",  # C.7.6.3.1.3
    ("00281101", None): "V00280004/1=PALETTE~COLOR V00089205/1=COLOR,MIXED |",  # C.7.6.3.1.5
    ("00281102", None): "V00280004/1=PALETTE~COLOR V00089205/1=COLOR,MIXED |",
    ("00281103", None): "V00280004/1=PALETTE~COLOR V00089205/1=COLOR,MIXED |",
    ("00281201", "Image Pixel"): "V00280004/1=PALETTE~COLOR A00281221 &",  # C.7.6.3.1.6
    ("00281202", "Image Pixel"): "V00280004/1=PALETTE~COLOR A00281222 &",
    ("00281203", "Image Pixel"): "V00280004/1=PALETTE~COLOR A00281223 &",
    ("00200020", "General Image"): "A00200037 A00200032 & Q00200037 & A00480102 & Q00480102 &",  # C.7.6.1.1.1: neither plane nor slide
    ("00209157", "Frame Content"): "P00209222",  # C.7.6.16.2.2
    ("00080100", "Basic Code"): "A00080119 A00080120 &",  # 8.8.1: one of the three
    ("00180080", "MR Image"): "V00180021/0=SK N00180020/0=EP |",  # C.8.3.1
    ("00185100", "General Series"): "A00540410 V00080016/1=1.2.840.10008.5.1.4.1.1.2,1.2.840.10008.5.1.4.1.1.4,"
    "1.2.840.10008.5.1.4.1.1.2.1,1.2.840.10008.5.1.4.1.1.4.1,1.2.840.10008.5.1.4.1.1.4.3,"
    "1.2.840.10008.5.1.4.1.1.4.2 &",  # C.7.3.1.1.2
}


def override(tag, caption):
    for (key, module), form in OVERRIDES.items():
        if key == tag and (module is None or caption.startswith(module)):
            return form
    return ""
