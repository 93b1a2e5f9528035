import ByteIO

extension JPEG2000Header {
    /// Refuses a codestream cut so finely that decoding it would take far more memory or time than its length allows.
    ///
    /// Every tile costs a tile-part header of 14 bytes, every packet at least one byte (B.10.3), wherever its header
    /// lies. A library reserves hundreds of bytes for each, before it looks whether they are there.
    ///
    /// - Returns: the codestream, with an EOC where only that is missing.
    func checked(_ codestream: Bytes) throws(ImagingError) -> Bytes {
        let tiles = size.tilesAcross.multipliedReportingOverflow(by: size.tilesDown)
        guard !tiles.overflow, tiles.partialValue <= codestream.count / 14 else {
            throw ImagingError(.truncated, "the JPEG 2000 codestream is too short for its tiles")
        }
        let parts = try tileParts(codestream, tiles: tiles.partialValue)
        guard parts.tiles.count == tiles.partialValue else {
            throw ImagingError(.truncated, at: parts.end, "the JPEG 2000 codestream lacks tiles")
        }
        var packets = 0
        for tile in 0..<tiles.partialValue {
            packets += self.packets(ofTile: tile, parts.styles[tile] ?? style)
            guard packets <= codestream.count else {
                throw ImagingError(.truncated, "the JPEG 2000 codestream is too short for its packets")
            }
        }
        guard parts.end >= codestream.count - 1 else { return codestream }
        return Bytes(codestream[clamping: 0..<parts.end].array + [0xFF, 0xD9])
    }

    private struct TileParts {
        var tiles: Set<Int> = []
        /// Styles of tiles whose own header has a COD or COC (A.4.2).
        var styles: [Int: Style] = [:]
        /// Behind the last tile-part; 0 where that reaches to the end of the codestream.
        var end: Int
    }

    private func tileParts(_ codestream: Bytes, tiles: Int) throws(ImagingError) -> TileParts {
        var parts = TileParts(end: firstTilePart)
        // What follows the last tile-part is EOC, padding, or nothing: not for us to judge.
        while parts.end <= codestream.count - 12, codestream[parts.end] == 0xFF, codestream[parts.end + 1] == 0x90 {
            let start = parts.end
            var walk = MarkerWalk(codestream, at: start + 2)
            var fields = try walk.segment()
            let tile = try fields.uint16()
            let length = try fields.uint32()
            guard tile < tiles else {
                throw ImagingError(.corrupt, at: start, "there is no tile \(tile) in the JPEG 2000 image")
            }
            parts.tiles.insert(tile)
            while true {
                let marker = try walk.marker()
                if marker == .startOfData { break }
                let segment = try walk.segment()
                guard marker == .codingStyle || marker == .componentCodingStyle else { continue }
                try parts.styles[tile, default: style].read(marker, segment, components: size.components.count)
            }
            // 0: the tile-part reaches to the end of the codestream.
            guard length > 0 else {
                parts.end = 0
                break
            }
            guard length >= walk.offset - start else {
                throw ImagingError(.corrupt, at: start, "a JPEG 2000 tile-part is shorter than its header")
            }
            guard length <= codestream.count - start else {
                throw ImagingError(.truncated, at: start, "a JPEG 2000 tile-part is cut short")
            }
            parts.end = start + length
        }
        return parts
    }

    /// Layers × precincts of all resolutions and components of a tile (B.3 to B.6).
    private func packets(ofTile number: Int, _ style: Style) -> Int {
        let column = number % size.tilesAcross
        let row = number / size.tilesAcross
        let left = max(size.tile.left + column * size.tile.width, size.image.left)
        let right = min(size.tile.left + (column + 1) * size.tile.width, size.image.right)
        let top = max(size.tile.top + row * size.tile.height, size.image.top)
        let bottom = min(size.tile.top + (row + 1) * size.tile.height, size.image.bottom)
        var precincts = 0
        for (index, component) in size.components.enumerated() {
            let coding = style.exceptions[index] ?? style.coding
            for resolution in 0...coding.decompositions {
                let reduction = coding.decompositions - resolution
                let exponents = coding.precincts.isEmpty ? 0xFF : coding.precincts[resolution]
                precincts +=
                    Self.precincts(left, right, component.stepX, reduction, Int(exponents & 15))
                    * Self.precincts(top, bottom, component.stepY, reduction, Int(exponents >> 4))
            }
        }
        return precincts * style.layers
    }

    /// Precincts along one axis: cells of 2^`exponent` that the reduced tile-component touches (B.6).
    private static func precincts(_ from: Int, _ to: Int, _ step: Int, _ reduction: Int, _ exponent: Int) -> Int {
        let divisor = step << reduction
        let first = (from + divisor - 1) / divisor
        let last = (to + divisor - 1) / divisor
        guard last > first else { return 0 }
        return ((last + (1 << exponent) - 1) >> exponent) - (first >> exponent)
    }
}
