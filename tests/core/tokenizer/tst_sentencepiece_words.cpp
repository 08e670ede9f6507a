// A tokenizer.model, whose texts are encoded word by word where that gives the same, against the definition of merging by scores and
// against SentencePiece's library on whole texts, on random vocabularies.

#include "core/tokenizer/sentencepiece_words.h"

#include <QTest>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "core/error.h"
#include "core/tokenizer/charsmap.h"
#include "core/tokenizer/sentencepiece_check.h"
#include "core/tokenizer/sentencepiece_tokenizer.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/unicode.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

using Ids = std::vector<TokenId>;
using Piece = SentencePieceVocabulary::Piece;

enum PieceType : int { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };

const std::vector<std::string> kAlphabet{"a", "b", "é", "日", "▁"};

/// <unk>, maybe the 256 bytes, the mark, and those texts.
SentencePieceVocabulary vocabularyOf(const std::vector<std::string>& texts, bool bytes = true) {
    SentencePieceVocabulary vocabulary;
    vocabulary.unknown = "<unk>";
    vocabulary.byte_fallback = bytes;
    vocabulary.pieces.push_back({"<unk>", 0.0F, kUnknown});
    for (unsigned byte = 0; bytes && byte < 256; ++byte) {
        const char* const digits = "0123456789ABCDEF";
        vocabulary.pieces.push_back({std::string("<0x") + digits[byte / 16] + digits[byte % 16] + ">", 0.0F, kByte});
    }
    for (const std::string& text : texts) vocabulary.pieces.push_back({text, 0.0F, kNormal});
    return vocabulary;
}

/// Pieces that join others, so that texts merge deeply; equal scores are frequent. Those `of_words` have ▁ in front alone.
SentencePieceVocabulary randomVocabulary(std::mt19937& random, bool of_words) {
    std::vector<std::string> texts;
    const auto isWord = [](const std::string& text) {
        const std::size_t first = text.find_first_not_of("▁");  // of its bytes, which no other character here has in front
        return first == std::string::npos || text.find("▁", first) == std::string::npos;
    };
    for (const std::string& c : kAlphabet) {
        if (c == "▁" || random() % 5 != 0) texts.push_back(c);
    }
    for (int i = 0; i < 60; ++i) {
        const std::string text = texts[random() % texts.size()] + texts[random() % texts.size()];
        if (text.size() > 16 || (of_words && !isWord(text)) || std::ranges::find(texts, text) != texts.end()) continue;
        texts.push_back(text);
    }
    SentencePieceVocabulary vocabulary = vocabularyOf(texts, random() % 2 == 0);
    for (Piece& piece : vocabulary.pieces) {
        if (piece.type != kNormal) continue;
        piece.score = -static_cast<float>(random() % 40) / 4.0F;
        const bool is_long = unicode::decodeAt(piece.text, 0).n_bytes != piece.text.size();
        if (is_long && random() % 12 == 0) piece.type = kUserDefined;
        if (is_long && random() % 8 == 0) piece.type = kUnused;
    }
    vocabulary.removes_extra_spaces = random() % 3 == 0;
    return vocabulary;
}

std::string randomText(std::mt19937& random, std::size_t longest) {
    std::string text;
    for (std::size_t n = random() % (longest + 1); n > 0; --n) {
        const auto which = random() % 12;
        text += which < 4 ? " " : which == 4 ? "x" : which == 5 ? "▁" : kAlphabet[random() % 4];
    }
    return text;
}

/// Without a charsmap: spaces as the model wants them, each a ▁, and one in front.
std::string marked(const SentencePieceVocabulary& vocabulary, const std::string& text) {
    std::string spaced;
    for (const char c : text) {
        const bool is_extra = c == ' ' && (spaced.empty() || spaced.back() == ' ');
        if (!vocabulary.removes_extra_spaces || !is_extra) spaced += c;
    }
    if (spaced.empty()) return {};
    std::string result = "▁";
    for (const char c : spaced) result += c == ' ' ? std::string("▁") : std::string(1, c);
    while (vocabulary.removes_extra_spaces && result.ends_with("▁")) result.resize(result.size() - std::strlen("▁"));
    return result;
}

