internal import ByteIO
internal import DICOM
internal import DICOMImaging

/// Frames of held objects as pictures for who reviews them. The last few objects stay opened in memory: who steps or
/// plays through frames asks for many of one object.
final class HeldPictures: Sendable {
    /// Larger objects are not read into memory to be shown.
    static let maximumBytes = 256 << 20

    /// A held object that is read and can be shown.
    private struct Opened: Sendable {
        let file: DICOMFile
        let decoder: FrameDecoder
        let frames: FrameIndex
        let side: Int
    }

    private let opened = BoundedCache<StoredAddresses.Address, Opened>(limit: HeldPictures.maximumBytes)
    private let context: LakeContext

    init(_ context: LakeContext) { self.context = context }

    /// Forgets everything: some of it was erased.
    func removeAll() { opened.removeAll() }

    /// - Parameters:
    ///   - frame: from 1.
    ///   - isStretched: over all values that the frame has, whatever the file's window is: shows what that hides.
    /// - Throws: `.tooLarge`; `.invalid` where there are no pixels, no such frame, or a coding that cannot be decoded.
    func png(of row: HeldRow, frame: Int, isStretched: Bool) async throws(LakeError) -> Bytes {
        let opened = try await open(row)
        return try await context.workers.run { () throws(LakeError) in
            try Self.render(opened, frame: frame, isStretched: isStretched)
        }
    }

    private func open(_ row: HeldRow) async throws(LakeError) -> Opened {
        let address = row.addresses.object
        if let known = opened[address] { return known }
        let blob = try await context.objects.object(address, uid: row.item.instance, study: row.studyID)
        guard blob.count <= Self.maximumBytes else {
            throw LakeError(.tooLarge, "the instance is too large to be shown here")
        }
        let bytes = try await blob.read(0..<blob.count)
        let made = try await context.workers.run { () throws(LakeError) in try Self.read(bytes) }
        opened.keep(made, for: address, cost: blob.count)
        return made
    }

    private static func read(_ bytes: Bytes) throws(LakeError) -> Opened {
        let file: DICOMFile
        do throws(DICOMError) { file = try DICOMFile.read(bytes) } catch {
            throw LakeError(.invalid, "the instance cannot be read: \(error)")
        }
        do throws(ImagingError) {
            let description = try PixelDescription(file)
            return Opened(
                file: file, decoder: try FrameDecoder(description), frames: try FrameIndex(file, description),
                side: max(description.rows, description.columns))
        } catch { throw LakeError(.invalid, "the instance cannot be shown: \(error)") }
    }

    private static func render(_ opened: Opened, frame: Int, isStretched: Bool) throws(LakeError) -> Bytes {
        do throws(ImagingError) {
            let location = try opened.frames.location(ofFrame: frame)
            let decoded = try opened.decoder.decode(
                try opened.frames.read(frame: frame, from: opened.file.contents), leadingBits: location.leadingBits)
            let parameters = DisplayParameters(opened.file, frame: frame)
            var options = RenderOptions()
            if isStretched, decoded.samplesPerPixel == 1 {
                options.window = Window(percentilesOf: decoded, parameters)
            }
            if opened.side > Viewport.maximumSide {
                options.viewport = try Viewport(fitting: Viewport.maximumSide)
            }
            return try PNGEncoder.encode(Renderer.render(decoded, parameters, options))
        } catch {
            throw LakeError(.invalid, "frame \(frame) cannot be shown: \(error)")
        }
    }
}
