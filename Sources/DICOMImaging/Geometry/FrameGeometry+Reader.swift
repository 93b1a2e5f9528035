public import DICOM

extension FrameGeometry {
    /// Reads the geometry of every frame of a data set: of the classic modules, of functional groups (PS3.3 C.7.6.16),
    /// of RT Dose (C.8.8.3.2) and of reconstructed NM (C.8.4.15). What all frames share is read once.
    public struct Reader: Sendable {
        private let shared: DataSet
        private let perFrame: [DataSet]
        private let common: FrameGeometry
        private let slices: SliceOffsets
        private let vectors: [(dimension: FrameDimension, values: [Int])]

        public init(_ dataSet: DataSet) {
            shared = dataSet.sequence(.SharedFunctionalGroupsSequence)?.first ?? DataSet()
            perFrame = dataSet.sequence(.PerFrameFunctionalGroupsSequence) ?? []
            common = Self.common(dataSet)
            slices = SliceOffsets(dataSet)
            vectors = FrameDimension.vectors.compactMap { dimension, tag in
                let values = dataSet.ints(tag)
                return values.isEmpty ? nil : (dimension, values)
            }
        }

        /// The geometry of frame `number` (from 1).
        public func frame(_ number: Int) -> FrameGeometry {
            var frame = common
            if !perFrame.isEmpty || !shared.isEmpty { readGroups(&frame, number) }
            for (dimension, values) in vectors where number >= 1 && number <= values.count {
                frame.dimensions[dimension] = .number(Double(values[number - 1]))
            }
            // Frames of one instance differ at least by their number.
            if number > 1 || slices.numberOfFrames > 1 { frame.dimensions[.frame] = .number(Double(number)) }
            guard let position = frame.position, let orientation = frame.orientation else { return frame }
            frame.position = slices.position(ofFrame: number, first: position, orientation)
            return frame
        }

        private static func common(_ dataSet: DataSet) -> FrameGeometry {
            var frame = FrameGeometry()
            frame.rows = dataSet.int(.Rows) ?? 0
            frame.columns = dataSet.int(.Columns) ?? 0
            frame.pixelSpacing = PixelSpacing(dataSet)
            frame.sliceThickness = dataSet.length(.SliceThickness)
            frame.spacingBetweenSlices = dataSet.length(.SpacingBetweenSlices)
            frame.gantryTilt = dataSet.length(.GantryDetectorTilt)
            frame.frameOfReference = dataSet.string(.FrameOfReferenceUID)
            // NM says it of its detector; one position for several detectors would be wrong.
            let detectors = dataSet.sequence(.DetectorInformationSequence) ?? []
            for source in [dataSet] + (detectors.count == 1 ? detectors : []) {
                frame.readPosition(source)
                frame.readOrientation(source)
            }
            frame.readDimensions(dataSet)
            return frame
        }

        /// A functional group macro's item: the frame's own, else the shared one.
        private func group(_ tag: Tag, _ number: Int) -> DataSet? {
            if number >= 1, number <= perFrame.count, let own = perFrame[number - 1].sequence(tag)?.first { return own }
            return shared.sequence(tag)?.first
        }

        private func readGroups(_ frame: inout FrameGeometry, _ number: Int) {
            if let group = group(.PixelMeasuresSequence, number) {
                if let spacing = PixelSpacing(group, .PixelSpacing, .patient) { frame.pixelSpacing = spacing }
                frame.sliceThickness = group.length(.SliceThickness)
                if let between = group.length(.SpacingBetweenSlices) { frame.spacingBetweenSlices = between }
            }
            if let group = group(.PlanePositionSequence, number) { frame.readPosition(group) }
            if let group = group(.PlaneOrientationSequence, number) { frame.readOrientation(group) }
            if let group = group(.CTAcquisitionDetailsSequence, number), let tilt = group.length(.GantryDetectorTilt) {
                frame.gantryTilt = tilt
            }
            for tag in Tag.dimensionGroups {
                if let group = group(tag, number) { frame.readDimensions(group) }
            }
        }
    }

    mutating func readPosition(_ dataSet: DataSet) {
        guard let values = dataSet.finite(.ImagePositionPatient, 3) else { return }
        position = SIMD3(values[0], values[1], values[2])
    }

    mutating func readOrientation(_ dataSet: DataSet) {
        guard let values = dataSet.finite(.ImageOrientationPatient, 6) else { return }
        orientation = ImageOrientation(values)
    }
}

extension DataSet {
    fileprivate func length(_ tag: Tag) -> Double? { double(tag).flatMap { $0.isFinite ? $0 : nil } }
}
