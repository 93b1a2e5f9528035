import DICOMImaging
import Foundation
import Testing

@Suite struct PixelRegionTests {
    private func region(_ x: Int, _ y: Int, _ width: Int, _ height: Int) throws -> PixelRegion {
        try #require(PixelRegion(x: x, y: y, width: width, height: height))
    }

    @Test func `A region is four numbers that an image can have`() {
        #expect(PixelRegion("10, 20,300,40")?.description == "10,20,300,40")
        for text in [
            "", "1,2,3", "1,2,3,0", "-1,2,3,4", "1,2,3,4,5", "1,2,3,x", "1,2,70000,4", "99999999999999999999,0,1,1",
        ] {
            #expect(PixelRegion(text) == nil, "\(text)")
        }
    }

    @Test func `JSON that says an impossible region is refused`() throws {
        let good = Data(#"{"x": 1, "y": 2, "width": 3, "height": 4}"#.utf8)
        #expect(try JSONDecoder().decode(PixelRegion.self, from: good) == region(1, 2, 3, 4))
        let bad = Data(#"{"x": 1, "y": 2, "width": 0, "height": 4}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(PixelRegion.self, from: bad) }
    }

    @Test func `What regions leave out covers every other pixel once`() throws {
        let regions = [try region(2, 1, 3, 4), try region(4, 3, 3, 4), try region(7, 7, 9, 9)]
        let (rows, columns) = (8, 9)
        var counts = [Int](repeating: 0, count: rows * columns)
        for part in regions + PixelRegion.outside(regions, rows: rows, columns: columns) {
            guard let clipped = part.clipped(rows: rows, columns: columns) else { continue }
            for row in clipped.rows { for column in clipped.columns { counts[row * columns + column] += 1 } }
        }
        // The first two overlap in one column of two rows.
        #expect(counts.filter { $0 == 1 }.count == rows * columns - 2)
        #expect(counts.filter { $0 == 2 }.count == 2)
        #expect(PixelRegion.covered(regions, rows: rows, columns: columns) == 12 + 12 - 2 + 2)
        #expect(PixelRegion.outside([], rows: 3, columns: 4) == [try region(0, 0, 4, 3)])
    }

    @Test func `Clipping and growing stay within coordinates`() throws {
        #expect(try region(5, 5, 10, 10).clipped(rows: 8, columns: 7) == region(5, 5, 2, 3))
        #expect(try region(9, 0, 1, 1).clipped(rows: 8, columns: 9) == nil)
        #expect(try region(1, 1, 2, 2).grown(by: 3) == region(0, 0, 6, 6))
        #expect(try region(65_535, 65_535, 65_535, 65_535).grown(by: 9).x == 65_526)
    }
}
