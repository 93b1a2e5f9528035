internal import ByteIO
internal import Synchronization

/// Finds the lines of `PrivateTable`. The creators are indexed once; the attributes of one when a file first has it.
final class PrivateIndex: Sendable {
    static let shared = PrivateIndex()

    /// The attributes of one creator, in the order of their keys.
    private struct Attributes: Sendable {
        var keys: [UInt32] = []
        var vrs: [VR] = []
        var lines: [Int] = []

        func index(of key: UInt32) -> Int? {
            var low = 0
            var high = keys.count
            while low < high {
                let middle = (low + high) >> 1
                if keys[middle] < key { low = middle + 1 } else { high = middle }
            }
            return low < keys.count && keys[low] == key ? low : nil
        }
    }

    private let slots: [Bytes: Int]
    /// Where the attributes of a slot's creator begin in the table, and where they end.
    private let ranges: [Range<Int>]
    private let attributes: Mutex<[Attributes?]>

    private init() {
        var slots: [Bytes: Int] = [:]
        var starts: [Int] = []
        var ends: [Int] = []
        PrivateTable.text.withUTF8Buffer { buffer in
            var start = 0
            while start < buffer.count {
                let end = unsafe PrivateIndex.end(of: start, in: buffer)
                if end > start, unsafe buffer[start] != UInt8(ascii: "\t") {
                    if !starts.isEmpty { ends.append(start) }
                    slots[unsafe Bytes(Array(buffer[start..<end]))] = starts.count
                    starts.append(end + 1)
                }
                start = end + 1
            }
            ends.append(buffer.count)
        }
        self.slots = slots
        ranges = zip(starts, ends).map { $0..<max($0, $1) }
        attributes = Mutex([Attributes?](repeating: nil, count: ranges.count))
    }

    /// The slot of a creator; `nil` for one that is not known.
    func slot(of creator: Bytes) -> Int? { slots[creator] }

    /// The VR of the attribute `key` (`PrivateDictionary.key`) of a slot's creator.
    func vr(in slot: Int, key: UInt32) -> VR? {
        withAttributes(of: slot) { known in known.index(of: key).map { known.vrs[$0] } }
    }

    func entry(in slot: Int, key: UInt32) -> PrivateDictionary.Entry? {
        withAttributes(of: slot) { known in
            guard let index = known.index(of: key) else { return nil }
            let line = known.lines[index]
            let name: String = PrivateTable.text.withUTF8Buffer { buffer in
                let end = unsafe PrivateIndex.end(of: line, in: buffer)
                // A tab, six digits, two letters and a tab precede the name.
                return unsafe String(decoding: buffer[min(line + 10, end)..<end], as: UTF8.self)
            }
            return PrivateDictionary.Entry(vr: known.vrs[index], meaning: name)
        }
    }

    private func withAttributes<Result: Sendable>(of slot: Int, _ body: (Attributes) -> Result?) -> Result? {
        attributes.withLock { all in
            guard all.indices.contains(slot) else { return nil }
            if let known = all[slot] { return body(known) }
            let parsed = PrivateIndex.parse(ranges[slot])
            all[slot] = parsed
            return body(parsed)
        }
    }

    private static func parse(_ range: Range<Int>) -> Attributes {
        var attributes = Attributes()
        PrivateTable.text.withUTF8Buffer { buffer in
            var start = range.lowerBound
            while start + 9 < range.upperBound {
                let digits = unsafe String(decoding: buffer[(start + 1)..<(start + 7)], as: UTF8.self)
                if let key = UInt32(digits, radix: 16),
                    let vr = unsafe VR(first: buffer[start + 7], second: buffer[start + 8])
                {
                    attributes.keys.append(key)
                    attributes.vrs.append(vr)
                    attributes.lines.append(start)
                }
                start = unsafe PrivateIndex.end(of: start, in: buffer) + 1
            }
        }
        return attributes
    }

    private static func end(of start: Int, in buffer: UnsafeBufferPointer<UInt8>) -> Int {
        var end = start
        while end < buffer.count, unsafe buffer[end] != UInt8(ascii: "\n") { end += 1 }
        return end
    }
}
