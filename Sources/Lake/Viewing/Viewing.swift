public import ByteIO
internal import DICOM
internal import DICOMImaging
internal import Postgres

/// What the lake shows of published instances: headers, objects, frames, pictures. De-identified, decrypted on the
/// way out, and recorded in the access log before the first byte. Nothing of it is ever written to a disk.
public struct Viewing: Sendable {
    let context: LakeContext
    let accessLog: AccessLog
    let instances: ViewedInstances
    /// Rendered pictures, by what was asked.
    let pictures = BoundedCache<PictureKey, Picture>(limit: 96 << 20)
    /// What the viewer needs of a series, by series and its number of instances.
    let displays = BoundedCache<DisplayKey, SeriesDisplay>(limit: 20_000)

    init(_ context: LakeContext, accessLog: AccessLog) {
        self.context = context
        self.accessLog = accessLog
        instances = ViewedInstances(context)
    }

    /// Forgets everything in memory: some of it was erased.
    func forgetAll() {
        instances.forgetAll()
        pictures.removeAll()
        displays.removeAll()
    }

    /// One frame as it is stored.
    public struct FrameData: Sendable {
        /// Of several fragments the bytes of all, without their item headers.
        public let bytes: Bytes
        /// UID. Native frames are little endian, whatever the object is.
        public let transferSyntax: String
        public let isEncapsulated: Bool
    }

    /// One frame's bytes.
    /// - Parameter number: from 1.
    /// - Throws: `.notFound`.
    public func frame(_ uid: String, _ number: Int, principal: Principal) async throws(LakeError) -> FrameData {
        let opened = try await self.opened(uid, principal: principal)
        let (bytes, leadingBits) = try await instances.frame(number, of: opened)
        let syntax = TransferSyntax(uid: opened.instance.transferSyntax)
        guard !syntax.isEncapsulated else {
            return FrameData(bytes: bytes, transferSyntax: syntax.uid, isEncapsulated: true)
        }
        let native = FrameData(
            bytes: bytes, transferSyntax: TransferSyntax.explicitVRLittleEndian.uid, isEncapsulated: false)
        guard syntax.byteOrder == .bigEndian || leadingBits > 0 else { return native }
        let aligned = try await recoded(opened, bytes, leadingBits: leadingBits, to: .explicitVRLittleEndian)
        return FrameData(bytes: aligned, transferSyntax: native.transferSyntax, isEncapsulated: false)
    }

    /// One frame as the viewer takes it (Docs/Formats/viewer-frame.md), compressed with gzip where that is wanted.
    /// - Throws: `.notFound`; `.invalid` for colour, more than 16 bits, or pixels that cannot be decoded.
    public func transport(
        _ uid: String, _ number: Int, gzip: Bool, principal: Principal
    ) async throws(LakeError) -> Bytes {
        let opened = try await self.opened(uid, principal: principal)
        let header = try await instances.header(opened)
        let display = header.display.frame(number)
        guard header.pixels.samplesPerPixel == 1, header.pixels.bitsAllocated <= 16, display.modalityTable == nil,
            display.palette == nil
        else {
            throw LakeError(
                .otherForm, "colours, more than 16 bits and values behind a modality LUT are had as a rendered picture")
        }
        let (bytes, leadingBits) = try await instances.frame(number, of: opened)
        return try await instances.workers.run { () throws(LakeError) in
            do throws(ImagingError) {
                let frame = try FrameDecoder(header.pixels).decode(bytes, leadingBits: leadingBits)
                let body = try SixteenBitTransport.encode(frame)
                return gzip ? try Deflate.gzip(body) : body
            } catch { throw LakeError(error) }
        }
    }

    /// Digest of the stored object and its frames' number, for an ETag before anything is read.
    /// - Throws: `.notFound`.
    public func identity(
        _ uid: String, principal: Principal
    ) async throws(LakeError) -> (sha256: [UInt8], frames: Int, study: String, series: String) {
        let instance = try await instances.instance(uid, principal: principal).instance
        return (instance.sha256, instance.frames, instance.study, instance.series)
    }

    func opened(_ uid: String, purpose: String = "", principal: Principal) async throws(LakeError)
        -> ViewedInstances.Opened
    {
        let opened = try await instances.instance(uid, principal: principal)
        try await accessLog.record(
            .view, project: opened.instance.projectID, study: opened.instance.study, purpose: purpose,
            principal: principal)
        return opened
    }
}

extension LakeError {
    /// A frame that cannot be decoded or rendered.
    init(_ error: ImagingError) {
        switch error.code {
        case .noSuchFrame: self.init(.notFound, "there is no such frame")
        default: self.init(.invalid, error.description)
        }
    }
}
