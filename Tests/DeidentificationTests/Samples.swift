import ByteIO
import DICOM
import Deidentification
import Foundation
import Vault

/// Testing has a type of that name too.
typealias Tag = DICOM.Tag

/// Objects with invented names that occur in no dictionary.
enum Samples {
    static let surname = "Zorbquist"
    static let given = "Ilvamar"
    static let patientID = "MR48211973"
    static let studyUID = "1.3.12.2.1107.5.99.100"
    static let sopUID = "1.3.12.2.1107.5.99.102"

    /// The secret that every test uses: 32 bytes of 7.
    static func secret(_ byte: UInt8 = 7) -> PseudonymSecret {
        guard let key = try? SymmetricKey(Bytes([UInt8](repeating: byte, count: 32))) else { return .random() }
        return PseudonymSecret(key)
    }

    static func deidentifier(_ options: Set<Profile.Option> = [], secret: UInt8 = 7) throws -> Deidentifier {
        Deidentifier(profile: try Profile(options: options), secret: Self.secret(secret))
    }

    /// A CT image of 4 × 4 pixels.
    static func ct() -> DataSet {
        var root = DataSet()
        root.set(.SpecificCharacterSet, .CS, "ISO_IR 192")
        root.set(.ImageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL")
        root.set(.SOPClassUID, .UI, UID.CTImageStorage)
        root.set(.SOPInstanceUID, .UI, sopUID)
        root.set(.StudyDate, .DA, "20180312")
        root.set(.StudyTime, .TM, "101112.5")
        root.set(.AccessionNumber, .SH, "A4711777")
        root.set(.Modality, .CS, "CT")
        root.set(.Manufacturer, .LO, "SIEMENS")
        root.set(.InstitutionName, .LO, "Vuntarsk General Hospital")
        root.set(.StudyDescription, .LO, "CT chest of \(surname)")
        root.set(.PatientName, .PN, "\(surname)^\(given)")
        root.set(.PatientID, .LO, patientID)
        root.set(.PatientBirthDate, .DA, "19610203")
        root.set(.PatientSex, .CS, "F")
        root.set(.PatientAge, .AS, "057Y")
        root.set(.StudyInstanceUID, .UI, studyUID)
        root.set(.SeriesInstanceUID, .UI, "1.3.12.2.1107.5.99.101")
        root.set(.InstanceNumber, .IS, "1")
        root.set(.SamplesPerPixel, .US, ints: [1])
        root.set(.PhotometricInterpretation, .CS, "MONOCHROME2")
        root.set(.Rows, .US, ints: [4])
        root.set(.Columns, .US, ints: [4])
        root.set(.BitsAllocated, .US, ints: [16])
        root.set(.BitsStored, .US, ints: [12])
        root.set(.HighBit, .US, ints: [11])
        root.set(.PixelRepresentation, .US, ints: [0])
        root.set(.PixelData, .OW, bytes: Bytes((0..<32).map { $0 % 2 == 0 ? UInt8($0) : 0 }))
        return root
    }

    /// The bytes of a file that holds `dataSet`.
    static func bytes(_ dataSet: DataSet, _ syntax: TransferSyntax = .explicitVRLittleEndian) throws -> Bytes {
        try DICOMFile(meta: DataSet(), dataSet: dataSet, transferSyntax: syntax).encode().materialize(from: Bytes())
    }

    /// The file as a reader gives it, so that its elements lie in a source.
    static func file(_ dataSet: DataSet, _ syntax: TransferSyntax = .explicitVRLittleEndian) throws -> DICOMFile {
        try DICOMFile.read(try bytes(dataSet, syntax))
    }

    /// What comes out, read again from its bytes.
    static func output(
        _ dataSet: DataSet, _ options: Set<Profile.Option> = [], secret: UInt8 = 7
    ) throws -> DataSet {
        let outcome = try deidentifier(options, secret: secret).deidentify(try file(dataSet))
        return try DICOMFile.read(try outputBytes(outcome)).dataSet
    }

    static func outputBytes(_ outcome: Outcome) throws -> Bytes {
        try outcome.file.encode().materialize(from: outcome.file.source)
    }
}

extension Bytes {
    /// Whether the ASCII of `text` stands anywhere in the bytes.
    func contains(text: String) -> Bool { Data(array).range(of: Data(text.utf8)) != nil }
}
