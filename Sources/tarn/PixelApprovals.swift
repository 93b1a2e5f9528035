import ArgumentParser
import ByteIO
import DICOMImaging
import Deidentification
import Foundation

/// A file that says what was decided about the pixels of images that look alike (`Docs/Formats/regions.md`).
struct PixelApprovals: Decodable {
    struct Entry: Decodable {
        let signature: String
        let regions: [PixelRegion]
        let seen: [PixelRegion]?
    }

    let approvals: [Entry]

    /// Longest file that is read, in bytes.
    private static let limit = 16 << 20

    /// The decisions in `file`. The command ends with 2, after one line, where they cannot be used.
    static func read(_ file: String, for command: String) throws -> [PixelSignature: PixelApproval] {
        func refuse(_ reason: String) -> ExitCode {
            Terminal.say("\(command): --regions \(file): \(reason)")
            return ExitCode(2)
        }
        let bytes: Bytes
        do { bytes = try Bytes.mapping(file: file) } catch { throw refuse("\(error)") }
        guard bytes.count <= limit else { throw refuse("longer than 16 MiB") }
        guard let parsed = try? JSONDecoder().decode(PixelApprovals.self, from: Data(bytes.array)) else {
            throw refuse(
                "not of the form {\"approvals\": [{\"signature\": …, \"regions\": "
                    + "[{\"x\": 0, \"y\": 0, \"width\": 1, \"height\": 1}]}]}")
        }
        var out: [PixelSignature: PixelApproval] = [:]
        for (number, entry) in parsed.approvals.enumerated() {
            guard let signature = PixelSignature(text: entry.signature) else {
                throw refuse("approval \(number + 1): not a signature")
            }
            guard signature.isSpecific else {
                throw refuse("approval \(number + 1): the signature names no manufacturer and model")
            }
            guard out[signature] == nil else {
                throw refuse("approval \(number + 1): that signature stands there twice")
            }
            out[signature] = PixelApproval(regions: entry.regions, seen: entry.seen)
        }
        return out
    }
}
