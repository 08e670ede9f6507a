// Viterbi's way through the pieces against the definition, all ways of cutting a word, on random models; ties by hand.

#include "core/tokenizer/unigram_model.h"

#include <QTest>
#include <limits>
#include <map>
#include <random>

#include "core/error.h"
#include "core/tokenizer/limits.h"
#include "core/tokenizer/unicode.h"

using namespace salient;

namespace {

using Ids = std::vector<TokenId>;
using Pieces = std::vector<UnigramModel::Piece>;

/// One way of cutting a word: texts and ids of its parts, an unknown character being one.
struct Way {
    std::vector<std::pair<std::string, TokenId>> parts;
    double score = 0.0;
};

/// Likelier; of equals, the one whose last part is longer, and so on to the front.
bool isBetter(const Way& a, const Way& b) {
    if (a.score != b.score) return a.score > b.score;
    for (std::size_t i = 1; i <= std::min(a.parts.size(), b.parts.size()); ++i) {
        const std::size_t left = a.parts[a.parts.size() - i].first.size();
        const std::size_t right = b.parts[b.parts.size() - i].first.size();
        if (left != right) return left > right;
    }
    return false;
}

struct Definition {
    std::map<std::string, TokenId> ids;
    Pieces pieces;
    TokenId unk_id;
    bool byte_fallback;

    Definition(Pieces all, TokenId unknown, bool bytes) : pieces(std::move(all)), unk_id(unknown), byte_fallback(bytes) {
        for (std::size_t i = 0; i < pieces.size(); ++i) ids[pieces[i].text] = static_cast<TokenId>(i);
    }

    [[nodiscard]] double unkScore() const {
        double least = std::numeric_limits<double>::max();
        for (const auto& piece : pieces) least = std::min(least, piece.score);
        return least - 10.0;
    }

    void tryAll(const std::string& rest, const Way& way, Way& best, bool& found) const {
        if (rest.empty()) {
            if (!found || isBetter(way, best)) best = way;
            found = true;
            return;
        }
        const auto go = [&](std::size_t n_bytes, TokenId id, double score) {
            Way longer = way;
            longer.parts.emplace_back(rest.substr(0, n_bytes), id);
            longer.score += score;
            tryAll(rest.substr(n_bytes), longer, best, found);
        };
        const std::size_t character = unicode::decodeAt(rest, 0).n_bytes;
        for (const auto& [text, id] : ids) {
            if (!text.empty() && rest.starts_with(text)) go(text.size(), id, pieces[static_cast<std::size_t>(id)].score);
        }
        if (!ids.contains(rest.substr(0, character))) go(character, unk_id, unkScore());
    }

    [[nodiscard]] Ids encode(const std::string& word) const {
        Way best;
        bool found = false;
        tryAll(word, {}, best, found);
        std::vector<std::pair<std::string, TokenId>> joined;
        for (const auto& [text, id] : best.parts) {
            if (id == unk_id && !joined.empty() && joined.back().second == unk_id) {
                joined.back().first += text;
            } else {
                joined.emplace_back(text, id);
            }
        }
        Ids result;
        for (const auto& [text, id] : joined) {
            if (const auto known = ids.find(text); known != ids.end()) {
                result.push_back(known->second);
                continue;
            }
            Ids bytes;
            for (const char c : text) {
                const char* const digits = "0123456789ABCDEF";
                const auto value = static_cast<unsigned char>(c);
                const auto byte = ids.find(std::string("<0x") + digits[value / 16] + digits[value % 16] + ">");
                if (byte_fallback && byte != ids.end()) bytes.push_back(byte->second);
            }
            if (bytes.size() == text.size()) {
                result.insert(result.end(), bytes.begin(), bytes.end());
            } else {
                result.push_back(id);
            }
        }
        return result;
    }
};

Ids encoded(const UnigramModel& model, const std::string& word) {
    UnigramModel::Workspace workspace;
    Ids ids;
    model.encode(word, workspace, ids);
    return ids;
}

UnigramModel made(const Pieces& pieces, TokenId unk_id, bool byte_fallback = false) {
    return {pieces, {.unk_id = unk_id, .byte_fallback = byte_fallback}, "test"};
}

QString refusal(const Pieces& pieces, std::optional<std::int64_t> unk_id) {
    try {
        const UnigramModel model(pieces, {.unk_id = unk_id}, "FILE");
    } catch (const Error& error) {
        return error.code() == ErrorCode::Format ? QString::fromUtf8(error.what()) : QString("other code");
    }
    return "no error";
}

}  // namespace