/// The definition: what the user defined stays as it is; of all neighbours whose union is a piece, those with the highest score are joined,
/// the leftmost of equals, until there are none. In the end what became an unused piece is again what it was made of.
Ids byDefinition(const SentencePieceVocabulary& vocabulary, const std::string& text) {
    struct Symbol {
        std::string text;
        bool is_fixed = false;
        std::vector<std::string> parts = {};  // itself, unless it is an unused piece
    };
    std::map<std::string, TokenId> ids;
    std::map<std::string, TokenId> bytes;
    for (const Piece& piece : vocabulary.pieces) {
        const auto id = static_cast<TokenId>(&piece - vocabulary.pieces.data());
        if (piece.type == kNormal || piece.type == kUserDefined || piece.type == kUnused) ids[piece.text] = id;
        if (piece.type == kByte) bytes[piece.text] = id;
    }
    const auto pieceOf = [&](TokenId id) -> const Piece& { return vocabulary.pieces[static_cast<std::size_t>(id)]; };
    const std::string whole = marked(vocabulary, text);
    std::vector<Symbol> symbols;
    for (std::size_t i = 0; i < whole.size(); i += symbols.back().text.size()) {
        Symbol symbol{whole.substr(i, unicode::decodeAt(whole, i).n_bytes)};
        for (const auto& [piece, id] : ids) {
            const bool is_longer = !symbol.is_fixed || piece.size() > symbol.text.size();
            if (pieceOf(id).type == kUserDefined && is_longer && whole.compare(i, piece.size(), piece) == 0) symbol = {piece, true};
        }
        symbol.parts = {symbol.text};
        symbols.push_back(symbol);
    }
    for (;;) {
        float best = -std::numeric_limits<float>::infinity();
        std::size_t at = 0;
        bool is_unused = false;
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
            if (symbols[i].is_fixed || symbols[i + 1].is_fixed) continue;
            const auto found = ids.find(symbols[i].text + symbols[i + 1].text);
            if (found == ids.end() || pieceOf(found->second).score <= best) continue;
            best = pieceOf(found->second).score;
            at = i;
            is_unused = pieceOf(found->second).type == kUnused;
        }
        if (best == -std::numeric_limits<float>::infinity()) break;
        symbols[at].text += symbols[at + 1].text;
        if (is_unused) {
            symbols[at].parts.insert(symbols[at].parts.end(), symbols[at + 1].parts.begin(), symbols[at + 1].parts.end());
        } else {
            symbols[at].parts = {symbols[at].text};
        }
        symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    Ids result;
    bool was_unknown = false;
    std::vector<std::string> texts;
    for (const Symbol& symbol : symbols) texts.insert(texts.end(), symbol.parts.begin(), symbol.parts.end());
    for (const std::string& piece : texts) {
        const auto found = ids.find(piece);
        const bool is_unknown = found == ids.end();
        if (!is_unknown) {
            result.push_back(found->second);
        } else if (vocabulary.byte_fallback) {
            for (const char c : piece) {
                result.push_back(1 + static_cast<TokenId>(static_cast<unsigned char>(c)));
            }
        } else if (!was_unknown) {
            result.push_back(0);
        }
        was_unknown = is_unknown;
    }
    return result;
}

std::shared_ptr<const Tokenizer> open(const SentencePieceVocabulary& vocabulary) {
    return readSentencePiece(sentencePieceModel(vocabulary), "test", {});
}

/// With one more piece, which reaches across words: so that the library gets whole texts. No text here has it.
std::shared_ptr<const Tokenizer> openUncut(SentencePieceVocabulary vocabulary) {
    const float score = vocabulary.pieces.back().score;  // the least and the greatest are those of before
    vocabulary.pieces.push_back({"Ж▁Ж", score, kNormal});
    return open(vocabulary);
}

std::string tableOf(const std::vector<std::uint32_t>& units, const std::string& texts) {
    const auto n_bytes = static_cast<std::uint32_t>(units.size() * sizeof(std::uint32_t));
    std::string table(sizeof n_bytes + n_bytes, '\0');
    std::memcpy(table.data(), &n_bytes, sizeof n_bytes);
    std::memcpy(table.data() + sizeof n_bytes, units.data(), n_bytes);
    return table + texts;
}

