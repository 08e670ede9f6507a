// The longest token first, found in a trie, against the definition, which tries ever shorter beginnings, on random vocabularies.

#include "core/tokenizer/wordpiece_model.h"

#include <QTest>
#include <random>

#include "core/error.h"
#include "core/tokenizer/unicode.h"

using namespace salient;

namespace {

using Ids = std::vector<TokenId>;

StringMap<TokenId> vocabularyOf(const std::vector<std::string>& tokens) {
    StringMap<TokenId> ids;
    for (const std::string& token : tokens) ids.emplace(token, static_cast<TokenId>(ids.size()));
    return ids;
}

WordPieceModel made(const std::vector<std::string>& tokens, const std::string& prefix = "##", std::int64_t longest = 100) {
    return {vocabularyOf(tokens), {.unk_token = "[UNK]", .continuing_subword_prefix = prefix, .max_input_chars_per_word = longest}, "FILE"};
}

Ids encoded(const WordPieceModel& model, const std::string& word) {
    WordPieceModel::Workspace workspace;
    Ids ids{77};  // of the word before
    model.encode(word, workspace, ids);
    if (ids.front() != 77) return {-77};
    ids.erase(ids.begin());
    return ids;
}

Ids byDefinition(const StringMap<TokenId>& vocabulary, const std::string& prefix, std::size_t longest, const std::string& word) {
    std::vector<std::string> characters;
    for (std::size_t i = 0; i < word.size(); i += characters.back().size()) {
        characters.push_back(word.substr(i, unicode::decodeAt(word, i).n_bytes));
    }
    const Ids unknown{vocabulary.at("[UNK]")};
    if (characters.size() > longest) return unknown;
    Ids ids;
    for (std::size_t begin = 0; begin < characters.size();) {
        std::size_t end = characters.size();
        for (; end > begin; --end) {
            std::string text = begin > 0 ? prefix : "";
            for (std::size_t i = begin; i < end; ++i) text += characters[i];
            const auto found = vocabulary.find(text);
            if (found == vocabulary.end()) continue;
            ids.push_back(found->second);
            break;
        }
        if (end == begin) return unknown;
        begin = end;
    }
    return ids;
}

QString refusal(const std::vector<std::string>& tokens, std::int64_t longest = 100) {
    try {
        static_cast<void>(made(tokens, "##", longest));
    } catch (const Error& error) {
        return error.code() == ErrorCode::Format ? QString::fromUtf8(error.what()) : QString("other code");
    }
    return "no error";
}

}  // namespace

class TestWordPieceModel : public QObject {
    Q_OBJECT

private slots:
    void theLongestTokenIsTakenFirst_data() {
        QTest::addColumn<QString>("prefix");
        for (const char* const prefix : {"##", "", "a", "é"}) QTest::newRow(prefix) << QString(prefix);
    }
    void theLongestTokenIsTakenFirst() {
        QFETCH(QString, prefix);
        const std::string before = prefix.toStdString();
        std::mt19937 random(20241130);
        const std::vector<std::string> alphabet{"a", "b", "é", "日", "#", "\u0301"};
        const auto word = [&](std::size_t longest) {
            std::string text;
            for (std::size_t n = 1 + random() % longest; n > 0; --n) text += alphabet[random() % alphabet.size()];
            return text;
        };
        std::size_t n_spelled = 0;
        for (int n_model = 0; n_model < 60; ++n_model) {
            std::vector<std::string> tokens{"[UNK]"};
            for (const std::string& c : alphabet) {
                if (random() % 4 != 0) tokens.push_back(c);
                if (random() % 4 != 0) tokens.push_back(before + c);
            }
            for (int i = 0; i < 12; ++i) tokens.push_back((random() % 2 == 0 ? before : "") + word(4));
            const StringMap<TokenId> vocabulary = vocabularyOf(tokens);
            const WordPieceModel model = made(tokens, before, 9);
            WordPieceModel::Workspace workspace;
            for (int i = 0; i < 60; ++i) {
                const std::string text = word(11);
                const Ids expected = byDefinition(vocabulary, before, 9, text);
                n_spelled += expected != Ids{0} ? 1 : 0;
                for (int times = 0; times < 2; ++times) {  // the second one is remembered
                    Ids ids;
                    model.encode(text, workspace, ids);
                    QVERIFY2(ids == expected, text.c_str());
                }
            }
        }
        QVERIFY(n_spelled > 300);
    }

    void aWordThatCannotBeSpelledIsOneUnknownToken() {
        const WordPieceModel model = made({"[UNK]", "un", "##aff", "##able", "##a"});
        QCOMPARE(encoded(model, "unaffable"), (Ids{1, 2, 3}));
        QCOMPARE(encoded(model, "unaffablex"), Ids{0});  // what was found before goes
        QCOMPARE(encoded(model, "affable"), Ids{0});     // nothing begins a word like that
        QCOMPARE(encoded(model, "un##a"), Ids{0});       // the prefix stands for itself in no text
        QCOMPARE(encoded(model, "##a"), Ids{4});         // but a word may be a token that has it
        QCOMPARE(encoded(model, "unaf"), Ids{0});
        QCOMPARE(encoded(model, ""), Ids());
        QCOMPARE(encoded(made({"[UNK]", "a"}), "aa"), Ids{0});  // no token continues a word
    }

    void lengthIsCountedInCodePoints() {
        const WordPieceModel model = made({"[UNK]", "日", "##日"}, "##", 3);
        QCOMPARE(encoded(model, "日日日"), (Ids{1, 2, 2}));
        QCOMPARE(encoded(model, "日日日日"), Ids{0});
        QCOMPARE(encoded(made({"[UNK]", "日"}, "##", 0), "日"), Ids{0});
    }

    // The square of the length, which trying ever shorter beginnings takes, would be hours.
    void aLongWordTakesTimeCloseToItsLength() {
        const WordPieceModel model = made({"[UNK]", "a", "##a", "##" + std::string(10, 'a')}, "##", std::int64_t{1} << 40);
        const Ids ids = encoded(model, std::string(1'000'001, 'a'));
        QCOMPARE(ids.size(), std::size_t{100'001});
        QCOMPARE(ids.front(), 1);
        QCOMPARE(std::vector<TokenId>(ids.begin() + 1, ids.end()), Ids(100'000, 3));
        QCOMPARE(encoded(model, std::string(1'000'000, 'a') + "x"), Ids{0});
    }

    void whatIsNoModelIsRefused() {
        QCOMPARE(refusal({"[UNK]"}), QString("no error"));
        QVERIFY(refusal({"a"}).contains("openTokenizer: FILE: model: unk_token '[UNK]': expected it in the vocabulary"));
        QVERIFY(refusal({"[UNK]"}, -1).contains("max_input_chars_per_word: expected a number of characters, found -1"));
        QVERIFY(refusal({"[UNK]", std::string(1025, 'a')}).contains("token 1: expected at most 1024 bytes, found 1025"));
    }
};

QTEST_APPLESS_MAIN(TestWordPieceModel)
#include "tst_wordpiece_model.moc"
