import ByteIO
import DICOM
import DICOMImaging
import Testing

/// Float and Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25), and integers of unusual widths.
@Suite struct FloatPixelTests {
    private func file(_ values: [Double], isDouble: Bool = false, change: (inout DataSet) -> Void = { _ in })
        -> DICOMFile
    {
        var dataSet = DataSet()
        dataSet.set(.SamplesPerPixel, .US, ints: [1])
        dataSet.set(.PhotometricInterpretation, .CS, "MONOCHROME2")
        dataSet.set(.Rows, .US, ints: [1])
        dataSet.set(.Columns, .US, ints: [values.count])
        dataSet.set(.BitsAllocated, .US, ints: [isDouble ? 64 : 32])
        var bytes: [UInt8] = []
        for value in values {
            let bits = isDouble ? value.bitPattern : UInt64(Float(value).bitPattern)
            bytes += (0..<(isDouble ? 8 : 4)).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        }
        if isDouble {
            dataSet.set(.DoubleFloatPixelData, .OD, bytes: Bytes(bytes))
        } else {
            dataSet.set(.FloatPixelData, .OF, bytes: Bytes(bytes))
        }
        change(&dataSet)
        return DICOMFile(meta: DataSet(), dataSet: dataSet)
    }

    @Test(arguments: [false, true]) func `floats are shown through a window over real values`(isDouble: Bool) throws {
        let file = file([-1, 0, 0.25, 0.5, 1, 7], isDouble: isDouble)
        #expect(try PixelData(file).frame(1).isFloat)
        let window = try Window(center: 0.5, width: 1, function: .linearExact)
        #expect(try Fixture.render(file, RenderOptions(window: window)) == [0, 0, 64, 128, 255, 255])
    }

    @Test func `a window of the file below 1 is taken as LINEAR_EXACT`() throws {
        let file = file([0, 0.05, 0.1]) {
            $0.set(.WindowCenter, .DS, "0.05")
            $0.set(.WindowWidth, .DS, "0.1")
        }
        #expect(try Fixture.render(file) == [0, 128, 255])
    }

    @Test func `LINEAR of width 1 over floats is no threshold`() throws {
        let file = file([0, 0.25, 0.5, 1]) {
            $0.set(.WindowCenter, .DS, "0.5")
            $0.set(.WindowWidth, .DS, "1")
            $0.set(.VOILUTFunction, .CS, "LINEAR")
        }
        #expect(try Fixture.render(file) == [0, 64, 128, 255])
        var options = RenderOptions()
        options.function = .linear
        #expect(try Fixture.render(file, options) == [0, 255, 255, 255])
    }

    @Test func `what is no number, infinite or padding neither makes the window nor shows`() throws {
        let file = file([.nan, .infinity, -.infinity, -9999, 2, 3, 4]) {
            $0.set(.FloatPixelPaddingValue, .FL, doubles: [-9999])
        }
        #expect(try Fixture.render(file) == [0, 255, 0, 0, 0, 128, 255])
    }

    @Test func `padding may be a range of doubles, in either order`() throws {
        let file = file([-5, -3, 1, 2], isDouble: true) {
            $0.set(.DoubleFloatPixelPaddingValue, .FD, doubles: [-2])
            $0.set(.DoubleFloatPixelPaddingRangeLimit, .FD, doubles: [-5])
            $0.set(.PhotometricInterpretation, .CS, "MONOCHROME1")
        }
        #expect(try Fixture.render(file) == [0, 0, 255, 0])
    }

    @Test func `one huge value does not blacken the rest`() throws {
        let values = (0..<2000).map { Double($0) / 2000 } + [1e30]
        let window = Window(
            percentilesOf: try PixelData(file(values)).frame(1), DisplayParameters(file(values), frame: 1))
        #expect(window.center > 0.4 && window.center < 0.6)
        #expect(window.width > 0.9 && window.width < 1.1)
    }

    @Test(arguments: [[0.0, 0, 0], [.nan, .nan], [.infinity], [1e308, -1e308], [1e-300, 1e-300]])
    func `constant images and those of no numbers are shown`(_ values: [Double]) throws {
        #expect(try Fixture.render(file(values, isDouble: true)).count == values.count)
    }