/// A table of replacements as charsmap.h describes it, in which every node has 256 places for its children to itself.
std::string charsmapOf(const std::map<std::string, std::string>& replacements) {
    struct Node {
        std::size_t at = 0;
        std::map<unsigned, std::size_t> children;  // nodes by byte
        std::optional<std::size_t> text;           // place of its replacement
    };
    std::vector<Node> nodes(1);
    std::string texts;
    for (const auto& [from, to] : replacements) {
        std::size_t node = 0;
        for (const char c : from) {
            const unsigned byte = static_cast<unsigned char>(c);
            if (!nodes[node].children.contains(byte)) {
                nodes[node].children[byte] = nodes.size();
                nodes.emplace_back().at = 256 * (node + 1) ^ byte;
            }
            node = nodes[node].children[byte];
        }
        nodes[node].text = texts.size();
        texts += to + '\0';
    }
    std::vector<std::uint32_t> units(256 * (nodes.size() + 1));
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::size_t children = 256 * (i + 1);
        units[nodes[i].at] |= static_cast<std::uint32_t>((nodes[i].at ^ children) << 10U);
        for (const auto& [byte, child] : nodes[i].children) units[children ^ byte] |= byte;
        if (!nodes[i].text) continue;
        units[nodes[i].at] |= 1U << 8U;
        units[children] = 1U << 31U | static_cast<std::uint32_t>(*nodes[i].text);
    }
    return tableOf(units, texts);
}

/// Some become spaces, some vanish.
const std::map<std::string, std::string> kReplacements{{"\u00A0", " "}, {"\u3000", " "},  {"\n", " "},    {"\r\n", " "}, {"\x01", ""},
                                                       {"ﬁ", "fi"},     {"e\u0301", "é"}, {"\u0301", ""}, {"ｶ", "カ"},   {"ｶﾞ", "ガ"},
                                                       {"y", "a b"},    {"Z", "a "},      {"Q", " a"},    {"½", "1⁄2"}};

std::size_t firstEnd(const SentencePieceVocabulary& vocabulary, const std::string& text) {
    std::optional<Charsmap> charsmap;
    if (!vocabulary.charsmap.empty()) charsmap.emplace(vocabulary.charsmap, "test");
    return SentencePieceWords(vocabulary, charsmap).firstEnd(text);
}

}  // namespace

class TestSentencePieceWords : public QObject {
    Q_OBJECT

private slots:
    void everyTextGivesWhatTheDefinitionGives_data() {
        QTest::addColumn<bool>("of_words");
        QTest::newRow("▁ in front alone") << true;
        QTest::newRow("▁ anywhere") << false;
    }
    void everyTextGivesWhatTheDefinitionGives() {
        QFETCH(bool, of_words);
        std::mt19937 random(20261130);
        std::size_t n_cut = 0;
        std::size_t n_whole = 0;
        for (int n_model = 0; n_model < 120; ++n_model) {
            const SentencePieceVocabulary vocabulary = randomVocabulary(random, of_words);
            (firstEnd(vocabulary, "a a") == 1 ? n_cut : n_whole) += 1;
            const auto tokenizer = open(vocabulary);
            for (int i = 0; i < 60; ++i) {
                const std::string text = randomText(random, 60);
                QVERIFY2(tokenizer->encode(text, false) == byDefinition(vocabulary, text), text.c_str());
            }
        }
        QVERIFY(of_words ? n_cut == 120 : n_whole > 100);
    }

    void replacedCharactersGiveWhatTheLibraryGivesForTheWhole() {
        std::mt19937 random(7);
        const std::string charsmap = charsmapOf(kReplacements);
        std::vector<std::string> parts = kAlphabet;
        for (const auto& [from, to] : kReplacements) parts.push_back(from);
        for (int n_model = 0; n_model < 60; ++n_model) {
            SentencePieceVocabulary vocabulary = randomVocabulary(random, true);
            vocabulary.charsmap = charsmap;
            const auto cut = open(vocabulary);
            const auto whole = openUncut(vocabulary);
            QCOMPARE(firstEnd(vocabulary, "a a"), std::size_t{1});
            for (int i = 0; i < 100; ++i) {
                std::string text;
                for (std::size_t n = random() % 40; n > 0; --n) text += random() % 3 == 0 ? " " : parts[random() % parts.size()];
                QVERIFY2(cut->encode(text, false) == whole->encode(text, false), text.c_str());
            }
        }
    }

