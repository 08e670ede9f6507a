// Tokenizer files that are well formed and made to hurt: to exhaust memory, the stack or time, or to lead a library astray. Each must be
// refused with an Error, soon.

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/tokenizer/pre_tokenizer_names.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/sentencepiece_check.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

const fs::path kSentencePiece = salient::test::testDataFolder() / "tokenizer/sentencepiece/tokenizer.model";

std::string readBytes(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

Json sequence(const char* list, int n, const Json& step) {
    Json steps = Json::array();
    for (int i = 0; i < n; ++i) steps.push_back(step);
    return {{"type", "Sequence"}, {list, steps}};
}

/// The message when a text of `é a` goes through the tokenizer there and back, or "no error".
QString useError(const Json& changes, const std::string& text = "é a é a") {
    const QTemporaryDir folder;
    Json document = {{"added_tokens", Json::array()},
                     {"normalizer", nullptr},
                     {"pre_tokenizer", nullptr},
                     {"post_processor", nullptr},
                     {"decoder", nullptr},
                     {"model", {{"type", "BPE"}, {"vocab", {{"a", 0}, {"é", 1}, {" ", 2}}}, {"merges", Json::array()}}}};
    document.update(changes);
    const fs::path path = folder.path().toStdString();
    writeJson(path / "tokenizer.json", document);
    QElapsedTimer timer;
    timer.start();
    try {
        const auto tokenizer = Tokenizer::open(path);
        static_cast<void>(tokenizer->decode(tokenizer->encode(text, true)));
        static_cast<void>(tokenizer->displayText(0));
    } catch (const Error& error) {
        return timer.elapsed() < 10'000 ? QString::fromUtf8(error.what()) : QString("too late: ") + error.what();
    }
    return "no error";
}

Json split(const char* expression) { return {{"type", "Split"}, {"pattern", {{"Regex", expression}}}, {"behavior", "Isolated"}}; }

Json model(const Json& vocabulary) { return {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", Json::array()}}; }

// The least of protobuf's wire format that a model needs.
std::string varint(std::size_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7U) bytes.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
    return bytes + static_cast<char>(value);
}
std::string field(unsigned number, const std::string& bytes) { return varint(number << 3U | 2U) + varint(bytes.size()) + bytes; }
std::string piece(const std::string& text, float score) {
    std::string bytes(sizeof score, '\0');
    std::memcpy(bytes.data(), &score, sizeof score);
    return field(1, field(1, text) + varint(2U << 3U | 5U) + bytes);
}
std::string tableOf(const std::vector<std::uint32_t>& units, const std::string& texts) {
    const auto n_bytes = static_cast<std::uint32_t>(units.size() * sizeof(std::uint32_t));
    std::string table(sizeof n_bytes + n_bytes, '\0');
    std::memcpy(table.data(), &n_bytes, sizeof n_bytes);
    if (!units.empty()) std::memcpy(table.data() + sizeof n_bytes, units.data(), n_bytes);
    return table + texts;
}
std::string normalizer(const std::vector<std::uint32_t>& units, const std::string& texts) {
    return field(3, field(2, tableOf(units, texts)));
}
/// User-defined pieces "a", "aa" and so on.
std::string nested(std::size_t n_pieces) {
    std::string bytes;
    for (std::size_t n = 1; n <= n_pieces; ++n) bytes += field(1, field(1, std::string(n, 'a')) + varint(3U << 3U) + varint(4));
    return bytes;
}
/// A trie of 512 units that knows one character, whose replacement starts at `value`. Its children are at 256.
std::vector<std::uint32_t> trie(std::uint32_t value, unsigned character = 'b') {
    std::vector<std::uint32_t> units(512);
    units[0] = 256U << 10U;
    units[256 ^ character] = character | 1U << 8U | (character ^ 1U) << 10U;  // children at 257
    units[257] = 1U << 31U | value;
    return units;
}

}  // namespace

class TestHostileTokenizer : public QObject {
    Q_OBJECT

private slots:
    void jsonIsRefused_data() {
        QTest::addColumn<QByteArray>("changes");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const Json& changes, const char* message) {
            QTest::newRow(name) << QByteArray::fromStdString(changes.dump()) << message;
        };
        const Json prepend = {{"type", "Prepend"}, {"prepend", std::string(100, 'x')}};
        const Json doubles = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
        const Json digits = {{"type", "Digits"}};
        const Json spells = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
        row("steps that recurse", {{"pre_tokenizer", sequence("pretokenizers", 100'000, digits)}}, "more than 64 steps");
        row("steps of a normalizer", {{"normalizer", sequence("normalizers", 100, {{"type", "NFC"}})}}, "more than 64 steps");
        row("steps of a decoder", {{"decoder", sequence("decoders", 100, {{"type", "Fuse"}})}}, "more than 64 steps");
        row("processors", {{"post_processor", sequence("processors", 100, {{"type", "ByteLevel"}})}}, "more than 64 post-processors");
        row("doubling", {{"normalizer", sequence("normalizers", 60, doubles)}}, "at most");
        row("doubling at the end", {{"decoder", sequence("decoders", 60, doubles)}}, "at most");
        const Json form = {{"type", "ByteLevel"}};
        row("the form of a form", {{"normalizer", sequence("normalizers", 60, form)}}, "at most");
        row("spelling a spelling", {{"pre_tokenizer", sequence("pretokenizers", 60, spells)}}, "at most");
        row("one enormous replacement",
            {{"normalizer", {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", std::string(1'000'000, 'x')}}}}, "at most");
        row("an enormous prefix", {{"normalizer", {{"type", "Prepend"}, {"prepend", std::string(1'000'000, 'x')}}}}, "at most");
        row("half a character", {{"pre_tokenizer", split("\\C")}}, "\\C");
        row("backwards", {{"pre_tokenizer", split("(?(DEFINE)(?<k>\\K))(?=a(?&k))")}}, "left to right");
        row("a long expression", {{"pre_tokenizer", split(std::string(20'000, 'a').c_str())}}, "at most 16384 bytes");
        row("an id far away", {{"model", model({{"a", 16'777'215}})}}, "expected ids near the number of tokens");
        row("an id out of range", {{"model", model({{"a", 2'147'483'647}})}}, "expected an id from 0 to 16777215");
        row("an added id out of range", {{"added_tokens", {{{"id", 16'777'216}, {"content", "<x>"}}}}}, "found 16777216");
        row("an endless added token", {{"added_tokens", {{{"id", 5}, {"content", std::string(5000, 'a')}}}}}, "at most 4096 bytes");
        Json parts = Json::array();
        for (int i = 0; i < 100; ++i) parts.push_back({{"SpecialToken", {{"id", "s"}}}});
        const Json piece = Json::array({std::string(1025, 'a'), -1});
        row("an endless piece", {{"model", {{"type", "Unigram"}, {"vocab", Json::array({piece})}}}}, "at most 1024 bytes");
        row("no unknown piece", {{"model", {{"type", "Unigram"}, {"vocab", Json::array({Json::array({"a", -1})})}}}}, "no unk_id");
        row("an unknown piece far away", {{"model", {{"type", "Unigram"}, {"unk_id", 4'000'000'000}, {"vocab", Json::array()}}}},
            "one of 0 pieces");
        row("an endless token", {{"model", {{"type", "WordPiece"}, {"vocab", {{std::string(1025, 'a'), 0}, {"[UNK]", 1}}}}}},
            "at most 1024 bytes");
        const auto charsmap = [](const std::string& bytes) {
            return Json{{"type", "Precompiled"}, {"precompiled_charsmap", QByteArray::fromStdString(bytes).toBase64().toStdString()}};
        };
        const std::string texts("x\0y\0", 4);
        row("a table's claimed length",
            {{"normalizer", charsmap("\xFF\xFF\xFF\x7F"
                                     "abc")}},
            "found 2147483647 of 3 bytes");
        row("a table that leads out", {{"normalizer", charsmap(tableOf({0xFFFFFC00U}, texts))}},
            "normalizer.precompiled_charsmap: unit 0 leads out of the table");
        row("a replacement outside", {{"normalizer", charsmap(tableOf(trie(4), texts))}}, "outside the replacements");
        row("a replacement too long", {{"normalizer", charsmap(tableOf(trie(0), std::string(1000, 'x') + '\0'))}}, "too long");
        const std::string grows = std::string(250, 'a') + '\0';
        row("replacements that grow", {{"normalizer", sequence("normalizers", 60, charsmap(tableOf(trie(0, 'a'), grows)))}}, "at most");
        row("a long template",
            {{"post_processor", {{"type", "TemplateProcessing"}, {"single", parts}, {"special_tokens", {{"s", {{"ids", {0}}}}}}}}},
            "more than 64 parts");
    }
    void jsonIsRefused() {
        QFETCH(QByteArray, changes);
        QFETCH(QString, message);
        const QString found = useError(Json::parse(changes.toStdString()));
        QVERIFY2(found.contains(message) && !found.startsWith("too late"), qPrintable(found));
    }

    void anExpressionThatBacktracksWithoutEndIsAnError() {
        const QString found = useError({{"pre_tokenizer", split("(a|a|aa)+[!?]")}}, std::string(10'000, 'a'));
        QVERIFY2(found.contains("limit"), qPrintable(found));
    }

    void anExpressionThatLooksFarAheadFromEveryPlaceIsAnError_data() {
        QTest::addColumn<QString>("expression");
        QTest::newRow("what it gives back") << "[^!]*!|.";
        QTest::newRow("what it keeps") << "[^!]*+!|.";
        QTest::newRow("a look ahead") << "(?=.*!)a|a";
        QTest::newRow("alternatives in a loop") << "(?:a*+1|a*+2|a*+3|a)*+!|a";
    }
    void anExpressionThatLooksFarAheadFromEveryPlaceIsAnError() {
        QFETCH(QString, expression);
        const QByteArray text = expression.toUtf8();
        const Json pieces = {{"type", "Sequence"}, {"pretokenizers", {split(" "), split(text.constData())}}};
        const Json replace = {{"type", "Replace"}, {"pattern", {{"Regex", text.constData()}}}, {"content", "a"}};
        const std::string run(200'000, 'a');
        std::string words;  // none of them long
        for (int i = 0; i < 50; ++i) words += std::string(4000, 'a') + " ";
        const auto requireRefused = [&](const Json& changes, const std::string& input) {
            const QString found = useError(changes, input);
            QVERIFY2(found.contains("regular expression of the tokenizer: '" + expression + "': expected at most ") &&
                         found.contains(" steps, the limit for 200"),
                     qPrintable(found));
        };
        requireRefused({{"pre_tokenizer", split(text.constData())}}, run);
        requireRefused({{"pre_tokenizer", pieces}}, words);
        requireRefused({{"normalizer", replace}}, run);
    }

    void aLongExpressionIsNamedByItsBeginning() {
        const std::string expression = "[^!]*!|" + std::string(2000, 'b') + "|.";
        const QString found = useError({{"pre_tokenizer", split(expression.c_str())}}, std::string(100'000, 'a'));
        QVERIFY2(found.contains("'[^!]*!|bbb") && found.contains("bbb…': expected at most ") && found.size() < 300, qPrintable(found));
    }

    void honestExpressionsTakeAFewStepsPerByte() {
        const Json none;
        const Component place(none, "x");
        std::string text;
        for (int i = 0; i < 1000; ++i) text += "The lamp, it said, was green.\nYes! ";
        const auto steps = [](const Regex& expression, const std::string& of) {
            MatchBudget budget(of.size());
            std::size_t n_bytes = 0;
            expression.forEachMatch(of, budget, [&](std::size_t begin, std::size_t end) { n_bytes += end - begin; });
            return n_bytes == of.size() ? static_cast<double>(budget.used()) : -1.0;
        };
        for (const char* const expression : {"\\w+|[^\\w\\s]+|\\s+", "[^\\s]+\\s?", "\\p{L}+|\\p{N}|[^\\p{L}\\p{N}]+"}) {
            const double once = steps(Regex(expression, place), text);
            QVERIFY2(once > static_cast<double>(text.size()) && once < 8.0 * static_cast<double>(text.size()), expression);
            QVERIFY2(std::abs(steps(Regex(expression, place), text + text) - 2.0 * once) < 100.0, expression);  // linear
        }
        QCOMPARE(steps(Regex("\\w+|[^\\w\\s]+|\\s+", place, true), text), 0.0);  // trusted: not counted
    }

    void publishedExpressionsAreNotCounted() {
        // Looks for an end of line behind every space of a run: too much for an expression that nobody knows.
        const std::string text = std::string(20'000, ' ') + "a";
        QCOMPARE(useError({{"pre_tokenizer", split("\\s+$")}}, text), QString("no error"));
        const QString found = useError({{"pre_tokenizer", split("\\s+(?:$)")}}, text);
        QVERIFY2(found.contains("expected at most "), qPrintable(found));
        for (const char* const known : {"gpt-2", "llama-bpe", "qwen2", "tekken", "gpt-4o", "deepseek-v3", "deepseek-llm", "bloom"}) {
            const std::optional<NamedPreTokenizer> row = preTokenizerFromName(known);
            QVERIFY2(row.has_value(), known);
            const Json& pre = row->pre_tokenizer;
            for (const Json& step : pre.contains("pretokenizers") ? pre.at("pretokenizers") : Json::array({pre})) {
                if (!step.contains("pattern")) continue;
                QVERIFY2(isPublishedExpression(step.at("pattern").at("Regex").get<std::string>()), known);
            }
        }
        QVERIFY(!isPublishedExpression("\\w+"));
    }

    void aRunOfSpacesAfterEverySpaceTokenIsWalkedOnce() {
        QElapsedTimer timer;
        timer.start();
        const Json added = {{{"id", 2}, {"content", " "}, {"rstrip", true}, {"normalized", false}}};
        QCOMPARE(useError({{"added_tokens", added}}, std::string(400'000, ' ')), QString("no error"));
        QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
    }

    void mergesOfTwoFilesObeyTheSameBounds() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        write(path / "vocab.json", R"({"a":0})");
        write(path / "merges.txt", "");
        for (const char* const text : {R"({"<x>":2147483647})", R"({"<x>":16777216})"}) {
            write(path / "added_tokens.json", text);
            QVERIFY_EXCEPTION_THROWN(Tokenizer::open(path), Error);
        }
    }

    void addedTokensBesideATokenizerObeyTheSameBounds() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fs::copy_file(kSentencePiece, path / "tokenizer.model");
        const std::string endless(5000, 'x');
        for (const std::string& token :
             {std::string(R"("16777216": {"content": "<x>"})"), std::string(R"("-1": {"content": "<x>"})"),
              std::string(R"("5x": {"content": "<x>"})"), std::string(R"("": {"content": "<x>"})"), std::string(R"("500": "<x>")"),
              std::string(R"("500": {})"), R"("500": {"content": ")" + endless + R"("})"}) {
            write(path / "tokenizer_config.json", R"({"added_tokens_decoder": {)" + token + "}}");
            QVERIFY_EXCEPTION_THROWN(Tokenizer::open(path), Error);
        }
        write(path / "tokenizer_config.json", R"({"added_tokens_decoder": {"500": {"content": "<x>"}, "501": {"content": ""}}})");
        QCOMPARE(Tokenizer::open(path)->vocabularySize(), 501);
        for (const std::string& text : {std::string(R"(["<x>"])"), std::string(R"({"<x>": -1})"), R"({")" + endless + R"(": 500})"}) {
            write(path / "added_tokens.json", text);
            QVERIFY_EXCEPTION_THROWN(Tokenizer::open(path), Error);
        }
    }

    void thePublishedFormOfATokenizerModelPasses() {
        checkSentencePieceModel(readBytes(kSentencePiece), "tokenizer.model");
        checkSentencePieceModel(piece("a", -1.0F) + normalizer(trie(2), std::string("x\0y\0", 4)), "tokenizer.model");
        checkSentencePieceModel(nested(64), "tokenizer.model");
    }

    void tokenizerModelIsRefused_data() {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const std::string& bytes, const char* message) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << message;
        };
        const std::string texts("x\0y\0", 4);
        const std::string good = piece("a", -1.0F);
        row("cut off", good.substr(0, good.size() - 1), "expected 8 bytes, found 7");
        row("a length that is not there", std::string("\x0A\xFF\xFF\xFF\xFF\x0F", 6), "expected 4294967295 bytes, found 0");
        row("an endless number", std::string(11, '\xFF'), "a number of more than 64 bits");
        row("no text", field(1, ""), "piece 0: expected a text");
        row("a NUL", good + piece(std::string("a\0b", 3), 0.0F), "piece 1: expected UTF-8 without NUL");
        row("no UTF-8", piece("\xC3", 0.0F), "expected UTF-8");
        row("a score that is none", piece("a", std::numeric_limits<float>::quiet_NaN()), "score");
        row("an endless piece", piece(std::string(5000, 'a'), 0.0F), "expected a word");
        row("a table longer than there is", normalizer({}, ""), "expected whole units");
        row("a table that leads out", good + normalizer({0xFFFFFC00U}, texts), "leads out of the table");
        std::vector<std::uint32_t> deep = trie(2);
        deep[256 ^ 'b'] |= 1U << 30U;
        row("a child that leads out", good + normalizer(deep, texts), "leads out of the table");
        row("a replacement outside", good + normalizer(trie(4), texts), "outside the replacements");
        row("a replacement without end", good + normalizer(trie(2), "xxyy"), "ended by a NUL");
        row("a replacement too long", good + normalizer(trie(0), std::string(1000, 'x') + '\0'), "too long");
        // The library keeps what a text begins with in 32 and 64 places, and looks at those behind them, too.
        std::vector<std::uint32_t> endless(512);
        endless[0] = 256U << 10U;
        endless[256 ^ 'b'] = 'b' | 1U << 8U | 'b' << 10U;  // whose children are the root's, itself among them
        endless[256] = 1U << 31U;
        row("a table of b, bb and so on", good + normalizer(endless, texts), "more than 32 entries that one text begins with");
        row("pieces in pieces", nested(65), "at most 64 user-defined pieces that one text begins with");
        row("endless self-tests", good + field(4, std::string(2'000'000, 'x')), "self-test");
    }
    void tokenizerModelIsRefused() {
        QFETCH(QByteArray, model);
        QFETCH(QString, message);
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        write(path / "tokenizer.model", model.toStdString());
        try {
            static_cast<void>(Tokenizer::open(path)->encode("abc", true));
        } catch (const Error& error) {
            QVERIFY2(error.code() == ErrorCode::Format, error.what());
            QVERIFY2(QString::fromUtf8(error.what()).contains(message), error.what());
            return;
        }
        QFAIL("expected an error");
    }
};

QTEST_APPLESS_MAIN(TestHostileTokenizer)
#include "tst_hostile_tokenizer.moc"
