import ByteIO
import DICOM
import DICOMImaging
import Testing

/// Values by hand from PS3.3 C.7.6.3, C.11.1 and C.11.2.
@Suite struct RenderingTests {
    private func words(_ values: Int...) -> [UInt8] {
        values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private func ct(_ values: Int..., change: (inout DataSet) -> Void = { _ in }) -> DICOMFile {
        var dataSet = Fixture.dataSet(rows: 1, columns: values.count, bits: 16, stored: 12)
        dataSet.set(.RescaleIntercept, .DS, "-1024")
        dataSet.set(.RescaleSlope, .DS, "1")
        dataSet.set(.WindowCenter, .DS, "40")
        dataSet.set(.WindowWidth, .DS, "400")
        change(&dataSet)
        return Fixture.file(dataSet, pixels: values.flatMap { words($0) })
    }

    @Test func `rescale comes before the window`() throws {
        // 40/400 LINEAR: black at −160, white at 239; stored is 1024 more. 1063.5 would be the middle.
        #expect(try Fixture.render(ct(0, 864, 1063, 1064, 1263, 4095)) == [0, 0, 127, 128, 255, 255])
    }

    @Test func `the request's window replaces the file's`() throws {
        let options = RenderOptions(window: try Window(center: 0, width: 256))
        // y = (x + 0.5) / 255 + 0.5 at HU −128, −1, 127
        #expect(try Fixture.render(ct(896, 1023, 1151), options) == [0, 127, 255])
    }

    @Test func `MONOCHROME1 and INVERSE show small values white, both together as well`() throws {
        let inverse = try Fixture.render(ct(0, 1064, 4095) { $0.set(.PhotometricInterpretation, .CS, "MONOCHROME1") })
        #expect(inverse == [255, 127, 0])
        #expect(try Fixture.render(ct(0, 1064, 4095) { $0.set(.PresentationLUTShape, .CS, "INVERSE") }) == inverse)
        let both = ct(0, 1064, 4095) {
            $0.set(.PhotometricInterpretation, .CS, "MONOCHROME1")
            $0.set(.PresentationLUTShape, .CS, "INVERSE")
        }
        #expect(try Fixture.render(both) == inverse)
        #expect(try Fixture.render(both, RenderOptions(isInverted: true)) == [0, 128, 255])
    }

    @Test func `padding is black, even inverted, and single or a range`() throws {
        let single = ct(4000, 0, 4095) {
            $0.set(.PixelPaddingValue, .US, ints: [4000])
            $0.set(.PhotometricInterpretation, .CS, "MONOCHROME1")
        }
        #expect(try Fixture.render(single) == [0, 255, 0])
        let range = ct(3999, 3500, 3499) {
            $0.set(.PixelPaddingValue, .US, ints: [4000])
            $0.set(.PixelPaddingRangeLimit, .US, ints: [3500])
        }
        #expect(try Fixture.render(range) == [0, 0, 255])
    }

    @Test func `signed values without sign extension and overlays in high bits are read right`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 3, bits: 16, stored: 12, signed: true)
        dataSet.set(.WindowCenter, .DS, "0.5")
        dataSet.set(.WindowWidth, .DS, "11")
        // −1, −1 with a bit of an overlay, +1; LINEAR is (x − 0) / 10 + 0.5, here 0.4 and 0.6
        let file = Fixture.file(dataSet, pixels: words(0x0FFF, 0x1FFF, 0x0001))
        #expect(try Fixture.render(file) == [102, 102, 153])
    }

    @Test func `High Bit above Bits Stored − 1 shifts the value down`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 2, bits: 16, stored: 12, high: 15)
        dataSet.set(.WindowCenter, .DS, "128")
        dataSet.set(.WindowWidth, .DS, "256")
        #expect(try Fixture.render(Fixture.file(dataSet, pixels: words(200 << 4, 7 << 4 | 0xF))) == [200, 7])
    }

    @Test func `a modality LUT replaces rescale`() throws {
        var item = DataSet()
        item.set(.LUTDescriptor, .US, ints: [3, 100, 16])
        item.set(.LUTData, .OW, bytes: Bytes(words(10, 20, 250)))
        let file = ct(0, 100, 101, 102, 4000) { dataSet in
            dataSet.set(.ModalityLUTSequence, items: [item])
            dataSet.set(.WindowCenter, .DS, "128")
            dataSet.set(.WindowWidth, .DS, "256")
        }
        #expect(try Fixture.render(file) == [10, 10, 20, 250, 250])
    }

    @Test func `a VOI LUT is scaled from its bits and clamps at its ends`() throws {
        var item = DataSet()
        item.set(.LUTDescriptor, .SS, ints: [4, -2, 10])
        item.set(.LUTData, .OW, bytes: Bytes(words(0, 341, 682, 1023)))
        let file = ct(0, 1022, 1023, 1024, 1025, 4000) { $0.set(.VOILUTSequence, items: [item]) }
        #expect(try Fixture.render(file) == [0, 0, 85, 170, 255, 255])
    }

    @Test func `of several windows the first is used, and all are told`() throws {
        let file = ct(896, 1151) { dataSet in
            dataSet.set(.WindowCenter, .DS, "0", "40")
            dataSet.set(.WindowWidth, .DS, "256", "400")
            dataSet.set(.WindowCenterWidthExplanation, .LO, "BRAIN", "BODY")
        }
        #expect(try Fixture.render(file) == [0, 255])
        let windows = DisplayParameters(file, frame: 1).windows
        #expect(windows.map(\.explanation) == ["BRAIN", "BODY"])
        #expect(windows.map(\.width) == [256, 400])
    }

    @Test func `a window is chosen by its number, and its function replaced`() throws {
        let file = ct(896, 1024, 1151) { dataSet in
            dataSet.set(.WindowCenter, .DS, "40", "0")
            dataSet.set(.WindowWidth, .DS, "400", "256")
        }
        var options = RenderOptions()
        options.windowNumber = 2
        #expect(try Fixture.render(file, options) == [0, 128, 255])
        options.function = .sigmoid
        // 255 / (1 + e^2), 127.5, 255 / (1 + e^(−4 · 127 / 256))
        #expect(try Fixture.render(file, options) == [30, 128, 224])
        for number in [0, 3, -1, .max, .min] {
            options.windowNumber = number
            let error = #expect(throws: ImagingError.self) { try Fixture.render(file, options) }
            #expect(error?.code == .invalidRequest)
        }
    }

    private func table(_ descriptor: [Int], _ entries: [Int], _ explanation: String? = nil) -> DataSet {
        var item = DataSet()
        item.set(.LUTDescriptor, .US, ints: descriptor)
        item.set(.LUTData, .OW, bytes: Bytes(entries.flatMap { words($0) }))
        if let explanation { item.set(.LUTExplanation, .LO, explanation) }
        return item
    }

    @Test func `a VOI LUT is chosen by its number, and a function leads past all of them`() throws {
        let file = ct(1024, 1025) { dataSet in
            dataSet.set(
                .VOILUTSequence, items: [table([2, 0, 8], [5, 6], "FIRST"), table([2, 0, 8], [50, 60], "SECOND")])
            dataSet.set(.WindowCenter, .DS, "0.5")
            dataSet.set(.WindowWidth, .DS, "1")
        }
        #expect(DisplayParameters(file, frame: 1).voiTables.map(\.explanation) == ["FIRST", "SECOND"])
        #expect(try Fixture.render(file) == [5, 6])
        var options = RenderOptions()
        options.tableNumber = 2
        #expect(try Fixture.render(file, options) == [50, 60])
        options.tableNumber = 3
        #expect(throws: ImagingError.self) { try Fixture.render(file, options) }
        options = RenderOptions()
        options.function = .linearExact
        #expect(try Fixture.render(file, options) == [0, 255])
    }

    @Test func `a frame's group may hold a VOI LUT`() throws {
        var group = DataSet()
        var voi = DataSet()
        voi.set(.VOILUTSequence, items: [table([2, 0, 8], [9, 8])])
        group.set(.FrameVOILUTSequence, items: [voi])
        var dataSet = Fixture.dataSet(rows: 1, columns: 2)
        dataSet.set(.SharedFunctionalGroupsSequence, items: [group])
        #expect(try Fixture.render(Fixture.file(dataSet, pixels: [0, 1])) == [9, 8])
    }

    @Test func `a presentation LUT follows the window`() throws {
        // Three entries of 10 bits over the whole of the window's output.
        let file = ct(896, 1024, 1151) { dataSet in
            dataSet.set(.WindowCenter, .DS, "0")
            dataSet.set(.WindowWidth, .DS, "256")
            dataSet.set(.PresentationLUTSequence, items: [table([3, 0, 10], [1023, 341, 0])])
        }
        #expect(try Fixture.render(file) == [255, 85, 0])
    }

    @Test(arguments: [[0, 100, 16], [3, 0xFFFF, 16]]) func `descriptors at their limits lead to no entry beyond`(
        _ descriptor: [Int]
    ) throws {
        let file = ct(0, 99, 100, 4095) { dataSet in
            dataSet.set(.ModalityLUTSequence, items: [table(descriptor, [7, 8, 9])])
            dataSet.set(.WindowCenter, .DS, "128")
            dataSet.set(.WindowWidth, .DS, "256")
        }
        #expect(try Fixture.render(file) == (descriptor[0] == 0 ? [7, 7, 7, 9] : [7, 7, 7, 7]))
    }

    @Test func `a mask is black and white, whatever is in it`() throws {
        for (bits, expected) in [(0b0000, [0, 0, 0, 0]), (0b1111, [255, 255, 255, 255]), (0b0101, [255, 0, 255, 0])]
            as [(UInt8, [UInt8])]
        {
            let file = Fixture.file(Fixture.dataSet(rows: 2, columns: 2, bits: 1), pixels: [bits, 0], vr: .OB)
            #expect(try Fixture.render(file) == expected)
        }
    }

    @Test func `63 bits of 64 are read without a sign`() throws {
        let dataSet = Fixture.dataSet(rows: 1, columns: 2, bits: 64, stored: 63)
        let file = Fixture.file(dataSet, pixels: [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 0xFF, count: 8))
        #expect(try Fixture.render(file) == [0, 255])
    }

    @Test func `without a window the percentiles of what is no padding are used`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 2002, bits: 16, signed: true)
        dataSet.set(.PixelPaddingValue, .SS, ints: [-32768])
        // −32768 (padding), one outlier, 0 … 1999
        let file = Fixture.file(dataSet, pixels: words(-32768, 30000) + (0..<2000).flatMap { words($0) })
        let frame = try PixelData(file).frame(1)
        let window = Window(percentilesOf: frame, DisplayParameters(file, frame: 1))
        // Of 2001 values two stay below and two above.
        #expect(window.level(of: 2) == 0)
        #expect(window.level(of: 3) > 0)
        #expect(window.level(of: 1998) == 1)
        #expect(window.level(of: 1997) < 1)
        #expect(try Fixture.render(file)[0] == 0)
    }

    @Test func `an image of one value and 32-bit doses are shown`() throws {
        #expect(try Fixture.render(Fixture.file(Fixture.dataSet(rows: 1, columns: 2), pixels: [7, 7])).count == 2)
        let dose = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 3, bits: 32), pixels: [0, 0, 0, 0, 0, 0, 0, 128, 255, 255, 255, 255])
        #expect(try Fixture.render(dose) == [0, 128, 255])
    }

    @Test func `YBR_FULL becomes RGB`() throws {
        // Pure red: Y 76, Cb 85, Cr 255 (rounded): R 254, G 0, B 0 within one.
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 2, samples: 3, photometric: "YBR_FULL"),
            pixels: [76, 85, 255, 100, 128, 128])
        #expect(try Fixture.render(file) == [254, 0, 0, 100, 100, 100])
    }

    @Test func `16-bit RGB keeps its upper bits`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 1, samples: 3, bits: 16), pixels: words(0xFFFF, 0x8000, 0x00FF))
        #expect(try Fixture.render(file) == [255, 128, 0])
    }

    @Test func `palettes of 16 and of 8 bits are looked up, beyond their ends too`() throws {
        for isWide in [true, false] {
            var dataSet = Fixture.dataSet(rows: 1, columns: 3, photometric: "PALETTE COLOR")
            let tables: [(DICOM.Tag, DICOM.Tag, [Int])] = [
                (.RedPaletteColorLookupTableDescriptor, .RedPaletteColorLookupTableData, [1, 2]),
                (.GreenPaletteColorLookupTableDescriptor, .GreenPaletteColorLookupTableData, [3, 4]),
                (.BluePaletteColorLookupTableDescriptor, .BluePaletteColorLookupTableData, [5, 255]),
            ]
            for (descriptor, data, values) in tables {
                dataSet.set(descriptor, .US, ints: [2, 10, isWide ? 16 : 8])
                let bytes = isWide ? values.flatMap { words($0 << 8 | $0) } : values.map { UInt8($0) }
                dataSet.set(data, .OW, bytes: Bytes(bytes))
            }
            let file = Fixture.file(dataSet, pixels: [10, 11, 200])
            #expect(try Fixture.render(file) == [1, 3, 5, 2, 4, 255, 2, 4, 255])
        }
    }

    @Test func `a segmented palette unfolds`() throws {
        var dataSet = Fixture.dataSet(rows: 1, columns: 8, photometric: "PALETTE COLOR")
        // discrete [0, 10], linear 3 steps to 40, then the linear segment once more by reference (offset 4 words)
        let segments = words(0, 2, 0, 10 << 8, 1, 3, 40 << 8, 0, 1, 0, 2, 1, 4, 0)
        for (descriptor, data) in [
            (DICOM.Tag.RedPaletteColorLookupTableDescriptor, DICOM.Tag.SegmentedRedPaletteColorLookupTableData),
            (.GreenPaletteColorLookupTableDescriptor, .SegmentedGreenPaletteColorLookupTableData),
            (.BluePaletteColorLookupTableDescriptor, .SegmentedBluePaletteColorLookupTableData),
        ] {
            dataSet.set(descriptor, .US, ints: [9, 0, 16])
            dataSet.set(data, .OW, bytes: Bytes(segments))
        }
        let shown = try Fixture.render(Fixture.file(dataSet, pixels: [0, 1, 2, 3, 4, 5, 6, 8]))
        #expect(stride(from: 0, to: 24, by: 3).map { shown[$0] } == [0, 10, 20, 30, 40, 0, 13, 40])
    }

    @Test func `a frame's functional groups come before the shared ones`() throws {
        func group(_ center: String, _ intercept: String) -> DataSet {
            var voi = DataSet()
            voi.set(.WindowCenter, .DS, center)
            voi.set(.WindowWidth, .DS, "256")
            var rescale = DataSet()
            rescale.set(.RescaleIntercept, .DS, intercept)
            rescale.set(.RescaleSlope, .DS, "2")
            var group = DataSet()
            group.set(.FrameVOILUTSequence, items: [voi])
            group.set(.PixelValueTransformationSequence, items: [rescale])
            return group
        }
        var dataSet = Fixture.dataSet(rows: 1, columns: 2, frames: 2)
        dataSet.set(.SharedFunctionalGroupsSequence, items: [group("128", "0")])
        dataSet.set(.PerFrameFunctionalGroupsSequence, items: [DataSet(), group("28", "-100")])
        let file = Fixture.file(dataSet, pixels: [0, 100, 0, 100])
        #expect(DisplayParameters(file, frame: 1).windows.first?.center == 128)
        #expect(DisplayParameters(file, frame: 2).intercept == -100)
        let second = try Renderer.render(try PixelData(file).frame(2), DisplayParameters(file, frame: 2))
        #expect(second.pixels.array == [0, 200])
    }

    @Test func `where spacing comes from is told`() {
        func source(_ set: (inout DataSet) -> Void) -> DisplayParameters.SpacingSource? {
            var dataSet = Fixture.dataSet(rows: 1, columns: 1)
            set(&dataSet)
            return DisplayParameters.Reader(dataSet).frame(1).spacingSource
        }
        #expect(source { _ in } == nil)
        #expect(source { $0.set(.PixelSpacing, .DS, "0.5", "0.5") } == .patient)
        #expect(source { $0.set(.ImagerPixelSpacing, .DS, "0.1", "0.1") } == .imager)
        #expect(
            source {
                $0.set(.ImagerPixelSpacing, .DS, "0.1", "0.1")
                $0.set(.PixelSpacing, .DS, "0.1", "0.1")
            } == .imager)
        #expect(
            source {
                $0.set(.ImagerPixelSpacing, .DS, "0.1", "0.1")
                $0.set(.PixelSpacing, .DS, "0.08", "0.08")
            } == .calibrated)
        #expect(source { $0.set(.PixelSpacing, .DS, "0", "0.5") } == nil)
    }
}
