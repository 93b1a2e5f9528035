import ByteIO
import DICOM
import DICOMImaging
import Deidentification
import Testing

@Suite struct RedactionTests {
    private static let side = 128

    /// An ultrasound image of two frames, 8 bits: speckle, and in the second frame a name above row 24.
    private func echo(_ change: (inout DataSet) -> Void = { _ in }) throws -> DICOMFile {
        var dice = Dice(5)
        let side = Self.side
        var samples = (0..<(side * side * 2)).map { _ in UInt8(dice.roll(30)) }
        for dot in Lettering.dots("NOBLE 1962", x: 6, y: 6) { samples[(side + dot.y) * side + dot.x] = 240 }
        var root = Samples.ct()
        root.set(.SOPClassUID, .UI, UID.UltrasoundMultiFrameImageStorage)
        root.set(.Modality, .CS, "US")
        root.set(.ManufacturerModelName, .LO, "EPIQ 7G")
        root.set(.Rows, .US, ints: [side])
        root.set(.Columns, .US, ints: [side])
        root.set(.NumberOfFrames, .IS, "2")
        root.set(.BitsAllocated, .US, ints: [8])
        root.set(.BitsStored, .US, ints: [8])
        root.set(.HighBit, .US, ints: [7])
        root.set(.PixelData, .OB, bytes: Bytes(samples))
        root.set(.BurnedInAnnotation, .CS, "YES")
        change(&root)
        return try Samples.file(root)
    }

    private func regions(_ root: inout DataSet, top: Int = 24) {
        var item = DataSet()
        item.set(.RegionLocationMinX0, .UL, ints: [0])
        item.set(.RegionLocationMinY0, .UL, ints: [top])
        item.set(.RegionLocationMaxX1, .UL, ints: [Self.side - 1])
        item.set(.RegionLocationMaxY1, .UL, ints: [Self.side - 1])
        root.set(.SequenceOfUltrasoundRegions, items: [item])
    }

