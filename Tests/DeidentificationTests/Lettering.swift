/// Letters of 5 × 7 dots, for tests that need text in an image.
enum Lettering {
    private static let glyphs: [Character: [UInt8]] = [
        "A": [0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11], "B": [0x1E, 0x11, 0x11, 0x1E, 0x11, 0x11, 0x1E],
        "E": [0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F], "I": [0x0E, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E],
        "L": [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1F], "N": [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11],
        "O": [0x0E, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0E], "R": [0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11],
        "S": [0x0F, 0x10, 0x10, 0x0E, 0x01, 0x01, 0x1E], "T": [0x1F, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
        "1": [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E], "2": [0x0E, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1F],
        "9": [0x0E, 0x11, 0x11, 0x0F, 0x01, 0x01, 0x0E], "6": [0x0E, 0x10, 0x10, 0x1E, 0x11, 0x11, 0x0E],
        " ": [0, 0, 0, 0, 0, 0, 0],
    ]

    /// Positions of the dots of `text`, its top left at (x, y), each dot `scale` pixels wide.
    static func dots(_ text: String, x: Int, y: Int, scale: Int = 1) -> [(x: Int, y: Int)] {
        var out: [(x: Int, y: Int)] = []
        for (position, letter) in text.enumerated() {
            for (row, bits) in (glyphs[letter] ?? []).enumerated() {
                for column in 0..<5 where bits >> UInt8(4 - column) & 1 == 1 {
                    for dy in 0..<scale {
                        for dx in 0..<scale {
                            out.append((x + (position * 6 + column) * scale + dx, y + row * scale + dy))
                        }
                    }
                }
            }
        }
        return out
    }
}

/// Numbers that look random and are the same in every run.
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

    /// 0 … `limit` − 1.
    mutating func roll(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % limit
    }
}
