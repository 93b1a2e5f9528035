import DICOM

/// Table E.1-1 of PS3.15: what the Basic Profile and its options do to an attribute.
enum ConfidentialityTable {
    /// Action codes of Table E.1-1a, in the order of the generator.
    enum Action: UInt8, Sendable {
        case dummy, zero, remove, keep, clean, uid, zeroOrDummy, removeOrZero, removeOrDummy, removeZeroOrDummy,
            removeZeroOrUID
    }

    /// A row: the basic action and what each option does instead.
    struct Row: Sendable {
        let packed: UInt32

        var basic: Action { Action(rawValue: UInt8(packed >> 24)) ?? .remove }

        /// The action under these options: keep wins over clean, clean over the basic action (PS3.15 E.3). Of dates that
        /// another option keeps (when a device was calibrated) those that are to be moved are moved: beside moved ones
        /// they would tell by how many days.
        func action(under columns: OptionColumns) -> Action {
            let cells = packed & 0xFF_FFFF & columns.mask
            guard cells != 0 else { return basic }
            let isMoved = columns.movesDates && cell(.retainLongModifiedDates) != 0
            return cells & 0x55_5555 != 0 && !isMoved ? .keep : .clean
        }

        func cell(_ option: Profile.Option) -> UInt32 {
            option.column.map { packed >> (2 * UInt32($0)) & 3 } ?? 0
        }

        /// Whether no option keeps or cleans the attribute.
        var isAlwaysIdentifying: Bool { packed & 0xFF_FFFF == 0 }

        /// Whether the row is one of dates and times.
        var isTemporal: Bool { cell(.retainLongModifiedDates) != 0 }
        var isDescriptor: Bool { cell(.cleanDescriptors) != 0 }
    }

    /// The option columns that are in force, two bits each.
    struct OptionColumns: Sendable {
        let mask: UInt32
        let movesDates: Bool

        init(_ profile: Profile) {
            movesDates = profile.has(.retainLongModifiedDates)
            mask = profile.options.compactMap(\.column).reduce(0) { $0 | 3 << (2 * UInt32($1)) }
        }
    }

    private static let rows: [UInt32: Row] = {
        var rows: [UInt32: Row] = [:]
        rows.reserveCapacity(packed.count)
        for entry in packed {
            rows[UInt32(truncatingIfNeeded: entry >> 32)] = Row(packed: UInt32(truncatingIfNeeded: entry))
        }
        return rows
    }()

    /// The attributes that have a row.
    static var tags: [Tag] { rows.keys.map { Tag(rawValue: $0) } }

    /// The row of a standard attribute. The rows with wildcards (curves, overlays, private attributes) are not here.
    static func row(_ tag: Tag) -> Row? { rows[tag.rawValue] }
}
