import ByteIO
import Testing
import Vault

@Suite struct KeyWrapTests {
    let master: SymmetricKey
    let inner: SymmetricKey
    let context = SealingContext("subject-key", "7")

    init() throws {
        master = try SymmetricKey(Bytes((0..<32).map { UInt8($0) }))
        inner = try SymmetricKey(Bytes((32..<64).map { UInt8($0) }))
    }

    @Test func theVectorOfAnIndependentImplementationOpens() throws {
        let vector = try #require(
            Bytes(
                hexadecimal: "01404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
                    + "be6bb7cf41f0f300bf9f2886e41f2b9e6b447b21fe25244d699200fd844306fcbbde3afe686e39d464b3be1302b48ea8"
            ))
        #expect(try KeyWrap.unwrap(vector, under: master, context: context) == inner)
    }

    @Test func whatIsWrappedOpensAndNeverLooksTheSame() throws {
        let one = try KeyWrap.wrap(inner, under: master, context: context)
        let two = try KeyWrap.wrap(inner, under: master, context: context)
        #expect(one.count == KeyWrap.count && one != two)
        #expect(try KeyWrap.unwrap(one, under: master, context: context) == inner)
    }

    @Test func anotherKeyOrContextDoesNotOpen() throws {
        let wrapped = try KeyWrap.wrap(inner, under: master, context: context)
        #expect(throws: VaultError(.notAuthentic)) { try KeyWrap.unwrap(wrapped, under: inner, context: context) }
        for other in [
            SealingContext("subject-key", "8"), SealingContext("image-key", "7"), SealingContext("subject-key7"),
        ] {
            #expect(throws: VaultError(.notAuthentic)) { try KeyWrap.unwrap(wrapped, under: master, context: other) }
        }
    }

    @Test func everyChangedBitAndEveryTruncationIsRefused() throws {
        let wrapped = try KeyWrap.wrap(inner, under: master, context: context)
        for index in 0..<wrapped.count {
            var changed = wrapped.array
            changed[index] ^= 0x10
            #expect(throws: VaultError.self) { try KeyWrap.unwrap(Bytes(changed), under: master, context: context) }
            #expect(throws: VaultError(.truncated)) {
                try KeyWrap.unwrap(wrapped[clamping: 0..<index], under: master, context: context)
            }
        }
    }
}
