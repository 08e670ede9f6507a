// Tokenizer::open on whole directories: the demo model, SentencePiece, GPT-2's two files, and files that are broken.

#include "core/tokenizer/tokenizer.h"

#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/tokenizer/component.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/sentencepiece_model.h"
#include "core/tokenizer/unicode.h"
#include "tests/support/places.h"

using namespace salient;
namespace fs = std::filesystem;

namespace {

const fs::path kDemo = salient::test::resourceFolder() / "demo";
const fs::path kData = salient::test::testDataFolder() / "tokenizer";
const fs::path kShared = salient::test::sharedFolder();

std::uint64_t checksum(const std::vector<TokenId>& ids) {
    std::uint64_t value = 0xCBF29CE484222325U;
    for (const TokenId id : ids) value = (value ^ static_cast<std::uint64_t>(id)) * 0x100000001B3U;
    return value;
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

/// A tokenizer.json with a few tokens; `change` edits it.
template <typename Change>
std::shared_ptr<const Tokenizer> openChanged(const Change& change) {
    const QTemporaryDir folder;
    Json document = {{"added_tokens", Json::array({{{"id", 4}, {"content", "<s>"}, {"special", true}}})},
                     {"normalizer", nullptr},
                     {"pre_tokenizer", nullptr},
                     {"post_processor", nullptr},
                     {"decoder", nullptr},
                     {"model", {{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 1}, {"ab", 2}, {"aba", 3}}}, {"merges", {"a b", "ab a"}}}}};
    change(document);
    const fs::path path = folder.path().toStdString();
    writeJson(path / "tokenizer.json", document);
    return Tokenizer::open(path);
}

/// vocab.json and merges.txt of the model of a tokenizer.json.
void writeTwoFiles(const fs::path& directory, const Json& document) {
    writeJson(directory / "vocab.json", document.at("model").at("vocab"));
    std::string merges = "#version: 0.2\n";
    for (const Json& merge : document.at("model").at("merges")) {
        merges += merge.is_string() ? merge.get<std::string>() : merge.at(0).get<std::string>() + " " + merge.at(1).get<std::string>();
        merges += "\n";
    }
    write(directory / "merges.txt", merges);
}

/// Of a unigram model; a Json of such pairs would be an object.
Json piecesOf(const std::vector<std::pair<const char*, double>>& pieces) {
    Json list = Json::array();
    for (const auto& [text, score] : pieces) list.push_back(Json::array({text, score}));
    return list;
}

template <typename Change>
QString openError(ErrorCode code, const Change& change) {
    try {
        openChanged(change);
    } catch (const Error& error) {
        return error.code() == code ? QString::fromUtf8(error.what()) : QString("other code: ") + error.what();
    }
    return "no error";
}

}  // namespace

class TestTokenizer : public QObject {
    Q_OBJECT

private slots:
    void demoModelGivesTheIdsOfItsReference() {
        const auto tokenizer = Tokenizer::open(kDemo / "model");
        const Json reference = readJson(kDemo / "reference.json");
        for (const Json& sentence : reference["sentences"]) {
            const auto text = sentence["text"].get<std::string>();
            QCOMPARE(tokenizer->encode(text, true), sentence["ids"].get<std::vector<TokenId>>());
        }
        QCOMPARE(tokenizer->bos(), std::optional<TokenId>(0));
        QCOMPARE(tokenizer->vocabularySize(), 2048);
    }

    void textsSurviveTheRoundTrip() {
        const auto tokenizer = Tokenizer::open(kDemo / "model");
        for (const char* const name : {"eval.txt", "calib.txt"}) {
            const std::string text = readText(kDemo / name);
            const auto ids = tokenizer->encode(text, false);
            QVERIFY(tokenizer->decode(ids) == text);
            QVERIFY(ids.size() < text.size() / 2);
        }
    }

    void specialTokensAreAddedAndLeftOutOnWish() {
        const auto tokenizer = Tokenizer::open(kDemo / "model");
        const auto plain = tokenizer->encode("June", false);
        auto with_bos = plain;
        with_bos.insert(with_bos.begin(), 0);
        QCOMPARE(tokenizer->encode("June", true), with_bos);
        QCOMPARE(tokenizer->encode("<s>June", false), with_bos);
        QCOMPARE(tokenizer->decode(with_bos, true), std::string("June"));
        QCOMPARE(tokenizer->decode(with_bos, false), std::string("<s>June"));
        QCOMPARE(tokenizer->encode("", true), std::vector<TokenId>{0});
        QVERIFY(tokenizer->encode("", false).empty());
        QVERIFY(tokenizer->decode({}).empty());
        // Ids that do not exist are nothing, wherever they come from.
        QCOMPARE(tokenizer->decode(std::vector<TokenId>{-1, 1 << 30, 2048}, false), std::string());
    }

    void sharedModelGivesTheIdsOfItsReference() {
        const fs::path model = kShared / "models/stories260K";
        if (!fs::exists(model)) QSKIP("no shared models here");
        const auto tokenizer = Tokenizer::open(model);
        const Json reference = readJson(model / "reference.json");
        for (const Json& sentence : reference["sentences"]) {
            QCOMPARE(tokenizer->encode(sentence["text"].get<std::string>(), true), sentence["token_ids"].get<std::vector<TokenId>>());
        }
        const std::string text = readText(kShared / "text/tinystories.txt");
        const std::string first = QString::fromStdString(text).left(16000).toStdString();
        QCOMPARE(tokenizer->encode(first, true).size(), reference["perplexity"]["n_tokens"].get<std::size_t>());
    }

    void sharedModelsTwoTokenizerFilesAgree() {
        const fs::path model = kShared / "models/stories260K";
        if (!fs::exists(model)) QSKIP("no shared models here");
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        for (const char* const name : {"tokenizer.model", "tokenizer_config.json"}) fs::copy_file(model / name, path / name);
        const auto from_json = Tokenizer::open(model);
        const auto from_model = Tokenizer::open(path);
        for (const char* const name : {"tinystories.txt", "wikipedia.txt"}) {
            const std::string text = readText(kShared / "text" / name);
            const auto ids = from_json->encode(text, true);
            QVERIFY(ids == from_model->encode(text, true));
            QVERIFY(from_json->decode(ids) == text);
            QVERIFY(from_model->decode(ids) == text);
        }
        QCOMPARE(from_json->bos(), from_model->bos());
        QCOMPARE(from_json->vocabularySize(), from_model->vocabularySize());
        for (TokenId id = 3; id < from_json->vocabularySize(); ++id) QCOMPARE(from_json->displayText(id), from_model->displayText(id));
    }

