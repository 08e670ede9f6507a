// Tokenizers of GGUF files (tests/data/gguf/make_tokenizers.py) against what the naive programs of tests/data/tokenizer give for the same
// vocabularies.

#include "core/tokenizer/gguf_tokenizer.h"

#include "core/io/json_file.h"
#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/pre_tokenizer.h"
#include "core/tokenizer/pre_tokenizer_names.h"
#include "tests/core/io/gguf_bytes.h"
#include "tests/core/io/io_testing.h"
#include "tests/support/places.h"

using namespace salient;
namespace gb = gguf_bytes;

namespace {

const std::filesystem::path kData = salient::test::testDataFolder();

GgufTokenizer open(const std::string& name) { return readGgufTokenizer(GgufFile::open(kData / "gguf" / "tokenizers" / (name + ".gguf"))); }

std::string fromHex(const std::string& hex) { return QByteArray::fromHex(QByteArray::fromStdString(hex)).toStdString(); }

/// An array of texts or of numbers as a key's value.
std::string textsKey(const std::string& key, const std::vector<std::string>& texts) {
    std::string bytes =
        gb::text(key) + gb::number<std::uint32_t>(9) + gb::number<std::uint32_t>(8) + gb::number<std::uint64_t>(texts.size());
    for (const std::string& text : texts) bytes += gb::text(text);
    return bytes;
}

std::string floatsKey(const std::string& key, const std::vector<float>& values) {
    std::string bytes =
        gb::text(key) + gb::number<std::uint32_t>(9) + gb::number<std::uint32_t>(6) + gb::number<std::uint64_t>(values.size());
    for (const float value : values) bytes += gb::number(value);
    return bytes;
}

}  // namespace

