import DICOM

extension FrameGeometry {
    /// Reads what tells frames at one place apart, of a data set or of a functional group's item.
    mutating func readDimensions(_ dataSet: DataSet) {
        for (dimension, tags) in FrameDimension.numbers {
            for tag in tags {
                guard let value = dataSet.double(tag), value.isFinite else { continue }
                dimensions[dimension] = .number(value)
                break
            }
        }
        for (dimension, tags) in FrameDimension.texts {
            for tag in tags {
                guard let value = dataSet.string(tag), dataSet[tag]?.items == nil else { continue }
                dimensions[dimension] = .text(value)
                break
            }
        }
        let type = dataSet.frameType(.FrameType)
        let image = type.isEmpty ? dataSet.frameType(.ImageType) : type
        if !image.isEmpty { dimensions[.frameType] = .text(image) }
        if let component = dataSet.string(.ComplexImageComponent) { dimensions[.frameType] = .text(component) }
        readDirection(dataSet)
    }

    private mutating func readDirection(_ dataSet: DataSet) {
        let item = dataSet.sequence(.DiffusionGradientDirectionSequence)?.first ?? dataSet
        guard let values = item.finite(.DiffusionGradientOrientation, 3) else { return }
        dimensions[.diffusionDirection] = .text(values.map { "\($0)" }.joined(separator: "\\"))
    }
}

extension FrameDimension {
    /// Attributes that are numbers; of several the first that is there.
    static let numbers: [(FrameDimension, [Tag])] = [
        (.segment, [.ReferencedSegmentNumber]),
        (.temporalPosition, [.TemporalPositionIndex, .TemporalPositionIdentifier, .TemporalPositionTimeOffset]),
        (.echo, [.EffectiveEchoTime, .EchoTime, .EchoNumbers]),
        (.diffusion, [.DiffusionBValue]),
        (.cardiacPhase, [.NominalCardiacTriggerDelayTime, .NominalPercentageOfCardiacPhase, .TriggerTime]),
        (.energy, [.KVP]),
        (.acquisition, [.FrameAcquisitionNumber, .AcquisitionNumber]),
    ]

    /// Attributes that are text, or times, which sort as text.
    static let texts: [(FrameDimension, [Tag])] = [
        (.reconstruction, [.ConvolutionKernel]),
        (
            .time,
            [.FrameReferenceDateTime, .FrameAcquisitionDateTime, .AcquisitionDateTime, .AcquisitionTime, .ContentTime]
        ),
    ]

    /// Vectors of a multi-frame NM image, one value a frame (PS3.3 C.8.4.8).
    static let vectors: [(FrameDimension, Tag)] = [
        (.energyWindow, .EnergyWindowVector), (.detector, .DetectorVector), (.phase, .PhaseVector),
        (.rotation, .RotationVector), (.interval, .RRIntervalVector), (.timeSlot, .TimeSlotVector),
        (.angularView, .AngularViewVector), (.temporalPosition, .TimeSliceVector),
    ]
}

extension Tag {
    /// Functional groups whose attributes tell frames apart (PS3.3 C.7.6.16.2, C.8.13.5, C.8.15.3).
    static let dimensionGroups: [Tag] = [
        .SegmentIdentificationSequence, .FrameContentSequence, .TemporalPositionSequence, .MREchoSequence,
        .MRDiffusionSequence, .CardiacSynchronizationSequence, .MRImageFrameTypeSequence, .CTImageFrameTypeSequence,
        .PETFrameTypeSequence, .CTReconstructionSequence, .CTXRayDetailsSequence,
    ]
}

extension DataSet {
    /// The values of Image Type from the third on, which tell what the pixels are (PS3.3 C.7.6.1.1.2).
    func frameType(_ tag: Tag) -> String { strings(tag).dropFirst(2).joined(separator: "\\") }
}
