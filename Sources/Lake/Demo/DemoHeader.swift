import ByteIO
import DICOM

/// What a hospital's systems write into a header. Every person, place and number is invented.
struct DemoHeader: Sendable {
    struct Patient: Sendable {
        let name: String
        let id: String
        let birthDate: String
        let sex: String
        let age: String
        let weight: String
        let height: String
        let address: String
        let telephone: String
        let comments: String
    }

    /// One study's own values.
    struct Visit: Sendable {
        let key: UInt64
        let date: String
        let time: String
        let accession: String
        let description: String
        let protocolName: String
        let bodyPart: String
        let reason: String
        let operatorName: String
        let station: String
    }

    let patient: Patient
    let visit: Visit
    let modality: String
    let model: String
    /// Series Description of each series.
    let series: [String]

    /// The CT patient's header on the day of `study`.
    static func torso(_ study: DemoStudies.Study) -> DemoHeader {
        let isPrior = study == .priorChestAbdomen
        let visit = Visit(
            key: isPrior ? 2 : 1, date: isPrior ? "20240311" : "20250318", time: isPrior ? "141207.000" : "093542.000",
            accession: isPrior ? "A24-0311-0187" : "A25-0318-0441",
            description: "CT Chest and Abdomen with contrast", protocolName: isPrior ? "TAP_5MM_PV" : "TAP_2_5MM_PV",
            bodyPart: "CHESTABDOMEN",
            reason: isPrior
                ? "Hr. Lindqvist, Nodulus rechter Oberlappen, Erstbefund"
                : "Verlaufskontrolle Nodulus re. OL, Pat. Lindqvist, Überw. Dr. Moreau",
            operatorName: isPrior ? "Tanaka^Yui" : "Abebe^Mulugeta", station: "CTAUR02")
        return DemoHeader(
            patient: Patient(
                name: "Lindqvist^Åsmund^Teodor", id: "SAH-00471902", birthDate: "19580214", sex: "M",
                age: isPrior ? "066Y" : "067Y", weight: isPrior ? "84" : "82", height: "1.79",
                address: "Gartenweg 17, 4051 Neuheim", telephone: "+00 61 555 01 72",
                comments: "Herzschrittmacher nein; Tochter Ingrid Lindqvist anrufen +00 61 555 01 73"),
            visit: visit, modality: "CT", model: "Phantom 128",
            series: [isPrior ? "TAP PV 5.0 Br38" : "TAP PV 2.5 Br40"])
    }

    /// The MR patient's header.
    static let head = DemoHeader(
        patient: Patient(
            name: "Ngata-Dubois^Maëlle", id: "SAH-00538817", birthDate: "19870723", sex: "F", age: "037Y",
            weight: "61", height: "1.68", address: "12 Rue des Tilleuls, 1204 Valmont", telephone: "+00 22 555 03 40",
            comments: "Migräne seit 2019, Lehrerin am Collège Valmont"),
        visit: Visit(
            key: 3, date: "20250203", time: "160518.000", accession: "A25-0203-0912",
            description: "MR Head without contrast",
            protocolName: "HEAD_T1_T2", bodyPart: "HEAD",
            reason: "Kopfschmerzen, Fr. Ngata-Dubois, Ausschluss Raumforderung",
            operatorName: "Silva^Rui", station: "MRAUR01"),
        modality: "MR", model: "Phantom 1.5T", series: ["T1 SE AX", "T2 TSE AX"])

    /// A UID of the arc for UUIDs (PS3.5 Annex B.2), the same for the same numbers.
    func uid(_ series: Int = 0, _ number: Int = 0, _ kind: UInt64 = 0) -> String {
        var random = DemoRandom(
            seed: visit.key << 48 | kind << 40 | UInt64(series) << 24 | UInt64(number))
        return "2.25.\(random.next())\(random.next() % 1_000_000_000_000_000_000)"
    }

