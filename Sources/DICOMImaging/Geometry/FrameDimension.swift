/// What may tell frames apart that lie at the same place: each of its values makes a volume of its own.
public enum FrameDimension: String, Sendable, Hashable, Codable, CaseIterable {
    // In the order in which they are preferred where several tell the same frames apart.
    case segment
    case temporalPosition
    case echo
    case diffusion
    case diffusionDirection
    case cardiacPhase
    case energyWindow
    case detector
    case phase
    case rotation
    case interval
    case timeSlot
    case angularView
    case frameType
    case reconstruction
    case energy
    case acquisition
    case time
    case frame
}

/// What a frame says in one dimension.
public enum DimensionValue: Sendable, Hashable, Comparable {
    case number(Double)
    case text(String)

    public static func < (left: DimensionValue, right: DimensionValue) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}
