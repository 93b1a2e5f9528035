public import ByteIO

/// A small CT image in explicit VR little endian, made byte by byte: independent of the writer under test.
public struct SyntheticImage: Sendable {
    public var patientID = "PLANTED-ID-4711"
    public var patientName = "Plantedname^Quirin"
    public var studyDate = "20210304"
    public var issuer = ""
    public var study = "1.2.826.0.1.3680043.10.1111.1"
    public var series = "1.2.826.0.1.3680043.10.1111.1.1"
    public var instance = "1.2.826.0.1.3680043.10.1111.1.1.1"
    public var sopClass = "1.2.840.10008.5.1.4.1.1.2"
    public var modality = "CT"
    public var number = 1
    public var side = 32
    public var seed: UInt8 = 1
    public var bodyPart = "HEAD"
    public var studyDescription = "CT head routine"
    public var seriesDescription = "Axial brain"
    public var imageType = "ORIGINAL\\PRIMARY\\AXIAL"
    public var transferSyntax = "1.2.840.10008.1.2.1"
    public var frames = 1
    /// Manufacturer's Model Name; none where it is empty.
    public var model = ""
    /// Stored values by frame, row and column, from 0; noise without.
    public var picture: (@Sendable (_ frame: Int, _ row: Int, _ column: Int) -> UInt16)?

    public init() {}

    /// What a picture that may show burned-in text looks like: a secondary capture.
    public static func capture(_ instance: String) -> SyntheticImage {
        var image = SyntheticImage()
        image.sopClass = "1.2.840.10008.5.1.4.1.1.7"
        image.modality = "OT"
        image.imageType = "DERIVED\\SECONDARY"
        image.series = "1.2.826.0.1.3680043.10.1111.1.2"
        image.instance = instance
        return image
    }

    /// `count` images of one series.
    public static func series(_ count: Int, study: String, patientID: String = "PLANTED-ID-4711") -> [SyntheticImage] {
        (1...count).map { number in
            var image = SyntheticImage()
            image.patientID = patientID
            image.study = study
            image.series = study + ".1"
            image.instance = study + ".1.\(number)"
            image.number = number
            image.seed = UInt8(truncatingIfNeeded: number)
            return image
        }
    }

    /// A UID that no other test uses.
    public static func uid() -> String { "2.25.\(UInt64.random(in: 1...UInt64.max))" }

    public var bytes: Bytes {
        var meta: [UInt8] = []
        Self.add(&meta, 0x0002, 0x0001, "OB", [0, 1])
        Self.add(&meta, 0x0002, 0x0002, "UI", sopClass)
        Self.add(&meta, 0x0002, 0x0003, "UI", instance)
        Self.add(&meta, 0x0002, 0x0010, "UI", transferSyntax)
        Self.add(&meta, 0x0002, 0x0012, "UI", "1.2.826.0.1.3680043.10.1111")
        var file = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        Self.add(&file, 0x0002, 0x0000, "UL", Self.little(UInt32(meta.count)))
        return Bytes(file + meta + dataSet)
    }

    private var dataSet: [UInt8] {
        var out: [UInt8] = []
        Self.add(&out, 0x0008, 0x0005, "CS", "ISO_IR 100")
        Self.add(&out, 0x0008, 0x0008, "CS", imageType)
        Self.add(&out, 0x0008, 0x0016, "UI", sopClass)
        Self.add(&out, 0x0008, 0x0018, "UI", instance)
        Self.add(&out, 0x0008, 0x0020, "DA", studyDate)
        Self.add(&out, 0x0008, 0x0030, "TM", "101112")
        Self.add(&out, 0x0008, 0x0050, "SH", "PLANTED-ACC-9")
        Self.add(&out, 0x0008, 0x0060, "CS", modality)
        Self.add(&out, 0x0008, 0x0070, "LO", "Philips")
        Self.add(&out, 0x0008, 0x0080, "LO", "Plantedhospital")
        Self.add(&out, 0x0008, 0x0090, "PN", "Plantedreferrer^Odo")
        Self.add(&out, 0x0008, 0x1030, "LO", studyDescription)
        Self.add(&out, 0x0008, 0x103E, "LO", seriesDescription)
        if !model.isEmpty { Self.add(&out, 0x0008, 0x1090, "LO", model) }
        Self.add(&out, 0x0010, 0x0010, "PN", patientName)
        Self.add(&out, 0x0010, 0x0020, "LO", patientID)
        if !issuer.isEmpty { Self.add(&out, 0x0010, 0x0021, "LO", issuer) }
        Self.add(&out, 0x0010, 0x0030, "DA", "19511123")
        Self.add(&out, 0x0010, 0x0040, "CS", "F")
        Self.add(&out, 0x0010, 0x1010, "AS", "069Y")
        Self.add(&out, 0x0018, 0x0015, "CS", bodyPart)
        Self.add(&out, 0x0020, 0x000D, "UI", study)
        Self.add(&out, 0x0020, 0x000E, "UI", series)
        Self.add(&out, 0x0020, 0x0010, "SH", "PLANTEDSTUDY")
        Self.add(&out, 0x0020, 0x0011, "IS", "3")
        Self.add(&out, 0x0020, 0x0013, "IS", "\(number)")
        Self.add(&out, 0x0028, 0x0002, "US", Self.little(UInt16(1)))
        Self.add(&out, 0x0028, 0x0004, "CS", "MONOCHROME2")
        if frames != 1 { Self.add(&out, 0x0028, 0x0008, "IS", "\(frames)") }
        Self.add(&out, 0x0028, 0x0010, "US", Self.little(UInt16(side)))
        Self.add(&out, 0x0028, 0x0011, "US", Self.little(UInt16(side)))
        Self.add(&out, 0x0028, 0x0100, "US", Self.little(UInt16(16)))
        Self.add(&out, 0x0028, 0x0101, "US", Self.little(UInt16(12)))
        Self.add(&out, 0x0028, 0x0102, "US", Self.little(UInt16(11)))
        Self.add(&out, 0x0028, 0x0103, "US", Self.little(UInt16(0)))
        Self.add(&out, 0x7FE0, 0x0010, "OW", pixels)
        return out
    }

    private var pixels: [UInt8] {
        if let picture {
            return (0..<frames).flatMap { frame in
                (0..<(side * side)).flatMap { Self.little(picture(frame, $0 / side, $0 % side)) }
            }
        }
        var state = UInt32(seed) &* 2_654_435_761 | 1
        return (0..<(side * side * frames)).flatMap { _ -> [UInt8] in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Self.little(UInt16(truncatingIfNeeded: state >> 20) & 0x0FFF)
        }
    }

    private static func little<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func add(_ out: inout [UInt8], _ group: UInt16, _ element: UInt16, _ vr: String, _ text: String) {
        var value = Array(text.utf8)
        if !value.count.isMultiple(of: 2) { value.append(vr == "UI" ? 0 : 0x20) }
        add(&out, group, element, vr, value)
    }

    private static func add(_ out: inout [UInt8], _ group: UInt16, _ element: UInt16, _ vr: String, _ value: [UInt8]) {
        out += little(group) + little(element) + Array(vr.utf8)
        if ["OB", "OW", "SQ", "UN", "UT"].contains(vr) {
            out += [0, 0] + little(UInt32(value.count))
        } else {
            out += little(UInt16(value.count))
        }
        out += value
    }
}
