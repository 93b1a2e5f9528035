/// One component of a DCT frame: its size in samples and blocks (T.81 §A.1.1, §A.2).
struct JPEGTransformComponent {
    let horizontal: Int
    let vertical: Int
    let columns: Int
    let rows: Int
    /// Blocks that have samples of the component.
    let blockColumns: Int
    let blockRows: Int
    /// Blocks of a row with those that fill up the last MCU.
    let blockStride: Int
    /// Place of the first coefficient among those of all components.
    let start: Int
    let quantisation: Int

    /// The components of `frame`, and how many coefficients they have.
    static func all(of frame: JPEGFrameHeader) -> (components: [Self], coefficients: Int) {
        let mcus = mcus(of: frame)
        var start = 0
        var components: [Self] = []
        for component in frame.components {
            let columns = (frame.columns * component.horizontal).dividedUp(by: frame.maximumHorizontal)
            let rows = (frame.rows * component.vertical).dividedUp(by: frame.maximumVertical)
            components.append(
                Self(
                    horizontal: component.horizontal, vertical: component.vertical, columns: columns, rows: rows,
                    blockColumns: columns.dividedUp(by: 8), blockRows: rows.dividedUp(by: 8),
                    blockStride: mcus.columns * component.horizontal, start: start,
                    quantisation: component.quantisation))
            start += 64 * mcus.columns * component.horizontal * mcus.rows * component.vertical
        }
        return (components, start)
    }

    /// MCUs of an interleaved scan.
    static func mcus(of frame: JPEGFrameHeader) -> (columns: Int, rows: Int) {
        (
            frame.columns.dividedUp(by: 8 * frame.maximumHorizontal),
            frame.rows.dividedUp(by: 8 * frame.maximumVertical)
        )
    }

    /// Place of a block's first coefficient.
    func block(_ row: Int, _ column: Int) -> Int { start + 64 * (row * blockStride + column) }
}

extension Int {
    func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