class TestUnigramModel : public QObject {
    Q_OBJECT

private slots:
    void theLikeliestOfAllWaysIsTaken_data() {
        QTest::addColumn<bool>("whole_scores");  // sums are exact then, and equal ones common
        QTest::addColumn<bool>("byte_fallback");
        QTest::newRow("scores") << false << false;
        QTest::newRow("scores, bytes") << false << true;
        QTest::newRow("ties") << true << false;
        QTest::newRow("ties, bytes") << true << true;
    }
    void theLikeliestOfAllWaysIsTaken() {
        QFETCH(bool, whole_scores);
        QFETCH(bool, byte_fallback);
        std::mt19937 random(20241130);
        const std::vector<std::string> alphabet{"a", "b", "é", "日", "😀", "\u0301"};
        const auto word = [&](std::size_t longest) {
            std::string text;
            for (std::size_t n = 1 + random() % longest; n > 0; --n) text += alphabet[random() % alphabet.size()];
            return text;
        };
        const auto score = [&] {
            return whole_scores ? -static_cast<double>(random() % 4) : -static_cast<double>(random() % 1'000'000) / 70'000.0;
        };
        for (int n_model = 0; n_model < 60; ++n_model) {
            Pieces pieces{{"<unk>", 0.0}};
            if (byte_fallback) {
                for (const char* const byte : {"<0xE6>", "<0x97>", "<0xA5>", "<0xC3>", "<0xA9>", "<0x61>"})
                    pieces.push_back({byte, score()});
            }
            std::map<std::string, bool> seen;
            for (int i = 0; i < 14; ++i) {
                const std::string text = word(4);
                if (seen.emplace(text, true).second) pieces.push_back({text, score()});
            }
            const Definition definition(pieces, 0, byte_fallback);
            const UnigramModel model = made(pieces, 0, byte_fallback);
            UnigramModel::Workspace workspace;
            for (int i = 0; i < 40; ++i) {
                const std::string text = word(9);
                const Ids expected = definition.encode(text);
                for (int times = 0; times < 2; ++times) {  // the second one is remembered
                    Ids ids;
                    model.encode(text, workspace, ids);
                    QVERIFY2(ids == expected, text.c_str());
                }
            }
        }
    }

    void ofEqualWaysTheLongestLastPieceIsTaken() {
        const UnigramModel model = made({{"<unk>", 0.0}, {"a", -1.0}, {"aa", -2.0}, {"aaa", -3.0}}, 0);
        QCOMPARE(encoded(model, "aa"), (Ids{2}));
        QCOMPARE(encoded(model, "aaaa"), (Ids{1, 3}));
        QCOMPARE(encoded(model, "aaaaaaa"), (Ids{1, 3, 3}));
        QCOMPARE(encoded(model, ""), Ids());
    }

    void anUnknownCharacterIsTenBelowTheLeastScore() {
        const auto ids = [](double score) { return encoded(made({{"<unk>", 0.0}, {"b", score}, {"bc", -2.0}}, 0), "bc"); };
        QCOMPARE(ids(9.0), (Ids{2}));      // -2 against 9 - 12
        QCOMPARE(ids(10.0), (Ids{2}));     // as likely, and the longer last piece
        QCOMPARE(ids(11.0), (Ids{1, 0}));  // -2 against 11 - 12
    }

