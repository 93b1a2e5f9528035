internal import ByteIO
internal import DICOM
public import Deidentification
public import Foundation

/// What a profile would make of one file: for who has that file in hand. Nothing of it is kept.
public struct ProfileTrial: Sendable, Codable {
    /// What keeps the document from being used; empty where it can be.
    public let problems: [ProfileDocument.Problem]
    /// Why the object would wait for a person; `nil` where it would not, or no file was given.
    public let held: String?
    public let rows: [Comparison.Row]
    /// Whether there are more attributes than are shown.
    public let isCut: Bool
}

extension Projects {
    /// Largest file that is tried, in bytes.
    public static let largestTrial = 64 << 20

    /// Checks a document, and shows what it would make of `file`.
    ///
    /// The pseudonyms of a trial are random: those of the project would tell whether a guessed patient is in it.
    /// - Throws: `.invalid` for what is no DICOM file; `.tooLarge`; `.notFound`.
    public func tryProfile(
        _ code: String, document: Data, file: [UInt8]?, principal: Principal
    ) async throws(LakeError) -> ProfileTrial {
        _ = try await profile(code, principal: principal)
        let checked = ProfileDocument(document)
        guard let profile = checked.profile, let file else {
            return ProfileTrial(problems: checked.problems, held: nil, rows: [], isCut: false)
        }
        guard file.count <= Self.largestTrial else {
            throw LakeError(.tooLarge, "a file to try on has at most \(Self.largestTrial >> 20) MB")
        }
        return try await LakeError.rethrowing {
            try await context.workers.run { try Self.trial(profile, Bytes(file)) }
        }
    }

    private static func trial(_ profile: Profile, _ bytes: Bytes) throws -> ProfileTrial {
        let input: DICOMFile
        do throws(DICOMError) { input = try DICOMFile.read(bytes) } catch {
            throw LakeError(.invalid, "this is no DICOM file that can be read: \(error)")
        }
        let outcome: Outcome
        do throws(DeidentificationError) {
            outcome = try Deidentifier(profile: profile, secret: .random()).deidentify(input)
        } catch {
            throw LakeError(.invalid, "this file cannot be de-identified: \(error.reason)")
        }
        var held: String?
        if case .review(let reason) = outcome.risk { held = reason }
        let comparison = Comparison(before: input.dataSet, after: outcome.file.dataSet)
        return ProfileTrial(problems: [], held: held, rows: comparison.rows, isCut: comparison.isCut)
    }
}
