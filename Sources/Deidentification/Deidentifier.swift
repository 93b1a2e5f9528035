import ByteIO
public import DICOM
public import DICOMImaging

/// Takes out of an object what identifies the patient: PS3.15 Annex E under a profile, with keyed pseudonyms.
///
/// The same secret, profile and input give the same output. What the rules do not know is taken out, and what they
/// cannot look into is held for a person (`Outcome.risk`).
public struct Deidentifier: Sendable {
    public let profile: Profile
    public let pseudonyms: Pseudonyms
    /// What persons decided about the pixels of images that look alike.
    public let approved: [PixelSignature: PixelApproval]
    private let columns: ConfidentialityTable.OptionColumns
    private let rules: RuleIndex
    private let lists: TextLists
    private let memory = IdentifierMemory()
    private let fates = FateMemory()

    public init(profile: Profile, secret: PseudonymSecret, approved: [PixelSignature: PixelApproval] = [:]) {
        self.profile = profile
        self.approved = approved
        pseudonyms = Pseudonyms(secret: secret)
        columns = ConfidentialityTable.OptionColumns(profile)
        rules = RuleIndex(profile.rules)
        lists = TextLists(profile.texts)
    }

    /// The object without what identifies. Its pixels are changed where it is known what has to go: outside ultrasound
    /// regions, where a known device writes, and as `approved` says. Then, and in images that nothing speaks against,
    /// text is searched for; where some is found a person has to look.
    ///
    /// - Parameter file: read whole (`ReadOptions.stopBefore` not set).
    /// - Throws: `unsupportedObject` for what has no data set; `unreadable` when the source fails.
    public func deidentify(_ file: DICOMFile) throws(DeidentificationError) -> Outcome {
        try judged(try transformed(file), of: file)
    }

    /// The object without what identifies, after a person has looked at it: the regions are black in all frames, and
    /// nothing holds it any more.
    ///
    /// - Parameter regions: those that lie outside the image are left out; none where there was nothing to black out.
    /// - Throws: as `deidentify(_:)`; `unsupportedObject` where the pixels cannot be decoded, such as video, or the
    ///   object has none to be blacked out.
    public func deidentify(
        _ file: DICOMFile, redacting regions: [PixelRegion]
    ) throws(DeidentificationError) -> Outcome {
        var outcome = try redacted(file, regions)
        outcome.risk = .none
        return outcome
    }

    /// The object without what identifies in its header, its pixels as they are. Its risk is what was met on the way.
    func transformed(_ file: DICOMFile) throws(DeidentificationError) -> Outcome {
        let root = file.dataSet
        guard !root.isEmpty else { throw DeidentificationError(.unsupportedObject, "no data set") }
        var transformation = transformation(of: file, patient: root, study: nil)
        var out = file
        out.dataSet = try transformation.dataSet(root, at: Transformation.Place()) ?? root
        fates.keep(transformation.recollection)
        if transformation.movedFragments {
            // It may be left out, and where frames begin can be found without it (PS3.3 §C.7.6.3.1.8).
            out.dataSet.remove(.ExtendedOffsetTable)
            out.dataSet.remove(.ExtendedOffsetTableLengths)
        }
        transformation.mark(&out.dataSet)
        transformation.replaceMeta(&out)
        if transformation.isDirectory { try addRecords(of: file, to: &out, &transformation.summary) }
        let issuer = root.string(.IssuerOfPatientID) ?? ""
        let patientID = root.string(.PatientID) ?? ""
        return Outcome(
            file: out, risk: transformation.review.map { .review($0) } ?? .none, summary: transformation.summary,
            subject: Outcome.Subject(
                code: transformation.subjectCode,
                matchToken: pseudonyms.matchToken(issuer: issuer, patientID: patientID)),
            studyInstanceUID: out.dataSet.string(.StudyInstanceUID) ?? "",
            seriesInstanceUID: out.dataSet.string(.SeriesInstanceUID) ?? "",
            sopInstanceUID: out.dataSet.string(.SOPInstanceUID) ?? "")
    }

    /// What is to be done with an object, or with a record of a directory: `patient` says whose it is, `study` what stands
    /// alone where nobody knows whose.
    func transformation(of file: DICOMFile, patient: DataSet, study: DataSet?) -> Transformation {
        let issuer = patient.string(.IssuerOfPatientID) ?? ""
        let patientID = patient.string(.PatientID) ?? ""
        let own = study ?? patient
        let studyUID = own.string(.StudyInstanceUID) ?? own.string(.SOPInstanceUID) ?? ""
        let shift = pseudonyms.dateShift(issuer: issuer, patientID: patientID, studyUID: studyUID)
        let movesDates = profile.has(.retainLongModifiedDates)
        var (identifiers, number) = memory.identifiers(of: patient)
        if let study { identifiers.add(study) }
        let sopClass = file.dataSet.string(.SOPClassUID) ?? file.meta.string(.MediaStorageSOPClassUID) ?? ""
        let code = pseudonyms.subjectCode(issuer: issuer, patientID: patientID, studyUID: studyUID)
        let isDirectory = PixelAssessment.isDirectory(file)
        var transformation = Transformation(
            profile: profile, columns: columns, rules: rules, pseudonyms: pseudonyms, subjectCode: code,
            scrubber: TextScrubber(
                identifiers: identifiers, dateShift: movesDates ? shift : nil, keepsUIDs: profile.has(.retainUIDs),
                pseudonyms: pseudonyms, subject: code, lists: lists),
            dateShift: movesDates ? shift : nil, file: file, types: AttributeTypes(sopClass: sopClass),
            isDirectory: isDirectory)
        if !isDirectory, study == nil {
            transformation.recollection = fates.recollection(
                in: FateMemory.Context(
                    identifiers: number, subjectCode: code, dateShift: transformation.dateShift, sopClass: sopClass,
                    transferSyntax: file.transferSyntax.uid))
        }
        return transformation
    }
}
