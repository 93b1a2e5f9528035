import ByteIO

/// An image of at most 256 colours.
struct IndexedImage {
    /// Red, green and blue of each colour.
    let palette: [UInt8]
    /// One number of a colour for each pixel.
    let pixels: Bytes

    /// Whether all colours are greys.
    var isGrey: Bool {
        stride(from: 0, to: palette.count, by: 3).allSatisfy { (red: Int) in
            palette[red] == palette[red + 1] && palette[red] == palette[red + 2]
        }
    }

    /// The pixels' greys instead of their numbers.
    func greys() -> Bytes {
        unsafe Bytes(count: pixels.count) { target in
            unsafe pixels.withUnsafeBytes { source in
                for index in 0..<source.count { unsafe target[index] = palette[Int(source[index]) * 3] }
            }
        }
    }
}

extension RenderedImage {
    /// This RGB image by its colours; `nil` where it has more than 256. Photographs are given up after a few rows.
    func indexed() -> IndexedImage? {
        guard channels == 3 else { return nil }
        var colours = ColourTable()
        var isFull = false
        let numbers = unsafe Bytes(count: rows * columns) { target in
            unsafe pixels.withUnsafeBytes { source in
                var last: (colour: UInt32, number: UInt8) = (.max, 0)
                for index in 0..<target.count {
                    let offset = index &* 3
                    let colour =
                        unsafe UInt32(source[offset]) << 16 | UInt32(source[offset &+ 1]) << 8
                        | UInt32(source[offset &+ 2])
                    if colour != last.colour {
                        guard let number = colours.number(of: colour) else {
                            isFull = true
                            return
                        }
                        last = (colour, number)
                    }
                    unsafe target[index] = last.number
                }
            }
        }
        return isFull ? nil : IndexedImage(palette: colours.palette, pixels: numbers)
    }

    /// One bit a pixel, the first in the highest bit, where all pixels are black or white; else `nil`.
    func packedBlackAndWhite() -> Bytes? {
        let isBlackAndWhite = unsafe pixels.withUnsafeBytes { source in
            for start in stride(from: 0, to: source.count, by: 4096) {
                // Without a branch for each pixel.
                var others: UInt8 = 0
                for index in start..<min(start + 4096, source.count) {
                    unsafe others |= source[index] ^ UInt8(bitPattern: Int8(bitPattern: source[index]) >> 7)
                }
                if others != 0 { return false }
            }
            return true
        }
        guard channels == 1, isBlackAndWhite else { return nil }
        let width = (columns + 7) / 8
        return unsafe Bytes(count: rows * width) { target in
            unsafe pixels.withUnsafeBytes { source in
                for row in 0..<rows {
                    for column in 0..<columns {
                        let bit = unsafe source[row &* columns &+ column] & (0x80 >> UInt8(column & 7))
                        unsafe target[row &* width &+ column >> 3] |= bit
                    }
                }
            }
        }
    }
}

/// Up to 256 colours by their numbers: open addressing in four times the room.
private struct ColourTable {
    private(set) var palette: [UInt8] = []
    private var slots = [(colour: UInt32, number: UInt8)](repeating: (.max, 0), count: 1024)

    /// The number of `colour`; `nil` where it would be the 257th.
    mutating func number(of colour: UInt32) -> UInt8? {
        var slot = Int((colour &* 0x9E37_79B1) >> 22)
        while slots[slot].colour != colour {
            guard slots[slot].colour != .max else {
                guard palette.count < 768 else { return nil }
                let number = UInt8(palette.count / 3)
                palette += [16, 8, 0].map { UInt8(truncatingIfNeeded: colour >> $0) }
                slots[slot] = (colour, number)
                return number
            }
            slot = (slot + 1) & 1023
        }
        return slots[slot].number
    }
}
