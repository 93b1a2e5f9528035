/// What is other in one state of a study's annotations than in another.
public struct AnnotationChanges: Codable, Hashable, Sendable {
    /// What of an annotation is other.
    public enum Part: String, Codable, Sendable {
        /// Type, image or points.
        case geometry
        case label
        case note
    }

    /// One annotation; as it is now, or as it was last.
    public struct Entry: Codable, Hashable, Sendable {
        public let id: String
        public let type: Annotation.Kind
        public let label: String
        /// Of one that was changed.
        public var what: [Part]?

        init(_ annotation: Annotation, what: [Part]? = nil) {
            id = annotation.id
            type = annotation.type
            label = annotation.label
            self.what = what
        }
    }

    public let added: [Entry]
    public let changed: [Entry]
    public let removed: [Entry]

    init(from old: [Annotation], to new: [Annotation]) {
        let before = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Set(new.map(\.id))
        added = new.filter { before[$0.id] == nil }.map { Entry($0) }
        changed = new.compactMap { annotation in
            guard let was = before[annotation.id] else { return nil }
            var what: [Part] = []
            if was.place != annotation.place { what.append(.geometry) }
            if !Self.isSame(was.label, annotation.label) { what.append(.label) }
            if !Self.isSame(was.note, annotation.note) { what.append(.note) }
            return what.isEmpty ? nil : Entry(annotation, what: what)
        }
        removed = old.filter { !after.contains($0.id) }.map { Entry($0) }
    }

    /// By their bytes: two spellings of one letter are a change, however alike they look.
    private static func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
