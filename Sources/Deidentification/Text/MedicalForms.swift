/// Words of medicine that are made of Greek and Latin forms (hydro-nephr-osis, antero-listhesis): there are more of them
/// than any list has, and no surname is put together from a stem and such an ending.
enum MedicalForms {
    private static let stems = Set(
        """
        abdomin aden adren angi ankyl antero anterior arteri arthr atri bronch bronchiol burs calc capsul carcin cardi carp
        cerebell cerebr cervic cheil chol cholangi cholecyst choledoch chondr chori col colp condyl cost crani cyst dacry
        dactyl dermat desm diverticul duoden electr embol encephal endo endometri enter epi epiphys esophag fasci femor fibr
        fluor gastr genit gingiv gli gloss glomerul gynec haem haemat hem hemangi hemat hemi hepat hidr hist hydr hyper hypo
        hyster ile ili infer infra inguin inter intra ischi jejun juxta kerat kyph lapar laryng later lei leuc leuk lip lith
        lord lumb lymph lymphangi macr mamm mast mediastin medi meg mening menisc meso meta metatars micr mono multi muscul
        myc myel myo myx nas necr neo nephr neur nucle occipit ocul odont olig oment onc oophor ophthalm orchi oro oste ot
        ovari pachy palat pan pancreat papill para parathyr pariet parotid patell peri pericardi periton pharyng phleb phot
        plasm pleur pneum pneumon poly post postero pre proct prostat pseud psych pub pulmon pyel pylor pyo radi radicul rect
        ren retin retro rhabdomy rhin sacr salping sarc scler scoli semi septic sial sigmoid sinus spermat sphen spin splen
        spondyl sten steat stern stomat sub super supra syn syndesm synov syring tal tars tendin ten tenosynov tempor
        therm thorac thromb thym thyr tibi tonsill trache trans trich tri tympan ultra uni ureter urethr ur uter uve vagin
        valvul varic vas vascul ven ventricul vertebr vesic viscer xanth zygomat antra ana araio cerebro
        """.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })
    private static let endings = Set(
        """
        algia algesia blast blastoma blastomas cele celes centesis cyte cytes cytosis cytoma ectasia ectasis ectasias ectomy
        ectomies ectopia emia emic gram grams graph graphy graphic graphically genesis genic iasis itis itides lith liths
        lithiasis logic logical lysis lytic malacia megaly metry metric myoma myomas necrosis nephrosis oid oma omas opathy
        opathies pathy pathies pathic penia penic pexy phagia phasia phil plasia plastic plasty plasties plegia plegic pnea
        porosis porotic ptosis rrhage rrhages rrhagia rrhagic rrhaphy rrhea sclerosis sclerotic scope scopy scopic spasm
        spasms stasis static stenosis stenoses stenotic stomy stomies listhesis listhetic therapy tomy tomies tome trophy
        trophic uria uric osis oses otic araiosis lipoma lipomas sarcoma sarcomas carcinoma carcinomas fibroma fibromas
        adenoma adenomas myelia vascular ventricular vertebral articular capsular tendinous muscular
        """.split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })

    /// Whether a word of ASCII letters is at least one stem and an ending, with an o, i or a between them.
    static func make(_ word: ArraySlice<UInt8>) -> Bool {
        guard (7...40).contains(word.count) else { return false }
        let lower = word.map { TextTokens.isUpper($0) ? $0 | 0x20 : $0 }
        return isMade(lower[...], depth: 0)
    }

    private static func isMade(_ word: ArraySlice<UInt8>, depth: Int) -> Bool {
        if depth > 0, endings.contains(Array(word)) { return true }
        guard depth < 4 else { return false }
        for length in stride(from: min(12, word.count - 3), through: 2, by: -1) where length > 0 {
            guard stems.contains(Array(word.prefix(length))) else { continue }
            let rest = word.dropFirst(length)
            if isMade(rest, depth: depth + 1) { return true }
            if let link = rest.first, "oiae".utf8.contains(link), isMade(rest.dropFirst(), depth: depth + 1) {
                return true
            }
        }
        return false
    }
}