    void sentencePieceGivesWhatItsPythonModuleGives_data() {
        QTest::addColumn<QString>("folder");
        for (const char* const folder : {"sentencepiece", "sentencepiece_unigram"}) QTest::newRow(folder) << QString(folder);
    }
    void sentencePieceGivesWhatItsPythonModuleGives() {
        QFETCH(QString, folder);
        const auto tokenizer = Tokenizer::open(kData / folder.toStdString());
        const Json document = readJson(kData / folder.toStdString() / "cases.json");
        for (const Json& row : document["cases"]) {
            const auto expected = row["ids"].get<std::vector<TokenId>>();
            QCOMPARE(tokenizer->encode(row["text"].get<std::string>(), false), expected);
            QCOMPARE(QString::fromStdString(tokenizer->decode(expected)), QString::fromStdString(row["decoded"].get<std::string>()));
        }
        QCOMPARE(tokenizer->bos(), std::optional<TokenId>(1));
        QCOMPARE(tokenizer->encode("a", true).front(), 1);
        QCOMPARE(tokenizer->decode(std::vector<TokenId>{1, -1, 100000}, true), std::string());
        QCOMPARE(tokenizer->decode(std::vector<TokenId>{1}, false), std::string("<s>"));
        QCOMPARE(tokenizer->displayText(3 + '\n'), std::string("\\n"));
    }

    void sentencePieceCutsALongTextWithoutATrace() {
        const auto tokenizer = Tokenizer::open(kData / "sentencepiece");
        const Json expected = readJson(kData / "sentencepiece/cases.json")["long"];
        const QString corpus = QString::fromStdString(readText(kDemo / "calib.txt"));
        const std::string part = corpus.left(expected["to"].get<int>()).toStdString();
        std::string text;
        for (int i = 0; i < expected["times"].get<int>(); ++i) text += part;
        const auto ids = tokenizer->encode(text, false);
        QCOMPARE(ids.size(), expected["n_tokens"].get<std::size_t>());
        QCOMPARE(checksum(ids), expected["checksum"].get<std::uint64_t>());
        QVERIFY(tokenizer->decode(ids) == text);
    }

    // The same pieces as a tokenizer.json: our way through them against SentencePiece's own.
    void unigramPiecesGiveTheIdsOfSentencePiece() {
        const auto library = Tokenizer::open(kData / "sentencepiece_unigram");
        Json pieces = Json::array();
        const std::string model = readText(kData / "sentencepiece_unigram/tokenizer.model");
        for (const auto& piece : sentencePieceVocabulary(model).pieces) pieces.push_back(Json::array({piece.text, piece.score}));
        const auto own = openChanged([&](Json& d) {
            d["added_tokens"] = Json::array();
            d["normalizer"] = {
                {"type", "Sequence"},
                {"normalizers",
                 {{{"type", "Prepend"}, {"prepend", "▁"}}, {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}}}}};
            d["model"] = {{"type", "Unigram"}, {"unk_id", 0}, {"vocab", pieces}, {"byte_fallback", true}};
        });
        std::istringstream lines(readText(kDemo / "eval.txt"));
        std::size_t n_tokens = 0;
        for (std::string line; n_tokens < 50'000 && std::getline(lines, line);) {
            line += " é日😀 \u0301 x";
            const auto ids = own->encode(line, false);
            QVERIFY2(ids == library->encode(line, false), line.c_str());
            n_tokens += ids.size();
        }
        QVERIFY(n_tokens > 20'000);
    }