    // A word of its own would be cut in two, whose scores are the better by 2^-20. The library's sums are in single precision, which knows
    // no such difference from 16 on, three for each word before; then the longer piece wins, for it came first.
    void forecastsKnowWhoseTextsAreNotCut() {
        const std::filesystem::path folder = test::testDataFolder() / "tokenizer";
        QCOMPARE(Tokenizer::open(folder / "sentencepiece")->bytesPerTextByte(), std::int64_t{8});
        QCOMPARE(Tokenizer::open(folder / "sentencepiece_unigram")->bytesPerTextByte(), std::int64_t{160});
    }

    void unigramTextsAreNotCutForTheirScoresAreSummedFromTheStart() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁", "a", "b", "ab"}, false);
        vocabulary.kind = SentencePieceKind::Unigram;
        for (Piece& piece : vocabulary.pieces) piece.score = piece.text == "ab" ? -2.0F - 0x1p-20F : -1.0F;
        std::string text = "ab";
        Ids expected;
        for (int n_word = 1; n_word <= 3000; ++n_word) {
            if (n_word > 1) text += " ab";
            const Ids pieces = n_word <= 5 ? Ids{1, 2, 3} : Ids{1, 4};
            expected.insert(expected.end(), pieces.begin(), pieces.end());
        }
        QCOMPARE(firstEnd(vocabulary, text), text.size());
        QVERIFY(open(vocabulary)->encode(text, false) == expected);
    }

    // SentencePiece makes one token of unknown pieces in a row.
    void unknownWordsInARowAreOneTokenHoweverManyThereAre() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁", "▁known"}, false);
        vocabulary.kind = SentencePieceKind::Word;
        std::string unknown;
        for (int i = 0; i < 3000; ++i) unknown += "x ";
        QCOMPARE(firstEnd(vocabulary, unknown), unknown.size());
        QCOMPARE(open(vocabulary)->encode(unknown + "known " + unknown + "y", false), (Ids{0, 2, 0}));

        vocabulary = vocabularyOf({"▁", "▁known"}, true);
        vocabulary.kind = SentencePieceKind::Word;
        const std::string text = "x known é x  known ▁x y";
        QCOMPARE(firstEnd(vocabulary, text), std::size_t{1});
        QCOMPARE(open(vocabulary)->encode(text, false), openUncut(vocabulary)->encode(text, false));
    }

    void singleCharactersAreThoseOfTheWholeText() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁", "a", "b"}, false);
        vocabulary.kind = SentencePieceKind::Char;
        const std::string text = "xa bxx x  b x a";
        QCOMPARE(firstEnd(vocabulary, text), std::size_t{2});
        QCOMPARE(open(vocabulary)->encode(text, false), openUncut(vocabulary)->encode(text, false));
        QCOMPARE(open(vocabulary)->encode("xx a", false), (Ids{1, 0, 1, 2}));
    }

    void aTextIsCutAtSpacesBehindOtherCharacters() {
        const SentencePieceVocabulary vocabulary = vocabularyOf({"▁", "a", "▁▁a"});
        QCOMPARE(firstEnd(vocabulary, "ab cd"), std::size_t{2});
        QCOMPARE(firstEnd(vocabulary, " ab  cd"), std::size_t{3});
        QCOMPARE(firstEnd(vocabulary, "日 x"), std::size_t{3});
        QCOMPARE(firstEnd(vocabulary, "a▁ b c"), std::size_t{6});
        QCOMPARE(firstEnd(vocabulary, "ab "), std::size_t{3});  // the part behind would be empty, and get no ▁
        QCOMPARE(firstEnd(vocabulary, "   "), std::size_t{3});
        QCOMPARE(firstEnd(vocabulary, ""), std::size_t{0});
        QCOMPARE(SentencePieceWords().firstEnd("ab cd"), std::size_t{5});
    }

    void aTextStaysWholeWhereAPieceMayReachAcross() {
        const std::string text = "ab cd";
        for (const char* const piece : {"a▁", "a▁b", "▁a▁", "a b", "é▁▁"}) {
            QCOMPARE(firstEnd(vocabularyOf({"▁", piece}), text), text.size());
        }
        SentencePieceVocabulary unmarked = vocabularyOf({"▁"});
        unmarked.adds_space_prefix = false;
        QCOMPARE(firstEnd(unmarked, text), text.size());
        const std::string space_behind("\x12\x03\xC0\x01\x01", 5);  // trainer_spec { treat_whitespace_as_suffix: true }
        QVERIFY(!sentencePieceVocabulary(sentencePieceModel(vocabularyOf({"▁"})) + space_behind).adds_space_prefix);
        QCOMPARE(firstEnd(vocabularyOf({"a"}, true), text), std::size_t{2});
        QCOMPARE(firstEnd(vocabularyOf({"a"}, false), text), text.size());  // an unknown ▁ joins unknown neighbours
        QCOMPARE(firstEnd(vocabularyOf({"▁"}, false), text), std::size_t{2});
    }

    void aTextStaysWholeBehindWhatBecomesSpace() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁", "a"});
        vocabulary.charsmap = charsmapOf(kReplacements);
        QCOMPARE(firstEnd(vocabulary, "aﬁ b"), std::size_t{4});
        QCOMPARE(firstEnd(vocabulary, "Q y b"), std::size_t{1});
        QCOMPARE(firstEnd(vocabulary, "a\x01 b"), std::size_t{4});
        QCOMPARE(firstEnd(vocabulary, "Z b"), std::size_t{3});
        QCOMPARE(firstEnd(vocabulary, "\u0301 b"), std::size_t{4});
        QCOMPARE(firstEnd(vocabulary, "a\n b c"), std::size_t{4});  // which an entry ends with
        vocabulary.charsmap = charsmapOf({{"a b", "c"}});
        QCOMPARE(firstEnd(vocabulary, "aa bb"), std::size_t{5});
        vocabulary.charsmap = charsmapOf({{" ", "b"}});
        QCOMPARE(firstEnd(vocabulary, "aa bb"), std::size_t{5});
        vocabulary.charsmap = charsmapOf({{"\xC3", "b"}, {"\xA9", " "}});  // é, in two
        QCOMPARE(firstEnd(vocabulary, "aa bb"), std::size_t{5});
        vocabulary.charsmap = charsmapOf({{"\xC3", ""}});
        QCOMPARE(firstEnd(vocabulary, "aa bb"), std::size_t{5});

        // A table whose children are the root's again: its texts have no end, and are as many as there are.
        std::vector<std::uint32_t> units(512);
        units[0] = 256U << 10U;
        for (unsigned byte = 'a'; byte <= 'z'; ++byte) units[256 ^ byte] = byte | byte << 10U;
        vocabulary.charsmap = tableOf(units, std::string("b\0", 2));
        QCOMPARE(firstEnd(vocabulary, "aa bb"), std::size_t{5});
    }

    // The library passes over a number where bytes should stand.
    void aNumberInPlaceOfATextChangesNothing() {
        const std::string piece(
            "\x0A\x09\x0A\x05"
            "a\xE2\x96\x81"
            "b"
            "\x08\x01",
            11);                                            // pieces { piece: "a▁b", field 1: 1 }
        const std::string charsmap("\x1A\x02\x10\x01", 4);  // normalizer_spec { field 2: 1 }
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁"});
        vocabulary.charsmap = charsmapOf(kReplacements);
        const SentencePieceVocabulary read = sentencePieceVocabulary(sentencePieceModel(vocabulary) + piece + charsmap);
        QCOMPARE(read.pieces.back().text, std::string("a▁b"));
        QVERIFY(read.charsmap == vocabulary.charsmap);
    }

    void everyEntryOfATableIsFound() {
        std::map<std::string, std::string> expected;
        for (const auto& [from, to] : kReplacements) expected[from.substr(from.size() > 4 ? from.size() - 4 : 0)] = to;
        std::map<std::string, std::string> found;
        QVERIFY(Charsmap(charsmapOf(kReplacements), "test").forEachEntry([&](const Charsmap::Entry& entry) {
            found[std::string(entry.ending)] = std::string(entry.replacement);
        }));
        QVERIFY(found == expected);
    }

    // "abc" is "ab" and "c" wherever it stands, for "ab" is the first to be joined.
    void anUnusedPieceIsTakenApartAlikeInEveryWord() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁", "a", "b", "c", "ab", "bc", "abc"}, false);
        for (Piece& piece : vocabulary.pieces) piece.score = piece.text == "ab" ? -1.0F : piece.text == "bc" ? -2.0F : -3.0F;
        vocabulary.pieces.back().type = kUnused;
        QCOMPARE(firstEnd(vocabulary, "abc bcabc"), std::size_t{3});
        QCOMPARE(open(vocabulary)->encode("abc bcabc abc", false), (Ids{1, 5, 4, 1, 6, 5, 4, 1, 5, 4}));
    }

    // Such a piece counts as unknown where its text is made, and joins an unknown one before it.
    void aTextStaysWholeWhereTheUnknownPieceIsAWord() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁", "a", "▁a"}, false);
        QCOMPARE(firstEnd(vocabulary, "x a"), std::size_t{1});
        vocabulary.pieces.front().text = "▁a";
        QCOMPARE(firstEnd(vocabulary, "x a"), std::size_t{3});
    }

    void aFieldOfAnotherKindOrAValueThatIsNoneChangesNothing() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁", "ab"});
        vocabulary.kind = SentencePieceKind::Word;
        const std::string model = sentencePieceModel(vocabulary);
        const std::string endings[] = {
            std::string("\x12\x02\x18\x09", 4),      // trainer_spec { model_type: 9 }
            std::string("\x12\x03\x1A\x01\x02", 5),  // trainer_spec { field 3: "\2" }
            std::string("\x10\x02", 2),              // field 2: 2
        };
        for (const std::string& ending : endings) QVERIFY(sentencePieceVocabulary(model + ending).kind == SentencePieceKind::Word);
        const std::string piece("\x0A\x09\x0A\x03xyz\x18\x05\x18\x63", 11);  // pieces { piece: "xyz" type: UNUSED type: 99 }
        QCOMPARE(sentencePieceVocabulary(model + piece).pieces.back().type, static_cast<int>(kUnused));
    }

    void whatIsDoneToATextFirstIsReadWithoutThePieces() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁"});
        const auto rewritingOf = [&] {
            const SentencePieceRewriting found = sentencePieceRewriting(sentencePieceModel(vocabulary));
            return std::pair(found.replaces_characters, found.removes_extra_spaces);
        };
        QVERIFY(rewritingOf() == std::pair(false, false));
        vocabulary.removes_extra_spaces = true;
        QVERIFY(rewritingOf() == std::pair(false, true));
        vocabulary.charsmap = charsmapOf(kReplacements);
        QVERIFY(rewritingOf() == std::pair(true, true));
        QVERIFY(sentencePieceRewriting("").removes_extra_spaces);  // the format's default
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(sentencePieceRewriting("version https")), Error);
    }

    // The check gives the table that it followed, the last of several, so that no one has to follow it again.
    void theCheckGivesTheTableOfTheNormalizer() {
        SentencePieceVocabulary vocabulary = vocabularyOf({"▁"});
        QVERIFY(!checkSentencePieceModel(sentencePieceModel(vocabulary), "test"));
        vocabulary.charsmap = charsmapOf(kReplacements);
        const std::string model = sentencePieceModel(vocabulary);
        const std::optional<Charsmap> charsmap = checkSentencePieceModel(model, "test");
        QVERIFY(charsmap.has_value());
        QVERIFY(charsmap->find("ﬁ") == std::string_view("fi"));
        QVERIFY(!checkSentencePieceModel(model + std::string("\x1A\x02\x12\x00", 4), "test"));  // normalizer_spec { field 2: "" }
    }
};

QTEST_APPLESS_MAIN(TestSentencePieceWords)
#include "tst_sentencepiece_words.moc"
