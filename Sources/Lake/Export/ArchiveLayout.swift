internal import ByteIO
internal import Foundation

/// Where everything lies in an archive, and the bytes of its headers (APPNOTE 6.3 §4.3). Docs/Formats/export.md.
struct ArchiveLayout: Sendable {
    let manifestHead: String
    let manifestSize: Int64
    let manifestCRC32: UInt32
    let entryCount: Int
    /// Where the central directory begins.
    let directoryOffset: Int64
    /// Length of the archive.
    let size: Int64
    let time: DOSTime

    private static let limit32: Int64 = 0xFFFF_FFFF
    private static let limit16 = 0xFFFF
    static let localHeaderCount = 30
    static let directoryHeaderCount = 46

    /// Where the manifest's bytes begin.
    static var manifestOffset: Int64 { Int64(localHeaderCount + ManifestText.path.utf8.count) }
    /// Where the first file's local header begins.
    var entriesOffset: Int64 { Self.manifestOffset + manifestSize }
    /// Where the first file's directory header begins: behind the manifest's.
    var entryDirectoryOffset: Int64 {
        directoryOffset + Int64(Self.directoryHeaderCount + ManifestText.path.utf8.count)
    }
    /// Where the central directory ends.
    var directoryEnd: Int64 { size - Int64(tailCount) }

    var manifestEntry: ExportEntry {
        ExportEntry(position: -1, path: ManifestText.path, size: manifestSize, crc32: manifestCRC32)
    }

    // MARK: Headers

    /// Bytes before a file's own.
    static func localHeaderCount(_ entry: ExportEntry) -> Int64 {
        Int64(localHeaderCount + entry.path.utf8.count + (entry.size >= limit32 ? 20 : 0))
    }

    func localHeader(_ entry: ExportEntry) -> Bytes {
        let isLarge = entry.size >= Self.limit32
        var bytes = Self.little(0x0403_4B50, 4) + Self.little(isLarge ? 45 : 20, 2) + Self.little(0, 4)
        bytes += sizes(entry, isLarge: isLarge) + Self.little(Int64(entry.path.utf8.count), 2)
        bytes += Self.little(isLarge ? 20 : 0, 2) + Array(entry.path.utf8)
        if isLarge {
            bytes += Self.little(1, 2) + Self.little(16, 2) + Self.little(entry.size, 8) + Self.little(entry.size, 8)
        }
        return Bytes(bytes)
    }

    func directoryHeader(_ entry: ExportEntry) -> Bytes {
        let isLarge = entry.size >= Self.limit32
        let isFar = entry.archiveOffset >= Self.limit32
        var extra: [UInt8] = []
        if isLarge { extra += Self.little(entry.size, 8) + Self.little(entry.size, 8) }
        if isFar { extra += Self.little(entry.archiveOffset, 8) }
        if !extra.isEmpty { extra = Self.little(1, 2) + Self.little(Int64(extra.count), 2) + extra }
        // Made on Unix (3), so that modes count.
        var bytes = Self.little(0x0201_4B50, 4) + Self.little(3 << 8 | 45, 2)
        bytes += Self.little(isLarge || isFar ? 45 : 20, 2) + Self.little(0, 4) + sizes(entry, isLarge: isLarge)
        bytes += Self.little(Int64(entry.path.utf8.count), 2) + Self.little(Int64(extra.count), 2) + Self.little(0, 6)
        bytes += Self.little(0o100644 << 16, 4) + Self.little(isFar ? Self.limit32 : entry.archiveOffset, 4)
        return Bytes(bytes + Array(entry.path.utf8) + extra)
    }

    /// Time, date, CRC-32 and both sizes.
    private func sizes(_ entry: ExportEntry, isLarge: Bool) -> [UInt8] {
        let size = isLarge ? Self.limit32 : entry.size
        return Self.little(Int64(time.time), 2) + Self.little(Int64(time.date), 2) + Self.little(Int64(entry.crc32), 4)
            + Self.little(size, 4) + Self.little(size, 4)
    }

    // MARK: The end

    private var needsZip64: Bool {
        entryCount + 1 >= Self.limit16 || directoryOffset >= Self.limit32
            || size - directoryOffset >= Self.limit32
    }

    private var tailCount: Int { Self.tailCount(isZip64: needsZip64) }
    private static func tailCount(isZip64: Bool) -> Int { isZip64 ? 56 + 20 + 22 : 22 }

    /// Length of an archive whose central directory lies at `directoryOffset` and has `directorySize` bytes.
    static func size(entryCount: Int, directoryOffset: Int64, directorySize: Int64) -> Int64 {
        // As `needsZip64` will see it: the directory and what stands behind it.
        let small = directoryOffset + directorySize + Int64(tailCount(isZip64: false))
        let isZip64 = entryCount + 1 >= limit16 || directoryOffset >= limit32 || small - directoryOffset >= limit32
        return directoryOffset + directorySize + Int64(tailCount(isZip64: isZip64))
    }

    /// What stands behind the central directory.
    var tail: Bytes {
        let directorySize = directoryEnd - directoryOffset
        let entries = Int64(entryCount + 1)
        var bytes: [UInt8] = []
        if needsZip64 {
            bytes += Self.little(0x0606_4B50, 4) + Self.little(44, 8) + Self.little(3 << 8 | 45, 2) + Self.little(45, 2)
            bytes += Self.little(0, 8) + Self.little(entries, 8) + Self.little(entries, 8)
            bytes += Self.little(directorySize, 8) + Self.little(directoryOffset, 8)
            bytes += Self.little(0x0706_4B50, 4) + Self.little(0, 4) + Self.little(directoryEnd, 8) + Self.little(1, 4)
        }
        let count = min(entries, Int64(Self.limit16))
        bytes += Self.little(0x0605_4B50, 4) + Self.little(0, 4) + Self.little(count, 2) + Self.little(count, 2)
        bytes += Self.little(min(directorySize, Self.limit32), 4) + Self.little(min(directoryOffset, Self.limit32), 4)
        return Bytes(bytes + Self.little(0, 2))
    }

    private static func little(_ value: Int64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
    }
}

/// A time as ZIP has it: two seconds fine, from 1980 on, here in UTC.
struct DOSTime: Hashable, Sendable {
    let date: UInt16
    let time: UInt16

    init(_ moment: Date) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: moment)
        let year = min(max((parts.year ?? 1980) - 1980, 0), 127)
        date = UInt16(year << 9 | (parts.month ?? 1) << 5 | (parts.day ?? 1))
        time = UInt16((parts.hour ?? 0) << 11 | (parts.minute ?? 0) << 5 | (parts.second ?? 0) / 2)
    }
}
