// SentencePiece's table of replacements, as a tokenizer.json holds it. Whole texts: tst_tokenizer_cases; hostile tables:
// tst_hostile_tokenizer.

#include "core/tokenizer/charsmap.h"

#include <QByteArray>
#include <QTest>
#include <random>

#include "core/error.h"
#include "core/io/json_file.h"
#include "core/tokenizer/base64.h"
#include "tests/support/places.h"

using namespace salient;

namespace {

/// Of REPLACEMENTS in tests/data/tokenizer/make_cases.py.
Charsmap ofTheCases() {
    const Json document = readJson(salient::test::testDataFolder() / "tokenizer/t5/tokenizer.json");
    const auto bytes = bytesFromBase64(document["normalizer"]["precompiled_charsmap"].get<std::string>());
    return {bytes.value(), "test"};
}

std::optional<std::string> found(const Charsmap& charsmap, const std::string& text) {
    const auto replacement = charsmap.find(text);
    if (!replacement) return std::nullopt;
    return std::string(*replacement);
}

}  // namespace

class TestCharsmap : public QObject {
    Q_OBJECT

private slots:
    void base64IsThatOfQt() {
        std::mt19937 random(1);
        for (int n = 0; n < 200; ++n) {
            QByteArray bytes(n, '\0');
            for (char& byte : bytes) byte = static_cast<char>(random());
            QCOMPARE(bytesFromBase64(bytes.toBase64().toStdString()), std::optional(bytes.toStdString()));
        }
    }

    void whatIsNoBase64IsNothing() {
        for (const char* const text :
             {"A", "AA", "AAA", "AA=", "A===", "====", "AA=A", "AAA=AAAA", "AA\nA", "AA A", "AA-_", "AAAAé", "AB==", "AAB="}) {
            QVERIFY2(!bytesFromBase64(text), text);
        }
        QCOMPARE(bytesFromBase64(""), std::optional<std::string>(""));
        QCOMPARE(bytesFromBase64("+/8="), std::optional<std::string>("\xFB\xFF"));
    }

    void theShortestEntryThatATextBeginsWithIsFound() {
        const Charsmap charsmap = ofTheCases();
        QCOMPARE(found(charsmap, "ﬁ"), std::optional<std::string>("fi"));
        QCOMPARE(found(charsmap, "ﬁx"), std::optional<std::string>("fi"));
        QCOMPARE(found(charsmap, "ﷺ"), std::optional<std::string>("صلى الله عليه وسلم"));
        QCOMPARE(found(charsmap, "e\u0301"), std::optional<std::string>("é"));
        QCOMPARE(found(charsmap, "\x01"), std::optional<std::string>(""));
        QCOMPARE(found(charsmap, "\r\n"), std::optional<std::string>(" "));
        for (const std::string& text : {std::string(), std::string("e"), std::string("x"), std::string("\xEF\xAC"), std::string("\r"),
                                        std::string(1, '\0'), std::string("\0e\u0301", 4), std::string("日")}) {
            QVERIFY2(!charsmap.find(text), text.c_str());
        }
        QCOMPARE(found(charsmap, "ｶﾞ"), std::optional<std::string>("カ"));  // although there is an entry for both
    }

    // The rules of the published tokenizers library, whose results these are.
    void clustersAreReplacedAsAWholeWhenTheyAreShort() {
        const Charsmap charsmap = ofTheCases();
        const auto applied = [&](const std::string& text) { return charsmap.apply(text, 4096); };
        QCOMPARE(applied("e\u0301x"), std::string("éx"));
        QCOMPARE(applied("ﬁ\u0301x"), std::string("fix"));                    // five bytes: the accent goes along
        QCOMPARE(applied("ﬁ\u0301\u0301x"), std::string("fi\u0301\u0301x"));  // seven bytes: character by character
        QCOMPARE(applied("e\u0301\u0302"), std::string("é"));                 // what the cluster begins with
        QCOMPARE(applied("e\u0302\u0301"), std::string("e\u0302\u0301"));
        QCOMPARE(applied("a\r\nb\rc\nd"), std::string("a b\rc d"));
        QCOMPARE(applied("\x01\ufeff\x01"), std::string());
        QCOMPARE(applied(""), std::string());
        QCOMPARE(applied(std::string("a\0b", 3)), std::string("a\0b", 3));
        QCOMPARE(applied("Three lanterns, 日本語 👩‍👩‍👧‍👦"),
                 std::string("Three lanterns, 日本語 👩‍👩‍👧‍👦"));
    }

    void aTableBeyondAllInUseIsAnError() {
        const auto refusal = [](std::size_t n_bytes) {
            try {
                static_cast<void>(Charsmap(std::string(n_bytes, '\0'), "FILE"));
            } catch (const Error& error) {
                return QString(error.what());
            }
            return QString("no error");
        };
        QVERIFY(refusal(16'777'217).contains("FILE: expected a table of at most 16777216 bytes, found 16777217"));
        QVERIFY(!refusal(16'777'216).contains("at most"));
    }

    void aResultThatGrowsTooMuchIsAnError() {
        const Charsmap charsmap = ofTheCases();
        const std::string replacement = "صلى الله عليه وسلم";
        QCOMPARE(charsmap.apply("ﷺ", replacement.size()), replacement);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(charsmap.apply("ﷺ", replacement.size() - 1)), Error);
    }
};

QTEST_APPLESS_MAIN(TestCharsmap)
#include "tst_charsmap.moc"
