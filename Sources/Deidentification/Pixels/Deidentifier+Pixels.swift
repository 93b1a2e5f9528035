import ByteIO
import DICOM
import DICOMImaging

extension Deidentifier {
    /// Frames of a file that are searched before it is published, where something spoke for text.
    private static let searchedFrames = 9
    /// Frames of a file that are searched for a person who will look at it anyhow.
    private static let sampledFrames = 3

    /// `outcome`, whose header is done, with its pixels judged, changed where it is known how, and searched.
    func judged(_ outcome: Outcome, of file: DICOMFile) throws(DeidentificationError) -> Outcome {
        let assessment = PixelAssessment(file)
        if case .plain = assessment.verdict, approved.isEmpty { return searched(outcome, of: file) }
        var outcome = outcome
        outcome.pixels.proposed = assessment.proposed
        if PixelAssessment.hasPixels(file.dataSet) {
            outcome.pixels.signature = PixelSignature(outcome.file.dataSet)
        }
        if case .heldAlone(let reason) = assessment.verdict {
            outcome.risk = .review(reason)
            return outcome
        }
        let isFree = outcome.risk == .none
        if isFree, let signature = outcome.pixels.signature, signature.isSpecific, let approval = approved[signature] {
            return try applied(approval, to: outcome, of: file)
        }
        switch assessment.verdict {
        case .plain, .heldAlone: return searched(outcome, of: file)
        case .held(let reason): return held(outcome, reason, of: file)
        case .known(let regions) where isFree: return try blackened(outcome, regions, of: file)
        case .known: return held(outcome, nil, of: file)
        }
    }

    /// The object with the regions black in all frames, and saying so.
    func redacted(_ file: DICOMFile, _ regions: [PixelRegion]) throws(DeidentificationError) -> Outcome {
        let black: DICOMFile
        do throws(ImagingError) {
            black = regions.isEmpty ? file : try PixelBlanking(regions).apply(to: file)
        } catch {
            throw DeidentificationError(.unsupportedObject, "the pixels cannot be blacked out: \(error.reason)")
        }
        var outcome = try transformed(black)
        guard PixelAssessment.hasPixels(file.dataSet) else { return outcome }
        // A profile's own rule may keep icons, which show what is black now.
        outcome.file.dataSet.remove(.IconImageSequence)
        Outcome.claim(.cleanPixelData, in: &outcome.file.dataSet)
        outcome.pixels.signature = PixelSignature(outcome.file.dataSet)
        let rows = file.dataSet.int(.Rows) ?? 0
        let columns = file.dataSet.int(.Columns) ?? 0
        outcome.pixels.redacted = regions.compactMap { $0.clipped(rows: rows, columns: columns) }
        return outcome
    }

    // MARK: Ways to go

    /// What a person decided for all images of the signature.
    private func applied(
        _ approval: PixelApproval, to outcome: Outcome, of file: DICOMFile
    ) throws(DeidentificationError) -> Outcome {
        if let seen = approval.seen {
            let known = approval.regions + seen.map { $0.grown(by: 4) }
            let found = text(in: file, TextDetector(.thorough), frames: Self.searchedFrames, ignoring: known)
            guard let found, found.isEmpty else {
                var outcome = outcome
                outcome.pixels.proposed = approval.regions
                return held(outcome, "text where images of its kind had none", of: file)
            }
            if isRead(file, ignoring: known) {
                return held(outcome, "words were read where images of its kind had none", of: file)
            }
        }
        return try published(outcome, approval.regions, of: file)
    }

    /// It is known where the text is: that goes, and what is left is searched.
    private func blackened(
        _ outcome: Outcome, _ regions: [PixelRegion], of file: DICOMFile
    ) throws(DeidentificationError) -> Outcome {
        let found = text(in: file, TextDetector(.thorough), frames: Self.searchedFrames, ignoring: regions)
        guard let found else { return unreadable(outcome, of: file) }
        guard found.isEmpty else { return held(outcome, "text outside the regions where it is expected", of: file) }
        if isRead(file, ignoring: regions) {
            return held(outcome, "words were read outside the regions where text is expected", of: file)
        }
        return try published(outcome, regions, of: file)
    }

    /// The object with the regions black; held where that cannot be done.
    private func published(
        _ outcome: Outcome, _ regions: [PixelRegion], of file: DICOMFile
    ) throws(DeidentificationError) -> Outcome {
        do throws(DeidentificationError) {
            return try redacted(file, regions)
        } catch {
            guard error.code == .unsupportedObject else { throw error }
            return held(outcome, error.reason, of: file)
        }
    }

