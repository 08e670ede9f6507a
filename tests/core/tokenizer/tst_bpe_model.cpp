// The fast ways of merging against the definition, on random models.

#include "core/tokenizer/bpe_model.h"

#include <QTest>
#include <algorithm>
#include <limits>
#include <map>
#include <random>

#include "core/tokenizer/unicode.h"

using namespace salient;

namespace {

/// A random model over a few characters: every merge joins two known tokens, so texts merge deeply and in odd orders.
struct RandomModel {
    StringMap<TokenId> vocabulary;
    BpeModel::Merges merges;
};

RandomModel randomModel(std::mt19937& random, const std::vector<std::string>& alphabet, int n_merges, bool byte_tokens) {
    RandomModel model;
    std::vector<std::string> tokens;
    const auto add = [&](const std::string& token) {
        if (model.vocabulary.emplace(token, static_cast<TokenId>(model.vocabulary.size())).second) tokens.push_back(token);
    };
    for (unsigned byte = 0; byte_tokens && byte < 256; ++byte) {
        const char* const digits = "0123456789ABCDEF";
        model.vocabulary.emplace(std::string("<0x") + digits[byte / 16] + digits[byte % 16] + ">", static_cast<TokenId>(byte));
    }
    for (const std::string& c : alphabet) add(c);
    std::map<std::pair<std::string, std::string>, bool> seen;
    while (static_cast<int>(model.merges.size()) < n_merges) {
        const std::string& left = tokens[random() % tokens.size()];
        const std::string& right = tokens[random() % tokens.size()];
        if (left.size() + right.size() > 12 || !seen.emplace(std::pair(left, right), true).second) continue;
        model.merges.emplace_back(left, right);
        add(model.merges.back().first + model.merges.back().second);
    }
    return model;
}

/// The definition, on texts: merge the best pair, the leftmost of equals, until there is none.
std::vector<TokenId> naive(const RandomModel& model, std::vector<std::string> symbols) {
    std::map<std::pair<std::string, std::string>, std::size_t> ranks;
    for (std::size_t i = 0; i < model.merges.size(); ++i) ranks[model.merges[i]] = i;
    for (;;) {
        std::size_t best = std::numeric_limits<std::size_t>::max();
        std::size_t at = 0;
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
            const auto found = ranks.find({symbols[i], symbols[i + 1]});
            if (found != ranks.end() && found->second < best) {
                best = found->second;
                at = i;
            }
        }
        if (best == std::numeric_limits<std::size_t>::max()) break;
        symbols[at] += symbols[at + 1];
        symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
    std::vector<TokenId> ids;
    for (const std::string& symbol : symbols) ids.push_back(model.vocabulary.at(symbol));
    return ids;
}

const std::vector<std::string> kAlphabet{"a", "b", "c", "é", "日", "▁", "😀"};

}  // namespace

class TestBpeModel : public QObject {
    Q_OBJECT

private slots:
    void everyLengthGivesWhatTheDefinitionGives() {
        std::mt19937 random(7);
        for (int round = 0; round < 60; ++round) {
            const RandomModel source = randomModel(random, kAlphabet, 1 + static_cast<int>(random() % 60), false);
            const BpeModel model(source.vocabulary, source.merges, {}, "test");
            BpeModel::Workspace workspace;
            for (int length = 0; length < 300; length = length * 5 / 4 + 1) {  // both ways of merging, cut and uncut
                std::vector<std::string> symbols;
                std::string word;
                for (int i = 0; i < length; ++i) {
                    symbols.push_back(kAlphabet[random() % kAlphabet.size()]);
                    word += symbols.back();
                }
                std::vector<TokenId> ids;
                model.encode(word, workspace, ids);
                QCOMPARE(ids, naive(source, symbols));
                ids.clear();
                model.encode(word, workspace, ids);  // again, now from the cache
                QCOMPARE(ids, naive(source, symbols));
            }
        }
    }

    void charactersOutsideTheVocabularyBecomeBytes() {
        std::mt19937 random(8);
        for (int round = 0; round < 30; ++round) {
            RandomModel source = randomModel(random, {"a", "b", "c"}, 20, true);
            if (round % 2 == 1) {  // a merge that knows a byte token must be seen across the character's border
                source.merges.emplace_back("a", "<0xC3>");
                source.vocabulary.emplace("a<0xC3>", static_cast<TokenId>(source.vocabulary.size()));
            }
            BpeOptions options;
            options.byte_fallback = true;
            const BpeModel model(source.vocabulary, source.merges, options, "test");
            BpeModel::Workspace workspace;
            std::vector<std::string> symbols;
            std::string word;
            for (int i = 0; i < 400; ++i) {
                if (random() % 4 == 0) {
                    word += "é";
                    symbols.insert(symbols.end(), {"<0xC3>", "<0xA9>"});
                } else {
                    symbols.push_back(std::string(1, static_cast<char>('a' + random() % 3)));
                    word += symbols.back();
                }
            }
            std::vector<TokenId> ids;
            model.encode(word, workspace, ids);
            QCOMPARE(ids, naive(source, symbols));
        }
    }

    // With ignore_merges a word that is a token is taken whole, but the same letters inside a longer word are not.
    void aWholeWordIsNotASegment() {
        // The merge joins a and b only behind an x, so "-ab-" is cut into -, ab, -, and ab stays a, b.
        const StringMap<TokenId> vocabulary{{"a", 0}, {"b", 1}, {"ab", 2}, {"-", 3}, {"x", 4}, {"xa", 5}, {"xab", 6}};
        BpeOptions options;
        options.ignore_merges = true;
        const BpeModel model(vocabulary, {{"x", "a"}, {"xa", "b"}}, options, "test");
        BpeModel::Workspace workspace;
        std::vector<TokenId> ids;
        model.encode("ab", workspace, ids);
        QCOMPARE(ids, std::vector<TokenId>{2});
        ids.clear();
        std::string longer;
        std::vector<TokenId> expected;
        for (int i = 0; i < 40; ++i) {
            longer += "ab-xab-";
            expected.insert(expected.end(), {0, 1, 3, 6, 3});
        }
        model.encode(longer, workspace, ids);
        QCOMPARE(ids, expected);
    }

    void aLaterMergeOfTheSamePairReplacesTheEarlier() {
        const StringMap<TokenId> vocabulary{{"a", 0}, {"b", 1}, {"ab", 2}, {"ba", 3}};
        const BpeModel model(vocabulary, {{"a", "b"}, {"b", "a"}, {"a", "b"}}, {}, "test");
        BpeModel::Workspace workspace;
        std::vector<TokenId> ids;
        model.encode("aba", workspace, ids);
        QCOMPARE(ids, (std::vector<TokenId>{0, 3}));
    }

    void textsAreFoundById() {
        const BpeModel model({{"a", 0}, {"b", 5}}, {}, {}, "test");
        QCOMPARE(model.textOf(5), std::optional<std::string_view>("b"));
        QVERIFY(!model.textOf(3) && !model.textOf(-1) && !model.textOf(6));
        QCOMPARE(model.maxId(), 5);
        QVERIFY(!model.idOf("c"));
    }
};

QTEST_APPLESS_MAIN(TestBpeModel)
#include "tst_bpe_model.moc"
