public import DICOM

/// What images that look alike have in common: who made them, how large they are, and what kind they are of. What a
/// person decided about one holds for the others.
///
/// Read it from the de-identified object: then it holds no more of the patient than that does.
public struct PixelSignature: Sendable, Hashable, Codable, CustomStringConvertible {
    /// SOP Class UID.
    public let sopClass: String
    /// Modality, upper case, as all texts here.
    public let modality: String
    public let manufacturer: String
    /// Manufacturer's Model Name.
    public let model: String
    public let rows: Int
    public let columns: Int
    public let samplesPerPixel: Int
    /// Image Type, its values joined by "\".
    public let imageType: String

    /// `nil` where the data set describes no image.
    public init?(_ dataSet: DataSet) {
        guard let rows = dataSet.int(.Rows), let columns = dataSet.int(.Columns), rows > 0, columns > 0 else {
            return nil
        }
        func text(_ tag: Tag) -> String {
            let joined = dataSet.strings(tag).map { $0.uppercased() }.joined(separator: "\\")
            return String(joined.filter { $0 >= " " }.prefix(256))
        }
        sopClass = dataSet.string(.SOPClassUID) ?? ""
        modality = text(.Modality)
        manufacturer = text(.Manufacturer)
        model = text(.ManufacturerModelName)
        self.rows = rows
        self.columns = columns
        samplesPerPixel = dataSet.int(.SamplesPerPixel) ?? 1
        imageType = text(.ImageType)
    }

    /// Whether it says who made the image: what was decided for one that does not would hold for anybody's.
    public var isSpecific: Bool { !manufacturer.isEmpty && !model.isEmpty && manufacturer != "REMOVED" }

    /// All fields in one line, to be stored and compared: "1|SOP class|modality|manufacturer|model|rows|columns|samples
    /// per pixel|Image Type", with "%" and "|" in them as "%25" and "%7C".
    public var text: String {
        let numbers = [rows, columns, samplesPerPixel].map(String.init)
        let fields = [sopClass, modality, manufacturer, model] + numbers + [imageType]
        return (["1"] + fields.map(Self.escaped)).joined(separator: "|")
    }

    /// Reads what `text` gives; `nil` for anything else.
    public init?(text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(Self.unescaped)
        guard parts.count == 9, parts[0] == "1", let rows = Int(parts[5]), let columns = Int(parts[6]),
            let samples = Int(parts[7]), rows > 0, columns > 0, samples > 0
        else { return nil }
        sopClass = parts[1]
        modality = parts[2]
        manufacturer = parts[3]
        model = parts[4]
        self.rows = rows
        self.columns = columns
        samplesPerPixel = samples
        imageType = parts[8]
    }

    /// For people: "US ACME LOGIQ9, 640 × 480, DERIVED\SECONDARY".
    public var description: String {
        let device = [modality, manufacturer, model].filter { !$0.isEmpty }.joined(separator: " ")
        let tail = imageType.isEmpty ? "" : ", \(imageType)"
        return "\(device.isEmpty ? "unknown device" : device), \(columns) × \(rows)\(tail)"
    }

    private static func escaped(_ field: String) -> String {
        var out = ""
        for character in field {
            switch character {
            case "%": out += "%25"
            case "|": out += "%7C"
            default: out.append(character)
            }
        }
        return out
    }

    private static func unescaped(_ field: Substring) -> String {
        var out = ""
        var rest = field
        while let character = rest.first {
            if rest.hasPrefix("%25") || rest.hasPrefix("%7C") {
                out.append(rest.hasPrefix("%25") ? "%" : "|")
                rest = rest.dropFirst(3)
            } else {
                out.append(character)
                rest = rest.dropFirst()
            }
        }
        return out
    }
}
