import DICOM
import DICOMImaging
import Foundation
import Testing

/// Places by hand from the formula of PS3.3 C.7.6.2.1.1.
@Suite struct GeometryTests {
    private static func plane(
        _ position: [Double], _ orientation: [Double], _ spacing: (rows: Double, columns: Double)
    ) throws -> ImagePlane {
        let directions = try #require(ImageOrientation(orientation))
        let distances = try #require(PixelSpacing(rows: spacing.rows, columns: spacing.columns, source: .patient))
        return try #require(
            ImagePlane(
                position: SIMD3(position[0], position[1], position[2]), orientation: directions, spacing: distances))
    }

    private static func distance(_ one: SIMD3<Double>, _ other: [Double]) -> Double {
        let difference = one - SIMD3(other[0], other[1], other[2])
        return (difference * difference).sum().squareRoot()
    }

    @Test func `columns go along the first direction at the second distance`() throws {
        // 2 mm between rows, 1 mm between columns: three columns on, and two rows down.
        let plane = try Self.plane([10, 20, 30], [1, 0, 0, 0, 1, 0], (2, 1))
        #expect(plane.patientPoint(.init(column: 0, row: 0)) == SIMD3(10, 20, 30))
        #expect(plane.patientPoint(.init(column: 3, row: 2)) == SIMD3(13, 24, 30))
        #expect(plane.patientPoint(.init(column: 3, row: 2, distance: 5)) == SIMD3(13, 24, 35))
        #expect(plane.affine() == [[1, 0, 0, 10], [0, 2, 0, 20], [0, 0, 0, 30], [0, 0, 0, 1]])
    }

    @Test func `a coronal image's rows go to the left and its columns to the feet`() throws {
        let plane = try Self.plane([-100, 7, 50], [1, 0, 0, 0, 0, -1], (0.5, 0.25))
        #expect(plane.patientPoint(.init(column: 4, row: 10)) == SIMD3(-99, 7, 45))
        // (1,0,0) × (0,0,−1) = (0,1,0): seen from the front, away from the viewer is to the back.
        #expect(plane.orientation.normal == SIMD3(0, 1, 0))
        #expect(plane.orientation.plane == .coronal)
    }

    @Test func `an oblique image, by hand`() throws {
        let s = 0.5.squareRoot()
        let plane = try Self.plane([5, -7, 11], [s, s, 0, 0, 0, -1], (0.7, 0.9))
        // 5 + s·0.9·10, −7 + s·0.9·10, 11 − 0.7·20
        #expect(
            Self.distance(plane.patientPoint(.init(column: 10, row: 20)), [5 + 9 * s, -7 + 9 * s, -3]) < 1e-12)
        // (s,s,0) × (0,0,−1) = (−s, s, 0)
        #expect(Self.distance(plane.orientation.normal, [-s, s, 0]) < 1e-12)
        #expect(plane.orientation.plane == .oblique)
    }

    @Test func `from the image into the patient and back, also where the directions are rounded`() throws {
        for orientation in [[0.8, 0.6, 0, -0.6, 0.8, 0], [1, 0.0048, 0.0039, -0.0054, 0.985, 0.174]] {
            let plane = try Self.plane([1, 2, 3], orientation, (0.7031, 0.7031))
            let point = ImagePlane.ImagePoint(column: 33.25, row: 71.5, distance: 4)
            let back = plane.imagePoint(plane.patientPoint(point))
            #expect(abs(back.column - 33.25) < 1e-9 && abs(back.row - 71.5) < 1e-9 && abs(back.distance - 4) < 1e-9)
        }
    }

    @Test(arguments: [
        [0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0], [1, 0, 0, 0, 2, 0], [.nan, 0, 0, 0, 1, 0], [.infinity, 0, 0, 0, 1, 0],
        [1e308, 1e308, 0, 0, 1, 0], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1, 0, 0], [], [0.7, 0, 0, 0, 0.7, 0],
    ])
    func `directions that are no right angle are refused`(_ values: [Double]) {
        #expect(ImageOrientation(values) == nil)
    }

    @Test(arguments: [(0.0, 1.0), (-1, 1), (.nan, 1), (1, .infinity), (1e-300, 1), (1, 1e300)])
    func `distances that are none are refused`(_ pair: (Double, Double)) {
        #expect(PixelSpacing(rows: pair.0, columns: pair.1, source: .patient) == nil)
    }

    @Test func `places out of all bounds are refused`() throws {
        let orientation = try #require(ImageOrientation([1, 0, 0, 0, 1, 0]))
        let spacing = try #require(PixelSpacing(rows: 1, columns: 1, source: .patient))
        for place in [Double.nan, .infinity, 1e300, -1e12] {
            #expect(ImagePlane(position: SIMD3(0, 0, place), orientation: orientation, spacing: spacing) == nil)
        }
    }

    @Test func `spacing says where it was measured`() {
        func spacing(_ change: (inout DataSet) -> Void) -> PixelSpacing? {
            var dataSet = DataSet()
            change(&dataSet)
            return PixelSpacing(dataSet)
        }
        let slice = spacing {
            $0.set(.PixelSpacing, .DS, "0.5\\0.25")
            $0.set(.ImagePositionPatient, .DS, "0\\0\\0")
        }
        #expect(slice?.source == .patient && slice?.rows == 0.5 && slice?.columns == 0.25)
        let detector = spacing {
            $0.set(.ImagerPixelSpacing, .DS, "0.1\\0.1")
            $0.set(.EstimatedRadiographicMagnificationFactor, .DS, "1.25")
        }
        #expect(detector?.source == .imager && detector?.magnification == 1.25)
        let same = spacing {
            $0.set(.ImagerPixelSpacing, .DS, "0.1\\0.1")
            $0.set(.PixelSpacing, .DS, "0.1\\0.1")
        }
        #expect(same?.source == .imager, "the same value without a calibration is that of the detector")
        let calibrated = spacing {
            $0.set(.ImagerPixelSpacing, .DS, "0.1\\0.1")
            $0.set(.PixelSpacing, .DS, "0.1\\0.1")
            $0.set(.PixelSpacingCalibrationType, .CS, "FIDUCIAL")
        }
        #expect(calibrated?.source == .calibrated && calibrated?.calibration == .fiducial)
        #expect(spacing { $0.set(.NominalScannedPixelSpacing, .DS, "0.2\\0.2") }?.source == .scanned)
        #expect(spacing { $0.set(.PixelSpacing, .DS, "0\\0.25") } == nil)
        #expect(spacing { _ in } == nil)
    }
}

