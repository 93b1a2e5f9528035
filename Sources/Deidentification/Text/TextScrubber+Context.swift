extension TextScrubber {
    /// Mail and web addresses: everything between the spaces around them.
    func contacts(_ tokens: TextTokens, _ marks: inout [Mark]) {
        let bytes = tokens.bytes
        var done = 0
        for index in bytes.indices where index >= done {
            let isAt = bytes[index] == UInt8(ascii: "@")
            let isScheme = bytes[index] == UInt8(ascii: ":") && bytes[index...].starts(with: "://".utf8)
            let isHost =
                bytes[index] | 0x20 == UInt8(ascii: "w")
                && bytes[index...].prefix(4).map { $0 | 0x20 } == Array("www.".utf8)
            guard isAt || isScheme || isHost else { continue }
            var start = index
            var end = index
            while start > 0, !Self.isSpace(bytes[start - 1]) { start -= 1 }
            while end < bytes.count, !Self.isSpace(bytes[end]) { end += 1 }
            marks.append(Mark(range: start..<end, kind: .contact))
            done = end
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }

    /// IDs of the header, whatever separators they are written with.
    func knownNumbers(_ tokens: TextTokens, _ marks: inout [Mark]) {
        guard !identifiers.ids.isEmpty, tokens.tokens.contains(where: { $0.kind != .word }) else { return }
        var stream: [UInt8] = []
        var positions: [Int] = []
        for token in tokens.tokens {
            for index in token.start..<token.end where tokens.bytes[index] < 0x80 {
                let byte = tokens.bytes[index]
                stream.append(byte >= 0x61 ? byte & 0xDF : byte)
                positions.append(index)
            }
        }
        for id in identifiers.searchable where id.count <= stream.count {
            for start in 0...(stream.count - id.count) where stream[start] == id[0] {
                guard stream[start..<(start + id.count)].elementsEqual(id) else { continue }
                marks.append(Mark(range: positions[start]..<(positions[start + id.count - 1] + 1), kind: .id))
            }
        }
    }
}