    /// Nothing speaks for text: a quick look.
    private func searched(_ outcome: Outcome, of file: DICOMFile) -> Outcome {
        guard outcome.risk == .none, Self.isPicture(file.dataSet) else { return outcome }
        guard let found = text(in: file, TextDetector(.quick), frames: Self.looks(at: file), ignoring: []) else {
            return unreadable(outcome, of: file)
        }
        return found.isEmpty ? outcome : held(outcome, "what looks like text in the pixels", of: file)
    }

    /// Frames that are looked at where nothing speaks for text: all that lie there as they are. Of others so many that
    /// decoding them is no more than a part of the work that the file is anyhow.
    private static func looks(at file: DICOMFile) -> Int {
        guard file.transferSyntax.isEncapsulated else { return .max }
        let frames = max(1, file.dataSet.int(.NumberOfFrames) ?? 1)
        // JPEG 2000 takes ten times what the others take; JPEG XL is one of its kind.
        let isSlow = ["1.2.840.10008.1.2.4.9", "1.2.840.10008.1.2.4.11"].contains {
            file.transferSyntax.uid.hasPrefix($0)
        }
        return isSlow ? max(3, frames / 32) : max(9, frames / 8)
    }

    /// The object for a person, its pixels as they came. `reason` is `nil` where it has one already.
    private func held(_ outcome: Outcome, _ reason: String?, of file: DICOMFile) -> Outcome {
        var outcome = outcome
        let isFree = outcome.risk == .none
        if let reason { outcome.risk = .review(reason) }
        let signature = outcome.pixels.signature ?? PixelSignature(outcome.file.dataSet)
        outcome.pixels.signature = signature
        outcome.pixels.isDecidedBySignature = isFree && signature?.isSpecific == true
        outcome.pixels.found =
            text(
                in: file, TextDetector(.thorough), frames: Self.sampledFrames, ignoring: outcome.pixels.proposed)
            ?? []
        return outcome
    }

    /// The object for a person, since nobody knows what its pixels show: what is decided holds for no other.
    private func unreadable(_ outcome: Outcome, of file: DICOMFile) -> Outcome {
        var outcome = held(outcome, "pixels that cannot be decoded", of: file)
        outcome.pixels.isDecidedBySignature = false
        return outcome
    }

    /// Text in some frames; `nil` where they cannot be decoded.
    private func text(
        in file: DICOMFile, _ detector: TextDetector, frames: Int, ignoring regions: [PixelRegion]
    ) -> [PixelRegion]? {
        try? detector.regions(in: file, frames: frames, ignoring: regions)
    }

    /// Whether a reader, where there is one, reads words outside `regions`. What it cannot say it does not.
    private func isRead(_ file: DICOMFile, ignoring regions: [PixelRegion]) -> Bool {
        guard let reader = SecondOpinion.reader, let pixels = try? PixelData(file) else { return false }
        let parameters = DisplayParameters.Reader(file)
        return TextDetector.sample(of: pixels.frameCount, Self.sampledFrames).contains { number in
            guard let frame = try? pixels.frame(number),
                let picture = try? Renderer.render(frame, parameters.frame(number)).blanked(regions),
                let words = try? reader.words(in: picture)
            else { return false }
            return !words.isEmpty
        }
    }

    /// Whether pixels are a picture of something: labels and doses are none, and look like anything (PS3.3 §A.51, A.18).
    private static func isPicture(_ root: DataSet) -> Bool {
        guard root.contains(.PixelData), root.int(.BitsAllocated) != 1 else { return false }
        let sopClass = root.string(.SOPClassUID) ?? ""
        return !["66.", "481.", "30"].contains { sopClass.hasPrefix("1.2.840.10008.5.1.4.1.1.\($0)") }
    }
}

extension RenderedImage {
    /// The picture with the regions black.
    fileprivate func blanked(_ regions: [PixelRegion]) throws(ImagingError) -> RenderedImage {
        var bytes = pixels.array
        for region in regions.compactMap({ $0.clipped(rows: rows, columns: columns) }) {
            for row in region.rows {
                let start = (row * columns + region.x) * channels
                for index in start..<(start + region.width * channels) { bytes[index] = 0 }
            }
        }
        return try RenderedImage(rows: rows, columns: columns, channels: channels, pixels: Bytes(bytes))
    }
}
