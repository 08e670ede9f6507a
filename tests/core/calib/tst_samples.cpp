#include <QFile>
#include <QIODevice>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <array>

#include "core/calib/random.h"
#include "core/calib/samples.h"
#include "core/error.h"

using namespace salient;

namespace {

/// One token per byte, its value plus one; BOS is 0.
class ByteTokenizer : public Tokenizer {
public:
    explicit ByteTokenizer(bool has_bos) : has_bos_(has_bos) {}
    [[nodiscard]] std::vector<TokenId> encode(std::string_view text, bool add_special) const override {
        std::vector<TokenId> ids;
        if (add_special && has_bos_) ids.push_back(0);
        for (const char c : text) ids.push_back(static_cast<unsigned char>(c) + 1);
        return ids;
    }
    [[nodiscard]] std::string decode(std::span<const TokenId>, bool) const override { return {}; }
    [[nodiscard]] std::string displayText(TokenId) const override { return {}; }
    [[nodiscard]] std::optional<TokenId> bos() const override { return has_bos_ ? std::optional<TokenId>(0) : std::nullopt; }
    [[nodiscard]] int vocabularySize() const override { return 257; }

private:
    bool has_bos_;
};

std::string alphabet(std::size_t n) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += static_cast<char>('!' + i % 90);
    return text;
}

SampleSpec spec(int n_samples, Index seq_len, std::uint64_t seed = 0, SampleSpec::Choice choice = SampleSpec::Choice::Random) {
    SampleSpec s;
    s.n_samples = n_samples;
    s.seq_len = seq_len;
    s.seed = seed;
    s.choice = choice;
    return s;
}

QString complaint(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

std::filesystem::path write(const QTemporaryDir& directory, const char* name, const QByteArray& bytes) {
    const QString path = directory.filePath(name);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
    file.write(bytes);
    return path.toStdString();
}

}  // namespace

class TestSamples : public QObject {
    Q_OBJECT

private slots:
    void generatorMatchesItsPublication();
    void boundedDrawsAreEven();
    void windowsNeverOverlapAndComeFromTheStream();
    void sameSeedSameWindowsOtherSeedOthers();
    void everyPlaceIsReached();
    void shortTextGivesAsManyAsFit();
    void streamTakesTheFirstWindowsInOrder();
    void bosWindowsReadBosAndOneLess();
    void badOptionsAreRefused();
    void plainTextIsReadAsItIs();
    void jsonLinesAreJoinedByBlankLines();
    void jsonLinesAreRecognizedByTheirFirstLine();
    void brokenLineIsNamed_data();
    void brokenLineIsNamed();
};

void TestSamples::generatorMatchesItsPublication() {
    // First outputs for seed 1234567 as listed for the reference implementation at Rosetta Code.
    SplitMix64 random(1234567);
    for (const std::uint64_t wanted : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U}) QCOMPARE(random.next(), wanted);
}

void TestSamples::boundedDrawsAreEven() {
    SplitMix64 random(7);
    std::array<int, 5> counts{};
    for (int i = 0; i < 50000; ++i) ++counts[random.below(5)];
    for (const int count : counts) QVERIFY(std::abs(count - 10000) < 500);  // five standard deviations
    QCOMPARE(random.below(1), std::uint64_t{0});
}

void TestSamples::windowsNeverOverlapAndComeFromTheStream() {
    const ByteTokenizer tokenizer(true);
    const std::string text = alphabet(1000);
    const auto stream = tokenizer.encode(text, true);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const Samples samples = drawSamples(tokenizer, text, spec(9, 100, seed));
        QCOMPARE(samples.windows.count(), Index{9});
        QCOMPARE(samples.stream_tokens, Index{1001});
        auto starts = samples.first_token;
        for (Index w = 0; w < 9; ++w) {
            const auto window = samples.windows.window(w);
            QVERIFY(std::equal(window.begin(), window.end(), stream.begin() + starts[static_cast<std::size_t>(w)]));
        }
        std::sort(starts.begin(), starts.end());
        for (std::size_t i = 1; i < starts.size(); ++i) QVERIFY(starts[i] - starts[i - 1] >= 100);
        QVERIFY(starts.front() >= 0 && starts.back() + 100 <= 1001);
    }
}

void TestSamples::sameSeedSameWindowsOtherSeedOthers() {
    const ByteTokenizer tokenizer(true);
    const std::string text = alphabet(5000);
    const Samples a = drawSamples(tokenizer, text, spec(8, 64, 42));
    QVERIFY(a.first_token == drawSamples(tokenizer, text, spec(8, 64, 42)).first_token);
    QVERIFY(a.first_token != drawSamples(tokenizer, text, spec(8, 64, 43)).first_token);
    QVERIFY(!std::is_sorted(a.first_token.begin(), a.first_token.end()));
}

