/// The image that an annotation is in, as the catalogue has it.
struct AnnotatedImage {
    let rows: Int
    let columns: Int
    let frames: Int
}

extension Annotation {
    /// Annotations of one study in a label set at most.
    public static let mostInStudy = 2000
    /// Characters of a note at most.
    public static let longestNote = 1000
    /// Points that are farther out are no coordinates of any image.
    private static let farthest = 65_536.0

    /// What can be said of annotations without looking at images or labels: shape and limits.
    /// - Throws: `.invalid`; which one, by its place from 1, and never what it holds.
    static func check(_ annotations: [Annotation]) throws(LakeError) {
        guard annotations.count <= mostInStudy else {
            throw LakeError(.invalid, "a study has at most \(mostInStudy) annotations in a label set")
        }
        var ids: Set<String> = []
        for (index, annotation) in annotations.enumerated() {
            if let reason = annotation.fault { throw LakeError(.invalid, "annotation \(index + 1): \(reason)") }
            guard ids.insert(annotation.id).inserted else {
                throw LakeError(.invalid, "annotation \(index + 1) has the id of another one")
            }
        }
    }

    private var fault: String? {
        if !LabelNaming.isUUID(id) { return "an id is a UUID in lower case" }
        if let fault = LabelNaming.fault(ofText: note, limit: Self.longestNote) { return "a note \(fault)" }
        if label.unicodeScalars.count > LabelNaming.longestName { return "the label is not in the project's list" }
        if points.count != type.pointCount { return "\(type.rawValue) has \(type.pointCount) points" }
        guard points.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 >= 0 && $0 <= Self.farthest } }) else {
            return "a point is a column and a row within the image"
        }
        return nil
    }

    /// Checks them against the images of the study.
    /// - Throws: `.notFound` for an image that is not among them, whether it is somewhere else or nowhere; `.invalid`
    ///   for a place outside.
    static func check(_ annotations: [Annotation], in images: [String: AnnotatedImage]) throws(LakeError) {
        for (index, annotation) in annotations.enumerated() {
            guard let image = images[annotation.instance], (1...max(image.frames, 1)).contains(annotation.frame),
                image.frames > 0
            else { throw LakeError(.notFound, "annotation \(index + 1): there is no such image in this study") }
            guard
                annotation.points.allSatisfy({
                    $0[0] <= Double(image.columns) && $0[1] <= Double(image.rows)
                })
            else { throw LakeError(.invalid, "annotation \(index + 1): a point lies outside of the image") }
        }
    }

    /// Checks labels, and gives each the spelling of the project's list.
    ///
    /// A retired label stays where it was before: what was true then is not lost because of a later change.
    /// - Throws: `.invalid`.
    static func labelled(
        _ annotations: [Annotation], from list: LabelList, before: [Annotation]
    ) throws(LakeError) -> [Annotation] {
        let names = Dictionary(list.labels.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let held = Dictionary(before.map { ($0.id, $0.label) }, uniquingKeysWith: { first, _ in first })
        var labelled = annotations
        for index in annotations.indices {
            let annotation = annotations[index]
            if annotation.label.isEmpty {
                guard annotation.type.mayBeUnlabelled else {
                    throw LakeError(.invalid, "annotation \(index + 1): give it a label of the project's list")
                }
                continue
            }
            guard let label = names[annotation.label] else {
                throw LakeError(.invalid, "annotation \(index + 1): the label is not in the project's list")
            }
            guard !label.retired || held[annotation.id] == label.name else {
                throw LakeError(.invalid, "annotation \(index + 1): the label is retired; choose another one")
            }
            labelled[index].label = label.name
        }
        return labelled
    }
}
