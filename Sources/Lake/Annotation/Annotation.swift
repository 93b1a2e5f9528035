/// One thing that somebody marked in an image.
///
/// Where it is said in coordinates of the image: the sample in column i and row j covers [i, i+1) × [j, j+1).
public struct Annotation: Codable, Hashable, Sendable {
    /// What it is, which decides how many points it has.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// A distance between two points.
        case length
        /// A box along the axes of the image, by two opposite corners.
        case rectangle
        /// The ellipse within such a box.
        case ellipse
        /// One place.
        case point
        /// The image as a whole, without a place in it.
        case image

        /// How many points it has.
        public var pointCount: Int {
            switch self {
            case .length, .rectangle, .ellipse: 2
            case .point: 1
            case .image: 0
            }
        }

        /// Whether it may go without a label.
        var mayBeUnlabelled: Bool { self == .length || self == .image }

        /// Whether there are values within it.
        var hasValues: Bool { self == .rectangle || self == .ellipse || self == .point }
    }

    /// A UUID in lower case, made by whoever drew it; the same through all versions.
    public var id: String
    public var type: Kind
    /// From the project's list; empty for none.
    public var label: String
    public var note: String
    /// SOP Instance UID.
    public var instance: String
    /// From 1.
    public var frame: Int
    /// Columns, then rows, of each point.
    public var points: [[Double]]
    /// What the server measured when it was saved.
    public var measured: AnnotationMeasurement?

    public init(
        id: String, type: Kind, label: String = "", note: String = "", instance: String, frame: Int = 1,
        points: [[Double]] = [], measured: AnnotationMeasurement? = nil
    ) {
        self.id = id
        self.type = type
        self.label = label
        self.note = note
        self.instance = instance
        self.frame = frame
        self.points = points
        self.measured = measured
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        type = try container.decode(Kind.self, forKey: .type)
        label = try container.decodeIfPresent(String.self, forKey: .label) ?? ""
        note = try container.decodeIfPresent(String.self, forKey: .note) ?? ""
        instance = try container.decode(String.self, forKey: .instance)
        frame = try container.decode(Int.self, forKey: .frame)
        points = try container.decodeIfPresent([[Double]].self, forKey: .points) ?? []
        measured = try container.decodeIfPresent(AnnotationMeasurement.self, forKey: .measured)
    }

    /// Where it is: the same place measures the same.
    struct Place: Hashable {
        let type: Kind
        let instance: String
        let frame: Int
        let points: [[Double]]
    }

    var place: Place { Place(type: type, instance: instance, frame: frame, points: points) }

    /// As it stands in a commit. Docs/Formats/labels.md.
    var canonical: CanonicalJSON {
        var members: [(name: String, value: CanonicalJSON)] = [
            ("id", .string(id)), ("type", .string(type.rawValue)), ("label", .string(label)), ("note", .string(note)),
            ("instance", .string(instance)), ("frame", .integer(frame)),
            ("points", .array(points.map { .array($0.map { .number($0) }) })),
        ]
        if let measured { members.append(("measured", measured.canonical)) }
        return .object(members)
    }
}

extension [Annotation] {
    /// As a commit holds them, and what its content digest is of.
    var canonicalText: String { CanonicalJSON.array(map(\.canonical)).text }

    /// How many there are of each label.
    var labelCounts: [String: Int] {
        reduce(into: [:]) { counts, annotation in
            if !annotation.label.isEmpty { counts[annotation.label, default: 0] += 1 }
        }
    }
}
