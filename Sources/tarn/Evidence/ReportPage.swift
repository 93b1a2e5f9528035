import Deidentification
import Foundation

/// The report of a batch with what stands above it, as JSON and as a page that needs nothing else.
struct ReportPage: Encodable {
    /// "tarn deidentify", or the project.
    let source: String
    /// The profile: its options, or its versions in the lake.
    let profile: String
    /// ISO 8601, UTC.
    let at: String
    let report: BatchReport

    init(source: String, profile: String, at: Date = Date(), report: BatchReport) {
        self.source = source
        self.profile = profile
        self.at = at.formatted(.iso8601)
        self.report = report
    }

    var html: String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>De-identification report</title>
        <meta name="viewport" content="width=device-width"><style>
        :root { color-scheme: light dark } body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
        padding: 0 1rem } table { border-collapse: collapse; width: 100%; margin: 0 0 2rem } th, td { text-align: left;
        padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8885; vertical-align: top } td.n, th.n { text-align: right;
        font-variant-numeric: tabular-nums } caption { text-align: left; font-weight: 600; padding: .5rem 0 }
        </style></head><body><main>
        <h1>De-identification report</h1>
        <p>\(Self.escaped(source)), \(Self.escaped(at)). \(Self.escaped(profile)) \
        It holds numbers, names of attributes and reasons: no values, no names of files.</p>
        \(table("Files", ["Verdict"], report.verdicts.sorted { $0.key < $1.key }.map { ([$0.key], $0.value) }))
        \(table(
            "Why files were not simply accepted", ["Verdict", "Reason"],
            report.reasons.map { ([$0.verdict, $0.reason], $0.count) }))
        \(table(
            "What was done, in \(report.files) files", ["Attribute", "Tag", "Action"],
            report.actions.attributes.sorted { $0.key < $1.key }.map {
                ([$0.key.attribute, $0.key.tag.map { "\($0)" } ?? "", $0.key.action.rawValue], $0.value)
            }))
        </main></body></html>

        """
    }

    private func table(_ caption: String, _ columns: [String], _ rows: [([String], Int)]) -> String {
        guard !rows.isEmpty else { return "" }
        let head = columns.map { "<th scope=\"col\">\($0)</th>" }.joined()
        let body = rows.map { cells, count in
            "<tr>" + cells.map { "<td>\(Self.escaped($0))</td>" }.joined() + "<td class=\"n\">\(count)</td></tr>"
        }
        return """
            <table><caption>\(Self.escaped(caption))</caption>
            <thead><tr>\(head)<th class="n" scope="col">Count</th></tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody></table>
            """
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }
}