    @Test func `real world values are told with their units`() throws {
        var units = DataSet()
        units.set(.CodeValue, .SH, "mm2/s")
        var item = DataSet()
        item.set(.RealWorldValueFirstValueMapped, .US, ints: [10])
        item.set(.RealWorldValueLastValueMapped, .US, ints: [20])
        item.set(.RealWorldValueSlope, .FD, doubles: [0.5])
        item.set(.RealWorldValueIntercept, .FD, doubles: [1])
        item.set(.LUTLabel, .SH, "ADC")
        item.set(.MeasurementUnitsCodeSequence, items: [units])
        var dataSet = Fixture.dataSet(rows: 1, columns: 1)
        dataSet.set(.RealWorldValueMappingSequence, items: [item, DataSet()])
        let map = try #require(DisplayParameters.Reader(dataSet).frame(1).realWorldValues.first)
        #expect(DisplayParameters.Reader(dataSet).frame(1).realWorldValues.count == 1)
        #expect(map.units == "mm2/s")
        #expect(map.label == "ADC")
        #expect([9, 10, 20, 21].map { map.value(of: $0) } == [nil, 6, 11, nil])
        #expect(DisplayParameters.Reader(dataSet).frame(1).units == nil)
        dataSet.set(.RescaleSlope, .DS, "0.5")
        dataSet.set(.RescaleIntercept, .DS, "1")
        #expect(DisplayParameters.Reader(dataSet).frame(1).units == "mm2/s")
    }

    @Test func `floats are not sent as integers, nor written as a PNG of stored values`() throws {
        let frame = try PixelData(file([1, 2])).frame(1)
        #expect(!SixteenBitTransport.canEncode(frame))
        #expect(throws: ImagingError.self) { try SixteenBitTransport.encode(frame) }
        #expect(throws: ImagingError.self) { try PNGEncoder.encode(stored: frame) }
    }

    @Test(arguments: [8, 16, 64, 128]) func `float pixel data of another width than Bits Allocated are refused`(
        bits: Int
    ) {
        #expect(throws: ImagingError.self) {
            try PixelData(file([1, 2]) { $0.set(.BitsAllocated, .US, ints: [bits]) })
        }
    }

    @Test func `every prefix of float pixel data is an error`() {
        for count in stride(from: 0, to: 16, by: 1) {
            #expect(throws: ImagingError.self) {
                try PixelData(
                    file([1, 2, 3, 4]) {
                        $0.set(.FloatPixelData, .OF, bytes: Bytes([UInt8](repeating: 0, count: count)))
                    }
                ).frame(1)
            }
        }
    }

    /// Samples, one behind the other from bit 0 on.
    private func packed(_ values: [UInt64], width: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (values.count * width + 15) / 16 * 2)
        for (index, value) in values.enumerated() {
            for bit in 0..<width where value >> UInt64(bit) & 1 == 1 {
                bytes[(index * width + bit) / 8] |= 1 << UInt8((index * width + bit) % 8)
            }
        }
        return bytes
    }

    @Test func `12 bits are packed two samples in three bytes`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 3, columns: 1, bits: 12, frames: 2),
            pixels: packed([0x123, 0xABC, 0xFFF, 1, 2, 0x800], width: 12))
        #expect(file.dataSet.bytes(.PixelData)?.array.prefix(3) == [0x23, 0xC1, 0xAB])
        let pixels = try PixelData(file)
        #expect(pixels.description.bytesPerSample == 2)
        #expect(try pixels.frame(1).samples.array == [0x23, 0x01, 0xBC, 0x0A, 0xFF, 0x0F])
        #expect(try pixels.frame(2).samples.array == [1, 0, 2, 0, 0, 8])
    }

    @Test func `packed signed samples are extended`() throws {
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: 2, bits: 12, signed: true), pixels: packed([0xFFF, 0x7FF], width: 12))
        #expect(try PixelData(file).frame(1).samples.array == [0xFF, 0xFF, 0xFF, 0x07])
    }

    @Test(arguments: [2, 3, 4, 7, 10, 24, 40, 63]) func `other widths come whole`(_ width: Int) throws {
        let values: [UInt64] = [0, 1, 1 << UInt64(width - 1), (1 << UInt64(width)) - 1, 5 & ((1 << UInt64(width)) - 1)]
        let file = Fixture.file(
            Fixture.dataSet(rows: 1, columns: values.count, bits: width), pixels: packed(values, width: width))
        let frame = try PixelData(file).frame(1)
        let expected = values.flatMap { value in
            (0..<frame.bytesPerSample).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        }
        #expect(frame.samples.array == expected)
        #expect(try Fixture.render(file).count == values.count)
    }
}
