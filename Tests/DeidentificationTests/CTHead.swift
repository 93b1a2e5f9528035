import ByteIO
import DICOM
import Foundation

/// A head in a CT scanner, made of ellipsoids: skin, skull, brain, orbits, a nose with air behind it, a jaw. What is
/// brain is known of each voxel, which no real scan says. Coordinates in mm (LPS), the middle of the brain at 0.
struct CTHead {
    var side = 128
    /// mm.
    var pixel = 2.0
    var spacing = 3.0
    var top = 92.0
    var slices = 72
    var hasBrain = true
    /// Of skull and skin around the cerebrum, in mm: a small child has a third of an adult's.
    var covering = 13.0

    func z(_ slice: Int) -> Double { top - Double(slice) * spacing }
    func place(_ index: Int) -> Double { (Double(index) - Double(side - 1) / 2) * pixel }

    private static func isIn(_ p: SIMD3<Double>, _ center: SIMD3<Double>, _ radii: SIMD3<Double>) -> Bool {
        let d = (p - center) / radii
        return (d * d).sum() <= 1
    }

    static func isBrain(_ p: SIMD3<Double>) -> Bool {
        // Cerebrum, which is flat above the orbits; temporal lobes; cerebellum and stem.
        (isIn(p, [0, 0, 0], [64, 82, 66]) && p.z > -24) || isIn(p, [32, -20, -28], [19, 28, 20])
            || isIn(p, [-32, -20, -28], [19, 28, 20]) || isIn(p, [0, 44, -40], [46, 34, 28])
            || isIn(p, [0, 18, -60], [11, 11, 36])
    }

    private func isSkull(_ p: SIMD3<Double>) -> Bool {
        let bone = covering * 7 / 13
        return (Self.isIn(p, [0, 0, 0], [64, 82, 66] + bone) && p.z > -24 - bone)
            || Self.isIn(p, [0, 20, -34], [66, 66, 42])
            || (Self.isIn(p, [0, -40, -90], [42, 48, 18]) && !Self.isIn(p, [0, -30, -90], [32, 44, 30]))
    }

    func isHead(_ p: SIMD3<Double>) -> Bool {
        Self.isIn(p, [0, 0, 0], [64, 82, 66] + covering) || Self.isIn(p, [0, -12, -60], [55, 67, 53] + covering)
            || Self.isIn(p, [0, 30, -120], [52, 56, 90]) || Self.isIn(p, [0, -81 - covering, -56], [15, 22, 22])
    }

    /// In Hounsfield units.
    func value(_ p: SIMD3<Double>) -> Int {
        guard isHead(p) else { return -1000 }
        if Self.isBrain(p) { return hasBrain ? 35 : -1000 }
        if Self.isIn(p, [0, -70, -58], [10, 22, 22]) { return -1000 }
        for side in [-31.0, 31] where Self.isIn(p, [side, -76, -40], [13, 13, 13]) { return 12 }
        if isSkull(p) { return 900 }
        return 45
    }

    func files(_ change: (inout DataSet, Int) -> Void = { _, _ in }) -> [DICOMFile] {
        (0..<slices).map { slice in
            var root = Samples.ct()
            root.set(.SOPInstanceUID, .UI, "1.2.3.4.\(slice + 1)")
            root.set(.FrameOfReferenceUID, .UI, "1.2.3.5")
            root.set(.BodyPartExamined, .CS, "HEAD")
            root.set(.StudyDescription, .LO, "CT head")
            root.set(.InstanceNumber, .IS, ints: [slice + 1])
            root.set(.ImagePositionPatient, .DS, doubles: [place(0), place(0), z(slice)])
            root.set(.ImageOrientationPatient, .DS, "1", "0", "0", "0", "1", "0")
            root.set(.PixelSpacing, .DS, doubles: [pixel, pixel])
            root.set(.SliceThickness, .DS, doubles: [spacing])
            root.set(.RescaleSlope, .DS, "1")
            root.set(.RescaleIntercept, .DS, "-1024")
            root.set(.Rows, .US, ints: [side])
            root.set(.Columns, .US, ints: [side])
            var samples: [UInt8] = []
            for row in 0..<side {
                for column in 0..<side {
                    let stored = value([place(column), place(row), z(slice)]) + 1024
                    samples += [UInt8(truncatingIfNeeded: stored), UInt8(truncatingIfNeeded: stored >> 8)]
                }
            }
            root.set(.PixelData, .OW, bytes: Bytes(samples))
            change(&root, slice)
            return DICOMFile(meta: DataSet(), dataSet: root)
        }
    }
}