class TestGgufTokenizer : public QObject {
    Q_OBJECT

private slots:
    void byteLevelTextsGiveTheIdsThatTheNaiveProgramGives_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama3", "qwen2", "deepseek"}) QTest::newRow(name) << QString(name);
    }
    void byteLevelTextsGiveTheIdsThatTheNaiveProgramGives() {
        QFETCH(QString, name);
        const auto tokenizer = open(name.toStdString()).tokenizer;
        const Json cases = readJson(kData / "tokenizer" / "cases.json");
        const Json& rows = cases["tokenizers"][name.toStdString()];
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string text = fromHex(cases["texts"][i].get<std::string>());
            QCOMPARE(tokenizer->encode(text, true), rows[i]["ids"].get<std::vector<TokenId>>());
        }
    }

    void theDemoModelsTokenizerIsTheSame() {
        const auto tokenizer = open("demo").tokenizer;
        const auto expected = Tokenizer::open(salient::test::resourceFolder() / "demo" / "model");
        const std::string text = readText(salient::test::resourceFolder() / "demo" / "eval.txt").substr(0, 20000);
        QCOMPARE(tokenizer->encode(text, true), expected->encode(text, true));
        QCOMPARE(tokenizer->bos(), std::optional<TokenId>(0));
        QCOMPARE(tokenizer->vocabularySize(), expected->vocabularySize());
    }

    void sentencePieceGivesTheIdsOfItsOwnLibrary() {
        const auto tokenizer = open("sentencepiece").tokenizer;
        const Json document = readJson(kData / "tokenizer" / "sentencepiece" / "cases.json");
        for (const Json& row : document["cases"]) {
            QCOMPARE(tokenizer->encode(row["text"].get<std::string>(), false), row["ids"].get<std::vector<TokenId>>());
        }
        QCOMPARE(tokenizer->bos(), std::optional<TokenId>(1));
    }

    void scoresMergeInTheOrderOfMerges() {
        const auto tokenizer = open("llama2").tokenizer;
        const auto original = Tokenizer::open(kData / "tokenizer" / "llama2");
        const Json cases = readJson(kData / "tokenizer" / "cases.json");
        std::size_t n_compared = 0;
        for (const Json& hex : cases["texts"]) {
            const std::string text = fromHex(hex.get<std::string>());
            // Special tokens written out are text to SentencePiece; a NUL and a byte that is no UTF-8 are its own matter.
            if (text.empty() || text.find('<') != std::string::npos || text.find('\0') != std::string::npos) continue;
            QCOMPARE(tokenizer->encode(text, true), original->encode(text, true));
            ++n_compared;
        }
        QVERIFY(n_compared > 40);
    }

    void theFilesOfADirectoryMeanTheSame() {
        for (const char* name : {"llama3", "demo", "sentencepiece"}) {
            const GgufTokenizer made = open(name);
            Folder folder;
            for (const auto& [file, content] : made.files) writeBytes(folder / file, content);
            const auto again = Tokenizer::open(folder.path());
            const std::string text = "Three lanterns, 1234 and\n\n  two more: 日本語 don't!";
            QCOMPARE(again->encode(text, true), made.tokenizer->encode(text, true));
            QCOMPARE(again->bos(), made.tokenizer->bos());
        }
    }

    void everyNameStandsForAWayOfCuttingThatIsRecognizedAgain() {
        for (const char* name : {"gpt-2", "llama-bpe", "dbrx", "qwen2", "starcoder", "bloom", "tekken", "gpt-4o", "deepseek-v3",
                                 "deepseek-llm", "deepseek-coder", "default"}) {
            const auto pre = preTokenizerFromName(name);
            QVERIFY2(pre.has_value() && preTokenizerNames().find(name) != std::string::npos, name);
            QCOMPARE(preTokenizerName(pre->pre_tokenizer, pre->ignore_merges), std::string(name));
        }
        QVERIFY(!preTokenizerFromName("klingon"));
        QCOMPARE(preTokenizerName(Json::parse(R"({"type": "Whitespace"})"), false), std::string());
        QCOMPARE(preTokenizerName(Json(), false), std::string());
        const Json published = readJson(kData / "tokenizer" / "deepseek" / "tokenizer.json")["pre_tokenizer"];
        QCOMPARE(preTokenizerName(published, false), std::string("deepseek-v3"));
        const Json bloom = readJson(kData / "tokenizer" / "bloom" / "tokenizer.json")["pre_tokenizer"];
        QCOMPARE(preTokenizerName(bloom, false), std::string("bloom"));
        Json as_llama_cpp_writes_it = bloom;
        as_llama_cpp_writes_it["pretokenizers"][0]["pattern"]["Regex"] = " ?[^(\\s|.,!?…。，、।۔،)]+";
        QCOMPARE(preTokenizerName(as_llama_cpp_writes_it, false), std::string("bloom"));
        const Json coder = Json::parse(R"json({"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": "[\r\n]"}, "behavior": "Isolated", "invert": false},
            {"type": "Split", "pattern": {"Regex": "\\s?\\p{L}+"}, "behavior": "Isolated", "invert": false},
            {"type": "Split", "pattern": {"Regex": "\\s?\\p{P}+"}, "behavior": "Isolated", "invert": false},
            {"type": "Split", "pattern": {"Regex": "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"}, "behavior": "Isolated", "invert": false},
            {"type": "Digits", "individual_digits": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]})json");
        QCOMPARE(preTokenizerName(coder, false), std::string("deepseek-coder"));
    }

    // By hand, and held against Oniguruma.
    void aNameCutsATextIntoWords_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("words");
        QTest::newRow("bloom") << "bloom"
                               << "Hello, world! (a|b) x…y  3.14[e]"
                               << QStringList{"Hello", ",", " world", "! (", "a", "|", "b", ")", " x", "…", "y", " ", " 3", ".", "14[e]"};
        QTest::newRow("bloom, full stops") << "bloom"
                                           << "다。हिन्दी। x" << QStringList{"다", "。", "हिन्दी", "।", " x"};
        const QString code = "def f(x):\n  return x1 + 23 日本 é!\n";
        QTest::newRow("deepseek-coder") << "deepseek-coder" << code
                                        << QStringList{"def", " f",  "(", "x", "):", "\n",   " ",  " return", " x",
                                                       "1",   " + ", "2", "3", " ",  "日本", " é", "!",       "\n"};
        QTest::newRow("deepseek-llm") << "deepseek-llm" << code
                                      << QStringList{"def", " f", "(", "x", "):", "\n",   " ",  " return", " x", "1",
                                                     " +",  " ",  "2", "3", " ",  "日本", " é", "!",       "\n"};
    }
    void aNameCutsATextIntoWords() {
        QFETCH(QString, name);
        QFETCH(QString, text);
        QFETCH(QStringList, words);
        const auto pre = preTokenizerFromName(name.toStdString());
        QVERIFY(pre.has_value());
        const PreTokenizer cutter(Component(pre->pre_tokenizer, "x"));
        QStringList found;
        cutter.apply(text.toStdString(), true,
                     [&](std::string_view word) { found << QString::fromStdString(bytesFromByteLevel(word).value_or("?")); });
        QCOMPARE(found, words);
    }

    void aFileWithoutTokenizerHasNone() { QVERIFY(readGgufTokenizer(GgufFile::open(kData / "gguf" / "types.gguf")).tokenizer == nullptr); }

    void anUnknownWayOfCuttingIsAnObstacle() {
        Folder folder;
        writeBytes(folder / "t.gguf", gb::start(0, 4) + gb::textKey("tokenizer.ggml.model", "gpt2") +
                                          textsKey("tokenizer.ggml.tokens", {"a", "b", "ab"}) + textsKey("tokenizer.ggml.merges", {"a b"}) +
                                          gb::textKey("tokenizer.ggml.pre", "klingon"));
        const GgufTokenizer read = readGgufTokenizer(GgufFile::open(folder / "t.gguf"));
        QVERIFY(read.tokenizer == nullptr && read.files.empty());
        const QString obstacle = QString::fromStdString(read.obstacle);
        QVERIFY2(obstacle.contains("expected one of gpt-2, ") && obstacle.endsWith("found 'klingon'"), qPrintable(obstacle));
    }

    void whatIsNoTokenizerIsRefused_data() {
        QTest::addColumn<QByteArray>("keys");
        QTest::addColumn<int>("n_keys");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const std::vector<std::string>& keys, const char* reason) {
            std::string all;
            for (const std::string& key : keys) all += key;
            QTest::newRow(name) << QByteArray::fromStdString(all) << static_cast<int>(keys.size()) << QString(reason);
        };
        const std::string bpe = gb::textKey("tokenizer.ggml.model", "gpt2");
        const std::string spm = gb::textKey("tokenizer.ggml.model", "llama");
        const std::string tokens = textsKey("tokenizer.ggml.tokens", {"a", "b", "ab"});
        const std::string merges = textsKey("tokenizer.ggml.merges", {"a b"});
        const std::string pre = gb::textKey("tokenizer.ggml.pre", "gpt-2");
        row("other model", {gb::textKey("tokenizer.ggml.model", "bert"), tokens}, "found 'bert'");
        row("no tokens", {bpe, merges, pre}, "expected a list of tokens");
        row("no merges", {bpe, tokens, pre}, "expected the merges");
        row("no scores", {spm, tokens}, "expected the scores");
        row("too few scores", {spm, tokens, floatsKey("tokenizer.ggml.scores", {1.0F})}, "expected 3 entries");
        row("merge of one part", {bpe, tokens, pre, textsKey("tokenizer.ggml.merges", {"ab"})}, "expected two parts");
        row("empty merge", {bpe, tokens, pre, textsKey("tokenizer.ggml.merges", {""})}, "expected two parts");
        row("merge of nothing known", {bpe, tokens, pre, textsKey("tokenizer.ggml.merges", {"a x"})}, "in the vocabulary");
        row("token twice", {bpe, merges, pre, textsKey("tokenizer.ggml.tokens", {"a", "b", "ab", "a"})}, "twice");
        row("token of bad UTF-8", {bpe, merges, pre, textsKey("tokenizer.ggml.tokens", {"a", "b", "\xFF"})}, "expected UTF-8");
        row("long token", {bpe, merges, pre, textsKey("tokenizer.ggml.tokens", {std::string(5000, 'a')})}, "found 5000 bytes");
        row("bos outside", {bpe, tokens, merges, pre, gb::u32Key("tokenizer.ggml.bos_token_id", 3)}, "below 3");
        row("no unknown piece", {spm, tokens, floatsKey("tokenizer.ggml.scores", {1.0F, 2.0F, 3.0F})}, "SentencePiece model");
        row("tokens of numbers", {bpe, merges, pre, floatsKey("tokenizer.ggml.tokens", {1.0F})}, "list of texts");
    }
    void whatIsNoTokenizerIsRefused() {
        QFETCH(QByteArray, keys);
        QFETCH(int, n_keys);
        QFETCH(QString, reason);
        Folder folder;
        writeBytes(folder / "t.gguf", gb::start(0, static_cast<std::uint64_t>(n_keys)) + keys.toStdString());
        try {
            static_cast<void>(readGgufTokenizer(GgufFile::open(folder / "t.gguf")));
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains(reason), error.what());
            return;
        }
        QFAIL("expected an error, found none");
    }
};

QTEST_APPLESS_MAIN(TestGgufTokenizer)
#include "tst_gguf_tokenizer.moc"
