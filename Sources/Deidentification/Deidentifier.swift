import ByteIO
public import DICOM

/// Takes out of an object what identifies the patient: PS3.15 Annex E under a profile, with keyed pseudonyms.
///
/// The same secret, profile and input give the same output. What the rules do not know is taken out, and what they
/// cannot look into is held for a person (`Outcome.risk`).
public struct Deidentifier: Sendable {
    public let profile: Profile
    public let pseudonyms: Pseudonyms
    private let columns: ConfidentialityTable.OptionColumns
    private let rules: RuleIndex
    private let lists: TextLists
    private let memory = IdentifierMemory()

    public init(profile: Profile, secret: PseudonymSecret) {
        self.profile = profile
        pseudonyms = Pseudonyms(secret: secret)
        columns = ConfidentialityTable.OptionColumns(profile)
        rules = RuleIndex(profile.rules)
        lists = TextLists(profile.texts)
    }

    /// The object without what identifies.
    ///
    /// - Parameter file: read whole (`ReadOptions.stopBefore` not set).
    /// - Throws: `unsupportedObject` for what has no data set; `unreadable` when the source fails.
    public func deidentify(_ file: DICOMFile) throws(DeidentificationError) -> Outcome {
        let root = file.dataSet
        guard !root.isEmpty else { throw DeidentificationError(.unsupportedObject, "no data set") }
        let issuer = root.string(.IssuerOfPatientID) ?? ""
        let patientID = root.string(.PatientID) ?? ""
        let studyUID = root.string(.StudyInstanceUID) ?? root.string(.SOPInstanceUID) ?? ""
        let shift = pseudonyms.dateShift(issuer: issuer, patientID: patientID, studyUID: studyUID)
        let code = pseudonyms.subjectCode(issuer: issuer, patientID: patientID, studyUID: studyUID)
        let movesDates = profile.has(.retainLongModifiedDates)
        let scrubber = TextScrubber(
            identifiers: memory.identifiers(of: root), dateShift: movesDates ? shift : nil,
            keepsUIDs: profile.has(.retainUIDs), pseudonyms: pseudonyms, subject: code, lists: lists)
        var transformation = Transformation(
            profile: profile, columns: columns, rules: rules, pseudonyms: pseudonyms, subjectCode: code,
            scrubber: scrubber, dateShift: movesDates ? shift : nil, file: file)
        var out = file
        out.dataSet = try transformation.dataSet(root, at: Transformation.Place()) ?? root
        transformation.mark(&out.dataSet)
        if BurnedInRisk.isDirectory(file) { Transformation.emptyDirectory(&out.dataSet) }
        transformation.replaceMeta(&out)
        var risk = BurnedInRisk.assess(file)
        if case .none = risk, let reason = transformation.review { risk = .review(reason) }
        return Outcome(
            file: out, risk: risk, summary: transformation.summary,
            subject: Outcome.Subject(
                code: code, matchToken: pseudonyms.matchToken(issuer: issuer, patientID: patientID)),
            studyInstanceUID: out.dataSet.string(.StudyInstanceUID) ?? "",
            seriesInstanceUID: out.dataSet.string(.SeriesInstanceUID) ?? "",
            sopInstanceUID: out.dataSet.string(.SOPInstanceUID) ?? "")
    }
}
