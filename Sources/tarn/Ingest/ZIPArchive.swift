import ByteIO
import Foundation

/// A ZIP archive on disk (APPNOTE 6.3.9), its list of entries checked before anything is read of them.
///
/// Nothing is ever extracted: names of entries are for messages only.
final class ZIPArchive: Sendable {
    /// One file of the archive.
    struct Entry: Sendable {
        let name: String
        let isDirectory: Bool
        let method: UInt16
        let isEncrypted: Bool
        let crc: UInt32
        let compressedSize: Int
        let size: Int
        let localHeader: Int
    }

    /// What is refused.
    enum Limit {
        static let entries = 1_000_000
        static let directory = 512 << 20
        /// An entry that says it grows more than this, and to more than `size`, is a bomb: pixels do not.
        static let ratio = 200
        static let size = 1 << 30
    }

    let path: String
    let entries: [Entry]
    private let bytes: Bytes

    /// Whether the file at `path` begins as an archive does.
    static func isArchive(_ path: String) -> Bool {
        guard let reader = try? FileReader(path: path) else { return false }
        var start: [UInt8] = [0, 0, 0, 0]
        let count = (try? start.withUnsafeMutableBytes { try reader.read(into: $0) }) ?? 0
        return count == 4 && (start == [0x50, 0x4B, 3, 4] || start == [0x50, 0x4B, 5, 6])
    }

    /// Reads the central directory.
    /// - Throws: `ClientError` where it is damaged or passes a limit.
    init(path: String) throws {
        self.path = path
        do { bytes = try Bytes.mapping(file: path) } catch { throw ClientError("the archive \(error)") }
        let place = try Self.directory(of: bytes)
        guard place.count <= Limit.entries, place.range.count <= Limit.directory else {
            throw ClientError("the archive has too many entries")
        }
        guard let directory = bytes.slice(place.range) else { throw Self.damaged }
        var entries: [Entry] = []
        var offset = 0
        for _ in 0..<place.count {
            let (entry, length) = try Self.entry(directory, at: offset)
            entries.append(entry)
            offset += length
        }
        self.entries = entries
    }

    /// A reader of one entry's content. Its checksum is verified before the first byte is handed out, so that a
    /// damaged file is never half sent.
    func reader(of entry: Entry) throws -> any InputReader {
        guard !entry.isEncrypted else { throw ClientError("the archive's entry is encrypted") }
        guard entry.method == 0 || entry.method == 8 else {
            throw ClientError("the archive's entry is compressed by method \(entry.method), which is not known here")
        }
        guard entry.size <= Limit.size || entry.size / Limit.ratio <= entry.compressedSize else {
            throw ClientError("the archive's entry would grow \(entry.size / max(1, entry.compressedSize))-fold")
        }
        let content = try content(of: entry)
        if entry.method == 0, entry.compressedSize != entry.size { throw Self.damaged }
        let make: () throws -> ZIPEntryReader = {
            try ZIPEntryReader(content, isDeflated: entry.method == 8, size: entry.size)
        }
        let check = try make()
        var crc = CRC32()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try check.read(into: $0) }
            guard count > 0 else { break }
            buffer.withUnsafeBytes { crc.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
        guard crc.value == entry.crc else { throw Self.otherChecksum }
        return try make()
    }

    /// The content is not what the archive's directory says: CRC-32.
    static let otherChecksum = ClientError(code: "checksum", "the archive's entry does not match its checksum")
    private static let damaged = ClientError("the archive is damaged")

    /// The compressed bytes, behind the local header (4.3.7).
    private func content(of entry: Entry) throws -> Bytes {
        guard let header = bytes.slice(at: entry.localHeader, count: 30), header.integer(0, 4) == 0x0403_4B50 else {
            throw Self.damaged
        }
        let start = entry.localHeader + 30 + header.integer(26, 2) + header.integer(28, 2)
        guard let content = bytes.slice(at: start, count: entry.compressedSize) else { throw Self.damaged }
        return content
    }

