import ByteIO
import DICOM
import Foundation
import Testing

/// The developers' corpus beside the repository, where it is present.
enum Corpus {
    static let directory: URL? = {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.deletingLastPathComponent().appendingPathComponent("shared/corpus")
        return FileManager.default.fileExists(atPath: folder.appendingPathComponent("manifest.csv").path) ? folder : nil
    }()

    static let absence: Comment = "the corpus (../shared/corpus) is not beside this repository"

    static func bytes(_ path: String) throws -> Bytes {
        let folder = try #require(directory)
        return try Bytes.mapping(file: folder.appendingPathComponent(path).path)
    }

    static func file(_ path: String) throws -> DICOMFile { try DICOMFile.read(try bytes(path)) }

    /// One row of manifest.csv by the names of its columns.
    static func rows() throws -> [[String: String]] {
        let folder = try #require(directory)
        let text = try String(contentsOf: folder.appendingPathComponent("manifest.csv"), encoding: .utf8)
        let records = parse(text)
        guard let names = records.first else { return [] }
        return records.dropFirst().map { Dictionary(zip(names, $0), uniquingKeysWith: { first, _ in first }) }
    }

    /// RFC 4180.
    private static func parse(_ text: String) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                record.append(String(decoding: field, as: UTF8.self))
                field = []
            case UInt8(ascii: "\n") where !isQuoted:
                record.append(String(decoding: field, as: UTF8.self))
                records.append(record)
                (record, field) = ([], [])
            case UInt8(ascii: "\r") where !isQuoted: break
            default: field.append(byte)
            }
        }
        return records
    }
}