/// Frames as the different kinds of objects describe them.
@Suite struct FrameGeometryTests {
    @Test func `a frame's own functional groups go before the shared ones`() throws {
        var measures = DataSet()
        measures.set(.PixelSpacing, .DS, "0.5\\0.5")
        measures.set(.SliceThickness, .DS, "3")
        var orientation = DataSet()
        orientation.set(.ImageOrientationPatient, .DS, "1\\0\\0\\0\\1\\0")
        var shared = DataSet()
        shared.set(.PixelMeasuresSequence, items: [measures])
        shared.set(.PlaneOrientationSequence, items: [orientation])
        let frames = [0.0, 3, 6].enumerated().map { index, z in
            var position = DataSet()
            position.set(.ImagePositionPatient, .DS, doubles: [1, 2, z])
            var content = DataSet()
            content.set(.TemporalPositionIndex, .UL, ints: [index + 1])
            var frame = DataSet()
            frame.set(.PlanePositionSequence, items: [position])
            frame.set(.FrameContentSequence, items: [content])
            return frame
        }
        var dataSet = DataSet()
        dataSet.set(.NumberOfFrames, .IS, ints: [3])
        dataSet.set(.Rows, .US, ints: [4])
        dataSet.set(.Columns, .US, ints: [5])
        dataSet.set(.SharedFunctionalGroupsSequence, items: [shared])
        dataSet.set(.PerFrameFunctionalGroupsSequence, items: frames)
        let reader = FrameGeometry.Reader(dataSet)
        let second = reader.frame(2)
        #expect(second.position == SIMD3(1, 2, 3) && second.sliceThickness == 3)
        #expect(second.rows == 4 && second.columns == 5 && second.plane?.spacing.source == .patient)
        #expect(second.dimensions[.temporalPosition] == .number(2))
        #expect(reader.frame(0).position == nil && reader.frame(4).position == nil && reader.frame(-1).position == nil)
        let series = SeriesGeometry([3, 1, 2].map { reader.frame($0) })
        #expect(series.order == [1, 2, 0])
        #expect(series.volume?.affine == [[0.5, 0, 0, 1], [0, 0.5, 0, 2], [0, 0, 3, 0], [0, 0, 0, 1]])
    }

