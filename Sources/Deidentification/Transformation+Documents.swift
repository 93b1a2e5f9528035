import ByteIO
import DICOM
import DICOMValidation

/// An encapsulated document is D in Table E.1-1, and what stands in for it is still a document of its kind, so that
/// whoever opens the object sees an empty page and no broken file.
extension Transformation {
    mutating func dummyDocument() -> Fate {
        let type = (file.dataSet.string(.MIMETypeOfEncapsulatedDocument) ?? "").lowercased()
        let document = Self.emptyDocument(type: type)
        documentCount = document.count
        summary.counts.replaced += 1
        // Fragments have an even number of bytes (PS3.3 §C.24.2: the length is that without the padding).
        let padded = document.count % 2 == 0 ? document : document + [0]
        return .replace(DataElement(.EncapsulatedDocument, .OB, bytes: Bytes(padded)))
    }

    /// A document of the media type without content; of one that is not known, no bytes but zeros.
    static func emptyDocument(type: String) -> [UInt8] {
        switch type {
        case "application/pdf": emptyPDF
        case "text/xml", "application/xml", "application/hl7-cda+xml": Array(emptyCDA.utf8)
        // A header of 80 bytes and no triangles.
        case "model/stl", "application/sla": [UInt8](repeating: 0, count: 84)
        case "model/obj", "model/mtl", "text/plain": Array("# removed\n".utf8)
        default: [0, 0]
        }
    }

    /// One empty page (ISO 32000-1 §7.5).
    private static let emptyPDF: [UInt8] = {
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
        ]
        var text = "%PDF-1.4\n"
        var table = "0000000000 65535 f \n"
        for (number, object) in objects.enumerated() {
            let offset = String(text.utf8.count)
            table += String(repeating: "0", count: 10 - offset.utf8.count) + offset + " 00000 n \n"
            text += "\(number + 1) 0 obj\n\(object)\nendobj\n"
        }
        let start = text.utf8.count
        text += "xref\n0 \(objects.count + 1)\n\(table)"
        text += "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        return Array(text.utf8)
    }()

    /// What HL7 CDA release 2 asks of every document, each part said to be masked.
    private static let emptyCDA = """
        <?xml version="1.0" encoding="UTF-8"?>
        <ClinicalDocument xmlns="urn:hl7-org:v3">
        <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
        <id nullFlavor="MSK"/><code nullFlavor="MSK"/><effectiveTime nullFlavor="MSK"/>
        <confidentialityCode nullFlavor="MSK"/>
        <recordTarget><patientRole><id nullFlavor="MSK"/></patientRole></recordTarget>
        <author><time nullFlavor="MSK"/><assignedAuthor><id nullFlavor="MSK"/></assignedAuthor></author>
        <custodian><assignedCustodian><representedCustodianOrganization><id nullFlavor="MSK"/>\
        </representedCustodianOrganization></assignedCustodian></custodian>
        <component><structuredBody><component><section/></component></structuredBody></component>
        </ClinicalDocument>

        """
}

extension Transformation {
    /// (0028,2000): made anew where the object has colours that mean nothing without it; else it goes.
    mutating func colourFate(of element: DataElement, at place: Place) throws(DeidentificationError) -> Fate {
        let root = file.dataSet
        let isColour =
            (root.int(.SamplesPerPixel) ?? 1) > 1 || root.string(.PhotometricInterpretation) == "PALETTE COLOR"
        guard isColour || types.type(of: element.tag, in: place.path)?.needsValue ?? false, !place.isDummy,
            case .raw(let raw) = element.value, raw.count > 0
        else { return .remove }
        var profile = ColourProfile()
        if raw.count <= 4 << 20 {
            let bytes = try bytes(of: raw)
            if !scrubber.identifiers.occur(in: bytes), let cleaned = ColourProfile(cleaning: bytes) {
                profile = cleaned
            }
        }
        summary.counts.replaced += 1
        return .replace(DataElement(element.tag, .OB, bytes: profile.encoded))
    }
}
