public import ByteIO

/// A label set at one version, as files: the same bytes for the same version. Docs/Formats/labels.md.
public struct FrozenLabels: Sendable {
    /// UUID of the label set.
    public let set: String
    public let name: String
    /// Code of its project.
    public let project: String
    public let version: Int
    /// Where a tag was asked for.
    public let tag: String?
    /// Of the commit with that version, in hexadecimal; empty for version 0.
    public let digest: String
    public let json: Bytes
    public let csv: Bytes
}

/// One annotated study as the files have it.
struct FiledStudy: Sendable {
    let study: AnnotatedStudy
    /// Code of the subject.
    let subject: String
    /// By SOP Instance UID: the series, where the image still is.
    let series: [String: String]
    /// In the order of the annotations: their points in millimetres of the patient, where that is known.
    let patientPoints: [[[Double]]?]
}

/// What the files say of the label set itself.
struct FiledSet: Sendable {
    let id: String
    let name: String
    let project: String
    let version: Int
    let tag: String?
    let digest: String?
}

/// `annotations.json`: one line a study and one line a commit.
enum LabelJSON {
    static let format = "tarn-annotations-1"

    static func head(_ set: FiledSet) -> String {
        let members: [(name: String, value: CanonicalJSON)] = [
            ("format", .string(format)),
            (
                "labelSet",
                .object([("id", .string(set.id)), ("name", .string(set.name)), ("project", .string(set.project))])
            ),
            ("version", .integer(set.version)), ("tag", set.tag.map { .string($0) } ?? .null),
            ("digest", set.digest.map { .string($0) } ?? .null),
        ]
        return CanonicalJSON.object(members).text.dropLast() + ",\"studies\":["
    }

    static let between = "\n],\"history\":["
    static let tail = "\n]}\n"

    static func line(_ filed: FiledStudy) -> String {
        let annotations = filed.study.annotations.enumerated().map { index, annotation in
            let points: [[Double]]? = index < filed.patientPoints.count ? filed.patientPoints[index] : nil
            return Self.annotation(annotation, series: filed.series[annotation.instance], points)
        }
        return CanonicalJSON.object([
            ("study", .string(filed.study.study)), ("subject", .string(filed.subject)),
            ("version", .integer(filed.study.version)), ("annotations", .array(annotations)),
        ]).text
    }

    /// What is derived stands apart: without it the rest is what the digest is of.
    private static func annotation(
        _ annotation: Annotation, series: String?, _ points: [[Double]]?
    ) -> CanonicalJSON {
        var derived: [(name: String, value: CanonicalJSON)] = []
        if let series { derived.append(("series", .string(series))) }
        if let points {
            derived.append(("patientPoints", .array(points.map { .array($0.map { .number($0) }) })))
        }
        guard !derived.isEmpty, case .object(let members) = annotation.canonical else { return annotation.canonical }
        return .object(members + [("derived", .object(derived))])
    }

    /// A commit of a study that is in the file: all that its digest is of.
    static func line(_ record: CommitDigest, digest: String) -> String {
        guard case .object(let members) = record.canonical else { return "" }
        return CanonicalJSON.object(members + [("digest", .string(digest))]).text
    }

    /// A commit of a study that is not: what its successor names.
    static func line(version: Int, digest: String) -> String {
        CanonicalJSON.object([("version", .integer(version)), ("digest", .string(digest))]).text
    }
}

/// `annotations.csv` (RFC 4180): one row an annotation.
enum LabelCSV {
    static let columns = [
        "study", "subject", "series", "instance", "frame", "id", "type", "label", "note", "x1", "y1", "x2", "y2",
        "length",
        "area", "unit", "mean", "standard_deviation", "minimum", "maximum", "count", "value_unit", "spacing_source",
        "version", "author", "at",
    ]

    static var head: String { columns.joined(separator: ",") + "\r\n" }

    static func lines(_ filed: FiledStudy) -> String {
        filed.study.annotations.map { annotation in
            let measured = annotation.measured ?? AnnotationMeasurement()
            let points = (annotation.points + [[], []]).prefix(2).flatMap { $0.count == 2 ? $0.map(number) : ["", ""] }
            let place = [
                filed.study.study, filed.subject, filed.series[annotation.instance] ?? "", annotation.instance,
                String(annotation.frame), annotation.id, annotation.type.rawValue, text(annotation.label),
                text(annotation.note),
            ]
            let values = [
                number(measured.length), number(measured.area), measured.unit ?? "", number(measured.mean),
                number(measured.standardDeviation), number(measured.minimum), number(measured.maximum),
                measured.count.map { String($0) } ?? "", measured.valueUnit ?? "", measured.spacingSource ?? "",
            ]
            let saved = [String(filed.study.version), text(filed.study.author ?? ""), filed.study.at ?? ""]
            return (place + points + values + saved).map(cell).joined(separator: ",") + "\r\n"
        }.joined()
    }

    private static func number(_ value: Double?) -> String { value.map { CanonicalJSON.text(of: $0) } ?? "" }

    /// A spreadsheet takes what begins like a formula for one, and runs it. An apostrophe before it says that it is
    /// text; where a text begins with one itself, it gets another, so that a reader takes exactly one away.
    static func text(_ value: String) -> String {
        let first = value.unicodeScalars.first { !$0.properties.isWhitespace || "\t\r\n".unicodeScalars.contains($0) }
        guard let first, "=+-@\t\r\n'＝＋－＠".unicodeScalars.contains(first) else { return value }
        return "'" + value
    }

    static func cell(_ value: String) -> String {
        let needsQuotes = value.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        guard needsQuotes || value.first == " " || value.last == " " else { return value }
        return "\"" + value.replacing("\"", with: "\"\"") + "\""
    }
}
