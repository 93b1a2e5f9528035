/// Names, streets and institutions that surrogates are made of: names that many people have, towns and institutions that
/// do not exist. Written for this project.
enum SurrogateNames {
    static let initials = list("A B C D E F G H J K L M N P R S T V W")

    static let given = list(
        """
        Helen Peter Laura Martin Julia Thomas Anna Paul Emma Simon Clara David Nina Robert Sarah Michael Ellen Daniel Karen
        Stephen Monica Richard Teresa Philip Diana George Louise Andrew Irene Walter Sophie Edward Marion Victor Alice Henry
        Judith Frank Agnes Oscar Vera Arthur Edith Conrad Lydia Bernard Celia Gerald Norma Leonard
        """)

    static let surnames = list(
        """
        Weaver Keller Harrison Lindner Marshall Bennett Hoffmann Sanders Richter Coleman Barnes Vogt Patterson Hughes Brandt
        Simmons Foster Albrecht Gibson Jenkins Winter Hartmann Reynolds Fisher Krause Wallace Sullivan Lorenz Griffin Ellis
        Berger Crawford Henderson Busch Warren Dixon Seidel Gordon Freeman Ludwig Tucker Burns Simpson Stevens Hansen Porter
        Hunter Hicks Mason Franke Dunn Pierce Arnold Perkins Payne Spencer Lawson Elliott Wagner Schreiber
        """)

    static let streets = list(
        """
        Linden_Street Mill_Road Station_Road Harbour_Lane Orchard_Way Meadow_Street Chapel_Lane Bridge_Street Forest_Road
        Garden_Avenue River_Street Hill_Road Tower_Lane Spring_Street Castle_Road Valley_Road
        """)

    static let towns = list(
        """
        Northfield Eastbrook Lindenau Westhaven Ashbury Marlow_Heath Fairbridge Rosenfeld Oakhurst Thornby Millbach Stonewell
        Hazelwick Waldheim Redcliffe Brookside
        """)

    static let institutions = list(
        """
        Northfield_General_Hospital Eastbrook_Clinic Lindenau_Hospital Westhaven_Medical_Center Ashbury_Imaging_Centre
        Fairbridge_Infirmary Rosenfeld_Clinic Oakhurst_Hospital Thornby_Medical_Center Stonewell_Clinic Waldheim_Hospital
        Redcliffe_General_Hospital
        """)

    static let hanSurnames = list("陳 林 黃 張 李 王 吳 劉 蔡 楊 許 鄭 謝 郭 洪 曾 邱 廖 賴 周")
    static let hanGiven = list("志明 淑芬 家豪 美玲 建宏 雅婷 俊傑 怡君 宗翰 佳蓉 文雄 秀英 冠宇 麗華 柏翰 惠雯 國華 詩涵 振宇 玉珍")
    static let hanPlaces = list("北原市中正路 東溪醫院 南嶺綜合醫院 青河鎮和平街 西湖診所 松林市民生路 明川醫院 石橋鎮文化路")

    private static let givenNames = Set(
        given.map { $0.lowercased() }
            + list(
                """
                maria james mary john patricia jennifer linda elizabeth barbara susan jessica lisa nancy betty sandra margaret
                ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon cynthia kathleen
                amy angela shirley brenda pamela nicole samantha katherine christine william joseph charles christopher
                matthew anthony mark donald steven joshua kenneth kevin brian timothy ronald jason jeffrey ryan jacob gary
                nicholas eric jonathan larry justin scott brandon benjamin samuel gregory alexander patrick jack dennis grace
                fatima mohammed wei lars aoife priya olga hana ahmed ali omar yusuf ayse mehmet hans klaus jürgen wolfgang
                dieter manfred uwe günter horst werner gerhard helmut ursula renate monika petra sabine gabriele heike
                susanne birgit ingrid jan stefan andreas matthias christian markus tobias lukas jonas felix leon pierre jean
                marie louis luca giulia marco paolo carlos jose juan luis miguel ana carmen ivan dmitri sergei natasha rose
                hanna johanna lena mia lea noah liam olivia ava sophia isabella charlotte amelia
                """))

    /// Whether a word, in lower case, is a first name more often than a surname.
    static func isGiven(_ word: String) -> Bool { givenNames.contains(word) }

    private static func list(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map { String($0.map { $0 == "_" ? " " : $0 }) }
    }
}
