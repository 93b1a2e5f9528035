import ByteIO
import Foundation
import Lake
import TestMaterial
import Testing

/// A CT image of which everything is known: where its samples lie and what each of them is. Made byte by byte.
struct AnnotationPhantom {
    static let columns = 64
    static let rows = 48
    /// Distance of rows and of columns in mm.
    static let spacing = (row: 0.5, column: 0.25)
    static let position = (x: -10.0, y: 20.0, z: 30.0)

    var study = SyntheticImage.uid()
    var series = SyntheticImage.uid()
    var instance = SyntheticImage.uid()
    var patientID = "PHANTOM-1"
    var modality = "CT"
    /// A JPEG 2000 codestream that is none: nothing decodes it.
    var isCompressed = false
    /// Name of the spacing that the file has.
    var spacing: Spacing? = .pixel
    var isSigned = false
    var frames = 1

    enum Spacing { case pixel, imager }

    /// Value of a sample in HU: air, and in it a checkerboard of 40 and 100 HU in columns 10 … 19, rows 8 … 15.
    static func value(_ column: Int, _ row: Int) -> Int {
        guard (10..<20).contains(column), (8..<16).contains(row) else { return -1000 }
        return (column + row).isMultiple(of: 2) ? 40 : 100
    }

    var bytes: Bytes {
        var meta: [UInt8] = []
        Self.add(&meta, 0x0002_0001, "OB", [0, 1])
        Self.add(&meta, 0x0002_0002, "UI", "1.2.840.10008.5.1.4.1.1.2")
        Self.add(&meta, 0x0002_0003, "UI", instance)
        Self.add(&meta, 0x0002_0010, "UI", isCompressed ? "1.2.840.10008.1.2.4.90" : "1.2.840.10008.1.2.1")
        Self.add(&meta, 0x0002_0012, "UI", "1.2.826.0.1.3680043.10.1111")
        var file = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        Self.add(&file, 0x0002_0000, "UL", Self.little(UInt32(meta.count)))
        return Bytes(file + meta + dataSet)
    }

    private var dataSet: [UInt8] {
        var out: [UInt8] = []
        for (tag, vr, text) in [
            (0x0008_0008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"), (0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.2"),
            (0x0008_0018, "UI", instance), (0x0008_0020, "DA", "20210304"), (0x0008_0030, "TM", "101112"),
            (0x0008_0060, "CS", modality), (0x0010_0010, "PN", "Plantedname^Quirin"), (0x0010_0020, "LO", patientID),
        ] as [(UInt32, String, String)] {
            Self.add(&out, tag, vr, text)
        }
        if spacing == .imager { Self.add(&out, 0x0018_1164, "DS", "0.5\\0.25") }
        Self.add(&out, 0x0020_000D, "UI", study)
        Self.add(&out, 0x0020_000E, "UI", series)
        Self.add(&out, 0x0020_0011, "IS", "1")
        Self.add(&out, 0x0020_0013, "IS", "1")
        if spacing == .pixel {
            Self.add(&out, 0x0020_0032, "DS", "-10\\20\\30")
            Self.add(&out, 0x0020_0037, "DS", "1\\0\\0\\0\\1\\0")
        }
        Self.add(&out, 0x0028_0002, "US", Self.little(UInt16(1)))
        Self.add(&out, 0x0028_0004, "CS", "MONOCHROME2")
        if frames > 1 { Self.add(&out, 0x0028_0008, "IS", String(frames)) }
        Self.add(&out, 0x0028_0010, "US", Self.little(UInt16(Self.rows)))
        Self.add(&out, 0x0028_0011, "US", Self.little(UInt16(Self.columns)))
        if spacing == .pixel { Self.add(&out, 0x0028_0030, "DS", "0.5\\0.25") }
        Self.add(&out, 0x0028_0100, "US", Self.little(UInt16(16)))
        Self.add(&out, 0x0028_0101, "US", Self.little(UInt16(isSigned ? 16 : 12)))
        Self.add(&out, 0x0028_0102, "US", Self.little(UInt16(isSigned ? 15 : 11)))
        Self.add(&out, 0x0028_0103, "US", Self.little(UInt16(isSigned ? 1 : 0)))
        Self.add(&out, 0x0028_1052, "DS", isSigned ? "0" : "-1024")
        Self.add(&out, 0x0028_1053, "DS", isSigned ? "1" : "0.5")
        if isCompressed {
            out += [0xE0, 0x7F, 0x10, 0x00] + Array("OB".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
            out +=
                Self.item(0xE000, []) + Self.item(0xE000, [0xFF, 0x4F, 0xFF, 0x90, 0, 2, 0xFF, 0xD9])
                + Self.item(0xE0DD, [])
        } else {
            Self.add(&out, 0x7FE0_0010, "OW", pixels)
        }
        return out
    }

    /// A slope of ½ where values are not signed: stored values are none of HU.
    private var pixels: [UInt8] {
        (0..<frames).flatMap { _ in
            (0..<Self.rows).flatMap { row in
                (0..<Self.columns).flatMap { column in
                    let value = Self.value(column, row)
                    return Self.little(isSigned ? UInt16(bitPattern: Int16(value)) : UInt16((value + 1024) * 2))
                }
            }
        }
    }

    private static func item(_ element: UInt16, _ content: [UInt8]) -> [UInt8] {
        little(UInt16(0xFFFE)) + little(element) + little(UInt32(content.count)) + content
    }

    private static func little<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func add(_ out: inout [UInt8], _ tag: UInt32, _ vr: String, _ text: String) {
        var value = Array(text.utf8)
        if !value.count.isMultiple(of: 2) { value.append(vr == "UI" ? 0 : 0x20) }
        add(&out, tag, vr, value)
    }

    private static func add(_ out: inout [UInt8], _ tag: UInt32, _ vr: String, _ value: [UInt8]) {
        out += little(UInt16(tag >> 16)) + little(UInt16(truncatingIfNeeded: tag)) + Array(vr.utf8)
        out += ["OB", "OW"].contains(vr) ? [0, 0] + little(UInt32(value.count)) : little(UInt16(value.count))
        out += value
    }
}

/// A project with phantoms, a label set, and people who label.
struct AnnotatedPlace: Sendable {
    let lake: Lake
    let annie: Principal
    let bob: Principal
    let set: String
    /// One study of one image.
    let study: String
    let series: String
    let image: String