    void neighbouringUnknownCharactersAreOneToken() {
        const Pieces pieces{{"a", -1.0}, {"<unk>", 0.0}, {"<0xC3>", 0.0}, {"<0xA9>", 0.0}};
        QCOMPARE(encoded(made(pieces, 1), "éxa日"), (Ids{1, 0, 1}));
        // Bytes only where all of a run are there.
        QCOMPARE(encoded(made(pieces, 1, true), "éaé"), (Ids{2, 3, 0, 2, 3}));
        QCOMPARE(encoded(made(pieces, 1, true), "éx"), (Ids{1}));
        // The unknown piece's own text is unknown, too, alone as in a run.
        QCOMPARE(encoded(made(pieces, 1, true), "<unk>"), (Ids{1}));
        QCOMPARE(encoded(made(pieces, 1, true), "<unk>é"), (Ids{1}));
    }

    void ofEqualPiecesTheLastOneCounts() {
        const UnigramModel model = made({{"<unk>", 0.0}, {"a", -9.0}, {"a", -1.0}}, 0);
        QCOMPARE(encoded(model, "a"), (Ids{2}));
        QCOMPARE(model.idOf("a"), std::optional<TokenId>(2));
        QCOMPARE(model.textOf(1), std::optional<std::string_view>("a"));
        QCOMPARE(model.maxId(), 2);
        QVERIFY(!model.idOf("") && !model.idOf("b") && !model.idOf("<un") && !model.textOf(-1) && !model.textOf(3));
    }

    void withoutAnUnknownPieceUncoveredTextIsAnError() {
        const UnigramModel model({{"a", -1.0}, {"<0xC3>", 0.0}, {"<0xA9>", 0.0}}, {.unk_id = {}, .byte_fallback = true}, "test");
        QCOMPARE(encoded(model, "aaa"), (Ids{0, 0, 0}));
        for (const char* const text : {"aéa", "x"}) {
            try {
                static_cast<void>(encoded(model, text));
                QFAIL("expected an error");
            } catch (const Error& error) {
                QVERIFY2(std::string_view(error.what()).find("it has no unk_id") != std::string_view::npos, error.what());
            }
        }
    }

    // Each byte is looked at from as many places as the longest piece is long: the square of the length would take hours.
    void aLongWordTakesTimeCloseToItsLength() {
        const UnigramModel model = made({{"<unk>", 0.0}, {"a", -2.0}, {"aa", -3.0}, {std::string(12, 'a'), -4.0}, {"日", -1.0}}, 0);
        const std::size_t n = 1'200'000;
        QCOMPARE(encoded(model, std::string(n, 'a')), Ids(n / 12, 3));
        QCOMPARE(encoded(model, std::string(n, 'x')), Ids{0});
        std::string ideographs;
        for (int i = 0; i < 200'000; ++i) ideographs += "日";
        QCOMPARE(encoded(model, ideographs), Ids(200'000, 4));
    }

    void whatIsNoModelIsRefused() {
        const Pieces pieces{{"<unk>", 0.0}, {"a", -1.0}};
        QCOMPARE(refusal(pieces, 1), QString("no error"));
        QCOMPARE(refusal(pieces, std::nullopt), QString("no error"));
        QCOMPARE(refusal({}, std::nullopt), QString("no error"));
        const auto with = [&](const std::string& text, double score) {
            Pieces all = pieces;
            all.push_back({text, score});
            return refusal(all, 0);
        };
        for (const double score : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                                   std::numeric_limits<double>::quiet_NaN()}) {
            QVERIFY(with("b", score).contains("openTokenizer: FILE: model: piece 2: expected a finite score"));
        }
        for (const std::int64_t id :
             {std::int64_t{2}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
            QVERIFY(refusal(pieces, id).contains("unk_id: expected the id of one of 2 pieces, found " + QString::number(id)));
        }
        QVERIFY(refusal({}, 0).contains("one of 0 pieces"));
        QVERIFY(with(std::string(1025, 'a'), 0.0).contains("piece 2: expected at most 1024 bytes, found 1025"));
        QCOMPARE(with(std::string(1024, 'a'), 0.0), QString("no error"));
        const Pieces many(tokenizer_limits::kMaxBytesOfPieces / 1000 + 1, {std::string(1000, 'a'), 0.0});
        QVERIFY(refusal(many, 0).contains("bytes of pieces"));
    }
};

QTEST_APPLESS_MAIN(TestUnigramModel)
#include "tst_unigram_model.moc"
