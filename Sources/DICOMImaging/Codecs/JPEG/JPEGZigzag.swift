/// The zigzag sequence of T.81 Figure 5.
enum JPEGZigzag {
    /// Where in a block, row by row, the n-th coefficient belongs.
    static let order: [Int] = {
        var order: [Int] = []
        for diagonal in 0..<15 {
            let rows = max(0, diagonal - 7)...min(7, diagonal)
            // Even diagonals run upwards.
            for row in diagonal.isMultiple(of: 2) ? Array(rows.reversed()) : Array(rows) {
                order.append(8 * row + diagonal - row)
            }
        }
        return order
    }()
}
