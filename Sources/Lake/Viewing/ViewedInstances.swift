internal import ByteIO
internal import DICOM
internal import DICOMImaging
internal import Postgres

/// Instances on their way to somebody's eyes: rows, opened objects and headers, kept in memory for a while.
final class ViewedInstances: Sendable {
    /// Of these, some 2 KB each.
    private let opened = BoundedCache<String, Opened>(limit: 8192)
    private let headers = BoundedCache<String, InstanceHeader>(limit: 64 << 20)
    private let context: LakeContext
    /// Decoding and rendering, apart from the threads of ingest.
    let workers = WorkPool(name: "tarn.view")

    struct Opened: Sendable {
        let instance: StoredInstance
        let blob: SealedBlob
    }

    init(_ context: LakeContext) { self.context = context }

    /// The instance with this UID, for one who may view it.
    /// - Throws: `.notFound`.
    func instance(_ uid: String, principal: Principal) async throws(LakeError) -> Opened {
        let found: Opened
        if let kept = opened[uid] {
            found = kept
        } else {
            let row = try await LakeError.rethrowing {
                try await context.database.first(
                    "SELECT \(StoredInstance.columns) FROM \(StoredInstance.source) WHERE i.uid = $1", [uid]
                ).map { try StoredInstance($0) }
            }
            guard let row else { throw Self.notFound }
            // Asked before anything is read of it.
            guard Gate.permits(principal, .view, project: row.projectID) else { throw Self.notFound }
            found = try await open(row)
        }
        guard Gate.permits(principal, .view, project: found.instance.projectID) else { throw Self.notFound }
        return found
    }

    static let notFound = LakeError(.notFound, "there is no such instance")

    /// Opens an instance whose row is known.
    func open(_ instance: StoredInstance) async throws(LakeError) -> Opened {
        if let kept = opened[instance.uid] { return kept }
        guard instance.isHere else { throw LakeError.offloaded }
        let blob = try await context.objects.object(instance.address, uid: instance.uid, study: instance.studyID)
        let found = Opened(instance: instance, blob: blob)
        opened.keep(found, for: instance.uid)
        return found
    }

    /// Forgets what is open of a study, whose keys were destroyed or whose objects moved.
    func forget(study id: Int64) {
        opened.removeAll { $0.instance.studyID == id }
    }

    /// Forgets everything: some of it was erased.
    func forgetAll() {
        opened.removeAll()
        headers.removeAll()
    }

    // MARK: Headers and frames

    /// What the header says about pixels and display.
    /// - Throws: `.invalid` where there are none.
    func header(_ opened: Opened) async throws(LakeError) -> InstanceHeader {
        let uid = opened.instance.uid
        if let kept = headers[uid] { return kept }
        let header: InstanceHeader
        if let index = opened.instance.frameIndex {
            let start = try Self.firstByte(of: index)
            guard start <= InstanceHeader.maximumBytes else {
                throw LakeError(.tooLarge, "the header is too large to be shown")
            }
            let bytes = try await opened.blob.read(0..<min(start, opened.blob.count))
            let isNative = !TransferSyntax(uid: opened.instance.transferSyntax).isEncapsulated
            header = try await workers.run { () throws(LakeError) in try InstanceHeader(bytes, isNative: isNative) }
        } else {
            header = try await whole(opened).header
        }
        headers.keep(header, for: uid, cost: 16_384)
        return header
    }

    private static func firstByte(of index: FrameIndex) throws(LakeError) -> Int {
        do throws(ImagingError) {
            return try index.location(ofFrame: 1).ranges.first?.lowerBound ?? 0
        } catch {
            throw LakeError(.invalid, "the instance has no pixels that can be shown")
        }
    }

    /// One frame's bytes as they are stored: one sealed range.
    /// - Parameter number: from 1.
    /// - Throws: `.notFound` for a frame that is not there.
    func frame(_ number: Int, of opened: Opened) async throws(LakeError) -> (bytes: Bytes, leadingBits: Int) {
        guard let index = opened.instance.frameIndex else {
            let whole = try await whole(opened)
            do throws(ImagingError) {
                return (
                    try whole.data.bytes(ofFrame: number), try whole.data.index.location(ofFrame: number).leadingBits
                )
            } catch { throw LakeError(.notFound, "there is no frame \(number)") }
        }
        let location: FrameIndex.Location
        do throws(ImagingError) { location = try index.location(ofFrame: number) } catch {
            throw LakeError(.notFound, "there is no frame \(number)")
        }
        return (try await read(location.ranges, of: opened.blob), location.leadingBits)
    }

    /// Fragments of a frame lie behind each other with eight bytes between them (PS3.5 §A.4): one read has them all.
    private func read(_ ranges: [Range<Int>], of blob: SealedBlob) async throws(LakeError) -> Bytes {
        guard let first = ranges.first, let last = ranges.last else { return Bytes() }
        guard ranges.count > 1 else { return try await blob.read(first) }
        let start = first.lowerBound
        let span = try await blob.read(start..<last.upperBound)
        let pieces = ranges.map { Piece.source(($0.lowerBound - start)..<($0.upperBound - start)) }
        do throws(ByteIOError) { return try pieces.materialize(from: span) } catch { throw LakeError(error) }
    }

    /// An object whose frames have no ranges (deflated): read whole.
    private func whole(_ opened: Opened) async throws(LakeError) -> (header: InstanceHeader, data: PixelData) {
        guard opened.instance.frames > 0 else {
            throw LakeError(.invalid, "the instance has no pixels that can be shown")
        }
        guard opened.blob.count <= HeldPictures.maximumBytes else {
            throw LakeError(.tooLarge, "the instance is too large to be shown")
        }
        let bytes = try await opened.blob.read(0..<opened.blob.count)
        return try await workers.run { () throws(LakeError) in
            do {
                let file = try DICOMFile.read(bytes)
                let data = try PixelData(file)
                return (InstanceHeader(file, data.description), data)
            } catch {
                throw LakeError(.invalid, "the instance cannot be shown: \(error)")
            }
        }
    }
}
