#!/usr/bin/env python3
"""General and medical words of the languages beside English, for profiles that name them.

    apt-get install tanglet-data
    pip install wordfreq==3.1.1 jieba==0.42.1 opencc-python-reimplemented==0.1.7 faker==40.54.0
    python3 Scripts/generate-languages.py [--german /usr/share/tanglet/gamedata/de/words]

Sources:
- German: the word list of github.com/enz/german-wordlist (CC0), as Debian's tanglet-data has it: of it the words that are
  among the most frequent 60 000 by PyPI `wordfreq`, and those that end as words of medicine do.
- Traditional Chinese: the dictionary of PyPI `jieba` (MIT) with its kinds of words and how often they are, in the
  characters of Taiwan by PyPI `opencc-python-reimplemented` (OpenCC, Apache-2.0): of it frequent words, and rarer ones with
  a character of medicine.
Names of people (PyPI `faker`, MIT, and the surnames of generate-gazetteers.py) and towns stay out, unless the project's
own list (Scripts/vocabulary-de.txt, vocabulary-zh-Hant.txt) has them: a word of those counts as a part of others, too, a
word of these only by itself. The result is committed; the build needs none of this.
"""
import argparse
import gzip
import importlib
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
gazetteers = importlib.import_module("generate-gazetteers")
vocabulary = gazetteers.vocabulary

# How German words of medicine end.
MEDICAL = re.compile(
    r"(itis|itiden|ose|osen|otisch|ektomie|tomie|stomie|skopie|graphie|grafie|gramm|pathie|pathisch|ämie|urie|plasie|stase"
    r"|stasen|trophie|trophisch|zele|algie|lyse|genese|therapie|metrie|spasmus|plegie|parese|ektasie|zyt|blastom|penie|sarkom"
    r"|karzinom|adenom|fibrom|lipom|myom|angiom|hämatom|lymphom|zyste|läsion|erguss|ödem|fraktur|ruptur|luxation|infarkt"
    r"|blutung|embolie|insuffizienz|knochen|muskel|gefäß|nerv|arterie|vene|gelenk|drüse|gewebe|parenchym|punktion|resektion"
    r"|implantat|prothese|katheter|aufnahme|untersuchung|befund|verletzung|schwellung|verkalkung|verdickung|erweiterung)"
    r"(e|en|n|s|es|er|em|ung|ungen)?$")
# Characters of anatomy, disease and treatment.
HAN = set("肺肝腎胃腸腦骨癌瘤炎症病腫血脈胸腹臟腺膜脊椎囊腔肌腱韌膽胰脾膀胱卵睪乳喉鼻眼耳齒咽髓疼痛傷裂瘀癥疹菌毒藥療診檢驗術植頸腰膝踝腕肘肩髖顱")
KINDS = re.compile(r"^(n|v|a|d|b|z|l|vn|an|ad|vd|p|c|f|s|t|q|r|u|m|y|k|h|ng|vg|ag)$")


def faker_names(locales):
    given, surnames = set(), set()
    for locale in locales:
        provider = importlib.import_module("faker.providers.person." + locale).Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            if isinstance(value, (list, tuple, dict)) and "name" in attribute and "indigenous" not in attribute:
                entries = {entry.lower() for entry in value if isinstance(entry, str)}
                given |= entries if "first" in attribute else set()
                surnames |= entries if "last" in attribute else set()
    return given, surnames


def german(path):
    from wordfreq import top_n_list
    own = vocabulary.own("de")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        listed = {line.split()[-1].lower() for line in file if line.strip()}
    listed = {word for word in listed if word.isalpha() and len(word) > 2}
    if len(listed) < 500_000:
        raise SystemExit(f"{path} holds no German word list: apt-get install tanglet-data")
    ranks = {word: rank for rank, word in enumerate(top_n_list("de", 60_000))}
    found = {word for word in listed if word in ranks} | {
        word for word in listed if 5 < len(word) <= 24 and MEDICAL.search(word)}
    given, surnames = faker_names(("de_DE", "de_AT", "de_CH"))
    _, census = gazetteers.census()
    _, others = gazetteers.countries_names()
    single, _ = gazetteers.towns(set())
    names = given | surnames | {name.replace("ss", "ß") for name in surnames}

    def names_somebody(word):
        if word in own:
            return False
        # Zimmermann, Steinberg: long enough to be nothing else, and not among the words that everybody uses.
        is_rare = ranks.get(word, 60_000) > 1500
        is_surname = word in others or word in census
        base = re.sub(r"(er|ers|ern|erin|erinnen|isch|ische|ischen|ischer|isches)$", "", word)
        return word in names or (is_rare and (is_surname or word in single)) or (base != word and base in single and is_rare)

    return {word for word in found if not names_somebody(word)} - own


def chinese():
    import jieba
    from opencc import OpenCC
    convert = OpenCC("s2tw").convert
    own = vocabulary.own("zh-Hant")
    given, surnames = faker_names(("zh_TW",))
    given_characters = {character for name in given for character in name}
    found, named = set(), set()
    with open(os.path.join(os.path.dirname(jieba.__file__), "dict.txt"), encoding="utf-8") as file:
        for line in file:
            word, count, kind = line.split()
            if not 2 <= len(word) <= 6 or not all("\u4e00" <= character <= "\u9fff" for character in word):
                continue
            if kind.startswith(("nr", "ns", "nt", "nz")):
                named.add(convert(word))
                continue
            if not KINDS.match(kind):
                continue
            traditional = convert(word)
            is_medical = not HAN.isdisjoint(traditional)
            if int(count) >= (3 if is_medical else 150):
                found.add(traditional)

    def may_name(word):
        if word in given or word in named:
            return True
        # Two characters that given names are made of, or a surname with one or two of them behind it.
        rest = word[1:] if word[0] in surnames else word
        return len(word) <= 3 and len(rest) <= 2 and all(character in given_characters for character in rest)

    return {word for word in found if not may_name(word)} - own


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--german", default="/usr/share/tanglet/gamedata/de/words")
    arguments = parser.parse_args()
    notice = "// Generated by Scripts/generate-languages.py. Do not edit. Source: %s.\n"
    vocabulary.write("WordList+GermanGeneral.swift", notice % "github.com/enz/german-wordlist (CC0)", "germanGeneral",
                     german(arguments.german))
    vocabulary.write("WordList+TraditionalChineseGeneral.swift", notice % "jieba (MIT), by OpenCC (Apache-2.0)",
                     "traditionalChineseGeneral", chinese())


if __name__ == "__main__":
    main()
