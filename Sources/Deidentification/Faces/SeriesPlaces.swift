import DICOM
import DICOMImaging

/// Where the frames of a series lie.
struct SeriesPlaces {
    private var modality: String?
    private var series: String?
    private var frameOfReference: String??
    private var files: [[FrameGeometry]] = []
    private var count = 0

    mutating func add(_ dataSet: DataSet) throws(FacesError) {
        let modality = dataSet.string(.Modality) ?? ""
        let series = dataSet.string(.SeriesInstanceUID) ?? ""
        guard self.modality ?? modality == modality, self.series ?? series == series else {
            throw FacesError(.unplaced, "the images are not of one series")
        }
        (self.modality, self.series) = (modality, series)
        let frames = max(1, dataSet.int(.NumberOfFrames) ?? 1)
        guard frames <= SeriesDefacer.mostFrames - count else {
            throw FacesError(.tooLarge, "a series has at most \(SeriesDefacer.mostFrames) frames")
        }
        count += frames
        let reader = FrameGeometry.Reader(dataSet)
        files.append((1...frames).map { reader.frame($0) })
    }

    /// Of each file, those of its frames.
    func slices() throws(FacesError) -> (FaceMask.Kind, [[HeadSlice]]) {
        guard modality == "CT" || modality == "MR" else {
            throw FacesError(.unsupported, "faces are taken out of CT and MR only")
        }
        guard count >= SeriesDefacer.fewestFrames else {
            throw FacesError(.noVolume, "fewer than \(SeriesDefacer.fewestFrames) images make no volume")
        }
        let all = files.flatMap(\.self)
        guard let first = all.first, all.allSatisfy({ $0.frameOfReference == first.frameOfReference }) else {
            throw FacesError(.unplaced, "the images are in several frames of reference")
        }
        let reaches = Self.reaches(all)
        var slices: [HeadSlice] = []
        for (frame, reach) in zip(all, reaches) {
            guard let plane = frame.plane, (1...65535).contains(frame.rows), (1...65535).contains(frame.columns) else {
                throw FacesError(.unplaced, "an image has no place in the patient")
            }
            slices.append(HeadSlice(plane, rows: frame.rows, columns: frame.columns, reach: reach))
        }
        var start = 0
        let parts = files.map { frames in
            defer { start += frames.count }
            return Array(slices[start..<(start + frames.count)])
        }
        return (modality == "CT" ? .ct : .mr, parts)
    }

    /// Half the way to the neighbours on both sides, where they are near.
    private static func reaches(_ frames: [FrameGeometry]) -> [ClosedRange<Double>] {
        let farthest = 6.0
        var reaches = frames.map { frame in
            let half = min(farthest, max(0.1, (frame.sliceThickness ?? 1).magnitude) / 2)
            return -half...half
        }
        for volume in SeriesGeometry(frames).stacks.flatMap(\.volumes) where volume.frames.count > 1 {
            let steps = zip(volume.places, volume.places.dropFirst()).map { min(farthest, max(0.05, ($1 - $0) / 2)) }
            for (place, frame) in volume.frames.enumerated() {
                let below = place > 0 ? steps[place - 1] : steps[place]
                let above = place < steps.count ? steps[place] : below
                reaches[frame] = -below...above
            }
        }
        return reaches
    }
}
