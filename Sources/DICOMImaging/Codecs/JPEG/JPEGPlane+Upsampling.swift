extension JPEGPlane {
    /// The plane at the frame's size (T.81 §A.1.1). The standard leaves the filter open: halved components are
    /// interpolated with weights of 3 and 1, as the Independent JPEG Group's library does, others repeated.
    func upsampled(from component: JPEGTransformComponent, to frame: JPEGFrameHeader) -> JPEGPlane {
        let (across, down) = (frame.maximumHorizontal, frame.maximumVertical)
        guard component.horizontal != across || component.vertical != down else { return self }
        let isHalved = component.horizontal * 2 == across && component.columns > 2
        if isHalved, component.vertical == down {
            return built(frame) { row in widened(row, component.columns) }
        }
        if isHalved, component.vertical * 2 == down {
            return built(frame) { row in widened(between: row, component) }
        }
        return built(frame) { row in
            let start = row * component.vertical / down * stride
            return (0..<frame.columns).map { samples[start + $0 * component.horizontal / across] }
        }
    }

    private func built(_ frame: JPEGFrameHeader, _ line: (Int) -> [UInt16]) -> JPEGPlane {
        var output: [UInt16] = []
        output.reserveCapacity(frame.rows * frame.columns)
        for row in 0..<frame.rows { output += line(row).prefix(frame.columns) }
        return JPEGPlane(stride: frame.columns, samples: output)
    }

    /// One row of twice as many samples. Rounding alternates, so that it does not add up.
    private func widened(_ row: Int, _ count: Int) -> [UInt16] {
        let line = samples[(row * stride)..<(row * stride + count)].map(UInt32.init)
        var output = [UInt16](repeating: 0, count: 2 * count)
        for column in 0..<count {
            let near = 3 * line[column]
            let left = line[max(0, column - 1)]
            let right = line[min(count - 1, column + 1)]
            output[2 * column] = UInt16(truncatingIfNeeded: (near + left + 1) >> 2)
            output[2 * column + 1] = UInt16(truncatingIfNeeded: (near + right + 2) >> 2)
        }
        return output
    }

    /// Row `row` of twice as many rows and columns.
    private func widened(between row: Int, _ component: JPEGTransformComponent) -> [UInt16] {
        let count = component.columns
        let near = row / 2
        let other = min(max(0, row.isMultiple(of: 2) ? near - 1 : near + 1), component.rows - 1)
        let line = (0..<count).map { 3 * UInt32(samples[near * stride + $0]) + UInt32(samples[other * stride + $0]) }
        var output = [UInt16](repeating: 0, count: 2 * count)
        for column in 0..<count {
            let left = line[max(0, column - 1)]
            let right = line[min(count - 1, column + 1)]
            output[2 * column] = UInt16(truncatingIfNeeded: (3 * line[column] + left + 8) >> 4)
            output[2 * column + 1] = UInt16(truncatingIfNeeded: (3 * line[column] + right + 7) >> 4)
        }
        return output
    }
}
