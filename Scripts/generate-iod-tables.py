#!/usr/bin/env python3
"""PS3.3 as a compact table  ->  Sources/DICOMValidation/Generated/IODTable.swift (committed; the build needs no source).

    python3 Scripts/generate-iod-tables.py TABLES CONDITIONS VALUES

Each argument is a git repository (bare will do), read at HEAD; Docs/Formats/validation.md says how to get them:
  TABLES      GoogleCloudPlatform/medical-imaging: module and macro tables, IODs, functional groups
  CONDITIONS  innolitics/dicom-standard: conditions of functional groups, sections of macros, classes without patients
  VALUES      vupeter/posdaJS: enumerated values and defined terms; conditions that TABLES lost to a cross-reference

Facts only: types, tags, structure, values. A condition becomes a checkable form (iod_conditions.py) or none.
"""
import collections
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import iod_conditions
import iod_values

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
OUT = os.path.join(ROOT, "Sources", "DICOMValidation", "Generated", "IODTable.swift")
SPEC = "pathology/transformation_pipeline/ingestion_lib/dicom_util/spec/"
TYPES = {"1": "1", "1C": "a", "2": "2", "2C": "b", "3": "3"}


class Repository:
    def __init__(self, path):
        self.path = path
        self.commit = self.git("rev-parse", "HEAD").strip()

    def git(self, *arguments):
        return subprocess.run(["git", "-C", self.path, *arguments], check=True, capture_output=True, text=True).stdout

    def show(self, path):
        return self.git("show", f"HEAD:{path}")

    def names(self, folder):
        return self.git("ls-tree", "--name-only", "HEAD", folder).split()


class Tables:
    """What TABLES holds."""

    def __init__(self, repository):
        def part(name):
            document = json.loads(repository.show(f"{SPEC}{name}.json"))
            self.edition = document["header"]["dicom_standard_version"]["Version"] if "header" in document else self.edition
            return document.get(name, document)

        self.edition = ""
        self.classes = part("dicom_iod_class_uid")
        self.iods = part("dicom_iod")
        self.groups = part("dicom_iod_func_groups")
        self.iod_of_class = json.loads(repository.show(f"{SPEC}dicom_iod_module_map.json"))
        self.table_of_section = {key: value[0]["name"] for key, value in part("dicom_modules").items()}
        self.tables = {}
        for number in (1, 2, 3):
            self.tables.update(part(f"dicom_tables_part_{number}"))
        dictionary = part("dicom_tags")["main"]
        self.names = {tag.removeprefix("0x").upper(): entry["name"] for tag, entry in dictionary.items()}
        self.representations = {tag: entry["vr"] for tag, entry in dictionary.items() if " or " in entry["vr"]}
        self.section_of_table = {table: section for section, table in self.table_of_section.items()}


def caption_key(caption):
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\b(attributes?|description|table|module|macro)\b", "", caption.lower()))


class Texts:
    """Descriptions of VALUES by (caption of the table, tag)."""

    def __init__(self, repository):
        folder = "lib/json/book/part03/"
        index = repository.show(folder + "tables.js")
        captions = {row["Name"]: row["Title"].split("caption - ")[-1]
                    for row in json.loads(index[index.index("{"):].rstrip().rstrip(";"))["table"]}
        self.by_place, by_tag = {}, collections.defaultdict(set)
        for path in repository.names(folder):
            name = os.path.basename(path)[:-3]
            if name not in captions:
                continue
            text = repository.show(path)
            for row in json.loads(text[text.index("["):].rstrip().rstrip(";")):
                tag = re.fullmatch(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)", row.get("Tag", {}).get("text", "").strip())
                description = row.get("Attribute Description", {}).get("text", "").strip()
                if tag and description:
                    self.by_place.setdefault((caption_key(captions[name]), tag[1] + tag[2]), description)
                    by_tag[tag[1] + tag[2]].add(description)
        self.by_tag = {tag: texts.pop() for tag, texts in by_tag.items() if len(texts) == 1}

    def text(self, caption, tag):
        return self.by_place.get((caption_key(caption), tag)) or self.by_tag.get(tag, "")


def neighbours(table):
    """Names of the attributes of a table that have two words at least, and their tags."""
    rows = [row for row in table["table_lines"] if row["type"] == "InlineObject"]
    named = {row["name"].lstrip(">"): row["address"].removeprefix("0x").upper() for row in rows}
    named.update({"SOP Class UID": "00080016"})
    return {name: tag for name, tag in named.items() if " " in name and re.fullmatch("[0-9A-F]{8}", tag)}


def row_line(row, caption, texts, names, counts):
    """Depth, tag, type; then condition, values and flags, each where there is one."""
    name, address = row["name"], row["address"].removeprefix("0x").upper().replace("X", "x")
    depth = len(name) - len(name.lstrip(">"))
    if not re.fullmatch(r"[0-9A-Fx]{8}", address):
        return None
    kind = TYPES.get(row["required"], "3")
    comment, older = row["comment"], texts.text(caption, address)
    condition = override = ""
    if kind in "ab":
        override = iod_conditions.override(address, caption)
        condition = override or iod_conditions.parse(comment, names)
        if not condition and (comment.startswith(("sect_", "biblio_")) or not re.search("Required|Shall be", comment)):
            condition = iod_conditions.parse(older, names)
        counts["conditional"] += 1
        counts["checkable"] += bool(condition)
    values = iod_values.override(address, caption) or iod_values.extended(address, iod_values.parse(older))
    counts["values"] += bool(values)
    flags = "1" if re.search(r"Only a single Item (shall|is)", comment) else ""
    flags += "o" if re.search(r"[Tt]ype definition shall override", comment) else ""
    if kind in "ab" and iod_conditions.is_exclusive(condition, comment + older, override):
        flags += "x"
    fields = [f"{depth}{address}{kind}", condition, values, flags]
    return "\t".join(fields).rstrip("\t")


