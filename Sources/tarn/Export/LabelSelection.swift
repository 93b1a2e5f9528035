import ArgumentParser

/// A label set that goes along in an export, as the API takes it.
struct LabelSelection: Encodable, Sendable {
    /// ID of the set.
    let set: String
    /// A tag or a version; `nil` for the newest.
    let at: String?

    private struct Sets: Decodable, Sendable {
        struct One: Decodable, Sendable {
            let id: String
            let name: String
        }
        let labelSets: [One]
    }

    /// Finds label sets of a project by what a person wrote: a name or an ID, and `@` with a tag or version behind it.
    static func find(_ texts: [String], project: String, _ client: Client) async throws -> [LabelSelection] {
        let path = "/api/v1/label-sets?project=" + Client.escaped(project)
        let sets = try await client.send("GET", path).decoded(Sets.self).labelSets
        return try texts.map { text in
            func named(_ name: Substring) -> Sets.One? {
                sets.first { $0.id == name } ?? sets.first { $0.name.lowercased() == name.lowercased() }
            }
            // A name may hold an @ itself.
            if let set = named(text[...]) { return LabelSelection(set: set.id, at: nil) }
            guard let mark = text.lastIndex(of: "@"), let set = named(text[..<mark]) else {
                let known = sets.map(\.name).joined(separator: ", ")
                throw ClientError(
                    "there is no such label set in \(project): " + (known.isEmpty ? "it has none" : "it has \(known)"))
            }
            return LabelSelection(set: set.id, at: String(text[text.index(after: mark)...]))
        }
    }
}