    /// Where the central directory lies, from the end of the file (4.3.16, and 4.3.14 for ZIP64).
    private static func directory(of bytes: Bytes) throws -> (count: Int, range: Range<Int>) {
        let tail = max(0, bytes.count - 65557)
        var position = bytes.count - 22
        while position >= tail {
            if let end = bytes.slice(at: position, count: 22), end.integer(0, 4) == 0x0605_4B50,
                end.integer(20, 2) == bytes.count - position - 22
            {
                return try large(bytes, end, position)
                    ?? range(end.integer(10, 2), end.integer(16, 4), end.integer(12, 4))
            }
            position -= 1
        }
        throw damaged
    }

    private static func large(_ bytes: Bytes, _ end: Bytes, _ position: Int) throws -> (count: Int, range: Range<Int>)?
    {
        guard end.integer(10, 2) == 0xFFFF || end.integer(16, 4) == 0xFFFF_FFFF || end.integer(12, 4) == 0xFFFF_FFFF,
            let locator = bytes.slice(at: position - 20, count: 20), locator.integer(0, 4) == 0x0706_4B50
        else { return nil }
        guard let record = bytes.slice(at: locator.integer(8, 8), count: 56), record.integer(0, 4) == 0x0606_4B50 else {
            throw damaged
        }
        return try range(record.integer(32, 8), record.integer(48, 8), record.integer(40, 8))
    }

    private static func range(_ count: Int, _ start: Int, _ length: Int) throws -> (count: Int, range: Range<Int>) {
        let (end, overflow) = start.addingReportingOverflow(length)
        // An entry takes 46 bytes at least: a count that cannot be is refused before memory is reserved for it.
        guard count >= 0, start >= 0, length >= 0, !overflow, count <= length / 46 else { throw damaged }
        return (count, start..<end)
    }

    /// One record of the central directory (4.3.12) and its length.
    private static func entry(_ directory: Bytes, at offset: Int) throws -> (Entry, Int) {
        guard let record = directory.slice(at: offset, count: 46), record.integer(0, 4) == 0x0201_4B50 else {
            throw damaged
        }
        let (nameLength, extraLength, commentLength) = (
            record.integer(28, 2), record.integer(30, 2), record.integer(32, 2)
        )
        guard let name = directory.slice(at: offset + 46, count: nameLength),
            let extra = directory.slice(at: offset + 46 + nameLength, count: extraLength)
        else { throw damaged }
        var sizes = [record.integer(24, 4), record.integer(20, 4), record.integer(42, 4)]
        try widen(&sizes, from: extra)
        let text = String(decoding: name, as: UTF8.self).filter { !$0.isNewline && $0 != "\u{1B}" }
        let entry = Entry(
            name: text, isDirectory: text.hasSuffix("/"), method: UInt16(record.integer(10, 2)),
            isEncrypted: record.integer(8, 2) & 1 == 1, crc: UInt32(record.integer(16, 4)), compressedSize: sizes[1],
            size: sizes[0], localHeader: sizes[2])
        return (entry, 46 + nameLength + extraLength + commentLength)
    }

    /// Sizes that do not fit 32 bits stand in an extra field (4.5.3), in this order, only those that need it.
    private static func widen(_ sizes: inout [Int], from extra: Bytes) throws {
        var offset = 0
        while let head = extra.slice(at: offset, count: 4) {
            let length = head.integer(2, 2)
            if head.integer(0, 2) == 1 {
                var inner = offset + 4
                for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
                    guard inner + 8 <= offset + 4 + length, let field = extra.slice(at: inner, count: 8) else {
                        throw damaged
                    }
                    sizes[index] = field.integer(0, 8)
                    inner += 8
                }
            }
            offset += 4 + length
        }
        guard sizes.allSatisfy({ $0 >= 0 }) else { throw damaged }
    }
}

extension Bytes {
    /// `count` bytes from `offset`; `nil` where they are not there.
    func slice(at offset: Int, count: Int) -> Bytes? {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
        return slice(offset..<(offset + count))
    }

    /// The little-endian number of `size` bytes at `offset`, which must exist; -1 where it passes Int.
    func integer(_ offset: Int, _ size: Int) -> Int {
        var value: UInt64 = 0
        for index in (0..<size).reversed() { value = value << 8 | UInt64(self[offset + index]) }
        return Int(exactly: value) ?? -1
    }
}
