/// What is taken out of an object and what stays: the Basic Application Level Confidentiality Profile of PS3.15
/// Annex E, with some of its options, and with a project's own rules before them.
public struct Profile: Sendable, Hashable, Codable {
    /// The options of PS3.15 Annex E, named as the columns of Table E.1-1 in the facts table; the first two have none.
    public enum Option: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
        /// E.3.1: text that is burned into the pixels goes, by regions that are known or that a person has drawn. What may
        /// show text and was neither redacted nor looked at is held under every profile.
        case cleanPixelData = "clean_pixel_data"
        /// E.3.2: pixels from which a face could be rebuilt lose it.
        case cleanRecognizableVisualFeatures = "clean_recognizable_visual_features"
        case retainSafePrivate = "retain_safe_private"
        case retainUIDs = "retain_uids"
        case retainDeviceIdentity = "retain_device_identity"
        case retainInstitutionIdentity = "retain_institution_identity"
        case retainPatientCharacteristics = "retain_patient_characteristics"
        case retainLongFullDates = "retain_long_full_dates"
        case retainLongModifiedDates = "retain_long_modified_dates"
        case cleanDescriptors = "clean_descriptors"
        case cleanStructuredContent = "clean_structured_content"
        case cleanGraphics = "clean_graphics"

        public static func < (left: Option, right: Option) -> Bool { left.rawValue < right.rawValue }

        /// Position of the column in the packed table; `nil` for the options that are about pixels and have none.
        var column: Int? {
            switch self {
            case .cleanPixelData, .cleanRecognizableVisualFeatures: nil
            case .retainSafePrivate: 0
            case .retainUIDs: 1
            case .retainDeviceIdentity: 2
            case .retainInstitutionIdentity: 3
            case .retainPatientCharacteristics: 4
            case .retainLongFullDates: 5
            case .retainLongModifiedDates: 6
            case .cleanDescriptors: 7
            case .cleanStructuredContent: 8
            case .cleanGraphics: 9
            }
        }

        /// Code value and meaning of CID 7050.
        public var method: (code: String, meaning: String) {
            switch self {
            case .cleanPixelData: ("113101", "Clean Pixel Data Option")
            case .cleanRecognizableVisualFeatures: ("113102", "Clean Recognizable Visual Features Option")
            case .cleanGraphics: ("113103", "Clean Graphics Option")
            case .cleanStructuredContent: ("113104", "Clean Structured Content Option")
            case .cleanDescriptors: ("113105", "Clean Descriptors Option")
            case .retainLongFullDates: ("113106", "Retain Longitudinal Temporal Information Full Dates Option")
            case .retainLongModifiedDates: ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
            case .retainPatientCharacteristics: ("113108", "Retain Patient Characteristics Option")
            case .retainDeviceIdentity: ("113109", "Retain Device Identity Option")
            case .retainUIDs: ("113110", "Retain UIDs Option")
            case .retainSafePrivate: ("113111", "Retain Safe Private Option")
            case .retainInstitutionIdentity: ("113112", "Retain Institution Identity Option")
            }
        }
    }

    /// The options that are applied to the Basic Profile.
    public let options: Set<Option>

    /// Whether an age over 89 years becomes 90 years: there are so few that old that age and place name one.
    public let groupsHighAges: Bool

    /// The project's own rules, no two for one attribute.
    public let rules: [ProfileRule]

    /// The project's own words, and what stands for what is taken out of texts.
    public let texts: TextRules

    /// Most rules that a profile has.
    public static let maximumRules = 1000

    /// The Basic Profile alone.
    public static let basic = Profile(checked: [], groupsHighAges: false)

    /// What a project has unless it says otherwise: modified dates, clean descriptors, patient characteristics.
    public static let projectDefault = Profile(
        checked: [.retainLongModifiedDates, .cleanDescriptors, .retainPatientCharacteristics], groupsHighAges: true)

    private init(checked options: Set<Option>, groupsHighAges: Bool) {
        self.options = options
        self.groupsHighAges = groupsHighAges
        rules = []
        texts = .none
    }

    /// - Throws: `invalidProfile` when two options contradict each other (PS3.15 E.3.6: full and modified dates), or
    ///   two rules are for one attribute.
    public init(
        options: Set<Option>, groupsHighAges: Bool = false, rules: [ProfileRule] = [], texts: TextRules = .none
    ) throws(DeidentificationError) {
        guard rules.count <= Self.maximumRules else {
            throw DeidentificationError(.invalidProfile, "a profile has at most \(Self.maximumRules) rules")
        }
        guard Set(rules.map { "\($0.attribute) \($0.creator ?? "")" }).count == rules.count else {
            throw DeidentificationError(.invalidProfile, "two rules are for one attribute")
        }
        guard !options.isSuperset(of: [.retainLongFullDates, .retainLongModifiedDates]) else {
            throw DeidentificationError(
                .invalidProfile, "retain_long_full_dates and retain_long_modified_dates exclude each other")
        }
        self.options = options
        self.groupsHighAges = groupsHighAges
        self.rules = rules
        self.texts = texts
    }

    /// Reads the names of options, separated by commas; an unknown name is an error that lists the known ones.
    /// - Throws: `invalidProfile`.
    public init(names: String) throws(DeidentificationError) {
        var options: Set<Option> = []
        for name in names.split(separator: ",") {
            let trimmed = String(name.filter { $0 != " " })
            guard let option = Option(rawValue: trimmed) else {
                let known = Option.allCases.map(\.rawValue).joined(separator: ", ")
                throw DeidentificationError(.invalidProfile, "no such option; known are \(known)")
            }
            options.insert(option)
        }
        try self.init(options: options)
    }

    /// Whether the option is applied.
    public func has(_ option: Option) -> Bool { options.contains(option) }

    /// CID 7050: the Basic Profile and the options that were applied to every attribute, in the order of their codes. The
    /// two about pixels are named only in objects whose pixels were cleaned or looked at: `Outcome.claim`.
    var methods: [(code: String, meaning: String)] {
        [("113100", "Basic Application Confidentiality Profile")]
            + options.filter { $0.column != nil }.map(\.method).sorted { $0.code < $1.code }
    }

    private enum CodingKeys: String, CodingKey { case options, groupsHighAges, rules, texts }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            options: Set(try container.decode([Option].self, forKey: .options)),
            groupsHighAges: try container.decodeIfPresent(Bool.self, forKey: .groupsHighAges) ?? false,
            rules: try container.decodeIfPresent([ProfileRule].self, forKey: .rules) ?? [],
            texts: try container.decodeIfPresent(TextRules.self, forKey: .texts) ?? .none)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(options.sorted(), forKey: .options)
        if groupsHighAges { try container.encode(true, forKey: .groupsHighAges) }
        if !rules.isEmpty { try container.encode(rules, forKey: .rules) }
        if texts != .none { try container.encode(texts, forKey: .texts) }
    }
}
