extension Language {
    static let traditionalChinese = Language(
        code: "zh-Hant",
        titlesAfter: ["先生", "女士", "小姐", "太太", "醫師", "醫生", "教授", "主任", "護理師", "護士", "技師", "放射師"],
        nameLabels: [
            "姓名", "病人姓名", "病患姓名", "患者姓名", "病人", "患者", "病患", "醫師", "醫生", "主治醫師", "報告醫師", "轉介醫師", "開單醫師", "放射師",
            "簽名", "家屬", "聯絡人",
        ],
        kin: ["女兒", "兒子", "太太", "先生", "妻子", "丈夫", "母親", "父親", "姊姊", "妹妹", "哥哥", "弟弟", "家屬"],
        idLabels: [
            "病歷號", "病歷號碼", "身分證字號", "身份證字號", "身分證", "檢查單號", "健保卡號", "電話", "手機", "流水號", "編號",
        ],
        placeLabels: ["地址", "住址", "院所", "醫院", "居住地", "戶籍地"],
        institutions: ["醫院", "診所", "衛生所", "醫學中心"],
        ages: ["歲"],
        // The most common surnames of Taiwan's household registers, and those of two characters.
        surnames: """
            陳 林 黃 張 李 王 吳 劉 蔡 楊 許 鄭 謝 洪 郭 邱 曾 廖 賴 徐 周 葉 蘇 莊 呂 江 何 蕭 羅 高 潘 簡 朱 鍾 游 彭 詹 胡 施 沈
            余 盧 梁 趙 顏 柯 翁 魏 孫 戴 范 方 宋 鄧 杜 傅 侯 曹 薛 丁 卓 馬 阮 董 温 溫 唐 藍 石 蔣 古 紀 姚 連 馮 歐 程 湯 康 姜 汪
            白 田 涂 鄒 巫 尤 鐘 黎 龔 嚴 韓 袁 金 童 陸 夏 柳 凃 邵 錢 伍 倪 溥 秦 歐陽 司馬 張簡 范姜 諸葛 上官
            """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init),
        words: .traditionalChinese, general: .traditionalChineseGeneral)
}