    /// PS3.3 C.8.8.3.2: offsets from the first plane, or coordinates.
    @Test func `the planes of a dose lie at their offsets`() {
        func heights(_ offsets: [Double], orientation: String, z: Double) -> [SIMD3<Double>?] {
            var dataSet = DataSet()
            dataSet.set(.ImagePositionPatient, .DS, doubles: [1, 2, z])
            dataSet.set(.ImageOrientationPatient, .DS, strings: orientation.split(separator: " ").map(String.init))
            dataSet.set(.GridFrameOffsetVector, .DS, doubles: offsets)
            dataSet.set(.NumberOfFrames, .IS, ints: [offsets.count])
            let reader = FrameGeometry.Reader(dataSet)
            return (1...offsets.count).map { reader.frame($0).position }
        }
        #expect(
            heights([0, 2, 5], orientation: "1 0 0 0 1 0", z: 30) == [
                SIMD3(1, 2, 30), SIMD3(1, 2, 32), SIMD3(1, 2, 35),
            ])
        #expect(
            heights([30, 28, 26], orientation: "1 0 0 0 1 0", z: 30) == [
                SIMD3(1, 2, 30), SIMD3(1, 2, 28), SIMD3(1, 2, 26),
            ])
        // Rows to the left, columns to the front: the normal is −z, but coordinates are coordinates.
        #expect(
            heights([30, 28], orientation: "1 0 0 0 -1 0", z: 30) == [SIMD3(1, 2, 30), SIMD3(1, 2, 28)])
        #expect(heights([0, 2], orientation: "1 0 0 0 -1 0", z: 30) == [SIMD3(1, 2, 30), SIMD3(1, 2, 28)])
        // Sagittal: (0,1,0) × (0,0,−1) = (−1,0,0).
        #expect(heights([0, 2], orientation: "0 1 0 0 0 -1", z: 30) == [SIMD3(1, 2, 30), SIMD3(-1, 2, 30)])
    }

    /// PS3.3 C.8.4.15: the sign of Spacing Between Slices is the way along the normal.
    @Test func `slices of a reconstructed NM image are stacked from the detector's position`() {
        var detector = DataSet()
        detector.set(.ImagePositionPatient, .DS, "-10\\-20\\100")
        detector.set(.ImageOrientationPatient, .DS, "1\\0\\0\\0\\1\\0")
        var dataSet = DataSet()
        dataSet.set(.DetectorInformationSequence, items: [detector])
        dataSet.set(.SliceVector, .US, ints: [1, 2, 3, 1, 2, 3])
        dataSet.set(.PhaseVector, .US, ints: [1, 1, 1, 2, 2, 2])
        dataSet.set(.SpacingBetweenSlices, .DS, "-4.5")
        dataSet.set(.PixelSpacing, .DS, "4.5\\4.5")
        dataSet.set(.NumberOfFrames, .IS, ints: [6])
        let reader = FrameGeometry.Reader(dataSet)
        #expect(reader.frame(3).position == SIMD3(-10, -20, 91) && reader.frame(4).position == SIMD3(-10, -20, 100))
        let series = SeriesGeometry((1...6).map { reader.frame($0) })
        #expect(series.stacks.map(\.separatedBy) == [[.phase]])
        #expect(series.stacks.first?.volumes.map(\.frames) == [[2, 1, 0], [5, 4, 3]])
        #expect(series.stacks.first?.volumes.first?.sliceSpacing?.value == 4.5)
    }

    @Test func `numbers that are none give no place`() {
        for text in ["NaN\\0\\0", "1e400\\0\\0", "0\\0", "a\\b\\c", ""] {
            var dataSet = DataSet()
            dataSet.set(.ImagePositionPatient, .DS, strings: text.split(separator: "\\").map(String.init))
            dataSet.set(.ImageOrientationPatient, .DS, "0\\0\\0\\0\\0\\0")
            dataSet.set(.PixelSpacing, .DS, "-1\\0")
            let frame = FrameGeometry.Reader(dataSet).frame(1)
            #expect(frame.position == nil && frame.orientation == nil && frame.plane == nil)
            #expect(SeriesGeometry([frame]).unplaced == [0])
        }
    }
}
