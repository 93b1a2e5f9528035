public import Foundation

/// A profile as people write it: a JSON file, checked as a whole before anything is done with it.
///
/// The format is `Docs/Formats/profile.md`.
public struct ProfileDocument: Sendable {
    /// Something that keeps a document from being used.
    public struct Problem: Sendable, Hashable, Codable, CustomStringConvertible {
        /// Where: "rules[2].action"; empty for the document as a whole.
        public let place: String
        /// What is wrong, and what to do.
        public let reason: String

        public var description: String { place.isEmpty ? reason : "\(place): \(reason)" }
    }

    /// The profile; `nil` where there are problems.
    public let profile: Profile?
    public private(set) var problems: [Problem] = []

    /// What the first key of a document says.
    public static let format = "tarn-profile/1"
    /// Longest document, in bytes.
    public static let maximumBytes = 256 << 10

    /// Reads and checks a document. Every problem is found, not only the first.
    public init(_ data: Data) {
        var reader = Reader()
        profile = reader.profile(data)
        problems = reader.problems
    }

    /// The profile of a document.
    /// - Throws: `invalidProfile`, with every problem on a line of its own.
    public static func profile(_ data: Data) throws(DeidentificationError) -> Profile {
        let document = ProfileDocument(data)
        guard let profile = document.profile else {
            throw DeidentificationError(
                .invalidProfile, document.problems.map(\.description).joined(separator: "\n"))
        }
        return profile
    }

    /// `profile` as a document, in a form that compares line by line.
    public static func data(_ profile: Profile) -> Data {
        struct Written: Encodable {
            let format = ProfileDocument.format
            let options: [Profile.Option]
            let agesOver89: String
            let rules: [ProfileRule]
            let words: Words?
            let languages: [String]?
            let surrogates: TextRules.Surrogates?
        }
        struct Words: Encodable {
            let keep: [String]
            let replace: [String]
            let names: [String]?
            let places: [String]?
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let texts = profile.texts
        let hasWords = [texts.keep, texts.replace, texts.names, texts.places].contains { !$0.isEmpty }
        let words = Words(
            keep: texts.keep, replace: texts.replace, names: texts.names.isEmpty ? nil : texts.names,
            places: texts.places.isEmpty ? nil : texts.places)
        let written = Written(
            options: profile.options.sorted(), agesOver89: profile.groupsHighAges ? "group" : "keep",
            rules: profile.rules,
            words: hasWords ? words : nil,
            languages: texts.languages.isEmpty ? nil : texts.languages,
            surrogates: texts.surrogates == .none ? nil : texts.surrogates)
        return ((try? encoder.encode(written)) ?? Data()) + Data("\n".utf8)
    }
}

/// Walks through a document and collects what is wrong with it.
private struct Reader {
    var problems: [ProfileDocument.Problem] = []

    mutating func add(_ place: String, _ reason: String) {
        problems.append(ProfileDocument.Problem(place: place, reason: reason))
    }

    mutating func profile(_ data: Data) -> Profile? {
        guard data.count <= ProfileDocument.maximumBytes else {
            add("", "the document has more than \(ProfileDocument.maximumBytes >> 10) KB")
            return nil
        }
        guard let object = try? JSONSerialization.jsonObject(with: data), let root = object as? [String: Any] else {
            add("", "this is no JSON object: look for a missing comma, quote or bracket")
            return nil
        }
        checkKeys(of: root, known: Self.keys, at: "")
        if root["format"] as? String != ProfileDocument.format {
            add("format", "write \"\(ProfileDocument.format)\"")
        }
        let options = options(root["options"])
        let groupsHighAges = groupsHighAges(root["agesOver89"])
        let rules = rules(root["rules"])
        let texts = texts(root)
        guard problems.isEmpty else { return nil }
        do {
            return try Profile(options: options, groupsHighAges: groupsHighAges, rules: rules, texts: texts)
        } catch {
            add("", error.reason)
            return nil
        }
    }

    private static let keys = ["format", "options", "agesOver89", "rules", "words", "languages", "surrogates"]

    // MARK: Texts

