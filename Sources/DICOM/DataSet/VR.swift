/// Value representation (PS3.5 §6.2).
public enum VR: String, Sendable, Hashable, CaseIterable {
    case AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, OB, OD, OF, OL, OV, OW, PN, SH, SL, SQ, SS, ST, SV, TM, UC, UI
    case UL, UN, UR, US, UT, UV
}

extension VR {
    /// Whether the value is text.
    public var isText: Bool {
        switch self {
        case .AE, .AS, .CS, .DA, .DS, .DT, .IS, .LO, .LT, .PN, .SH, .ST, .TM, .UC, .UI, .UR, .UT: true
        default: false
        }
    }

    /// Whether the text may use the characters that (0008,0005) Specific Character Set declares (PS3.5 §6.1.2.2).
    public var usesSpecificCharacterSet: Bool {
        switch self {
        case .LO, .LT, .PN, .SH, .ST, .UC, .UT: true
        default: false
        }
    }

    /// Whether a backslash separates values; text without multiplicity may contain it (PS3.5 §6.4).
    public var hasMultipleValues: Bool {
        switch self {
        case .LT, .ST, .UT, .UR: false
        default: isText
        }
    }

    /// Whether the value is a run of bytes or words without further meaning: OB to OW, and UN.
    public var isBulk: Bool {
        switch self {
        case .OB, .OD, .OF, .OL, .OV, .OW, .UN: true
        default: false
        }
    }

    /// Bytes of one number, which byte ordering reverses; 1 for text and bytes (PS3.5 §7.3).
    public var unitSize: Int {
        switch self {
        case .US, .SS, .OW, .AT: 2
        case .UL, .SL, .FL, .OF, .OL: 4
        case .FD, .SV, .UV, .OD, .OV: 8
        default: 1
        }
    }

    /// Whether explicit VR writes two reserved bytes and a 32-bit length (PS3.5 §7.1.2, table 7.1-1).
    public var hasLongLength: Bool {
        switch self {
        case .OB, .OD, .OF, .OL, .OV, .OW, .SQ, .SV, .UC, .UN, .UR, .UT, .UV: true
        default: false
        }
    }

    /// The byte that makes a value's length even (PS3.5 §6.2).
    var padding: UInt8 { isText && self != .UI ? 0x20 : 0 }
}

extension VR {
    /// The VR that two bytes spell; a switch, because this runs once for every element.
    init?(first: UInt8, second: UInt8) {
        switch UInt16(first) << 8 | UInt16(second) {
        case 0x4145: self = .AE
        case 0x4153: self = .AS
        case 0x4154: self = .AT
        case 0x4353: self = .CS
        case 0x4441: self = .DA
        case 0x4453: self = .DS
        case 0x4454: self = .DT
        case 0x4644: self = .FD
        case 0x464C: self = .FL
        case 0x4953: self = .IS
        case 0x4C4F: self = .LO
        case 0x4C54: self = .LT
        case 0x4F42: self = .OB
        case 0x4F44: self = .OD
        case 0x4F46: self = .OF
        case 0x4F4C: self = .OL
        case 0x4F56: self = .OV
        case 0x4F57: self = .OW
        case 0x504E: self = .PN
        case 0x5348: self = .SH
        case 0x534C: self = .SL
        case 0x5351: self = .SQ
        case 0x5353: self = .SS
        case 0x5354: self = .ST
        case 0x5356: self = .SV
        case 0x544D: self = .TM
        case 0x5543: self = .UC
        case 0x5549: self = .UI
        case 0x554C: self = .UL
        case 0x554E: self = .UN
        case 0x5552: self = .UR
        case 0x5553: self = .US
        case 0x5554: self = .UT
        case 0x5556: self = .UV
        default: return nil
        }
    }
}
