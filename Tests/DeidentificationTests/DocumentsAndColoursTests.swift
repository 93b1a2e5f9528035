import ByteIO
import DICOM
import Deidentification
import Testing

@Suite("Documents and colour profiles")
struct DocumentsAndColoursTests {
    private func document(_ type: String, _ text: String) throws -> DataSet {
        var root = Samples.ct()
        root.remove(.PixelData)
        root.set(.SOPClassUID, .UI, UID.EncapsulatedPDFStorage)
        root.set(.MIMETypeOfEncapsulatedDocument, .LO, type)
        root.set(.EncapsulatedDocument, .OB, bytes: Bytes(Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [0])))
        root.set(.EncapsulatedDocumentLength, .UL, ints: [text.utf8.count])
        return root
    }

    @Test(
        "An empty document of the same kind stands in for an encapsulated one, with its own length",
        arguments: [
            ("application/pdf", "%PDF-1.4"), ("text/XML", "<?xml"), ("model/obj", "# removed"), ("model/stl", "\0\0"),
            ("application/octet-stream", "\0\0"),
        ])
    func documents(_ type: String, _ start: String) throws {
        let outcome = try Samples.deidentifier().deidentify(
            try Samples.file(try document(type, "Report for \(Samples.surname), by nobody")))
        #expect(outcome.risk != .none)
        let root = try DICOMFile.read(try Samples.outputBytes(outcome)).dataSet
        let bytes = try #require(root.bytes(.EncapsulatedDocument))
        #expect(bytes.prefix(start.utf8.count).elementsEqual(Array(start.utf8)))
        #expect(!bytes.contains(text: Samples.surname))
        let count = try #require(root.int(.EncapsulatedDocumentLength))
        #expect(count == bytes.count || count == bytes.count - 1)
        #expect(root.string(.MIMETypeOfEncapsulatedDocument) == type)
    }

    // MARK: Colours

    private static func number(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// A scanner's profile with its name in it: matrix and curves, a description and a tag of the maker's own.
    private static func profile(curve: [UInt8]? = nil, without: String? = nil) -> [UInt8] {
        let xyz = Array("XYZ ".utf8) + [0, 0, 0, 0, 0, 0, 0x6F, 0xA2, 0, 0, 0x38, 0xF5, 0, 0, 0x03, 0x90]
        let rising = Array("curv".utf8) + number(0) + number(3) + [0, 0, 0x40, 0, 0xFF, 0xFF]
        let text = Array("desc".utf8) + number(0) + number(10) + Array("Wexlandor\0".utf8)
        var tags: [(String, [UInt8])] = [("desc", text), ("ZZZZ", Array("text\0\0\0\0Wexlandor".utf8))]
        tags += ["rXYZ", "gXYZ", "bXYZ", "wtpt"].map { ($0, xyz) }
        tags += ["rTRC", "gTRC", "bTRC"].map { ($0, curve ?? rising) }
        tags.removeAll { $0.0 == without }
        var table = number(tags.count)
        var body: [UInt8] = []
        for (name, element) in tags {
            table += Array(name.utf8) + number(132 + 12 * tags.count + body.count) + number(element.count)
            body += element
        }
        var header = [UInt8](repeating: 0, count: 128)
        header.replaceSubrange(0..<4, with: number(132 + 12 * tags.count + body.count))
        header.replaceSubrange(8..<24, with: [2, 0x10, 0, 0] + Array("scnrRGB XYZ ".utf8))
        header.replaceSubrange(36..<40, with: Array("acsp".utf8))
        header.replaceSubrange(48..<57, with: Array("Wexlandor".utf8))
        return header + table + body
    }

    private func output(_ profile: [UInt8], colour: Bool = true) throws -> Bytes? {
        var root = Samples.ct()
        root.set(.SOPClassUID, .UI, UID.VLPhotographicImageStorage)
        root.set(.Modality, .CS, "XC")
        if colour {
            root.set(.SamplesPerPixel, .US, ints: [3])
            root.set(.PhotometricInterpretation, .CS, "RGB")
        }
        root.set(.ICCProfile, .OB, bytes: Bytes(profile + (profile.count % 2 == 0 ? [] : [0])))
        return try Samples.output(root).bytes(.ICCProfile)
    }

    @Test("A colour profile is made anew from its numbers: curves stay, names go")
    func rebuilt() throws {
        let bytes = try #require(try output(Self.profile()))
        #expect(!bytes.contains(text: "Wexl") && !bytes.contains(text: "ZZZZ"))
        #expect(bytes.contains(text: "acsp") && bytes.contains(text: "cprt"))
        let curve: [UInt8] = [0, 0, 0, 3, 0, 0, 0x40, 0, 0xFF, 0xFF]
        #expect(bytes.array.indices.contains { bytes.array[$0...].starts(with: curve) })
        #expect(bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } == bytes.count)
    }

    @Test(
        "What is no profile, lacks what colours need or has letters for numbers becomes sRGB",
        arguments: [
            Array("Zorbquist, no profile at all".utf8), profile(without: "gTRC"), Array(profile().prefix(150)),
            profile(curve: Array("curv".utf8) + number(0) + number(4) + Array("Zorbquis".utf8)),
            profile(curve: Array("mft2".utf8) + [UInt8](repeating: 255, count: 60)),
            profile(curve: Array("para".utf8) + number(0) + [0, 200, 0, 0]),
        ])
    func replaced(_ profile: [UInt8]) throws {
        let bytes = try #require(try output(profile))
        #expect(!bytes.contains(text: "Zorb") && bytes.contains(text: "scnrRGB XYZ "))
        // The green primary of sRGB, adapted to D50.
        let green: [UInt8] = [0, 0, 0x62, 0x99, 0, 0, 0xB7, 0x85, 0, 0, 0x18, 0xDA]
        #expect(bytes.array.indices.contains { bytes.array[$0...].starts(with: green) })
    }

    @Test("Where there are no colours the profile goes")
    func grayscale() throws { #expect(try output(Self.profile(), colour: false) == nil) }
}