    private func box(_ text: String) throws -> PixelRegion { try #require(PixelRegion(text)) }

    /// Rows above `row` of every frame are of one value, all others as before.
    private func expectBlack(_ outcome: Outcome, above row: Int, of file: DICOMFile) throws {
        let out = try DICOMFile.read(try Samples.outputBytes(outcome))
        for number in 1...2 {
            let (before, after) = (try PixelData(file).frame(number).samples, try PixelData(out).frame(number).samples)
            #expect(Set(after.array.prefix(row * Self.side)).count == 1)
            #expect(after.array.dropFirst(row * Self.side) == before.array.dropFirst(row * Self.side))
        }
        #expect(out.dataSet.string(.BurnedInAnnotation) == "NO")
        let methods = out.dataSet.sequence(.DeidentificationMethodCodeSequence) ?? []
        #expect(methods.contains { $0.string(.CodeValue) == "113101" })
        let patch = try IdentityPatch(
            parsing: try IdentityPatch.make(original: try source(file), stored: try outcome.file.encode()))
        try patch.verify(stored: try Samples.outputBytes(outcome))
    }

    private func source(_ file: DICOMFile) throws -> Bytes { try file.source.read(0..<file.source.count) }

    // MARK: Ultrasound

    @Test func `All outside ultrasound regions is black in all frames, and the image is published`() throws {
        let file = try echo { regions(&$0) }
        let outcome = try Samples.deidentifier().deidentify(file)
        #expect(outcome.risk == .none)
        #expect(outcome.pixels.redacted == [try box("0,0,128,24")])
        try expectBlack(outcome, above: 24, of: file)
    }

    @Test func `Text within the regions is for a person`() throws {
        let file = try echo { regions(&$0, top: 4) }
        let outcome = try Samples.deidentifier().deidentify(file)
        #expect(outcome.risk != .none && outcome.pixels.redacted.isEmpty)
        #expect(outcome.pixels.proposed == [try box("0,0,128,4")])
        #expect(outcome.pixels.found.contains { $0.contains(PixelRegion(x: 6, y: 6, width: 58, height: 7) ?? $0) })
        #expect(outcome.pixels.isDecidedBySignature)
    }

    @Test func `Without regions that leave something out ultrasound is for a person`() throws {
        for change in [{ _ in }, { root in regions(&root, top: 1) }] as [(inout DataSet) -> Void] {
            let outcome = try Samples.deidentifier().deidentify(try echo(change))
            #expect(outcome.risk != .none && outcome.pixels.redacted.isEmpty)
        }
        let impossible = try echo { root in
            var item = DataSet()
            item.set(.RegionLocationMinX0, .UL, ints: [4_000_000_000])
            root.set(.SequenceOfUltrasoundRegions, items: [item])
        }
        #expect(try Samples.deidentifier().deidentify(impossible).risk != .none)
    }

    @Test func `A derived secondary ultrasound image is for a person, with its screen proposed`() throws {
        let file = try echo {
            regions(&$0)
            $0.set(.ImageType, .CS, "DERIVED", "SECONDARY")
        }
        let outcome = try Samples.deidentifier().deidentify(file)
        #expect(outcome.risk == .review("DERIVED\\SECONDARY"))
        #expect(outcome.pixels.proposed == [try box("0,0,128,24")])
    }

    // MARK: Devices

    private func scanner(model: String, description: String = "Chest") throws -> DICOMFile {
        try Samples.file(
            {
                var root = Samples.ct()
                root.set(.Manufacturer, .LO, "Canon")
                root.set(.ManufacturerModelName, .LO, model)
                root.set(.Modality, .CS, "DX")
                root.set(.SOPClassUID, .UI, UID.DigitalXRayImageStorageForPresentation)
                root.set(.Rows, .US, ints: [2592])
                root.set(.Columns, .US, ints: [2208])
                var dice = Dice(9)
                root.set(
                    .PixelData, .OW, bytes: Bytes((0..<(2592 * 2208 * 2)).map { $0 % 2 == 0 ? UInt8(dice.roll(9)) : 3 })
                )
                return root
            }())
    }

    @Test func `Where a known device writes is black before the image is published`() throws {
        let outcome = try Samples.deidentifier().deidentify(try scanner(model: "CXDI-50G"))
        #expect(outcome.risk == .none)
        #expect(outcome.pixels.redacted == [try box("0,0,2208,80"), try box("0,2512,2208,80")])
        let other = try Samples.deidentifier().deidentify(try scanner(model: "QXDI-50G"))
        #expect(other.risk == .none && other.pixels.redacted.isEmpty)
        #expect(other.file.dataSet.string(.BurnedInAnnotation) == nil)
    }

    @Test func `Text in a slice that nothing speaks against is for a person`() throws {
        let side = 96
        var samples = [UInt8](repeating: 1, count: side * side * 2)
        for dot in Lettering.dots("NOBLE 1962", x: 6, y: 40) { samples[(dot.y * side + dot.x) * 2 + 1] = 15 }
        var root = Samples.ct()
        root.set(.Rows, .US, ints: [side])
        root.set(.Columns, .US, ints: [side])
        root.set(.ManufacturerModelName, .LO, "SOMATOM")
        root.set(.PixelData, .OW, bytes: Bytes(samples))
        let outcome = try Samples.deidentifier().deidentify(try Samples.file(root))
        #expect(outcome.risk == .review("what looks like text in the pixels"))
        #expect(outcome.pixels.found.count == 1 && outcome.pixels.isDecidedBySignature)
    }

    // MARK: Decisions

    private func approving(_ file: DICOMFile, _ approval: PixelApproval) throws -> Outcome {
        let plain = try Samples.deidentifier().deidentify(file)
        let signature = try #require(plain.pixels.signature)
        #expect(signature.isSpecific && PixelSignature(text: signature.text) == signature)
        let deidentifier = Deidentifier(
            profile: try Profile(options: []), secret: Samples.secret(), approved: [signature: approval])
        return try deidentifier.deidentify(file)
    }

    @Test func `A decision for the signature releases images that look alike`() throws {
        let file = try echo()
        let approved = PixelApproval(regions: [try box("0,0,128,20")])
        let outcome = try approving(file, approved)
        #expect(outcome.risk == .none)
        try expectBlack(outcome, above: 20, of: file)
        let other = try echo { $0.set(.Rows, .US, ints: [Self.side - 1]) }
        let deidentifier = Deidentifier(
            profile: .basic, secret: Samples.secret(),
            approved: [try #require(outcome.pixels.signature): approved])
        #expect(try deidentifier.deidentify(other).risk != .none)
    }

    @Test func `Text where a person saw none sends an image back`() throws {
        let file = try echo()
        let nowhere = PixelApproval(regions: [try box("0,100,128,20")], seen: [])
        #expect(try approving(file, nowhere).risk == .review("text where images of its kind had none"))
        let there = PixelApproval(regions: [try box("0,100,128,20")], seen: [try box("4,4,62,11")])
        #expect(try approving(file, there).risk == .none)
    }

    @Test func `A decision holds for no image that may hide something else, nor for an unknown device`() throws {
        var root = Samples.ct()
        root.set(.DirectoryRecordSequence, items: [])
        #expect(try Samples.deidentifier().deidentify(try Samples.file(root)).pixels.isDecidedBySignature == false)
        let nameless = try echo { $0.remove(.ManufacturerModelName) }
        #expect(try approvingAny(nameless).risk != .none)
    }

    private func approvingAny(_ file: DICOMFile) throws -> Outcome {
        let signature = try #require(try Samples.deidentifier().deidentify(file).pixels.signature)
        #expect(!signature.isSpecific)
        return try Deidentifier(
            profile: .basic, secret: Samples.secret(), approved: [signature: PixelApproval(regions: [])]
        ).deidentify(file)
    }

    @Test func `What a person marks is black, whatever held the image`() throws {
        let file = try echo { $0.set(.ImageType, .CS, "DERIVED", "SECONDARY") }
        let outcome = try Samples.deidentifier().deidentify(file, redacting: [try box("0,0,128,18")])
        #expect(outcome.risk == .none)
        #expect(try outcome.pixels.redacted == [box("0,0,128,18")])
        try expectBlack(outcome, above: 18, of: file)
        let seen = try Samples.deidentifier().deidentify(file, redacting: [])
        #expect(seen.risk == .none && seen.file.dataSet.string(.BurnedInAnnotation) == "NO")
        #expect(try PixelData(seen.file).frame(2).samples == PixelData(file).frame(2).samples)
    }

    @Test func `Nothing is marked in what is no image, and nothing that cannot be decoded is called black`() throws {
        var report = Samples.ct()
        report.remove(.PixelData)
        report.set(.SOPClassUID, .UI, UID.BasicTextSRStorage)
        let outcome = try Samples.deidentifier().deidentify(try Samples.file(report), redacting: [])
        #expect(outcome.risk == .none && !outcome.file.dataSet.contains(.BurnedInAnnotation))
        let cut = try echo { $0.set(.NumberOfFrames, .IS, "3") }
        let error = #expect(throws: DeidentificationError.self) {
            try Samples.deidentifier().deidentify(cut, redacting: [try box("0,0,9,9")])
        }
        #expect(error?.code == .unsupportedObject)
    }

    @Test func `A signature is one line that can be read again`() throws {
        var root = Samples.ct()
        root.set(.Manufacturer, .LO, "A|B %7C C")
        root.set(.ManufacturerModelName, .LO, "é陳")
        let signature = try #require(PixelSignature(root))
        #expect(PixelSignature(text: signature.text) == signature)
        for text in ["", "1", "2|||||1|1|1|", "1|||||0|1|1|", "1|||||x|1|1|", signature.text + "|"] {
            #expect(PixelSignature(text: text) == nil, "\(text)")
        }
    }
}
