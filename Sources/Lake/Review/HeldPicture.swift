internal import ByteIO
internal import DICOM
internal import DICOMImaging

/// One frame of a held object as a picture for the reviewer.
struct HeldPicture {
    /// Larger objects are not read into memory to be shown.
    static let maximumBytes = 256 << 20

    let png: Bytes

    /// - Parameter frame: from 1.
    /// - Throws: `.invalid` where there are no pixels, no such frame, or a coding that cannot be decoded.
    init(object: Bytes, frame: Int) throws(LakeError) {
        let file: DICOMFile
        do throws(DICOMError) { file = try DICOMFile.read(object) } catch {
            throw LakeError(.invalid, "the instance cannot be read: \(error)")
        }
        do throws(ImagingError) {
            let description = try PixelDescription(file)
            let bytes = try FrameIndex(file, description)
            let location = try bytes.location(ofFrame: frame)
            let decoded = try FrameDecoder(description).decode(
                try bytes.read(frame: frame, from: file.contents), leadingBits: location.leadingBits)
            var options = RenderOptions()
            if max(description.rows, description.columns) > Viewport.maximumSide {
                options.viewport = try Viewport(fitting: Viewport.maximumSide)
            }
            png = try PNGEncoder.encode(
                Renderer.render(decoded, DisplayParameters(file, frame: frame), options))
        } catch {
            throw LakeError(.invalid, "frame \(frame) cannot be shown: \(error)")
        }
    }
}
