import DICOM
import HTTPTypes
public import Lake

extension AttributeQuery {
    /// Takes the parameters of a QIDO-RS search (PS3.18 §8.3.4 and §10.6): `PatientID=…`, `00100020=…`, `includefield`,
    /// `fuzzymatching`, `limit`, `offset`, and `project`, which is not of the standard: a study belongs to one.
    /// `RequestAttributesSequence.ScheduledProcedureStepID` is not taken.
    /// - Throws: 400 for an unknown attribute, a number that is none, or something that is said twice.
    public mutating func take(_ query: QueryItems) throws(Problem) {
        for item in query.items {
            switch item.name {
            case "limit": limit = try Self.number(item)
            case "offset": offset = try Self.number(item)
            case "fuzzymatching": isFuzzy = item.value == "true"
            case "project": project = item.value
            case "includefield": try include(item.value)
            case "accept", "charset", "emptyvaluematching", "multiplevaluematching": continue
            default:
                guard let tag = Self.tag(item.name[...]) else {
                    throw Problem(
                        .badRequest, "unknown-attribute", "A search parameter is no attribute that is known here.")
                }
                guard matches[tag] == nil else {
                    throw Problem(.badRequest, "repeated-attribute", "An attribute is given twice: \(tag).")
                }
                // Universal matching (PS3.4 §C.2.2.2.3): no constraint.
                if !item.value.isEmpty, item.value != "*" { matches[tag] = item.value }
            }
        }
    }

    /// A keyword or eight hexadecimal digits.
    private static func tag(_ text: Substring) -> Tag? {
        Tag(hexadecimal: text) ?? DataDictionary.tag(for: String(text))
    }

    private mutating func include(_ value: String) throws(Problem) {
        for name in value.split(separator: ",") {
            if name == "all" {
                includesAll = true
                continue
            }
            // One of a sequence asks for the sequence.
            let first = name.prefix { $0 != "." }
            // An attribute nobody knows is not returned; PS3.18 §8.3.4.3 allows to say nothing.
            if let tag = Self.tag(first) { included.append(tag) }
        }
    }

    private static func number(_ item: QueryItems.Item) throws(Problem) -> Int {
        guard let number = Int(item.value), number >= 0 else {
            throw Problem(.badRequest, "bad-number", "\(item.name) is no number from 0.")
        }
        return number
    }
}
