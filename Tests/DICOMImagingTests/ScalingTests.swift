import ByteIO
import DICOMImaging
import Testing

@Suite struct ScalingTests {
    private func image(_ rows: Int, _ columns: Int, _ pixels: [UInt8], channels: Int = 1) throws -> RenderedImage {
        try RenderedImage(rows: rows, columns: columns, channels: channels, pixels: Bytes(pixels))
    }

    @Test func `shrinking averages the area`() throws {
        let small = try image(2, 4, [0, 100, 20, 40, 200, 100, 60, 80]).scaled(to: Viewport(columns: 2, rows: 9))
        #expect(small.pixels.array == [100, 50])
        let third = try image(1, 3, [0, 90, 240]).scaled(to: Viewport(columns: 2, rows: 1))
        // 1.5 pixels each: (0 + 45) / 1.5 and (45 + 240) / 1.5
        #expect(third.pixels.array == [30, 190])
    }

    @Test func `enlarging interpolates and keeps the ends`() throws {
        let wide = try image(1, 2, [0, 100]).scaled(to: Viewport(columns: 4, rows: 4))
        #expect(wide.rows == 2)
        #expect(Array(wide.pixels.array.prefix(4)) == [0, 25, 75, 100])
    }

    @Test func `the aspect ratio stays`() throws {
        let picture = try image(50, 100, [UInt8](repeating: 9, count: 5000))
        let fitted = try picture.scaled(to: Viewport(fitting: 64))
        #expect(fitted.columns == 64)
        #expect(fitted.rows == 32)
        #expect(fitted.pixels.allSatisfy { $0 == 9 })
    }

    @Test func `a region is cut out, and mirrored where its size is negative`() throws {
        let picture = try image(2, 4, [1, 2, 3, 4, 5, 6, 7, 8])
        let part = try picture.scaled(to: Viewport(columns: 2, rows: 2, region: [1, 0, 2, 2]))
        #expect(part.pixels.array == [2, 3, 6, 7])
        let mirrored = try picture.scaled(to: Viewport(columns: 2, rows: 2, region: [1, 0, -2, 2]))
        #expect(mirrored.pixels.array == [3, 2, 7, 6])
    }

    @Test func `colour channels do not mix`() throws {
        let small = try image(1, 2, [0, 100, 200, 10, 110, 250], channels: 3).scaled(to: Viewport(columns: 1, rows: 1))
        #expect(small.pixels.array == [5, 105, 225])
    }

    @Test(arguments: ["", "1", "0,5", "9000,5", "5,5,a", "5,5,0,0,0,4", "5,5,9,9,1,1,1", "5,5,1e9,0"])
    func `what is no viewport is refused`(_ text: String) {
        #expect(throws: ImagingError.self) { try Viewport(parameter: text, imageRows: 4, imageColumns: 4) }
    }

    @Test func `a query's viewport is read, left out values are the image's`() throws {
        let read = try Viewport(parameter: "10,20,,,3,", imageRows: 7, imageColumns: 9)
        #expect(read == (try Viewport(columns: 10, rows: 20, region: [0, 0, 3, 7])))
        #expect(try Viewport(parameter: "10,20", imageRows: 7, imageColumns: 9).region == nil)
    }

    @Test func `a region outside the image is an error`() throws {
        let picture = try image(2, 2, [1, 2, 3, 4])
        #expect(throws: ImagingError.self) {
            try picture.scaled(to: Viewport(columns: 2, rows: 2, region: [5, 5, 2, 2]))
        }
    }
}