    private mutating func texts(_ root: [String: Any]) -> TextRules {
        var lists: [String: [String]] = [:]
        if let value = root["words"] {
            if let words = value as? [String: Any] {
                let keys = ["keep", "replace", "names", "places"]
                checkKeys(of: words, known: keys, at: "words")
                for key in keys { lists[key] = list(words[key], at: "words.\(key)") }
            } else {
                add("words", "write {\"keep\": [\"…\"], \"replace\": [\"…\"], \"names\": […], \"places\": […]}")
            }
        }
        let languages = list(root["languages"], at: "languages")
        var surrogates = TextRules.Surrogates.none
        if let value = root["surrogates"] {
            if let known = (value as? String).flatMap(TextRules.Surrogates.init(rawValue:)) {
                surrogates = known
            } else {
                let known = TextRules.Surrogates.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
                add("surrogates", "write one of \(known)")
            }
        }
        func words(_ key: String) -> [String] { lists[key] ?? [] }
        let (keep, replace, names, places) = (words("keep"), words("replace"), words("names"), words("places"))
        let found = TextRules.problems(keep: keep, replace: replace, names: names, places: places, languages: languages)
        problems += found
        guard found.isEmpty else { return .none }
        let rules = try? TextRules(
            keep: keep, replace: replace, names: names, places: places, languages: languages, surrogates: surrogates)
        return rules ?? .none
    }

    /// A list of texts; none where there is none.
    private mutating func list(_ value: Any?, at place: String) -> [String] {
        guard let value else { return [] }
        guard let entries = value as? [Any] else {
            add(place, "write a list of texts: [\"…\"]")
            return []
        }
        var texts: [String] = []
        for (index, entry) in entries.enumerated() {
            if let text = entry as? String { texts.append(text) } else { add("\(place)[\(index)]", "write a text") }
        }
        return texts
    }

    private mutating func checkKeys(of object: [String: Any], known: [String], at place: String) {
        for key in object.keys.sorted() where !known.contains(key) {
            // The key is not repeated: what stands in a wrong place may be anything.
            add(place, "there is an unknown key; known are \(known.joined(separator: ", "))")
            return
        }
    }

    private mutating func options(_ value: Any?) -> Set<Profile.Option> {
        guard let value else { return [] }
        guard let names = value as? [Any] else {
            add("options", "write a list: [\"clean_descriptors\"]")
            return []
        }
        var options: Set<Profile.Option> = []
        for (index, name) in names.enumerated() {
            guard let option = (name as? String).flatMap(Profile.Option.init(rawValue:)) else {
                let known = Profile.Option.allCases.map(\.rawValue).joined(separator: ", ")
                add("options[\(index)]", "there is no such option; known are \(known)")
                continue
            }
            options.insert(option)
        }
        return options
    }

    private mutating func groupsHighAges(_ value: Any?) -> Bool {
        switch value as? String {
        case "group": return true
        case "keep": return false
        default:
            if value != nil { add("agesOver89", "write \"group\" or \"keep\"") }
            return false
        }
    }

    private mutating func rules(_ value: Any?) -> [ProfileRule] {
        guard let value else { return [] }
        guard let list = value as? [Any], list.count <= Profile.maximumRules else {
            add("rules", "write a list of at most \(Profile.maximumRules) rules")
            return []
        }
        var rules: [ProfileRule] = []
        var seen: [String: Int] = [:]
        for (index, entry) in list.enumerated() {
            guard let rule = rule(entry, at: "rules[\(index)]") else { continue }
            if let other = seen.updateValue(index, forKey: "\(rule.attribute) \(rule.creator ?? "")") {
                add("rules[\(index)]", "rules[\(other)] is for the same attribute")
            }
            rules.append(rule)
        }
        return rules
    }

    private mutating func rule(_ entry: Any, at place: String) -> ProfileRule? {
        guard let object = entry as? [String: Any] else {
            add(place, "write {\"attribute\": …, \"action\": …}")
            return nil
        }
        let before = problems.count
        checkKeys(of: object, known: ["attribute", "creator", "action", "value", "pattern", "note"], at: place)
        var texts: [String: String] = [:]
        for (key, value) in object {
            if let text = value as? String { texts[key] = text } else { add("\(place).\(key)", "write a text") }
        }
        for key in ["attribute", "action"] where object[key] == nil { add(place, "\"\(key)\" is missing") }
        guard problems.count == before, let attribute = texts["attribute"], let action = texts["action"] else {
            return nil
        }
        do {
            return try ProfileRuleFields(
                attribute: attribute, creator: texts["creator"], action: action, value: texts["value"],
                pattern: texts["pattern"]
            ).rule()
        } catch {
            add(place, error.reason)
            return nil
        }
    }
}
