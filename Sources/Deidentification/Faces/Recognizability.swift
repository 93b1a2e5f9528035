public import DICOM

/// Whether a face might be recognised, or rebuilt, from images: what their headers say, without a look at the pixels.
///
/// CT and MR of the head or the neck; what does not say which region it shows counts as unknown and not as harmless.
/// Docs/Guides/deidentification.md.
public enum Recognizability: String, Sendable, Hashable, Codable, CaseIterable {
    /// Cross-sections of head or neck.
    case head
    /// Cross-sections of a region that nothing names.
    case unnamed
    /// A picture made of such images, which may show the face itself: a rendering, a screen save.
    case picture

    /// Frames with fewer of which no surface is rebuilt: scouts and single images.
    public static let fewestFrames = SeriesDefacer.fewestFrames

    /// `nil` where nothing can be recognised: another modality, another region, no image.
    public init?(_ dataSet: DataSet) {
        let modality = dataSet.string(.Modality) ?? ""
        guard modality == "CT" || modality == "MR", dataSet.int(.Rows) ?? 0 > 0 else { return nil }
        let type = dataSet.strings(.ImageType).map { $0.uppercased() }
        let region = Region(dataSet)
        let isPicture = type.count > 1 && type[1] == "SECONDARY" && dataSet[.ImagePositionPatient] == nil
        if type.dropFirst(2).contains("LOCALIZER") { return nil }
        switch region {
        case .head: self = isPicture && !dataSet.contains(.SharedFunctionalGroupsSequence) ? .picture : .head
        case .unnamed: self = .unnamed
        case .other: return nil
        }
    }

    /// The more careful of two.
    public static func stronger(_ one: Recognizability?, _ other: Recognizability?) -> Recognizability? {
        [.picture, .head, .unnamed].first { $0 == one || $0 == other }
    }
}

/// Which part of the body images show.
enum Region {
    case head, other, unnamed

    init(_ dataSet: DataSet) {
        let codes = (dataSet.sequence(.AnatomicRegionSequence) ?? []) + Self.frameRegions(dataSet)
        if codes.contains(where: { Self.headCodes.contains($0.string(.CodeValue) ?? "") }) {
            self = .head
            return
        }
        let part = dataSet.string(.BodyPartExamined) ?? ""
        let texts =
            [.SeriesDescription, .StudyDescription, .ProtocolName, .RequestedProcedureDescription].compactMap {
                dataSet.string($0)
            } + codes.compactMap { $0.string(.CodeMeaning) }
        let said = ([part] + texts).map(Self.words)
        if said.contains(where: Self.namesHead) {
            self = .head
        } else if !Self.words(part).isEmpty || !codes.isEmpty
            || said.contains(where: { $0.contains { Self.otherWords.contains($0) } })
        {
            self = .other
        } else {
            self = .unnamed
        }
    }

    /// Frame Anatomy of the functional groups (PS3.3 C.7.6.16.2.8).
    private static func frameRegions(_ dataSet: DataSet) -> [DataSet] {
        let groups =
            (dataSet.sequence(.SharedFunctionalGroupsSequence) ?? []).prefix(1)
            + (dataSet.sequence(.PerFrameFunctionalGroupsSequence) ?? []).prefix(1)
        return groups.flatMap { $0.sequence(.FrameAnatomySequence) ?? [] }.flatMap {
            $0.sequence(.AnatomicRegionSequence) ?? []
        }
    }

    /// Lower case, split where no letter is; scripts without spaces stay in one piece.
    private static func words(_ text: String) -> [String] {
        text.prefix(256).lowercased().split { !$0.isLetter }.map(String.init)
    }

    private static func namesHead(_ words: [String]) -> Bool {
        words.indices.contains { index in
            let word = words[index]
            if headParts.contains(where: { word.contains($0) }) { return true }
            guard headWords.contains(word) else { return false }
            // The head or neck of a bone.
            return index == 0 || !boneWords.contains(words[index - 1])
        }
    }

    /// SNOMED CT and SRT codes of PS3.16 Annex L: head, head and neck, neck, brain, skull, face, orbit, eye, sinuses,
    /// jaw, ear, internal auditory canal, pituitary, whole body.
    private static let headCodes: Set<String> = [
        "69536005", "774007", "45048000", "12738006", "89546000", "89545001", "363654007", "371398005", "81745001",
        "2095001", "661005", "117590005", "361078006", "56329008", "38266002", "T-D1100", "T-D1000", "T-D1600",
        "T-A0100", "T-11100", "T-D1200", "T-D1480", "T-AA000", "T-22000", "T-D1213", "T-AB000", "T-D0010",
    ]

    /// Body Part Examined of Annex L, and how descriptions name it.
    private static let headWords: Set<String> = [
        "head", "headneck", "neck", "brain", "skull", "face", "facial", "orbit", "orbits", "orbita", "eye", "eyes",
        "sinus", "sinuses", "jaw", "maxilla", "mandible", "dental", "teeth", "ear", "ears", "iac", "iacs", "tmj",
        "pituitary", "sella", "cranium", "cranial", "crane", "intracranial", "cerebral", "cerebrum", "cerebellum",
        "neuro", "stroke", "mastoid", "petrous", "nose", "nasal", "wholebody", "hals", "tete", "tête", "cerveau",
        "nnh", "ccta", "cct", "mprage", "flair", "fmri", "dti",
    ]

    /// Within compounds, and in scripts without spaces.
    private static let headParts = [
        "schädel", "schaedel", "gehirn", "hirn", "kopf", "gesicht", "kiefer", "maxillofacial", "neurocran",
        "頭", "腦", "脑", "顱", "颅", "臉", "脸", "面部", "眼眶", "鼻竇", "頸", "颈",
    ]

    private static let boneWords: Set<String> = [
        "femoral", "femur", "humeral", "humerus", "radial", "radius", "fibular", "fibula", "metatarsal", "metacarpal",
    ]

    private static let otherWords: Set<String> = [
        "chest", "thorax", "lung", "lungs", "heart", "cardiac", "coronary", "breast", "abdomen", "abdominal", "liver",
        "kidney", "kidneys", "renal", "pancreas", "spleen", "bowel", "colon", "pelvis", "pelvic", "prostate", "uterus",
        "bladder", "spine", "lspine", "tspine", "cspine", "lumbar", "thoracic", "sacrum", "shoulder", "elbow", "wrist",
        "hand", "finger", "hip", "hips", "knee", "ankle", "foot", "leg", "legs", "arm", "forearm", "thigh", "calf",
        "femur", "humerus", "extremity", "aorta", "smartscore", "phantom", "bauch", "becken", "knie", "hüfte",
        "schulter", "wirbelsäule",
    ]
}
