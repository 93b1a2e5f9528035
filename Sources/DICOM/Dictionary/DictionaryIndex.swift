/// Finds the lines of `DictionaryTable`. Made once, in about a millisecond; a lookup is a binary search.
struct DictionaryIndex: Sendable {
    /// Tags in ascending order, with 0 for every digit that is free.
    private(set) var tags: [UInt32] = []
    /// VRs of `tags`.
    private(set) var kinds: [DictionaryVR] = []
    private var lines: [Int32] = []
    private var repeating: [(mask: UInt32, tag: UInt32, index: Int)] = []
    private let text: StaticString

    init(_ text: StaticString) {
        self.text = text
        var rows: [(tag: UInt32, mask: UInt32, kind: DictionaryVR, line: Int32)] = []
        rows.reserveCapacity(5500)
        text.withUTF8Buffer { buffer in
            var start = 0
            while start + 10 < buffer.count {
                var tag: UInt32 = 0
                var mask: UInt32 = 0
                for position in start..<(start + 8) {
                    let digit = unsafe DictionaryIndex.digit(buffer[position])
                    tag = tag << 4 | (digit ?? 0)
                    mask = mask << 4 | (digit == nil ? 0 : 0xF)
                }
                let kind = unsafe DictionaryVR(first: buffer[start + 8], second: buffer[start + 9])
                rows.append((tag, mask, kind, Int32(truncatingIfNeeded: start)))
                while start < buffer.count, unsafe buffer[start] != UInt8(ascii: "\n") { start += 1 }
                start += 1
            }
        }
        rows.sort { ($0.tag, $0.mask) < ($1.tag, $1.mask) }
        for (index, row) in rows.enumerated() {
            tags.append(row.tag)
            kinds.append(row.kind)
            lines.append(row.line)
            if row.mask != .max { repeating.append((row.mask, row.tag, index)) }
        }
    }

    /// The row of `tag`, or of the repeating group that it belongs to (PS3.5 §7.6).
    func index(of tag: Tag) -> Int? {
        var low = 0
        var high = tags.count
        while low < high {
            let middle = (low + high) >> 1
            if tags[middle] < tag.rawValue { low = middle + 1 } else { high = middle }
        }
        if low < tags.count, tags[low] == tag.rawValue { return low }
        guard DictionaryIndex.mayRepeat(tag.group) else { return nil }
        return repeating.first { tag.rawValue & $0.mask == $0.tag }?.index
    }

    /// The five fields of a row: tag and VR, VM, keyword, name, retired.
    func fields(at index: Int) -> [Substring] {
        let start = Int(lines[index])
        let line: String = text.withUTF8Buffer { buffer in
            var end = start
            while end < buffer.count, unsafe buffer[end] != UInt8(ascii: "\n") { end += 1 }
            return unsafe String(decoding: buffer[start..<end], as: UTF8.self)
        }
        return line.split(separator: "\t", omittingEmptySubsequences: false)
    }

    /// The third field of a row alone.
    func keyword(at index: Int) -> String {
        text.withUTF8Buffer { buffer in
            // The first field has ten characters; the second ends with the next tab.
            var start = Int(lines[index]) + 11
            while start < buffer.count, unsafe buffer[start] != UInt8(ascii: "\t") { start += 1 }
            start = min(start + 1, buffer.count)
            var end = start
            while end < buffer.count, unsafe buffer[end] != UInt8(ascii: "\t") { end += 1 }
            return unsafe String(decoding: buffer[start..<end], as: UTF8.self)
        }
    }

    private static func mayRepeat(_ group: UInt16) -> Bool {
        switch group & 0xFF00 {
        case 0x1000, 0x5000, 0x6000, 0x7F00: true
        default: group == 0x0020 || group == 0x0028
        }
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
