import ByteIO
import DICOM
import DICOMImaging

/// What an object's header says about text in its pixels.
///
/// Default deny: what is known to carry text, or cannot be looked into, is looked at by a person. Burned In Annotation =
/// NO is not believed for these: it is what a workstation's default says.
struct PixelAssessment {
    enum Verdict {
        /// Nothing speaks for text.
        case plain
        /// It is known where text is: black, and then searched, the object may be published.
        case known([PixelRegion])
        /// A person must look.
        case held(String)
        /// A person must look, at this very object: others of its signature may hold anything else.
        case heldAlone(String)
    }

    var verdict = Verdict.plain
    /// What rules would black out.
    var proposed: [PixelRegion] = []

    init(_ file: DICOMFile) {
        let root = file.dataSet
        let sopClass = root.string(.SOPClassUID) ?? file.meta.string(.MediaStorageSOPClassUID) ?? ""
        if Self.isDirectory(file) {
            verdict = .heldAlone("a DICOMDIR: an index of files that have other names now")
            return
        }
        let hasPixels = Self.hasPixels(root)
        // Encapsulated PDF, CDA, STL, OBJ, MTL (PS3.4 §B.5). In an image the document is only replaced by a dummy.
        if sopClass.hasPrefix("1.2.840.10008.5.1.4.1.1.104.") || (!hasPixels && root.contains(.EncapsulatedDocument)) {
            verdict = .heldAlone("an encapsulated document")
        } else if hasPixels, sopClass.isEmpty {
            verdict = .heldAlone("an image without a SOP class")
        } else if hasPixels {
            judgeImage(file, sopClass)
        }
    }

    private mutating func judgeImage(_ file: DICOMFile, _ sopClass: String) {
        let root = file.dataSet
        let modality = (root.string(.Modality) ?? "").uppercased()
        let storage = Self.storageClass(sopClass)
        let isUltrasound = Self.isUltrasound(storage, modality)
        let screen = isUltrasound ? UltrasoundRegions(root)?.outside : nil
        let rules = RegionRule.matching(file)
        proposed = Self.clipped(screen ?? rules.flatMap(\.regions), root)
        if let reason = Self.classReason(storage) ?? Self.headerReason(root, modality, isUltrasound: screen != nil) {
            verdict = .held(reason)
        } else if CodeStream.isVideo(file.transferSyntax.uid) {
            verdict = .heldAlone(isUltrasound ? "ultrasound video" : "video")
        } else if isUltrasound {
            verdict = screen == nil ? .held("ultrasound without regions that leave its screen out") : .known(proposed)
        } else if !rules.isEmpty {
            let isExact = rules.allSatisfy(\.isExact) && !Self.coverMost(proposed, root)
            verdict = isExact ? .known(proposed) : .held("a device that is known to burn text in")
        }
    }

    static func hasPixels(_ root: DataSet) -> Bool {
        root.contains(.PixelData) || root.contains(.FloatPixelData) || root.contains(.DoubleFloatPixelData)
    }

    static func isDirectory(_ file: DICOMFile) -> Bool {
        file.meta.string(.MediaStorageSOPClassUID) == UID.MediaStorageDirectoryStorage
            || file.dataSet.string(.SOPClassUID) == UID.MediaStorageDirectoryStorage
            || file.dataSet.contains(.DirectoryRecordSequence)
    }

    private static func clipped(_ regions: [PixelRegion], _ root: DataSet) -> [PixelRegion] {
        guard let rows = root.int(.Rows), let columns = root.int(.Columns) else { return [] }
        var out: [PixelRegion] = []
        for region in regions.compactMap({ $0.clipped(rows: rows, columns: columns) }) {
            guard !out.contains(where: { $0.contains(region) }) else { continue }
            out.removeAll { region.contains($0) }
            out.append(region)
        }
        return out
    }

    /// Blacked out so far, an image is of no use: a person says what it is.
    private static func coverMost(_ regions: [PixelRegion], _ root: DataSet) -> Bool {
        guard let rows = root.int(.Rows), let columns = root.int(.Columns) else { return true }
        return PixelRegion.covered(regions, rows: rows, columns: columns) * 2 > rows * columns
    }

    /// What follows the root of the Storage SOP Classes of PS3.4 §B.5 in a UID, as "77.1.6"; `nil` for all others.
    private static func storageClass(_ sopClass: String) -> Substring? {
        let root = "1.2.840.10008.5.1.4.1.1."
        return sopClass.hasPrefix(root) ? sopClass.dropFirst(root.count) : nil
    }