    void sentencePieceObeysTheConfiguration() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fs::copy_file(kData / "sentencepiece/tokenizer.model", path / "tokenizer.model");
        write(path / "tokenizer_config.json", R"({"add_bos_token": false, "add_eos_token": true})");
        const auto tokenizer = Tokenizer::open(path);
        QCOMPARE(tokenizer->bos(), std::optional<TokenId>());
        QCOMPARE(tokenizer->encode("", true), std::vector<TokenId>{2});
        write(path / "tokenizer.model", "this is no model");
        QVERIFY_EXCEPTION_THROWN(Tokenizer::open(path), Error);
    }

    // Tokens added after training, with ids beyond the model's own, and those of the model that the configuration names.
    void sentencePieceKnowsAddedTokens() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fs::copy_file(kData / "sentencepiece/tokenizer.model", path / "tokenizer.model");
        const auto plain = Tokenizer::open(path);
        QCOMPARE(plain->vocabularySize(), 480);
        write(path / "added_tokens.json", R"({"[INST]": 480, "<|end|>": 999})");
        write(path / "tokenizer_config.json", R"({"added_tokens_decoder": {
            "1": {"content": "<s>", "special": true}, "481": {"content": "<|end|>", "rstrip": true}}, "eos_token": "<|end|>"})");
        const auto tokenizer = Tokenizer::open(path);

        std::vector<TokenId> expected;
        const auto append = [&](const std::vector<TokenId>& ids) { expected.insert(expected.end(), ids.begin(), ids.end()); };
        append({1});
        append(plain->encode("a", false));
        append({480});
        append(plain->encode(" b", false));
        append({481});
        append(plain->encode("c", false));
        append({1});
        QCOMPARE(tokenizer->encode("a[INST] b<|end|>  c<s>", true), expected);
        QCOMPARE(tokenizer->decode(expected, false), std::string("<s>a[INST] b<|end|>c<s>"));
        QCOMPARE(tokenizer->decode(expected, true), std::string("a[INST] b c"));  // an EOS is special
        QCOMPARE(tokenizer->encode("a b", false), plain->encode("a b", false));
        QCOMPARE(tokenizer->displayText(480), std::string("[INST]"));
        QCOMPARE(tokenizer->vocabularySize(), 482);
        QCOMPARE(tokenizer->bos(), std::optional<TokenId>(1));
    }

    // The same tokenizer as vocab.json and merges.txt, which is how GPT-2 and OPT come.
    void gpt2FilesGiveTheSameAsTheirTokenizerJson() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        const Json json = readJson(kData / "gpt2/tokenizer.json");
        Json vocabulary = json["model"]["vocab"];
        vocabulary["<|endoftext|>"] = json["added_tokens"][0]["id"];
        writeJson(path / "vocab.json", vocabulary);
        std::string merges = "#version: 0.2\n";
        for (const Json& merge : json["model"]["merges"]) merges += merge.get<std::string>() + "\n";
        write(path / "merges.txt", merges);
        write(path / "tokenizer_config.json", R"({"add_prefix_space": true, "bos_token": {"content": "<|endoftext|>"}})");
        const auto from_json = Tokenizer::open(kData / "gpt2");
        const auto from_files = Tokenizer::open(path);
        const std::string text = readText(kDemo / "eval.txt").substr(0, 20000) + "<|endoftext|>x";
        const auto ids = from_json->encode(text, true);
        QVERIFY(from_files->encode(text, true) == ids);
        QVERIFY(from_files->decode(ids) == from_json->decode(ids));
        QCOMPARE(from_files->bos(), std::optional<TokenId>());

        write(path / "tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "<|endoftext|>"})");
        QCOMPARE(Tokenizer::open(path)->bos(), std::optional<TokenId>(json["added_tokens"][0]["id"].get<TokenId>()));
    }

    void gpt2FilesKnowTheAddedTokensOfTheirConfiguration() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        write(path / "vocab.json", R"({"a": 0, "b": 1, "ab": 2})");
        write(path / "merges.txt", "a b\n");
        write(path / "added_tokens.json", R"({"<y>": 6})");
        write(path / "tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "<x>", "added_tokens_decoder": {
            "5": {"content": "<x>", "special": true, "lstrip": true}}})");
        const auto tokenizer = Tokenizer::open(path);
        const std::vector<TokenId> expected{5, 2, 5, 2, 6};
        QCOMPARE(tokenizer->encode("ab  <x>ab<y>", true), expected);
        QCOMPARE(tokenizer->decode(expected, true), std::string("abab<y>"));
        QCOMPARE(tokenizer->vocabularySize(), 7);
    }

    // How a text is cut is in neither file: the class of the tokenizer tells.
    void twoFilesAreReadAsTheirClassCutsTexts_data() {
        QTest::addColumn<QString>("tokenizer_class");
        QTest::addColumn<QString>("like");
        for (const char* const name : {"Qwen2Tokenizer", "Qwen2TokenizerFast"}) QTest::newRow(name) << QString(name) << QString("qwen2");
        for (const char* const name :
             {"", "GPT2Tokenizer", "GPT2TokenizerFast", "CodeGenTokenizer", "PreTrainedTokenizerFast", "TokenizersBackend"}) {
            QTest::newRow(*name == '\0' ? "none" : name) << QString(name) << QString("gpt2");
        }
        for (const char* const name : {"GPTNeoXTokenizer", "GPTNeoXTokenizerFast"})
            QTest::newRow(name) << QString(name) << QString("gpt2 nfc");
    }
    void twoFilesAreReadAsTheirClassCutsTexts() {
        QFETCH(QString, tokenizer_class);
        QFETCH(QString, like);
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        Json document = readJson(kData / "qwen2/tokenizer.json");
        writeTwoFiles(path, document);
        Json config = {{"added_tokens_decoder", Json::object()}};
        for (const Json& token : document["added_tokens"]) config["added_tokens_decoder"][token["id"].dump()] = token;
        if (!tokenizer_class.isEmpty()) config["tokenizer_class"] = tokenizer_class.toStdString();
        writeJson(path / "tokenizer_config.json", config);
        if (like != "qwen2") {
            document["normalizer"] = like == "gpt2" ? Json() : Json::object({{"type", "NFC"}});
            document["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
        }
        const QTemporaryDir other;
        const fs::path other_path = other.path().toStdString();
        writeJson(other_path / "tokenizer.json", document);
        const auto from_files = Tokenizer::open(path);
        const auto from_json = Tokenizer::open(other_path);
        const std::string text = "It's 12345 o'clock!\n\n  e\u0301 \u00E9<|im_end|>" + readText(kDemo / "eval.txt").substr(0, 5000);
        const auto ids = from_json->encode(text, true);
        QVERIFY(from_files->encode(text, true) == ids);
        QVERIFY(from_files->decode(ids, false) == from_json->decode(ids, false));
        const auto isLike = [&](const char* a, const char* b) { return from_files->encode(a, false) == from_files->encode(b, false); };
        QCOMPARE(isLike("e\u0301", "\u00E9"), like != "gpt2");
    }

    void twoFilesOfAnotherClassAreRefusedByItsName() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        writeTwoFiles(path, readJson(kData / "gpt2/tokenizer.json"));
        write(path / "tokenizer_config.json", R"({"tokenizer_class": "CLIPTokenizer"})");
        try {
            static_cast<void>(Tokenizer::open(path));
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Unsupported);
            QVERIFY2(std::string(error.what()).find("tokenizer_class CLIPTokenizer is not supported") != std::string::npos, error.what());
            return;
        }
        QFAIL("expected an error");
    }

    // Special tokens may be objects that say how they are looked for; BOS and EOS stand around a text where the configuration wants them.
    void twoFilesObeyTheirConfiguration() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        write(path / "vocab.json", R"({"a": 0, "b": 1, "ab": 2, "<x>": 3, "<e>": 4, "Ġ": 5})");
        write(path / "merges.txt", "a b\n");
        write(path / "special_tokens_map.json",
              R"({"eos_token": "<e>", "mask_token": {"content": "<x>", "lstrip": true, "rstrip": true}})");
        using Ids = std::vector<TokenId>;
        QCOMPARE(Tokenizer::open(path)->encode("ab <x> ab <e> ab", true), (Ids{2, 3, 2, 5, 4, 5, 2}));
        write(path / "tokenizer_config.json", R"({"add_eos_token": true})");
        QCOMPARE(Tokenizer::open(path)->encode("ab", true), (Ids{2, 4}));
        QCOMPARE(Tokenizer::open(path)->encode("ab", false), Ids{2});
        write(path / "tokenizer_config.json", R"({"add_eos_token": true, "add_bos_token": true, "bos_token": "<x>"})");
        QCOMPARE(Tokenizer::open(path)->encode("ab", true), (Ids{3, 2, 4}));
        write(path / "tokenizer_config.json", R"({"add_eos_token": true, "eos_token": "<missing>"})");
        try {
            static_cast<void>(Tokenizer::open(path));
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find("eos_token is not in the vocabulary") != std::string::npos, error.what());
            return;
        }
        QFAIL("expected an error");
    }

    void manyThreadsMayShareOne() {
        const auto tokenizer = Tokenizer::open(kData / "qwen2");
        const std::string text = readText(kDemo / "eval.txt").substr(0, 30000);
        const auto expected = tokenizer->encode(text, true);
        std::vector<std::vector<TokenId>> results(4);
        {
            std::vector<std::jthread> threads;
            for (auto& result : results) threads.emplace_back([&] { result = tokenizer->encode(text, true); });
        }
        for (const auto& result : results) QVERIFY(result == expected);
    }

    // A step that cost the square of the length would take minutes here.
    void aLongWordTakesTimeCloseToItsLength_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("unit");
        for (const char* const name : {"gpt2", "qwen2", "llama3", "llama2", "mistral", "gemma", "folding", "across_words", "t5", "albert",
                                       "unigram_bytes", "bert_uncased", "wordpiece_words", "word_level", "byte_form"}) {
            for (const char* const unit : {"a", "the", " ", "\n", "é", "日", "!", "▁", "<", "9", "\u0301", " a"}) {
                QTest::newRow(qPrintable(QString("%1 %2").arg(name, QString(unit).replace("\n", "\\n")))) << QString(name) << QString(unit);
            }
        }
    }
    void aLongWordTakesTimeCloseToItsLength() {
        QFETCH(QString, name);
        QFETCH(QString, unit);
        const auto tokenizer = Tokenizer::open(kData / name.toStdString());
        const std::string text = unit.repeated(150000 / static_cast<int>(unit.toUtf8().size())).toStdString();
        const auto ids = tokenizer->encode(text, false);
        const bool drops_all =
            QStringList{"folding", "t5", "albert", "unigram_bytes", "bert_uncased", "wordpiece_words", "word_level"}.contains(name) &&
            QStringList{" ", "\n", "\u0301"}.contains(unit);
        const bool is_space = name == "word_level" && unit == "▁";
        QVERIFY(!ids.empty() || drops_all || is_space);
        // Some change the text on purpose: normal forms, a space in front, "▁" that becomes a space.
        const bool keeps_text = name == "llama3" || ((name == "llama2" || name == "gemma" || name == "across_words") && unit != "▁");
        if (keeps_text) QVERIFY(tokenizer->decode(ids, false) == text);
    }

    void bytesThatAreNoCharacterBecomeOneReplacementEach() {
        const auto llama = Tokenizer::open(kData / "llama2");
        const auto byte = [](int value) { return static_cast<TokenId>(3 + value); };
        QCOMPARE(llama->decode(std::vector<TokenId>{byte(0xE2), byte(0x82), byte(0xAC)}), std::string("€"));
        QCOMPARE(llama->decode(std::vector<TokenId>{byte(0xE2), byte(0x82)}), std::string("\uFFFD\uFFFD"));
        QCOMPARE(llama->decode(std::vector<TokenId>{byte(0xE2), byte('A')}), std::string("\uFFFD\uFFFD"));
    }

    void displayTextIsFitForAScreen() {
        const auto demo = Tokenizer::open(kDemo / "model");
        const auto show = [&](const std::string& text) {
            std::string shown;
            for (const TokenId id : demo->encode(text, false)) shown += demo->displayText(id);
            return shown;
        };
        QCOMPARE(show(" lantern"), std::string(" lantern"));
        QCOMPARE(show("\n\t\r"), std::string("\\n\\t\\r"));
        QCOMPARE(show("\x1b"), std::string("\\u{001B}"));
        QCOMPARE(show("é"), std::string("\\xC3\\xA9"));  // no token of the demo holds both bytes
        QCOMPARE(demo->displayText(0), std::string("<s>"));
        QCOMPARE(demo->displayText(-1) + demo->displayText(99999), std::string());
        const auto llama = Tokenizer::open(kData / "llama2");
        QCOMPARE(llama->displayText(3 + 0xFF), std::string("\\xFF"));
        QCOMPARE(llama->displayText(3 + 'A'), std::string("A"));
        QCOMPARE(llama->displayText(llama->encode("the", false).front()), std::string(" the"));
    }

    void tokenizerJsonComesFirst() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        fs::copy_file(kData / "gpt2/tokenizer.json", path / "tokenizer.json");
        write(path / "tokenizer.model", "never read");
        QVERIFY(Tokenizer::open(path) != nullptr);
        fs::remove(path / "tokenizer.json");
        fs::remove(path / "tokenizer.model");
        try {
            static_cast<void>(Tokenizer::open(path));
            QFAIL("expected an error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Io);
            QVERIFY(std::string(error.what()).find("expected tokenizer.json, tokenizer.model") != std::string::npos);
        }
    }

    // The format's own lists, of the version that wrote all published files: what is not read is refused by its name.
    void everyKindOfTheFormatIsReadOrRefusedByItsName_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("type");
        QTest::addColumn<bool>("is_read");
        const auto rows = [](const char* key, bool is_read, const std::vector<const char*>& types) {
            for (const char* const type : types) QTest::addRow("%s %s", key, type) << QString(key) << QString(type) << is_read;
        };
        rows("normalizer", true,
             {"BertNormalizer", "Strip", "StripAccents", "NFC", "NFD", "NFKC", "NFKD", "Sequence", "Lowercase", "Nmt", "Precompiled",
              "Replace", "Prepend", "ByteLevel"});
        rows("pre_tokenizer", true,
             {"BertPreTokenizer", "ByteLevel", "CharDelimiterSplit", "Metaspace", "Whitespace", "Sequence", "Split", "Punctuation",
              "WhitespaceSplit", "Digits", "FixedLength"});
        rows("pre_tokenizer", false, {"UnicodeScripts"});
        rows("post_processor", true, {"RobertaProcessing", "BertProcessing", "ByteLevel", "TemplateProcessing", "Sequence"});
        rows("decoder", true,
             {"BPEDecoder", "ByteLevel", "WordPiece", "Metaspace", "Sequence", "Replace", "Fuse", "Strip", "ByteFallback"});
        rows("decoder", false, {"CTC"});
    }
    void everyKindOfTheFormatIsReadOrRefusedByItsName() {
        QFETCH(QString, key);
        QFETCH(QString, type);
        QFETCH(bool, is_read);
        // Every field that any of them must have.
        const std::string t5 = readJson(kData / "t5/tokenizer.json")["normalizer"]["precompiled_charsmap"].get<std::string>();
        Json part = {{"type", type.toStdString()},
                     {"precompiled_charsmap", t5},
                     {"pattern", {{"String", "x"}}},
                     {"content", "y"},
                     {"prepend", "p"},
                     {"behavior", "Isolated"},
                     {"invert", false},
                     {"delimiter", ","},
                     {"replacement", "▁"},
                     {"length", 5},
                     {"suffix", "</w>"},
                     {"start", 1},
                     {"stop", 0},
                     {"cls", Json::array({"a", 0})},
                     {"sep", Json::array({"b", 1})},
                     {"single", Json::array({{{"Sequence", {{"id", "A"}, {"type_id", 0}}}}})},
                     {"special_tokens", Json::object()}};
        for (const char* const list : {"normalizers", "pretokenizers", "processors", "decoders"}) part[list] = Json::array();
        const auto change = [&](Json& document) { document[key.toStdString()] = part; };
        if (is_read) {
            static_cast<void>(openChanged(change));
        } else {
            const QString found = openError(ErrorCode::Unsupported, change);
            QVERIFY2(found.contains(" " + type + " is not supported"), qPrintable(found));
        }
    }

    void anotherVersionOfTheFormatIsRefused() {
        static_cast<void>(openChanged([](Json& d) { d["version"] = "1.0"; }));
        const QString found = openError(ErrorCode::Unsupported, [](Json& d) { d["version"] = "2.0"; });
        QVERIFY2(found.contains("version 2.0 is not supported"), qPrintable(found));
    }

    void fixedLengthCutsAtEveryNthCharacter() {
        const auto open = [](const Json& options) {
            return openChanged([&](Json& d) {
                d["pre_tokenizer"] = {{"type", "FixedLength"}};
                d["pre_tokenizer"].update(options);
                d["model"]["vocab"]["é"] = 5;
            });
        };
        using Ids = std::vector<TokenId>;
        QCOMPARE(open({{"length", 2}})->encode("ababa", false), (Ids{2, 2, 0}));
        QCOMPARE(open({{"length", 3}})->encode("éababab", false), (Ids{5, 2, 3, 1}));  // "éab", "aba", "b"
        QCOMPARE(open(Json::object())->encode("ababab", false), (Ids{2, 3, 1}));       // five, unless it says otherwise
        QVERIFY_EXCEPTION_THROWN(open({{"length", 0}}), Error);
        QVERIFY_EXCEPTION_THROWN(open({{"length", -1}}), Error);
    }

    // The last token loses the suffix, for the others it becomes a space.
    void bpeDecoderMakesSpacesOfSuffixes() {
        const auto tokenizer = openChanged([](Json& d) {
            d["model"]["vocab"]["a</w>"] = 5;
            d["model"]["vocab"]["b</w>"] = 6;
            d["decoder"] = {{"type", "BPEDecoder"}, {"suffix", "</w>"}};
        });
        QCOMPARE(tokenizer->decode(std::vector<TokenId>{1, 5, 2, 6}), std::string("ba abb"));
        QCOMPARE(tokenizer->decode(std::vector<TokenId>{5}), std::string("a"));
        QCOMPARE(tokenizer->decode(std::vector<TokenId>{}), std::string());
        QCOMPARE(tokenizer->displayText(5), std::string("a "));
    }

    void unknownComponentsAreNamed() {
        using enum ErrorCode;
        const auto unsupported = [](const char* key, const Json& value) {
            return openError(Unsupported, [&](Json& document) { document[key] = value; });
        };
        QVERIFY(unsupported("normalizer", {{"type", "Other"}}).contains("normalizer: normalizer Other is not supported"));
        QVERIFY(unsupported("pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", Json::array({{{"type", "UnicodeScripts"}}})}})
                    .contains("pretokenizers[0]: pre-tokenizer UnicodeScripts is not supported"));
        QVERIFY(unsupported("decoder", {{"type", "CTC"}}).contains("decoder CTC is not supported"));
        QVERIFY(unsupported("post_processor", {{"type", "Other"}}).contains("post-processor Other is not supported"));
        QVERIFY(openError(Unsupported, [](Json& d) { d["model"]["type"] = "Other"; }).contains("model Other is not supported"));
        QVERIFY(openError(Unsupported, [](Json& d) { d["model"] = {{"vocab", {{"a", 0}}}}; }).contains("model without a type"));
        QVERIFY(openError(Unsupported, [](Json& d) { d["model"]["dropout"] = 0.1; }).contains("dropout"));
        QVERIFY(openError(Unsupported, [](Json& d) { d["model"]["end_of_word_suffix"] = "</w>"; }).contains("end_of_word_suffix '</w>'"));
        QVERIFY(openError(Unsupported, [](Json& d) {
                    d["model"]["continuing_subword_prefix"] = "##";
                }).contains("continuing_subword_prefix '##'"));
        const auto pattern = [](const char* text) {
            return Json{{"type", "Split"}, {"pattern", {{"Regex", text}}}, {"behavior", "Isolated"}, {"invert", false}};
        };
        QVERIFY(unsupported("pre_tokenizer", pattern("[a&&b]")).contains("intersection"));
        QVERIFY(unsupported("pre_tokenizer", pattern("[a[^b]]")).contains("a negated set inside a set"));
        QVERIFY(unsupported("pre_tokenizer", pattern("[a-[b]]")).contains("a range that ends in a set"));
        QVERIFY(unsupported("pre_tokenizer", pattern("\\h")).contains("\\h"));
    }

    // What Oniguruma takes out of a text: the members of all sets together, whatever the inner brackets stand beside.
    void aSetInsideASetAddsItsMembers_data() {
        QTest::addColumn<QString>("members");
        const auto row = [](const char* expression, const char* members) { QTest::newRow(expression) << QString(members); };
        row("[a[b]c]", "abc");
        row("[a[b[c]d]e]", "abcde");
        row("[a-c[e]]", "abce");
        row("[^a[b]-e]", "^[]cd019");
        row("[a[]b]]", "]ab");
        row("[]a]", "]a");
        row("[^]a]", "-^[bcde019");
        row("[a[b-]d]", "-abd");
        row("[a[-b]d]", "-abd");
        row("[a[b]-d]", "-abd");
        row("[a[b]^]", "^ab");
        row("[a[[:digit:]]b]", "ab019");
        row("[\\d[\\]]x]", "]019");
    }
    void aSetInsideASetAddsItsMembers() {
        QFETCH(QString, members);
        const Json none;
        const Regex set(QTest::currentDataTag(), Component(none, "x"));
        const std::string text = "-^[]abcde019";
        std::string found;
        set.forEachMatch(text, [&](std::size_t begin, std::size_t end) { found += text.substr(begin, end - begin); });
        QCOMPARE(QString::fromStdString(found), members);
    }

    void brokenFilesAreNamed() {
        const auto broken = [](auto&& change) { return openError(ErrorCode::Format, change); };
        QVERIFY(broken([](Json& d) { d.erase("model"); }).contains("expected a field 'model'"));
        QVERIFY(broken([](Json& d) { d["model"]["vocab"] = 3; }).contains("model.vocab: expected an object"));
        QVERIFY(broken([](Json& d) { d["model"]["vocab"]["a"] = -1; }).contains("token 'a': expected an id"));
        QVERIFY(broken([](Json& d) { d["model"]["vocab"]["a"] = 1 << 30; }).contains("token 'a': expected an id from 0 to"));
        QVERIFY(broken([](Json& d) { d["model"]["vocab"]["a"] = 1; }).contains("id 1: expected one token"));
        QVERIFY(broken([](Json& d) { d["model"]["merges"] = {"a  b"}; }).contains("expected two parts"));
        QVERIFY(broken([](Json& d) { d["model"]["merges"] = {"b a"}; }).contains("merge 'b a': expected 'ba' in the vocabulary"));
        QVERIFY(broken([](Json& d) { d["model"]["merges"] = {" a"}; }).contains("expected '' in the vocabulary"));
        QVERIFY(broken([](Json& d) { d["model"]["merges"] = Json::array({Json::array({"a", "b", "c"})}); }).contains("left"));
        QVERIFY(broken([](Json& d) { d["model"]["unk_token"] = "<unk>"; }).contains("unk_token '<unk>'"));
        QVERIFY(broken([](Json& d) { d["added_tokens"][0]["id"] = -4; }).contains("added_tokens[0].id") ||
                broken([](Json& d) { d["added_tokens"][0]["id"] = -4; }).contains("id: expected 0"));
        QVERIFY(broken([](Json& d) { d["normalizer"] = "NFC"; }).contains("normalizer: expected an object"));
        QVERIFY(broken([](Json& d) { d["normalizer"] = {{"kind", "NFC"}}; }).contains("expected a field 'type'"));
        QVERIFY(broken([](Json& d) {
                    d["pre_tokenizer"] = {{"type", "Split"}, {"pattern", {{"Regex", "(a"}}}, {"behavior", "Isolated"}};
                }).contains("regular expression"));
        QVERIFY(broken([](Json& d) {
                    d["pre_tokenizer"] = {{"type", "Split"}, {"pattern", {{"String", "a"}}}, {"behavior", "Sideways"}};
                }).contains("found Sideways"));
        QVERIFY(broken([](Json& d) {
                    d["post_processor"] = {{"type", "TemplateProcessing"}, {"single", Json::array()}, {"special_tokens", Json::object()}};
                }).contains("expected the text"));
        const auto unigram = [](const Json& changes) {
            return openError(ErrorCode::Format, [&](Json& d) {
                d["model"] = {{"type", "Unigram"}, {"unk_id", 0}, {"vocab", piecesOf({{"<unk>", 0.0}, {"a", -1.0}})}};
                d["model"].update(changes);
            });
        };
        QCOMPARE(unigram(Json::object()), QString("no error"));
        QVERIFY(unigram({{"vocab", Json::object()}}).contains("model.vocab: expected an array, found object"));
        for (const Json& piece : {Json("a"), Json::array({"a"}), Json::array({"a", "b"}), Json::array({1, 2}), Json::array({"a", 1, 2}),
                                  Json::array({"a", nullptr})}) {
            QVERIFY(unigram({{"vocab", Json::array({piece})}}).contains("model.vocab: piece 0: expected [text, score], found "));
        }
        QVERIFY(unigram({{"unk_id", 2}}).contains("unk_id: expected the id of one of 2 pieces, found 2"));
        QVERIFY(unigram({{"unk_id", -1}}).contains("unk_id"));
        QVERIFY(unigram({{"unk_id", "<unk>"}}).contains("unk_id: expected an integer"));
        QVERIFY(unigram({{"byte_fallback", 1}}).contains("byte_fallback: expected true or false"));
        const auto wordpiece = [](const Json& changes) {
            return openError(ErrorCode::Format, [&](Json& d) {
                d["model"] = {{"type", "WordPiece"}, {"unk_token", "[UNK]"}, {"vocab", {{"[UNK]", 0}, {"a", 1}}}};
                d["model"].update(changes);
            });
        };
        QCOMPARE(wordpiece(Json::object()), QString("no error"));
        QVERIFY(wordpiece({{"unk_token", "<unk>"}}).contains("unk_token '<unk>': expected it in the vocabulary"));
        QVERIFY(wordpiece({{"max_input_chars_per_word", -5}}).contains("max_input_chars_per_word"));
        QVERIFY(wordpiece({{"max_input_chars_per_word", 1.5}}).contains("max_input_chars_per_word: expected an integer"));
        QVERIFY(wordpiece({{"vocab", {{"[UNK]", 0}, {"a", 0}}}}).contains("id 0: expected one token"));
        // The same one in every process, whatever the order of the table; and a token may be empty.
        QVERIFY(wordpiece({{"vocab", {{"[UNK]", 0}, {"a", 1}, {"b", 1}, {"c", 2}, {"d", 2}}}})
                    .contains("id 1: expected one token, found 'a' and 'b'"));
        QVERIFY(wordpiece({{"vocab", {{"[UNK]", 0}, {"", 1}, {"b", 1}}}}).contains("id 1: expected one token, found '' and 'b'"));
        QVERIFY(wordpiece({{"vocab", {{"b", 1 << 30}, {"a", 1 << 30}, {"c", 1 << 30}}}}).contains("token 'a': expected an id from 0 to"));
        for (const char* const delimiter : {"", "ab"}) {
            QVERIFY(broken([&](Json& d) {
                        d["pre_tokenizer"] = {{"type", "CharDelimiterSplit"}, {"delimiter", delimiter}};
                    }).contains("pre_tokenizer: delimiter: expected one character, found '" + QString(delimiter) + "'"));
        }
        QVERIFY(broken([](Json& d) {
                    d["model"] = {{"type", "WordLevel"}, {"vocab", {{"a", 0}}}};
                }).contains("expected a field 'unk_token'"));
        QVERIFY(broken([](Json& d) { d["normalizer"] = {{"type", "Precompiled"}}; }).contains("field 'precompiled_charsmap'"));
        QVERIFY(broken([](Json& d) {
                    d["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", "AAA"}};
                }).contains("normalizer.precompiled_charsmap: expected base64"));
        QVERIFY(broken([](Json& d) {
                    d["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", ""}};
                }).contains("normalizer.precompiled_charsmap: expected a table, found 0 bytes"));
        QCOMPARE(openError(ErrorCode::Format, [](Json&) {}), QString("no error"));
    }

    // JSON has no infinity, but numbers that are too large for one.
    void aScoreBeyondAllNumbersIsAnError() {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        write(path / "tokenizer.json", R"({"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1e999]]}})");
        QVERIFY_EXCEPTION_THROWN(Tokenizer::open(path), Error);
    }

    void modelsWithoutATypeAreKnownByTheirFields() {
        using Ids = std::vector<TokenId>;
        const auto bpe = openChanged([](Json& d) { d["model"].erase("type"); });
        QCOMPARE(bpe->encode("aba", false), Ids{3});
        const auto unigram = openChanged([](Json& d) {
            d["model"] = {{"unk_id", 0}, {"vocab", piecesOf({{"<unk>", 0.0}, {"ab", -1.5}, {"a", -1.0}})}};
        });
        QCOMPARE(unigram->encode("abab", false), (Ids{1, 1}));
        const auto wordpiece = openChanged([](Json& d) {
            d["model"] = {{"unk_token", "u"},
                          {"continuing_subword_prefix", "+"},
                          {"max_input_chars_per_word", 3},
                          {"vocab", {{"u", 0}, {"ab", 1}, {"+a", 2}}}};
        });
        QCOMPARE(wordpiece->encode("aba", false), (Ids{1, 2}));
        QCOMPARE(wordpiece->encode("abaa", false), Ids{0});
        const auto word_level = openChanged([](Json& d) { d["model"] = {{"unk_token", "u"}, {"vocab", {{"u", 0}, {"ab", 1}}}}; });
        QCOMPARE(word_level->encode("ab", false), Ids{1});
        QCOMPARE(word_level->encode("aba", false), Ids{0});
    }

    void aWordIsATokenOrUnknown() {
        const auto open = [](const char* unk_token) {
            return openChanged([&](Json& d) {
                d["added_tokens"] = Json::array();
                d["pre_tokenizer"] = {{"type", "CharDelimiterSplit"}, {"delimiter", "é"}};
                d["model"] = {{"type", "WordLevel"}, {"unk_token", unk_token}, {"vocab", {{"日", 0}, {"b c", 1}, {"日b", 2}, {"?", 7}}}};
            });
        };
        using Ids = std::vector<TokenId>;
        const auto tokenizer = open("?");
        QCOMPARE(tokenizer->encode("日éb céé日bébé", false), (Ids{0, 1, 2, 7}));
        QCOMPARE(tokenizer->encode("éé", false), Ids());
        QCOMPARE(tokenizer->decode(Ids{0, 1, 3, 7}), std::string("日 b c ?"));
        QCOMPARE(tokenizer->displayText(1), std::string("b c"));
        QCOMPARE(tokenizer->vocabularySize(), 8);
        const auto strict = open("none");
        QCOMPARE(strict->encode("日é日b", false), (Ids{0, 2}));
        try {
            static_cast<void>(strict->encode("日é日日", false));
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Format);
            QVERIFY2(QString(error.what()).contains("no unk_token 'none', found one that begins with '日'"), error.what());
            return;
        }
        QFAIL("expected an error, found none");
    }

    // The two lists of the published tokenizers library.
    void nmtDropsControlsAndMakesSpaces() {
        const auto tokenizer = openChanged([](Json& d) {
            d["added_tokens"] = Json::array();
            d["normalizer"] = {{"type", "Nmt"}};
            d["model"]["vocab"][" "] = 5;
            d["model"]["unk_token"] = "aba";
        });
        const auto isAnyOf = [](char32_t c, std::initializer_list<std::pair<char32_t, char32_t>> ranges) {
            return std::ranges::any_of(ranges, [&](const auto& range) { return c >= range.first && c <= range.second; });
        };
        for (char32_t c = 0; c <= 0xFFFF; ++c) {
            if (c == 'a' || c == 'b' || (c >= 0xD800 && c <= 0xDFFF)) continue;
            std::string text = "a";
            unicode::appendUtf8(text, c);
            std::vector<TokenId> expected{0};
            if (isAnyOf(c, {{0x20, 0x20}, {0x09, 0x0A}, {0x0C, 0x0D}, {0x1680, 0x1680}, {0x200B, 0x200F}, {0x2028, 0x2029}}) ||
                isAnyOf(c, {{0x2581, 0x2581}, {0xFEFF, 0xFEFF}, {0xFFFD, 0xFFFD}})) {
                expected.push_back(5);
            } else if (!isAnyOf(c, {{0x01, 0x08}, {0x0B, 0x0B}, {0x0E, 0x1F}, {0x7F, 0x7F}, {0x8F, 0x8F}, {0x9F, 0x9F}})) {
                expected.push_back(3);
            }
            QVERIFY2(tokenizer->encode(text, false) == expected, qPrintable(QString::number(c, 16)));
        }
    }

    void bytesBecomeCharactersBeforeATextIsCut() {
        // Published with the tokenizers library.
        const std::vector<std::string> words{"HelloĠ", "æĪĳ", "ä»Ĭ", "å¤©", "èĥ½", "ä¸º", "ä½ł", "åģļ", "ä»Ģä¹Ī"};
        const auto tokenizer = openChanged([&](Json& d) {
            d["added_tokens"] = Json::array();
            d["normalizer"] = {{"type", "ByteLevel"}};
            d["decoder"] = {{"type", "ByteLevel"}};
            Json vocabulary = Json::object();
            std::string whole;
            for (const std::string& word : words) whole += word;
            vocabulary[whole] = 0;
            vocabulary["?"] = 1;
            d["model"] = {{"type", "WordLevel"}, {"unk_token", "?"}, {"vocab", vocabulary}};
        });
        QCOMPARE(tokenizer->encode("Hello 我今天能为你做什么", false), std::vector<TokenId>{0});
        QCOMPARE(tokenizer->encode("Hello", false), std::vector<TokenId>{1});
        QCOMPARE(tokenizer->decode(std::vector<TokenId>{0}), std::string("Hello 我今天能为你做什么"));
    }

    void unigramWithBytesKeepsEveryText() {
        const auto tokenizer = Tokenizer::open(kData / "unigram_bytes");
        std::string text = readText(kDemo / "eval.txt").substr(0, 20000) + " é日\n\n\u0301 \u200D\x01 x";
        QVERIFY(tokenizer->decode(tokenizer->encode(text, true)) == text);
        QVERIFY(tokenizer->decode(tokenizer->encode("a𝒙a", true), false) == "a<unk>a");  // it lacks one byte of those of 𝒙
        QCOMPARE(tokenizer->displayText(tokenizer->encode("a", false).front()), std::string(" a"));
    }

    void bertPreparesATextInItsOwnWay() {
        using Ids = std::vector<TokenId>;
        const auto encode = [](const Json& options, const std::string& text) {
            return openChanged([&](Json& d) {
                       d["added_tokens"] = Json::array();
                       d["normalizer"] = {{"type", "BertNormalizer"}};
                       d["normalizer"].update(options);
                       d["model"]["merges"] = Json::array();
                       d["model"]["vocab"] = {{"a", 0},  {"A", 1},      {"\u0301", 2}, {" ", 3},      {"日", 4},
                                              {"\t", 5}, {"\u00E1", 6}, {"\u0903", 7}, {"\u0378", 8}, {"?", 9}};
                       d["model"]["unk_token"] = "?";
                   })
                ->encode(text, false);
        };
        const Json off = {{"clean_text", false}, {"handle_chinese_chars", false}, {"strip_accents", false}, {"lowercase", false}};
        const auto with = [&](const char* key, const Json& value) {
            Json options = off;
            options[key] = value;
            return options;
        };
        QCOMPARE(encode(off, "aA\u0301 日\t\u00E1"), (Ids{0, 1, 2, 3, 4, 5, 6}));
        const std::string dropped = std::string("a") + '\0' + "\uFFFD\x7F\u200D\uE000" + "a";
        QCOMPARE(encode(with("clean_text", true), dropped), (Ids{0, 0}));
        QCOMPARE(encode(with("clean_text", true), "a\ta\u3000a\u2028\u0378"), (Ids{0, 3, 0, 3, 0, 3, 8}));  // U+0378 is not assigned
        QCOMPARE(encode(with("handle_chinese_chars", true), "a日日"), (Ids{0, 3, 4, 3, 3, 4, 3}));
        QCOMPARE(encode(with("strip_accents", true), "\u00E1A\u0301\u0903"), (Ids{0, 1, 7}));  // a spacing mark stays
        QCOMPARE(encode(with("lowercase", true), "A\u00E1"), (Ids{0, 6}));
        // Without a word on accents, lower case decides.
        Json undecided = with("strip_accents", nullptr);
        QCOMPARE(encode(undecided, "A\u00E1"), (Ids{1, 6}));
        undecided["lowercase"] = true;
        QCOMPARE(encode(undecided, "A\u00E1"), (Ids{0, 0}));
        QCOMPARE(encode(Json::object(), "A\t日\u00E1"), (Ids{0, 3, 3, 4, 3, 0}));  // all is on
    }

    void wordPiecesAreJoinedToWords() {
        const auto decode = [](const Json& options, const std::vector<const char*>& tokens) {
            Json vocabulary = Json::object();
            std::vector<TokenId> ids;
            for (const char* const token : tokens) {
                if (!vocabulary.contains(token)) vocabulary[token] = vocabulary.size();
                ids.push_back(vocabulary[token].get<TokenId>());
            }
            const auto tokenizer = openChanged([&](Json& d) {
                d["added_tokens"] = Json::array();
                d["model"] = {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", Json::array()}};
                d["decoder"] = {{"type", "WordPiece"}};
                d["decoder"].update(options);
            });
            return tokenizer->decode(ids);
        };
        QCOMPARE(decode({{"cleanup", false}}, {"##uelo", "Ara", "##új", "##o", ",", "No", "##gu"}), std::string("##uelo Araújo , Nogu"));
        QCOMPARE(decode({{"cleanup", true}}, {"Well", ",", "it", "'s", "done", ".", "Is", "it", "?", "No", "!"}),
                 std::string("Well, it's done. Is it? No!"));
        QCOMPARE(decode({{"cleanup", true}}, {"I", "'m", "we", "'ve", "they", "'re", "do", "n't", "do not"}),
                 std::string("I'm we've they're don't don't"));
        QCOMPARE(decode({{"prefix", "@"}, {"cleanup", false}}, {"a", "@b", "##c"}), std::string("ab ##c"));
        QCOMPARE(decode({{"prefix", ""}}, {"a", "b"}), std::string("ab"));

        const auto bert = Tokenizer::open(kData / "bert_uncased");
        QCOMPARE(bert->displayText(bert->encode("the", false).front()), std::string(" the"));
        QCOMPARE(bert->bos(), std::optional<TokenId>(bert->encode("[CLS]", false).front()));
    }

    void directoriesHoldTheFormsThatAreListed() {
        const std::vector<TokenizerForm> forms = Tokenizer::forms();
        const std::vector<std::string> models{"BPE", "Unigram", "WordPiece", "WordLevel"};
        QCOMPARE(forms.size(), std::size_t{3});
        QCOMPARE(forms[0].files, std::vector<std::string>{"tokenizer.json"});
        QCOMPARE(forms[0].models, models);
        for (const std::string& model : models) {
            const QString found = openError(ErrorCode::Format, [&](Json& d) { d["model"] = {{"type", model}}; });
            QVERIFY2(found.contains("expected a field 'vocab'"), qPrintable(found));
        }
        for (const TokenizerForm& form : forms) {
            const QTemporaryDir folder;
            const fs::path path = folder.path().toStdString();
            for (const std::string& name : form.files) write(path / name, "");
            try {
                static_cast<void>(Tokenizer::open(path));
            } catch (const Error& error) {
                QVERIFY2(std::string(error.what()).find("found none of them") == std::string::npos, error.what());
            }
        }
    }

    void metaspacePutsItsMarkWhereTheSchemeSays() {
        const auto open = [](const Json& options) {
            return openChanged([&](Json& d) {
                d["model"]["vocab"]["▁"] = 5;
                d["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "▁"}};
                d["pre_tokenizer"].update(options);
            });
        };
        using Ids = std::vector<TokenId>;
        const std::string text = "a<s>b a";
        QCOMPARE(open({{"prepend_scheme", "always"}})->encode(text, false), (Ids{5, 0, 4, 5, 1, 5, 0}));
        QCOMPARE(open({{"prepend_scheme", "first"}})->encode(text, false), (Ids{5, 0, 4, 1, 5, 0}));
        QCOMPARE(open({{"prepend_scheme", "never"}})->encode(text, false), (Ids{0, 4, 1, 5, 0}));
        // Older files have another key for the same.
        QCOMPARE(open({{"add_prefix_space", true}})->encode(text, false), (Ids{5, 0, 4, 5, 1, 5, 0}));
        QCOMPARE(open({{"add_prefix_space", false}})->encode(text, false), (Ids{0, 4, 1, 5, 0}));
        QCOMPARE(open({{"add_prefix_space", true}, {"prepend_scheme", "first"}})->encode(text, false), (Ids{5, 0, 4, 1, 5, 0}));
        // A first word is none behind what was taken away, by the normalizer or the step before.
        const auto behind = [&](const Json& normalizer, const Json& step, const std::string& input) {
            const auto tokenizer = openChanged([&](Json& d) {
                d["model"]["vocab"]["▁"] = 5;
                d["normalizer"] = normalizer;
                const Json metaspace = {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}};
                d["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", Json::array({step, metaspace})}};
            });
            return tokenizer->encode(input, false);
        };
        const Json words = {{"type", "WhitespaceSplit"}};
        QCOMPARE(behind(nullptr, words, "a b"), (Ids{5, 0, 1}));
        QCOMPARE(behind(nullptr, words, " a b"), (Ids{0, 1}));
        QCOMPARE(behind(nullptr, {{"type", "BertPreTokenizer"}}, "\na b"), (Ids{0, 1}));
        const Json spaces = {{"type", "Metaspace"}, {"replacement", "b"}, {"prepend_scheme", "always"}, {"split", false}};
        QCOMPARE(behind(nullptr, spaces, "a"), (Ids{5, 1, 0}));
        const Json strip = {{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}};
        QCOMPARE(behind(strip, words, "a "), (Ids{5, 0}));
        QCOMPARE(behind(strip, words, " a"), Ids{0});
        QCOMPARE(behind({{"type", "StripAccents"}}, words, "\u0301a"), Ids{0});
        QCOMPARE(behind({{"type", "StripAccents"}}, words, "a\u0301"), (Ids{5, 0}));
        QCOMPARE(behind({{"type", "BertNormalizer"}}, words,
                        "\x01"
                        "a"),
                 Ids{0});
        QVERIFY_EXCEPTION_THROWN(open({{"prepend_scheme", "sometimes"}}), Error);
        QVERIFY_EXCEPTION_THROWN(open({{"replacement", "__"}}), Error);
        QVERIFY_EXCEPTION_THROWN(open({{"add_prefix_space", false}, {"prepend_scheme", "always"}}), Error);
        QCOMPARE(open({{"add_prefix_space", false}, {"prepend_scheme", "never"}})->encode(text, false), (Ids{0, 4, 1, 5, 0}));
    }

    void postProcessorsPutTokensAroundTheText() {
        const auto around = [](const Json& post_processor) {
            return openChanged([&](Json& d) { d["post_processor"] = post_processor; })->encode("b", true);
        };
        const Json text = {{"Sequence", {{"id", "A"}}}};
        const auto special = [](const char* name) { return Json{{"SpecialToken", {{"id", name}}}}; };
        const Json on_both_sides = {{"type", "TemplateProcessing"},
                                    {"single", Json::array({special("B"), text, special("E")})},
                                    {"special_tokens", {{"B", {{"ids", {4, 3}}}}, {"E", {{"ids", {2}}}}}}};
        const Json roberta = {{"type", "RobertaProcessing"}, {"cls", {"ab", 2}}, {"sep", {"aba", 3}}};
        using Ids = std::vector<TokenId>;
        QCOMPARE(around(on_both_sides), (Ids{4, 3, 1, 2}));
        QCOMPARE(around(roberta), (Ids{2, 1, 3}));
        QCOMPARE(around({{"type", "BertProcessing"}, {"sep", {"aba", 3}}, {"cls", {"ab", 2}}}), (Ids{2, 1, 3}));
        QCOMPARE(around({{"type", "Sequence"}, {"processors", {{{"type", "ByteLevel"}}, roberta, on_both_sides}}}),
                 (Ids{4, 3, 2, 1, 3, 2}));
    }

    void theVocabularyDecidesWhatIdAnAddedTokenHas() {
        const auto tokenizer = openChanged([](Json& d) { d["added_tokens"][0] = {{"id", 77}, {"content", "ab"}, {"special", true}}; });
        QCOMPARE(tokenizer->encode("ab", false), std::vector<TokenId>{2});
    }

    void aCharacterNobodyKnowsGoesOrBecomesUnknown() {
        QCOMPARE(openChanged([](Json&) {})->encode("axb", false), (std::vector<TokenId>{2}));  // as in the reference: a and b meet
        const auto unknown = [](bool fuse) {
            return openChanged([&](Json& d) {
                d["model"]["vocab"]["<unk>"] = 9;
                d["model"]["unk_token"] = "<unk>";
                d["model"]["fuse_unk"] = fuse;
            });
        };
        QCOMPARE(unknown(false)->encode("axyb", false), (std::vector<TokenId>{0, 9, 9, 1}));
        QCOMPARE(unknown(true)->encode("axyb", false), (std::vector<TokenId>{0, 9, 1}));
        QCOMPARE(unknown(true)->vocabularySize(), 10);
    }
};

QTEST_APPLESS_MAIN(TestTokenizer)
#include "tst_tokenizer.moc"
