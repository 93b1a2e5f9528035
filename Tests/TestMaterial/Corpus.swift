public import ByteIO
public import DICOM
public import Foundation

/// The developers' corpus of real files, ../shared/corpus beside the repository: absent in a plain clone.
public enum Corpus {
    /// `nil` where it is not there.
    public static let directory: URL? = {
        let folder = Repository.root.deletingLastPathComponent().appendingPathComponent("shared/corpus")
        return FileManager.default.fileExists(atPath: folder.appendingPathComponent("manifest.csv").path) ? folder : nil
    }()

    public static var isHere: Bool { directory != nil }

    /// Everything below it, sorted; nothing, and a word about it, where it is not there.
    public static let paths: [String] = {
        guard let directory, let all = FileManager.default.enumerator(atPath: directory.path) else {
            print("The corpus ../shared/corpus is absent: its tests are skipped.")
            return []
        }
        return all.compactMap { $0 as? String }.sorted()
    }()

    public static func bytes(_ path: String) throws -> Bytes {
        guard let directory else { throw CocoaError(.fileNoSuchFile) }
        return try Bytes.mapping(file: directory.appendingPathComponent(path).path)
    }

    public static func file(_ path: String) throws -> DICOMFile { try DICOMFile.read(try bytes(path)) }

    /// The rows of manifest.csv by the names of its columns.
    public static func rows() throws -> [[String: String]] {
        let records = parse(try bytes("manifest.csv").array)
        guard let names = records.first else { return [] }
        return records.dropFirst().map { Dictionary(zip(names, $0), uniquingKeysWith: { first, _ in first }) }
    }

    /// RFC 4180.
    private static func parse(_ text: [UInt8]) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        for byte in text {
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