def include_line(row, name, tables):
    prefix, resource = row["prefix"], row["linked_resource"].removeprefix("table_")
    if "Include" not in prefix or resource not in tables:
        return None, None
    depth = len(prefix) - len(prefix.lstrip(">"))
    condition = iod_conditions.INCLUDES.get((name, resource), "")
    return f"{depth}+{resource}" + (f"\t{condition}" if condition else ""), resource


def macro_sections(repository):
    """Sections of macro tables, from the links of CONDITIONS."""
    sections = {}
    for macro in json.loads(repository.show("standard/macros.json")):
        link = re.search(r"sect_([0-9A-Z.a-z]+?)\.html#table_(.+)$", macro["linkToStandard"])
        if link:
            sections[link[2]] = link[1]
    return sections


def group_conditions(repository):
    """Usage and condition of functional groups by (IOD, macro), both without case and punctuation."""
    flat = lambda text: re.sub(r"[^a-z0-9]", "", text.lower())
    return {(flat(row["ciodId"]), flat(row["macroId"])): row["conditionalStatement"] or ""
            for row in json.loads(repository.show("standard/ciod_to_func_group_macros.json"))}


def module_lines(tables, iod, name, conditions):
    flat = lambda text: re.sub(r"[^a-z0-9]", "", text.lower())
    lines, roots = [], []
    for mark, rows in (("M", tables.iods[iod]), ("F", tables.groups.get(iod, []))):
        for row in rows:
            section = row["ref"].removeprefix("sect_")
            table = tables.table_of_section.get(section)
            if table is None:
                continue
            usage = row["usage"] if isinstance(row["usage"], str) else "C"
            condition = ""
            if usage.startswith("C"):
                text = usage[1:].lstrip(" -") or conditions.get((flat(name), flat(row["name"])), "")
                condition = iod_conditions.parse(text)
            roots.append(table)
            lines.append("\t".join([f"{mark}{table}", section, usage[0], row["name"], condition]).rstrip("\t"))
    return lines, roots


def main():
    tables, conditions, values = Repository(sys.argv[1]), Repository(sys.argv[2]), Repository(sys.argv[3])
    sources = [("GoogleCloudPlatform/medical-imaging", tables), ("innolitics/dicom-standard", conditions),
               ("vupeter/posdaJS", values)]
    sections, groups = macro_sections(conditions), group_conditions(conditions)
    tables, texts = Tables(tables), Texts(values)
    iod_conditions.NAMES.update(tables.names)
    sections.update(tables.section_of_table)
    lines = [f"V{tag.removeprefix('0x').upper().replace('X', 'x')}\t" + kinds.replace(" or ", ",")
             for tag, kinds in sorted(tables.representations.items())]
    queue, seen, counts = [], set(), collections.Counter()
    classes = collections.defaultdict(list)
    for name, uid in tables.classes.items():
        if name in tables.iod_of_class and tables.iod_of_class[name] in tables.iods:
            classes[tables.iod_of_class[name]].append(uid)
    known = {uid for uids in classes.values() for uid in uids}
    for row in json.loads(conditions.show("standard/sops.json")):
        if row["id"] not in known and f"{row['ciod']} IOD Modules" in tables.iods:
            classes[f"{row['ciod']} IOD Modules"].append(row["id"])
    for iod in sorted(classes):
        name = iod.removesuffix(" Modules").removesuffix(" IOD")
        body, roots = module_lines(tables, iod, name, groups)
        lines += [f"I{name}\t" + ",".join(sorted(classes[iod]))] + body
        queue += roots
    while queue:
        table = queue.pop(0)
        if table in seen:
            continue
        seen.add(table)
        caption = tables.tables[table]["table_caption"]
        lines.append(f"T{table}\t{sections.get(table, '')}")
        names = neighbours(tables.tables[table])
        for row in tables.tables[table]["table_lines"]:
            if row["type"] == "InlineObject":
                line, resource = row_line(row, caption, texts, names, counts), None
            else:
                line, resource = include_line(row, table, tables.tables)
            if line:
                lines.append(line)
            if resource:
                queue.append(resource)
    head = "".join(f"//   {name} at {repository.commit}\n" for name, repository in sources)
    text = (f"// Generated by Scripts/generate-iod-tables.py (PS3.3 {tables.edition}). Do not edit. Read from\n{head}"
            "// swift-format-ignore-file\n\n"
            "/// IODs, modules and attributes of PS3.3; Docs/Formats/validation.md describes the lines.\n"
            f'enum IODTable {{\n    static let edition = "{tables.edition}"\n'
            '    static let text: StaticString = #"""\n'
            + "".join(f"{line}\n" for line in lines) + '"""#\n}\n')
    os.makedirs(os.path.dirname(OUT), exist_ok=True)
    with open(OUT, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"{len(classes)} IODs, {len(seen)} tables, {len(lines)} lines, {len(text)} bytes; {dict(counts)}")


if __name__ == "__main__":
    main()
