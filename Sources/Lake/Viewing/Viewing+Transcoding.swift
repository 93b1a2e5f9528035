public import ByteIO
internal import DICOM
internal import DICOMImaging

extension Viewing {
    /// An object beyond this, or whose samples come to more, is given as it is stored only: it would lie in memory.
    public static let largestTranscoded = 256 << 20

    /// One of those that `instances` found and recorded, in another transfer syntax, whole in memory.
    /// - Throws: `.otherForm` where it cannot be had so; `.tooLarge`.
    public func transcoded(
        _ instance: RetrievedInstance, to syntax: String, principal: Principal
    ) async throws(LakeError) -> Bytes {
        let reader = try await object(instance, principal: principal)
        guard reader.count <= Self.largestTranscoded else {
            throw LakeError(.tooLarge, "the instance is too large for another transfer syntax than its own")
        }
        let bytes = try await reader.read(0..<reader.count)
        return try await instances.workers.run { () throws(LakeError) in
            do {
                let file = try DICOMFile.read(bytes)
                let result = try Transcoder(to: TransferSyntax(uid: syntax))
                    .transcode(file, keeping: MemoryFrames(limit: Self.largestTranscoded))
                return try result.encode().materialize(from: result.source)
            } catch {
                throw LakeError(.otherForm, "the instance cannot be had in that transfer syntax: \(error)")
            }
        }
    }

    /// One frame's bytes in another transfer syntax, which loses nothing.
    /// - Parameter number: from 1.
    /// - Throws: `.notFound`; `.otherForm` where it cannot be had so.
    public func frame(
        _ uid: String, _ number: Int, in syntax: String, principal: Principal
    ) async throws(LakeError) -> Bytes {
        let opened = try await self.opened(uid, principal: principal)
        let (bytes, leadingBits) = try await instances.frame(number, of: opened)
        return try await recoded(opened, bytes, leadingBits: leadingBits, to: TransferSyntax(uid: syntax))
    }

    func recoded(
        _ opened: ViewedInstances.Opened, _ bytes: Bytes, leadingBits: Int, to syntax: TransferSyntax
    ) async throws(LakeError) -> Bytes {
        let header = try await instances.header(opened)
        return try await instances.workers.run { () throws(LakeError) in
            do throws(ImagingError) {
                let frame = try FrameDecoder(header.pixels).decode(bytes, leadingBits: leadingBits)
                return try FrameEncoder(syntax).encode(frame, bitsAllocated: header.pixels.bitsAllocated)
            } catch {
                throw LakeError(.otherForm, "the frame cannot be had in that transfer syntax: \(error)")
            }
        }
    }
}
