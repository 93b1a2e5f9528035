import Foundation
import Lake
import Testing

/// What the server measures, on an image of which every sample is known.
@Suite struct AnnotationMeasureTests {
    /// Saves one annotation; what was measured of it.
    private func measured(
        _ place: AnnotatedPlace, _ type: Annotation.Kind, _ points: [[Double]]
    ) async throws -> AnnotationMeasurement? {
        let mark = place.mark(type, points)
        let state = try await place.save([mark]).state
        return try #require(state.annotations.first { $0.id == mark.id }).measured
    }

    @Test func `lengths and areas are millimetres of the patient, exactly`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            // 12 columns of ¼ mm and 8 rows of ½ mm: 3, 4 and 5 mm.
            let length = try #require(try await measured(place, .length, [[10, 8], [22, 16]]))
            #expect(length.length == 5 && length.unit == "mm" && length.spacingSource == "patient")
            #expect(length.area == nil && length.mean == nil && length.valueUnit == nil && length.count == nil)
            #expect(try await measured(place, .length, [[22, 16], [10, 8]])?.length == 5)
            #expect(try await measured(place, .length, [[3, 3], [3, 3]])?.length == 0)
            let box = try #require(try await measured(place, .rectangle, [[20, 16], [10, 8]]))
            #expect(box.area == 10 && box.unit == "mm" && box.length == nil)
            let ellipse = try #require(try await measured(place, .ellipse, [[10, 8], [20, 16]]))
            #expect(abs((ellipse.area ?? 0) - Double.pi * 1.25 * 2) < 1e-12)
            #expect(try await measured(place, .image, []) == nil)
        }
    }

    @Test func `mean, deviation and extremes are those of the samples whose centres are within`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let board = try #require(try await measured(place, .rectangle, [[10, 8], [20, 16]]))
            #expect(board.count == 80 && board.mean == 70 && board.standardDeviation == 30)
            #expect(board.minimum == 40 && board.maximum == 100 && board.valueUnit == "HU")
            // Centres on the edge are within; those just beyond are not.
            #expect(try await measured(place, .rectangle, [[10.5, 8.5], [12.5, 10.5]])?.count == 9)
            #expect(try await measured(place, .rectangle, [[10.51, 8.51], [12.49, 10.49]])?.count == 1)
            let none = try #require(try await measured(place, .rectangle, [[10.6, 8.6], [10.9, 8.9]]))
            #expect(none.count == 0 && none.mean == nil && none.standardDeviation == nil && none.minimum == nil)
            let air = try #require(try await measured(place, .rectangle, [[0, 0], [64, 48]]))
            #expect(air.count == 64 * 48 && air.minimum == -1000 && air.maximum == 100)
            #expect(abs((air.mean ?? 0) - (-1000 + 1070 * 80 / 3072.0)) < 1e-9)
        }
    }

    @Test func `an ellipse has the samples that a search through all of them finds`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            for points in [
                [[8, 6], [22, 18]], [[10.25, 3.5], [31.75, 40.125]], [[0, 0], [64, 48]], [[12, 9], [13, 10]],
            ] as [[[Double]]] {
                var values: [Double] = []
                let center = (x: (points[0][0] + points[1][0]) / 2, y: (points[0][1] + points[1][1]) / 2)
                let half = (x: (points[1][0] - points[0][0]) / 2, y: (points[1][1] - points[0][1]) / 2)
                for row in 0..<AnnotationPhantom.rows {
                    for column in 0..<AnnotationPhantom.columns {
                        let x = (Double(column) + 0.5 - center.x) / half.x
                        let y = (Double(row) + 0.5 - center.y) / half.y
                        if x * x + y * y <= 1 { values.append(Double(AnnotationPhantom.value(column, row))) }
                    }
                }
                let mean = values.reduce(0, +) / Double(values.count)
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
                let found = try #require(try await measured(place, .ellipse, points))
                #expect(found.count == values.count, "\(points)")
                #expect(abs((found.mean ?? 0) - mean) < 1e-9 && found.minimum == values.min())
                #expect(abs((found.standardDeviation ?? 0) - variance.squareRoot()) < 1e-9)
            }
        }
    }

    @Test func `a point has the value of the sample that contains it, also at the far edge`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            for (point, column, row) in [
                ([10, 8], 10, 8), ([10.99, 8.99], 10, 8), ([11, 8], 11, 8), ([0, 0], 0, 0), ([64, 48], 63, 47),
            ] as [([Double], Int, Int)] {
                let found = try #require(try await measured(place, .point, [point]))
                #expect(found.mean == Double(AnnotationPhantom.value(column, row)), "\(point)")
                #expect(found.count == 1 && found.standardDeviation == 0 && found.unit == nil && found.area == nil)
            }
        }
    }

    @Test(arguments: [true, false]) func `values are the same however they are stored`(isSigned: Bool) async throws {
        try await TestLake.with { test in
            var phantom = AnnotationPhantom()
            phantom.isSigned = isSigned
            phantom.frames = 3
            let place = try await AnnotatedPlace(test, phantom)
            var mark = place.mark()
            mark.frame = 3
            let found = try #require(try await place.save([mark]).state.annotations.first?.measured)
            #expect(found.mean == 70 && found.standardDeviation == 30 && found.count == 80)
        }
    }

    @Test func `without spacing in the patient lengths are pixels, and it says why`() async throws {
        for (spacing, source) in [(.imager, "imager"), (nil, nil)] as [(AnnotationPhantom.Spacing?, String?)] {
            try await TestLake.with { test in
                var phantom = AnnotationPhantom()
                phantom.spacing = spacing
                phantom.modality = "DX"
                let place = try await AnnotatedPlace(test, phantom)
                let length = try #require(try await measured(place, .length, [[10, 8], [13, 12]]))
                #expect(length.length == 5 && length.unit == "px" && length.spacingSource == source)
                let box = try #require(try await measured(place, .rectangle, [[10, 8], [20, 16]]))
                #expect(box.area == 80 && box.unit == "px" && box.mean == 70 && box.valueUnit == "")
            }
        }
    }

    @Test func `what cannot be decoded is saved without values`() async throws {
        try await TestLake.with { test in
            var phantom = AnnotationPhantom()
            phantom.isCompressed = true
            let place = try await AnnotatedPlace(test, phantom)
            let marks = [place.mark(), place.mark(.point), place.mark(.length)]
            let saved = try await place.save(marks).state.annotations
            #expect(saved.map(\.points) == marks.map(\.points))
            #expect(saved[0].measured?.area == 10 && saved[0].measured?.unit == "mm")
            #expect(saved.allSatisfy { $0.measured?.mean == nil && $0.measured?.count == nil })
            #expect(saved[2].measured?.length != nil)
        }
    }

    @Test func `only what moved is measured again`() async throws {
        try await TestLake.with { test in
            let place = try await AnnotatedPlace(test)
            let first = try await place.save([place.mark(), place.mark(.point, [[1, 1]])]).state
            var next = first.annotations
            // What a client says it measured is not believed.
            next[0].measured?.mean = 12_345
            next[1].measured = nil
            next[1].points = [[11, 8]]
            let second = try await place.save(next).state
            #expect(second.annotations[0].measured == first.annotations[0].measured)
            #expect(second.annotations[1].measured?.mean == 100)
        }
    }
}
