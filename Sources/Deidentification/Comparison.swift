public import DICOM

/// An object before and after de-identification, attribute by attribute, for a person who tries a profile.
///
/// It shows what identifies the patient, on purpose: only to who has the original in hand, and never stored.
public struct Comparison: Sendable {
    /// What became of an attribute.
    public enum Change: String, Sendable, Codable, Hashable {
        case kept, changed, removed, added
    }

    /// An attribute of either object.
    public struct Row: Sendable, Codable, Hashable {
        /// Where it stands: "StudyDescription", "(0019,1010)", "ReferencedImageSequence[1].ReferencedSOPInstanceUID".
        public let attribute: String
        public let vr: String
        /// The value as text, cut at 200 characters; bytes as their number. `nil` where there is no such attribute.
        public let before: String?
        public let after: String?
        public let change: Change
    }

    public private(set) var rows: [Row] = []

    /// Longest value that is shown, in characters.
    public static let longestText = 200
    /// Most rows; more are left out.
    public static let maximumRows = 5000

    /// Compares two data sets. Elements that were only taken over are rows too, of change `kept`.
    public init(before: DataSet, after: DataSet) { compare(before, after, path: "") }

    /// Whether rows were left out.
    public var isCut: Bool { rows.count >= Self.maximumRows }

    private mutating func compare(_ before: DataSet?, _ after: DataSet?, path: String) {
        let tags = Set((before?.elements ?? []).map(\.tag) + (after?.elements ?? []).map(\.tag))
        for tag in tags.sorted() where rows.count < Self.maximumRows {
            let old = before?[tag]
            let new = after?[tag]
            let name = path + (DataDictionary.entry(for: tag)?.keyword ?? tag.description)
            add(name, old.flatMap { Shown($0, in: before) }, new.flatMap { Shown($0, in: after) })
            let items = (old?.items ?? [], new?.items ?? [])
            for index in 0..<max(items.0.count, items.1.count) {
                compare(
                    index < items.0.count ? items.0[index].dataSet : nil,
                    index < items.1.count ? items.1[index].dataSet : nil, path: "\(name)[\(index + 1)].")
            }
        }
    }

    private mutating func add(_ name: String, _ old: Shown?, _ new: Shown?) {
        let change: Change =
            switch (old, new) {
            case (.some, nil): .removed
            case (nil, _): .added
            case (.some(let old), .some(let new)): old.isSame(new) ? .kept : .changed
            }
        rows.append(
            Row(attribute: name, vr: (new ?? old)?.vr ?? "", before: old?.text, after: new?.text, change: change))
    }

    /// An element as it is shown and compared.
    private struct Shown {
        let vr: String
        let text: String
        private let element: DataElement

        init(_ element: DataElement, in dataSet: DataSet?) {
            self.element = element
            vr = element.vr.rawValue
            switch element.value {
            case .sequence(let items): text = "\(items.count) \(items.count == 1 ? "item" : "items")"
            case .fragments(let fragments): text = "\(fragments.count) bytes"
            case .raw(let raw):
                let set = element.vr.usesSpecificCharacterSet ? dataSet?.characterSet ?? .default : .default
                let values = element.strings(in: set)
                text = values.isEmpty && raw.count > 0 ? "\(raw.count) bytes" : Self.cut(values.joined(separator: "\\"))
            }
        }

        func isSame(_ other: Shown) -> Bool {
            if element.items != nil || other.element.items != nil { return text == other.text }
            return element.vr == other.element.vr && element.count == other.element.count && text == other.text
                && element.bytes == other.element.bytes
        }

        private static func cut(_ text: String) -> String {
            text.count <= longestText ? text : "\(text.prefix(longestText))…"
        }
    }
}
