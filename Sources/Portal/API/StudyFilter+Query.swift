import HTTPTypes
import Lake

/// The filters of a list of studies as texts: in a query, and as `filter` in a body, under the same names.
struct FilterTexts: Decodable {
    var project: String?
    var modality: String?
    var bodyPart: String?
    var from: String?
    var to: String?
    var ageFrom: Text?
    var ageTo: Text?
    var sex: String?
    var description: String?
    var report: String?
    var subject: String?
    var label: String?

    init() {}

    init(_ query: QueryItems) {
        project = query["project"]
        modality = query["modality"]
        bodyPart = query["bodyPart"]
        from = query["from"]
        to = query["to"]
        ageFrom = query["ageFrom"].map(Text.init)
        ageTo = query["ageTo"].map(Text.init)
        sex = query["sex"]
        description = query["description"]
        report = query["report"]
        subject = query["subject"]
        label = query["label"]
    }

    /// A number that may be written as text, as a form does.
    struct Text: Decodable {
        let value: String

        init(_ value: String) { self.value = value }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                value = String(number)
            } else {
                value = try container.decode(String.self)
            }
        }
    }

    /// As the catalogue takes it; what is empty counts as absent.
    /// - Throws: 400 for an age that is no number.
    func filter() throws(Problem) -> StudyFilter {
        var filter = StudyFilter()
        filter.project = Self.given(project)
        filter.modalities = Self.given(modality)?.split(separator: ",").map(String.init)
        filter.bodyPart = Self.given(bodyPart)
        filter.from = Self.given(from)
        filter.to = Self.given(to)
        filter.ageFrom = try Self.number(ageFrom)
        filter.ageTo = try Self.number(ageTo)
        filter.sex = Self.given(sex)
        filter.description = Self.given(description)
        filter.report = Self.given(report)
        filter.subject = Self.given(subject)
        filter.label = Self.given(label)
        return filter
    }

    private static func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    private static func number(_ text: Text?) throws(Problem) -> Int? {
        guard let text = given(text?.value) else { return nil }
        guard let number = Int(text) else { throw Problem(.badRequest, "bad-number", "An age is a whole number.") }
        return number
    }
}

extension QueryItems {
    /// `limit`, where it is given.
    /// - Throws: 400 unless it is a number from 1.
    func limit(_ standard: Int) throws(Problem) -> Int {
        guard let text = self["limit"], !text.isEmpty else { return standard }
        guard let number = Int(text), number > 0 else {
            throw Problem(.badRequest, "bad-number", "limit is a number from 1.")
        }
        return number
    }
}