void TestSamples::everyPlaceIsReached() {
    const ByteTokenizer tokenizer(false);
    std::array<bool, 7> reached{};
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        reached[static_cast<std::size_t>(drawSamples(tokenizer, alphabet(10), spec(1, 4, seed)).first_token[0])] = true;
    }
    QVERIFY(std::all_of(reached.begin(), reached.end(), [](bool r) { return r; }));
}

void TestSamples::shortTextGivesAsManyAsFit() {
    const ByteTokenizer tokenizer(true);
    const Samples samples = drawSamples(tokenizer, alphabet(349), spec(128, 100));
    QCOMPARE(samples.windows.count(), Index{3});
    QCOMPARE(samples.first_token.size(), std::size_t{3});
    QCOMPARE(drawSamples(tokenizer, alphabet(99), spec(128, 100)).windows.count(), Index{1});
    const QString message = complaint([&] { static_cast<void>(drawSamples(tokenizer, alphabet(98), spec(128, 100))); });
    QVERIFY2(message.contains("at least one window of 100 tokens, found 99 tokens"), qPrintable(message));
}

void TestSamples::streamTakesTheFirstWindowsInOrder() {
    const ByteTokenizer tokenizer(true);
    const std::string text = alphabet(500);
    const Samples samples = drawSamples(tokenizer, text, spec(3, 100, 9, SampleSpec::Choice::Stream));
    QVERIFY((samples.first_token == std::vector<Index>{0, 100, 200}));
    const auto stream = tokenizer.encode(text, true);
    QVERIFY(std::equal(samples.windows.ids.begin(), samples.windows.ids.end(), stream.begin()));
}

void TestSamples::bosWindowsReadBosAndOneLess() {
    const ByteTokenizer tokenizer(true);
    const std::string text = alphabet(500);
    const Samples samples = drawSamples(tokenizer, text, spec(2, 100, 0, SampleSpec::Choice::BosWindows));
    QCOMPARE(samples.stream_tokens, Index{500});
    const auto stream = tokenizer.encode(text, false);
    for (Index w = 0; w < 2; ++w) {
        const auto window = samples.windows.window(w);
        QCOMPARE(window[0], TokenId{0});
        QVERIFY(std::equal(window.begin() + 1, window.end(), stream.begin() + w * 100));
    }
    const ByteTokenizer without(false);
    QVERIFY(
        complaint([&] { static_cast<void>(drawSamples(without, text, spec(2, 100, 0, SampleSpec::Choice::BosWindows))); }).contains("BOS"));
}

void TestSamples::badOptionsAreRefused() {
    QVERIFY(complaint([] { spec(0, 100).validate(); }).contains("n_samples"));
    QVERIFY(complaint([] { spec(4, 1).validate(); }).contains("seq_len"));
    QVERIFY(complaint([] { spec(4, -5).validate(); }).contains("seq_len"));
}

void TestSamples::plainTextIsReadAsItIs() {
    const QTemporaryDir directory;
    const QByteArray text = "{ is a brace\nsecond line\r\n";
    QCOMPARE(readCorpus(write(directory, "a.txt", text)), text.toStdString());
    QVERIFY(complaint([] { static_cast<void>(readCorpus("/nowhere/a.txt")); }).contains("/nowhere/a.txt"));
}

void TestSamples::jsonLinesAreJoinedByBlankLines() {
    const QTemporaryDir directory;
    const auto file =
        write(directory, "a.jsonl", "{\"text\": \"one\\ntwo\"}\n\n{\"id\": 3, \"text\": \"drei \xc3\xa4\"}\r\n{\"text\": \"\"}\n");
    QCOMPARE(readCorpus(file), std::string("one\ntwo\n\ndrei ä\n\n"));
}

void TestSamples::jsonLinesAreRecognizedByTheirFirstLine() {
    const QTemporaryDir directory;
    QCOMPARE(readCorpus(write(directory, "a.txt", "{\"text\": \"one\"}\n{\"text\": \"two\"}")), std::string("one\n\ntwo"));
    const QByteArray other = "{\"body\": \"one\"}\n";
    QCOMPARE(readCorpus(write(directory, "b.txt", other)), other.toStdString());
}

void TestSamples::brokenLineIsNamed_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("no JSON") << QByteArray("{\"text\": ");
    QTest::newRow("no text") << QByteArray("{\"body\": \"b\"}");
    QTest::newRow("text no string") << QByteArray("{\"text\": 3}");
    QTest::newRow("no object") << QByteArray("[1]");
}

void TestSamples::brokenLineIsNamed() {
    QFETCH(QByteArray, line);
    const QTemporaryDir directory;
    const auto file = write(directory, "a.jsonl", "{\"text\": \"one\"}\n\n" + line + "\n");
    const QString message = complaint([&] { static_cast<void>(readCorpus(file)); });
    QVERIFY2(message.contains("a.jsonl, line 3"), qPrintable(message));
}

QTEST_APPLESS_MAIN(TestSamples)
#include "tst_samples.moc"