    /// Whether a class is one of those: the same numbers, or more of them.
    private static func isOf(_ storage: Substring, _ classes: [String]) -> Bool {
        classes.contains { storage.hasPrefix($0) && [nil, "."].contains(storage.dropFirst($0.count).first) }
    }

    private static func isUltrasound(_ storage: Substring?, _ modality: String) -> Bool {
        storage.map { isOf($0, ["3", "6"]) } == true || ["US", "IVUS", "BDUS"].contains(modality)
    }

    private static func classReason(_ storage: Substring?) -> String? {
        guard let storage else { return "an image of a private or unknown SOP class" }
        if isOf(storage, ["7"]) { return "a secondary capture" }
        guard isOf(storage, ["77"]) else { return nil }
        // 77.1.1 and 77.1.4: endoscopic and photographic images; 77.1.6: whole slides, whose labels are images too.
        if isOf(storage, ["77.1.1", "77.1.4"]) || storage.split(separator: ".").count <= 2 {
            return "an endoscopic or photographic image"
        }
        return isOf(storage, ["77.1.6"]) ? "a whole slide image" : nil
    }

    /// - Parameter isUltrasound: an ultrasound image whose screen goes: its text is what YES is about.
    private static func headerReason(_ root: DataSet, _ modality: String, isUltrasound: Bool) -> String? {
        if !isUltrasound, root.strings(.BurnedInAnnotation).contains(where: { $0.uppercased() == "YES" }) {
            return "Burned In Annotation is YES"
        }
        if ["OT", "DOC", "HC", "SC", "ES", "XC", "SMR", "FILM"].contains(modality) {
            return "a document, a film, a photograph or something without a modality"
        }
        let conversion = root.strings(.ConversionType).map { $0.uppercased() }
        if conversion.contains(where: { ["WSD", "SD", "SI", "DF", "DI", "DV", "DRW", "SYN"].contains($0) }) {
            return "a converted image"
        }
        return imageTypeReason(root) ?? descriptionReason(root) ?? colourReason(root, modality)
    }

    private static func imageTypeReason(_ root: DataSet) -> String? {
        let type = root.strings(.ImageType).map { $0.uppercased() }
        if type.count >= 2, type[0] == "DERIVED", type[1] == "SECONDARY" { return "DERIVED\\SECONDARY" }
        let words = ["SCREEN", "SAVE", "DOSE", "CAPTURE", "REPORT", "PASTED", "LABEL", "OVERVIEW", "PHOTO", "VOLREN"]
        let isScreen = type.dropFirst(2).contains { value in words.contains { value.holds($0) } }
        return isScreen ? "a screen, a report or a label" : nil
    }

    private static func descriptionReason(_ root: DataSet) -> String? {
        let text = (root.string(.SeriesDescription) ?? "").uppercased()
        let words = [
            "DOSE REPORT", "DOSE INFO", "DOSE SUMMARY", "PATIENT PROTOCOL", "SCREEN SAVE", "SCREENSAVE", "SCREENSHOT",
            "SCREEN CAPTURE",
        ]
        return words.contains { text.holds($0) } ? "a screen or a dose report" : nil
    }

    /// Colour where the modality has none of its own: a screen or a fused image.
    private static func colourReason(_ root: DataSet, _ modality: String) -> String? {
        let photometric = root.string(.PhotometricInterpretation) ?? ""
        let isColour = (root.int(.SamplesPerPixel) ?? 1) > 1 || photometric == "PALETTE COLOR"
        guard isColour, ["CT", "MR", "PT", "NM", "CR", "DX", "MG", "RF", "XA"].contains(modality) else { return nil }
        return "colour in a modality that has none"
    }
}

extension String {
    /// Whether `part` stands in the text; by bytes, which for this takes a tenth of what the library's search takes.
    func holds(_ part: String) -> Bool { utf8Span.span.holds(part.utf8Span.span) }
}

extension Span<UInt8> {
    /// Whether `part` stands in it.
    func holds(_ part: Span<UInt8>) -> Bool {
        guard !part.isEmpty else { return true }
        guard count >= part.count else { return false }
        for start in 0...(count - part.count) where self[start] == part[0] {
            var length = 1
            while length < part.count, self[start + length] == part[length] { length += 1 }
            if length == part.count { return true }
        }
        return false
    }
}
