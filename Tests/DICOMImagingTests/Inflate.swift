/// RFC 1951 by its own text, so that what libdeflate wrote is read by something else. Only for tests.
struct Inflate {
    struct Invalid: Error {}

    private let input: [UInt8]
    private var position = 0
    private var output: [UInt8] = []

    static func zlib(_ bytes: [UInt8]) throws -> [UInt8] { try raw(Array(bytes.dropFirst(2))) }

    static func raw(_ bytes: [UInt8]) throws -> [UInt8] {
        var inflate = Inflate(input: bytes)
        while try !inflate.block() {}
        return inflate.output
    }

    private init(input: [UInt8]) { self.input = input }

    private mutating func bits(_ count: Int) throws -> Int {
        var value = 0
        for index in 0..<count {
            guard position >> 3 < input.count else { throw Invalid() }
            value |= (Int(input[position >> 3]) >> (position & 7) & 1) << index
            position += 1
        }
        return value
    }

    /// One block; whether it was the last.
    private mutating func block() throws -> Bool {
        let isLast = try bits(1) == 1
        switch try bits(2) {
        case 0:
            position = (position + 7) & ~7
            let length = try bits(16)
            guard try bits(16) == ~length & 0xFFFF else { throw Invalid() }
            for _ in 0..<length { output.append(UInt8(try bits(8))) }
        case 1:
            let lengths =
                [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112)
                + [Int](repeating: 7, count: 24) + [Int](repeating: 8, count: 8)
            try codes(Huffman(lengths), Huffman([Int](repeating: 5, count: 30)))
        case 2: try dynamic()
        default: throw Invalid()
        }
        return isLast
    }

    private mutating func dynamic() throws {
        let (literals, distances, lengths) = (try bits(5) + 257, try bits(5) + 1, try bits(4) + 4)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var codeLengths = [Int](repeating: 0, count: 19)
        for index in 0..<lengths { codeLengths[order[index]] = try bits(3) }
        let code = Huffman(codeLengths)
        var all: [Int] = []
        while all.count < literals + distances {
            switch try symbol(code) {
            case 16: all += [Int](repeating: all.last ?? 0, count: try bits(2) + 3)
            case 17: all += [Int](repeating: 0, count: try bits(3) + 3)
            case 18: all += [Int](repeating: 0, count: try bits(7) + 11)
            case let length: all.append(length)
            }
        }
        try codes(Huffman(Array(all[..<literals])), Huffman(Array(all[literals...])))
    }

    private mutating func codes(_ literal: Huffman, _ distance: Huffman) throws {
        while true {
            let value = try symbol(literal)
            if value == 256 { return }
            guard value > 256 else {
                output.append(UInt8(value))
                continue
            }
            let length = Self.lengthBase[value - 257] + (try bits(Self.lengthExtra[value - 257]))
            let code = try symbol(distance)
            let back = Self.distanceBase[code] + (try bits(code < 4 ? 0 : code / 2 - 1))
            guard back <= output.count else { throw Invalid() }
            for _ in 0..<length { output.append(output[output.count - back]) }
        }
    }

    private mutating func symbol(_ huffman: Huffman) throws -> Int {
        var code = 0
        for length in 1...15 {
            code = code << 1 | (try bits(1))
            if let symbol = huffman.symbols[length << 16 | code] { return symbol }
        }
        throw Invalid()
    }

    private struct Huffman {
        /// Length and code to symbol.
        var symbols: [Int: Int] = [:]

        init(_ lengths: [Int]) {
            var code = 0
            for length in 1...15 {
                for symbol in lengths.indices where lengths[symbol] == length {
                    symbols[length << 16 | code] = symbol
                    code += 1
                }
                code <<= 1
            }
        }
    }

    private static let lengthExtra = [Int](repeating: 0, count: 8) + (1...5).flatMap { [$0, $0, $0, $0] } + [0]
    private static let lengthBase: [Int] = {
        var base = 3
        var all: [Int] = []
        for extra in lengthExtra.dropLast() {
            all.append(base)
            base += 1 << extra
        }
        return all + [258]
    }()
    private static let distanceBase: [Int] = {
        var base = 1
        return (0..<30).map { code in
            defer { base += 1 << (code < 4 ? 0 : code / 2 - 1) }
            return base
        }
    }()
}