    init(_ test: TestLake, _ phantom: AnnotationPhantom = AnnotationPhantom()) async throws {
        lake = test.lake
        let master = try await lake.accounts.operatorPrincipal()
        try await lake.projects.create(code: "CT", name: "A test", principal: master)
        annie = try await test.person("annie", [.annotator])
        bob = try await test.person("bob", [.annotator])
        (study, series, image) = try await Self.bring(phantom, lake)
        set = try await lake.labels.create(project: "CT", name: "Nodules", principal: annie).id
    }

    static func bring(
        _ phantom: AnnotationPhantom, project: String = "CT", _ lake: Lake
    ) async throws -> (study: String, series: String, image: String) {
        let master = try await lake.accounts.operatorPrincipal()
        let verdict = try await lake.ingest.instance(phantom.bytes, project: project, principal: master)
        // What cannot be decoded waits for a person.
        if verdict.kind == .held, let waits = try await lake.review.list(project: project, principal: master).first {
            _ = try await lake.review.release(waits.id, principal: master)
        } else {
            try #require(verdict.kind == .accepted, "\(verdict.reason ?? "")")
        }
        return (
            try #require(verdict.study), try #require(verdict.series), try #require(verdict.instance)
        )
    }

    /// An annotation of the image, with an id of its own.
    func mark(
        _ type: Annotation.Kind = .rectangle, label: String = "Finding", note: String = "", _ points: [[Double]]? = nil
    ) -> Annotation {
        let all = [[10.0, 8], [20, 16]]
        return Annotation(
            id: UUID().uuidString.lowercased(), type: type, label: label, note: note, instance: image,
            points: points ?? Array(all.prefix(type.pointCount)))
    }

    /// Saves on top of what there is.
    @discardableResult
    func save(
        _ annotations: [Annotation], _ message: String = "", study: String? = nil, by principal: Principal? = nil
    ) async throws -> SavedAnnotations {
        let study = study ?? self.study
        let present = try await lake.labels.study(study, in: set, principal: annie)
        return try await lake.labels.save(
            annotations, of: study, in: set, message: message, ifMatch: present.tag, principal: principal ?? annie)
    }

    func present(_ study: String? = nil) async throws -> AnnotatedStudy {
        try await lake.labels.study(study ?? self.study, in: set, principal: annie)
    }
}

/// The code of the refusal that `body` ends with; `nil` where it is done.
func refusalCode(_ body: () async throws -> Void) async -> LakeError.Code? {
    do { try await body() } catch { return (error as? LakeError)?.code ?? .unavailable }
    return nil
}
