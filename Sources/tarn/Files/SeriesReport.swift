import DICOMImaging
import Foundation

/// What `tarn series` says of one series.
struct SeriesReport: Encodable {
    struct Gap: Encodable {
        /// The image before: a file's name, `#` and a frame's number where there are several.
        let after: String
        let missing: Int
    }

    struct VolumeReport: Encodable {
        let slices: Int
        /// In mm, along the normal.
        let sliceSpacing: Double?
        let spacingSource: Volume.SliceSpacing.Source?
        let isEven: Bool
        let isRegular: Bool
        let gaps: [Gap]
        /// In degrees.
        let tilt: Double
        /// From (column, row, slice, 1) to (x, y, z, 1) in mm (LPS).
        let affine: [[Double]]?
        /// Images in their order.
        let images: [String]
    }

    struct StackReport: Encodable {
        let plane: ImageOrientation.Plane
        let rows: Int
        let columns: Int
        /// Of rows, then of columns, in mm.
        let pixelSpacing: [Double]?
        let pixelSpacingSource: PixelSpacing.Source?
        let volumes: [VolumeReport]
        let separatedBy: [String]
        let duplicates: [String]
    }

    let series: String
    let modality: String
    let files: Int
    let frames: Int
    let stacks: [StackReport]
    /// Images without a place in the patient.
    let unplaced: Int

    init(series: String, modality: String, files: Int, _ geometry: SeriesGeometry, _ names: [String]) {
        self.series = series
        self.modality = modality
        self.files = files
        frames = names.count
        stacks = geometry.stacks.map { StackReport($0, names) }
        unplaced = geometry.unplaced.count
    }
}

extension SeriesReport.StackReport {
    init(_ stack: SliceStack, _ names: [String]) {
        plane = stack.orientation.plane
        (rows, columns) = (stack.rows, stack.columns)
        (pixelSpacing, pixelSpacingSource) = (stack.pixelSpacing?.pair, stack.pixelSpacing?.source)
        volumes = stack.volumes.map { SeriesReport.VolumeReport($0, names) }
        separatedBy = stack.separatedBy.map(\.rawValue)
        duplicates = stack.duplicates.map { names[$0] }
    }
}

extension SeriesReport.VolumeReport {
    init(_ volume: Volume, _ names: [String]) {
        slices = volume.frames.count
        (sliceSpacing, spacingSource) = (volume.sliceSpacing?.value, volume.sliceSpacing?.source)
        (isEven, isRegular) = (volume.isEven && volume.isStraight, volume.isRegular)
        gaps = volume.gaps.map { SeriesReport.Gap(after: names[volume.frames[$0.after]], missing: $0.missing) }
        tilt = volume.tilt
        affine = volume.affine
        images = volume.frames.map { names[$0] }
    }
}

// MARK: - For people

extension SeriesReport {
    var text: String {
        var lines = ["\(series)  \(modality)  \(Self.count(files, "file")), \(Self.count(frames, "frame"))"]
        for stack in stacks { lines += stack.lines.map { "  " + $0 } }
        if unplaced > 0 { lines.append("  \(Self.count(unplaced, "frame")) without a place in the patient") }
        return lines.joined(separator: "\n")
    }

    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    static func length(_ value: Double) -> String { String(format: "%.6g", value) }
}

extension SeriesReport.StackReport {
    fileprivate var lines: [String] {
        var head = "\(plane.rawValue), \(columns) × \(rows)"
        if let spacing = pixelSpacing, let source = pixelSpacingSource {
            head += ", pixels of \(spacing.map(SeriesReport.length).joined(separator: " × ")) mm (\(source.rawValue))"
        }
        head += ", \(SeriesReport.count(volumes.count, "volume"))"
        if !separatedBy.isEmpty { head += " by \(separatedBy.joined(separator: " and "))" }
        // Volumes that are alike are said once.
        var kinds: [(line: String, count: Int)] = []
        for volume in volumes {
            for line in volume.lines {
                if let index = kinds.firstIndex(where: { $0.line == line }) {
                    kinds[index].count += 1
                } else if kinds.count < 32 {
                    kinds.append((line, 1))
                }
            }
        }
        let lines = kinds.map { $0.count == 1 ? "  \($0.line)" : "  \($0.count) × \($0.line)" }
        return [head] + lines + duplicates.prefix(8).map { "  duplicate: \($0)" }
    }
}

extension SeriesReport.VolumeReport {
    fileprivate var lines: [String] {
        var line = SeriesReport.count(slices, "slice")
        if let sliceSpacing, slices > 1 {
            line += isEven ? ", \(SeriesReport.length(sliceSpacing)) mm apart" : ", not equally far apart"
        }
        if tilt > 0 { line += ", tilted by \(SeriesReport.length(tilt))°" }
        return [line] + gaps.map { "\(SeriesReport.count($0.missing, "slice")) missing after \($0.after)" }
    }
}
