internal import ByteIO

/// The text of `manifest.json`. Docs/Formats/export.md.
enum ManifestText {
    static let path = "manifest.json"
    static let tail = "]}\n"
    /// Bytes of a line beside its path and the digits of its size, with the comma and line feed behind it.
    static let lineOverhead = 97

    /// - Parameters:
    ///   - labels: JSON of `[ExportLabels]`; not mentioned where it is empty.
    ///   - faces: JSON of `ExportFaces`; empty where none were taken out.
    static func head(export: Int64, project: String, createdAt: String, labels: String, faces: String) -> String {
        // Codes of projects and times need no escapes.
        "{\"format\":\"tarn-export-1\",\"export\":\"\(export)\",\"project\":\"\(project)\",\"createdAt\":\"\(createdAt)\","
            + (faces.isEmpty ? "" : "\"faces\":\(faces),") + (labels == "[]" ? "" : "\"labels\":\(labels),")
            + "\"files\":[\n"
    }

    /// One line with what separates it from the next: a comma, but for the last one.
    static func line(_ entry: ExportEntry, isLast: Bool) -> String {
        "{\"path\":\"\(entry.path)\",\"size\":\(entry.size),\"sha256\":\"\(entry.sha256.hexadecimal)\"}"
            + (isLast ? "\n" : ",\n")
    }
}