    /// The header of one image without geometry and pixels.
    func dataSet(series: Int, number: Int) -> DataSet {
        var dataSet = DataSet()
        dataSet.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        setEquipment(&dataSet, series: series)
        setPatient(&dataSet)
        setStudy(&dataSet)
        dataSet.set(.SOPClassUID, .UI, modality == "CT" ? UID.CTImageStorage : UID.MRImageStorage)
        dataSet.set(.SOPInstanceUID, .UI, uid(series, number, 1))
        dataSet.set(.StudyInstanceUID, .UI, uid())
        dataSet.set(.SeriesInstanceUID, .UI, uid(series))
        dataSet.set(.FrameOfReferenceUID, .UI, uid(0, 0, 2))
        dataSet.set(.PositionReferenceIndicator, .LO, "")
        dataSet.set(.Modality, .CS, modality)
        dataSet.set(.SeriesDescription, .LO, self.series[series - 1])
        dataSet.set(.SeriesNumber, .IS, ints: [series + 1])
        dataSet.set(.InstanceNumber, .IS, ints: [number])
        dataSet.set(.AcquisitionNumber, .IS, "1")
        dataSet.set(.ImageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL")
        dataSet.set(.BurnedInAnnotation, .CS, "NO")
        dataSet.set(.PatientPosition, .CS, "HFS")
        return dataSet
    }

    private func setPatient(_ dataSet: inout DataSet) {
        dataSet.set(.PatientName, .PN, patient.name)
        dataSet.set(.PatientID, .LO, patient.id)
        dataSet.set(.IssuerOfPatientID, .LO, "SAINT-AURELIA")
        dataSet.set(.PatientBirthDate, .DA, patient.birthDate)
        dataSet.set(.PatientSex, .CS, patient.sex)
        dataSet.set(.PatientAge, .AS, patient.age)
        dataSet.set(.PatientWeight, .DS, patient.weight)
        dataSet.set(.PatientSize, .DS, patient.height)
        dataSet.set(.PatientAddress, .LO, patient.address)
        dataSet.set(.PatientTelephoneNumbers, .SH, patient.telephone)
        dataSet.set(.PatientComments, .LT, patient.comments)
    }

    private func setStudy(_ dataSet: inout DataSet) {
        for tag in [Tag.StudyDate, .SeriesDate, .AcquisitionDate, .ContentDate] { dataSet.set(tag, .DA, visit.date) }
        for tag in [Tag.StudyTime, .SeriesTime, .AcquisitionTime, .ContentTime] { dataSet.set(tag, .TM, visit.time) }
        dataSet.set(.AccessionNumber, .SH, visit.accession)
        dataSet.set(.StudyID, .SH, String(visit.accession.suffix(4)))
        dataSet.set(.StudyDescription, .LO, visit.description)
        dataSet.set(.ProtocolName, .LO, visit.protocolName)
        dataSet.set(.BodyPartExamined, .CS, visit.bodyPart)
        dataSet.set(.ReferringPhysicianName, .PN, "Moreau^Hélène^^Dr.")
        dataSet.set(.PerformingPhysicianName, .PN, "Okonkwo^Chidi")
        dataSet.set(.OperatorsName, .PN, visit.operatorName)
        dataSet.set(.ReasonForStudy, .LO, visit.reason)
        dataSet.set(.AdmissionID, .LO, "F-\(visit.accession)")
        var request = DataSet()
        request.set(.RequestedProcedureID, .SH, "RP\(visit.accession.suffix(4))")
        request.set(.ScheduledProcedureStepDescription, .LO, visit.description)
        request.set(.RequestingPhysician, .PN, "Moreau^Hélène^^Dr.")
        dataSet.set(.RequestAttributesSequence, items: [request])
    }

    private func setEquipment(_ dataSet: inout DataSet, series: Int) {
        dataSet.set(.Manufacturer, .LO, "Tarn Demonstration")
        dataSet.set(.ManufacturerModelName, .LO, model)
        dataSet.set(.InstitutionName, .LO, "Spital St. Aurelia")
        dataSet.set(.InstitutionAddress, .ST, "Aureliastrasse 1, 4000 Neuheim")
        dataSet.set(.InstitutionalDepartmentName, .LO, "Radiologie")
        dataSet.set(.StationName, .SH, visit.station)
        dataSet.set(.DeviceSerialNumber, .LO, "SN-77120-\(visit.key)")
        dataSet.set(.SoftwareVersions, .LO, "demo 1")
        // A private block as scanners leave them, with the patient's name in it.
        dataSet.set(Tag(0x0019, 0x0010), .LO, "TARN DEMO HEADER")
        dataSet.set(Tag(0x0019, 0x1001), .LO, "\(patient.id) \(patient.name)")
        if modality == "CT" {
            dataSet.set(.KVP, .DS, "120")
            dataSet.set(.XRayTubeCurrent, .IS, "215")
            dataSet.set(.ConvolutionKernel, .SH, "Br40")
            dataSet.set(.ContrastBolusAgent, .LO, "Iohexol 350")
            dataSet.set(.GantryDetectorTilt, .DS, "0")
            dataSet.set(.TableHeight, .DS, "152")
            dataSet.set(.ReconstructionDiameter, .DS, "384")
        } else {
            dataSet.set(.ScanningSequence, .CS, series == 1 ? "SE" : "RM")
            dataSet.set(.SequenceVariant, .CS, "NONE")
            dataSet.set(.ScanOptions, .CS, "")
            dataSet.set(.MRAcquisitionType, .CS, "2D")
            dataSet.set(.MagneticFieldStrength, .DS, "1.5")
            dataSet.set(.RepetitionTime, .DS, series == 1 ? "520" : "4200")
            dataSet.set(.EchoTime, .DS, series == 1 ? "12" : "98")
            dataSet.set(.EchoTrainLength, .IS, series == 1 ? "1" : "15")
        }
    }
}

extension DataSet {
    /// An axial plane: rows to the patient's left, columns to the back.
    mutating func setGeometry(x: Float, y: Float, z: Float, pixel: Float, thickness: Float, spacing: Float) {
        set(.ImagePositionPatient, .DS, doubles: [Double(x), Double(y), Double(z)])
        set(.ImageOrientationPatient, .DS, "1", "0", "0", "0", "1", "0")
        set(.PixelSpacing, .DS, doubles: [Double(pixel), Double(pixel)])
        set(.SliceThickness, .DS, doubles: [Double(thickness)])
        set(.SpacingBetweenSlices, .DS, doubles: [Double(spacing)])
    }

    /// A square image of unsigned 16-bit words.
    mutating func setPixels(side: Int, stored: Int, samples: [UInt8]) {
        set(.SamplesPerPixel, .US, ints: [1])
        set(.PhotometricInterpretation, .CS, "MONOCHROME2")
        set(.Rows, .US, ints: [side])
        set(.Columns, .US, ints: [side])
        set(.BitsAllocated, .US, ints: [16])
        set(.BitsStored, .US, ints: [stored])
        set(.HighBit, .US, ints: [stored - 1])
        set(.PixelRepresentation, .US, ints: [0])
        set(.PixelData, .OW, bytes: Bytes(samples))
    }
}
