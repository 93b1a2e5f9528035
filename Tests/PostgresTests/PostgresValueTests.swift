import Foundation
import Postgres
import Testing

private enum Colour: String, PostgresEncodable, PostgresDecodable { case red, green }

@Suite struct PostgresValueTests {
    @Test func everyTypeComesBackAsItWentIn() async throws {
        try await withPool { pool in
            let uuid = UUID()
            let time = Date(timeIntervalSince1970: 1_700_000_000.123456)
            let bytes: [UInt8] = [0, 1, 0, 255, 39, 92]
            let row = try await pool.single(
                """
                SELECT $1 AS int, $2 AS int64, $3 AS double, $4::text AS string, $5 AS bool, $6 AS bytes, $7 AS uuid,
                    $8 AS date, $9 AS texts, $10 AS ints, $11::text AS colour, $12 AS null,
                    $13 AS blobs, $14::text AS none
                """,
                [
                    -7, Int64.max, -0.1, "Grüße 'n' \\ 検査", true, bytes, uuid, time, ["a", "", "{,\"}"], [1, -2],
                    Colour.green, Int?.none, [bytes, []], String?.none,
                ])
            #expect(try row.decode("int", as: Int.self) == -7)
            #expect(try row.decode("int64", as: Int64.self) == .max)
            #expect(try row.decode("double", as: Double.self) == -0.1)
            #expect(try row.decode("string", as: String.self) == "Grüße 'n' \\ 検査")
            #expect(try row.decode("bool", as: Bool.self))
            #expect(try row.decode("bytes", as: [UInt8].self) == bytes)
            #expect(try row.decode("uuid", as: UUID.self) == uuid)
            #expect(abs(try row.decode("date", as: Date.self).timeIntervalSince(time)) < 0.000_001)
            #expect(try row.decode("texts", as: [String].self) == ["a", "", "{,\"}"])
            #expect(try row.decode("ints", as: [Int].self) == [1, -2])
            #expect(try row.decode("colour", as: Colour.self) == .green)
            #expect(try row.decode("null", as: Int?.self) == nil)
            #expect(try row.decode("blobs", as: [[UInt8]].self) == [bytes, []])
            #expect(try row.decode("none", as: String?.self) == nil)
            #expect(try row.isNull("none"))
        }
    }

    @Test func typesOfTheServerAreRead() async throws {
        try await withPool { pool in
            let row = try await pool.single(
                """
                SELECT 7::smallint AS small, 1.5::real AS real, '2026-11-21'::date AS date,
                    '{"a": [1]}'::jsonb AS jsonb,
                    'name'::name AS name, '{}'::text[] AS empty, 'infinity'::timestamptz AS forever
                """)
            #expect(try row.decode("small", as: Int.self) == 7)
            #expect(try row.decode("real", as: Double.self) == 1.5)
            #expect(try row.decode("date", as: Date.self) == Date(timeIntervalSince1970: 1_795_219_200))
            #expect(try row.decode("jsonb", as: String.self) == "{\"a\": [1]}")
            #expect(try row.decode("name", as: String.self) == "name")
            #expect(try row.decode("empty", as: [String].self) == [])
            #expect(try row.decode("forever", as: Date.self) == .distantFuture)
        }
    }

    @Test(arguments: [
        "0", "12345678901234567890.000120", "-0.5", "10000", "99990000", "1e-9", "NaN", "-Infinity", "100.00",
    ])
    func numericsPrintAsTheServerPrintsThem(_ literal: String) async throws {
        try await withPool(size: 1) { pool in
            let row = try await pool.single("SELECT $1::text::numeric AS n, $1::text::numeric::text AS text", [literal])
            #expect(try row.decode("n", as: String.self) == row.decode("text", as: String.self))
        }
    }

    @Test func sumsAndCountsAreIntegers() async throws {
        try await withPool(size: 1) { pool in
            let row = try await pool.single(
                "SELECT count(*) AS n, sum(x) AS s, avg(x) AS a FROM generate_series(1, 4::bigint) x")
            #expect(try row.decode("n", as: Int.self) == 4)
            #expect(try row.decode("s", as: Int.self) == 10)
            #expect(try row.decode("a", as: Double.self) == 2.5)
        }
    }

    @Test func aStringFitsEveryTypeThatIsWrittenAsText() async throws {
        try await withPool(size: 1) { pool in
            try await pool.execute("CREATE TABLE t (j jsonb, d date, i inet, n numeric, v interval)")
            try await pool.execute(
                "INSERT INTO t VALUES ($1, $2, $3, $4, $5)", ["{\"k\":1}", "2026-02-03", "::1", "1.25", "1 day"])
            let row = try await pool.single("SELECT j->>'k' AS k, d::text AS d FROM t")
            #expect(try row.decode("k", as: String.self) == "1")
            #expect(try row.decode("d", as: String.self) == "2026-02-03")
        }
    }

    @Test func aWrongTypeANullAndAMissingColumnAreErrorsThatNameTheColumn() async throws {
        try await withPool(size: 1) { pool in
            let row = try await pool.single("SELECT 'secret' AS word, NULL::int AS nothing, 300 AS big")
            func reason(_ read: () throws(PostgresError) -> Void) -> String {
                do { try read() } catch { return error.code == .decoding ? error.reason : "other" }
                return "none"
            }
            #expect(reason { () throws(PostgresError) in _ = try row.decode("word", as: Int.self) }.contains("word"))
            #expect(!reason { () throws(PostgresError) in _ = try row.decode("word", as: Int.self) }.contains("secret"))
            #expect(reason { () throws(PostgresError) in _ = try row.decode("nothing", as: Int.self) }.contains("NULL"))
            #expect(
                reason { () throws(PostgresError) in _ = try row.decode("absent", as: Int.self) }.contains("absent"))
            #expect(reason { () throws(PostgresError) in _ = try row.decode("big", as: UInt8.self) }.contains("big"))
            #expect(reason { () throws(PostgresError) in _ = try row.decode(at: 9, as: Int.self) }.contains("9"))
            #expect(reason { () throws(PostgresError) in _ = try row.decode("word", as: Colour.self) }.contains("word"))
        }
    }

    @Test func textWithAZeroCharacterIsRefusedAndNotCutShort() async throws {
        try await withPool(size: 1) { pool in
            await #expect { try await pool.query("SELECT $1::text", ["a\0b"]) } throws: {
                ($0 as? PostgresError)?.code == .invalidParameter
            }
            await #expect(throws: PostgresError.self) { try await pool.query("SELECT $1", [["a\0b"]]) }
        }
    }

    @Test func largeValuesPass() async throws {
        try await withPool(size: 1) { pool in
            let bytes = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let row = try await pool.single("SELECT $1 AS echo, length($1) AS n", [bytes])
            #expect(try row.decode("n", as: Int.self) == bytes.count)
            #expect(try row.decode("echo", as: [UInt8].self) == bytes)
        }
    }
}
