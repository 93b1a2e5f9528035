/// How the frames of a series lie in the patient: stacks of parallel images, sorted by position and not by number.
public struct SeriesGeometry: Sendable, Hashable {
    /// In the order of their first frames.
    public let stacks: [SliceStack]
    /// Frames without a place in the patient, in their order. As everywhere here, a frame is named by its place among
    /// the frames that were given.
    public let unplaced: [Int]
    /// All frames as they are to be shown: stack by stack, each along its normal; at one place volume by volume.
    public let order: [Int]

    /// - Parameter frames: those of one series, in the order of their numbers, which decides where nothing else does.
    public init(_ frames: [FrameGeometry]) {
        var groups = StackGroups()
        for index in frames.indices { groups.add(frames[index], index) }
        stacks = groups.groups.map { SliceStack($0, of: frames) }
        unplaced = groups.unplaced
        // Frames without a place come where the first of them came.
        let parts = stacks.map { (first: $0.frames.min() ?? 0, frames: $0.frames) }
        let others = unplaced.isEmpty ? [] : [(first: unplaced[0], frames: unplaced)]
        order = (parts + others).sorted { $0.first < $1.first }.flatMap(\.frames)
    }

    /// Whether all frames make one volume.
    public var volume: Volume? {
        guard unplaced.isEmpty, stacks.count == 1, stacks[0].volumes.count == 1, stacks[0].duplicates.isEmpty
        else { return nil }
        return stacks[0].volumes[0]
    }
}

/// Frames put together that lie parallel and have pixels of one size.
private struct StackGroups {
    private(set) var groups: [[Int]] = []
    private(set) var unplaced: [Int] = []
    private var models: [FrameGeometry] = []
    private var known: [FrameGeometry: Int] = [:]

    /// With more orientations than this (images around an axis) only equal ones are put together: comparing each with
    /// each would take too long.
    private static let mostCompared = 256
    /// Half a degree: directions are rounded, and differ a little where a scanner wrote them slice by slice.
    private static let cosine = 0.99996

    mutating func add(_ frame: FrameGeometry, _ index: Int) {
        guard let position = frame.position, frame.orientation != nil, ImagePlane.isPlace(position) else {
            return unplaced.append(index)
        }
        let model = Self.model(of: frame)
        if let group = known[model] { return groups[group].append(index) }
        let found = models.prefix(Self.mostCompared).firstIndex { Self.isParallel($0, model) }
        let group = found ?? groups.count
        if found == nil {
            groups.append([])
            models.append(model)
        }
        known[model] = group
        groups[group].append(index)
    }

    /// What frames of a stack have in common.
    private static func model(of frame: FrameGeometry) -> FrameGeometry {
        var model = FrameGeometry()
        (model.rows, model.columns, model.frameOfReference) = (frame.rows, frame.columns, frame.frameOfReference)
        (model.orientation, model.pixelSpacing) = (frame.orientation, frame.pixelSpacing)
        model.dimensions[.segment] = frame.dimensions[.segment]
        return model
    }

    private static func isParallel(_ one: FrameGeometry, _ other: FrameGeometry) -> Bool {
        guard one.rows == other.rows, one.columns == other.columns, one.frameOfReference == other.frameOfReference,
            one.dimensions == other.dimensions, let first = one.orientation, let second = other.orientation
        else { return false }
        guard let spacing = one.pixelSpacing, let otherSpacing = other.pixelSpacing else {
            return one.pixelSpacing == other.pixelSpacing && first.isAlong(second, cosine: cosine)
        }
        return spacing.source == otherSpacing.source
            && (spacing.rows - otherSpacing.rows).magnitude <= 1e-3 * spacing.rows
            && (spacing.columns - otherSpacing.columns).magnitude <= 1e-3 * spacing.columns
            && first.isAlong(second, cosine: cosine)
    }
}
